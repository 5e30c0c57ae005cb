use axum::extract::State;
use cors_runtime::{CorsRouter, cors, routes};

#[derive(Clone)]
struct App;

#[derive(Clone)]
struct Other;

#[cors(methods = "GET")]
async fn items(_: State<App>) {}

#[cors(methods = "PUT")]
async fn put(_: State<Other>) {}

fn main() {
    let _: CorsRouter = CorsRouter::new()
        .route("/", routes!(items, put))
        .with_state(App);
}
