//! Layers of every kind on a `CorsRouter`: whatever they answer, the page can read it.
//!
//! ```sh
//! cargo run --example layers
//! ```
//!
//! It listens on 127.0.0.1:3000 (or the port that `PORT` names) and prints what to try.

use std::{env, io::Error, time::Duration};

use axum::{
    body::Bytes,
    extract::{Path, Request},
    http::{StatusCode, header::AUTHORIZATION},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use cors_runtime::{CorsRouter, cors, routes};
use tokio::{net::TcpListener, time::sleep};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, limit::RequestBodyLimitLayer,
    timeout::TimeoutLayer, trace::TraceLayer,
};

/// Sleeps or panics, as the path says; or says how long the body is.
#[cors(methods = "GET, POST", origins = "https://app.example", credentials)]
async fn work(Path(what): Path<String>, body: Bytes) -> String {
    match what.as_str() {
        "sleep" => sleep(Duration::from_secs(60)).await,
        "panic" => panic!("as it was asked to"),
        _ => {}
    }
    format!("{} bytes", body.len())
}

/// Lets in whoever has a bearer token, of whatever kind.
async fn authenticate(request: Request, next: Next) -> Response {
    if request.headers().contains_key(AUTHORIZATION) {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let timeout = Duration::from_secs(1);
    let app = CorsRouter::new()
        .route("/work/{what}", routes!(work))
        .layer(CompressionLayer::new())
        .layer(RequestBodyLimitLayer::new(16))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            timeout,
        ))
        .layer(CatchPanicLayer::new())
        .layer(from_fn(authenticate))
        .layer(TraceLayer::new_for_http())
        .into_router();

    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let page = "-H 'Origin: https://app.example'";
    let token = "-H 'Authorization: Bearer me'";
    println!(
        "\
listening on {url}

a preflight, which carries no credentials and needs none: 204
  curl -i -X OPTIONS {url}/work/one {page} -H 'Access-Control-Request-Method: POST' -H 'Access-Control-Request-Headers: authorization'
without a token: 401
  curl -i {url}/work/one {page}
too slow: 408
  curl -i {url}/work/sleep {page} {token}
too large: 413
  curl -i {url}/work/one {page} {token} -d 'more than sixteen bytes'
a panic: 500
  curl -i {url}/work/panic {page} {token}
a page that is not allowed: 403
  curl -i {url}/work/one -H 'Origin: https://evil.example' {token}"
    );
    axum::serve(listener, app).await
}
