#![deny(dead_code)]

use axum::{Router, routing::get};
use cors_runtime::cors;

#[cors(methods = "GET", origins = "https://app.example.com")]
async fn items() {}

fn main() {
    let _: Router = Router::new().route("/items", get(items));
}
