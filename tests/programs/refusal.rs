//! Prints the body of a refused preflight.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use cors_runtime::{cors, routes};
use tower::ServiceExt;

#[cors(methods = "GET", origins = "https://listed.example")]
async fn items() {}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let app: Router = Router::new().route("/", routes!(items).into());
    let preflight = Request::options("/")
        .header("Origin", "https://evil.example")
        .header("Access-Control-Request-Method", "GET");
    let preflight = preflight.body(Body::empty()).expect("a request");
    let Ok(response) = app.oneshot(preflight).await;
    let body = to_bytes(response.into_body(), 1024).await.expect("a body");
    print!("{}", String::from_utf8_lossy(&body));
}
