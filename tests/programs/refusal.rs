//! Prints the bodies of a refused preflight and of a refused request.

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
    let request = |method: &str| {
        Request::builder()
            .method(method)
            .header("Origin", "https://evil.example")
    };
    let preflight = request("OPTIONS").header("Access-Control-Request-Method", "GET");
    let get = request("GET").header("Sec-Fetch-Site", "cross-site");
    for request in [preflight, get] {
        let request = request.body(Body::empty()).expect("a request");
        let Ok(response) = app.clone().oneshot(request).await;
        let body = to_bytes(response.into_body(), 1024).await.expect("a body");
        print!("{}", String::from_utf8_lossy(&body));
    }
}
