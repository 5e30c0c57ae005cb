//! Prints the `Access-Control-Max-Age` of a preflight's answer, or `none`.

use axum::{Router, body::Body, http::Request};
use cors_runtime::{cors, routes};
use tower::ServiceExt;

#[cors(methods = "GET", debug_max_age)]
async fn items() {}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let app: Router = Router::new().route("/", routes!(items).into());
    let preflight = Request::options("/")
        .header("Origin", "https://app.example")
        .header("Access-Control-Request-Method", "GET");
    let preflight = preflight.body(Body::empty()).expect("a request");
    let Ok(response) = app.oneshot(preflight).await;
    match response.headers().get("Access-Control-Max-Age") {
        Some(seconds) => println!("{}", seconds.to_str().expect("digits")),
        None => println!("none"),
    }
}
