use axum::Router;
use cors_runtime::{cors, routes};

#[cors(methods = "GET")]
async fn items() {}

fn main() {
    let _: Router = Router::new().route("/", routes!(items));
}
