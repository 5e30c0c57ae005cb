use axum::{Router, extract::State};
use cors_runtime::{CorsRouter, cors, routes};

#[derive(Clone)]
struct App;

#[cors(methods = "GET")]
async fn items(_: State<App>) {}

fn main() {
    let _: Router = CorsRouter::new().route("/", routes!(items)).into_router();
}
