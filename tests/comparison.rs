//! What the README's comparison says of tower-http's `CorsLayer` and of this crate, seen on both.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use cors_runtime::{CorsRouter, cors, routes};
use cors_tests::Server;
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

const APP: &str = "https://app.example";

type Runs = Arc<AtomicUsize>;

#[cors(methods = "GET", origins = "https://app.example")]
async fn read() {}

#[cors(methods = "POST", origins = "https://app.example")]
async fn write(State(runs): State<Runs>) {
    runs.fetch_add(1, Ordering::Relaxed);
}

#[cors(methods = "OPTIONS", origins = "https://app.example")]
async fn options() -> &'static str {
    "the handler's own"
}

async fn authenticate(request: Request, next: Next) -> Response {
    if request.headers().contains_key("authorization") {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

/// The same service with the one and with the other.
fn ours(runs: &Runs) -> CorsRouter {
    CorsRouter::new()
        .route("/items", routes!(read, options))
        .route("/written", routes!(write))
        .with_state(Arc::clone(runs))
}

fn theirs(runs: &Runs) -> Router {
    let count = |State(runs): State<Runs>| async move {
        runs.fetch_add(1, Ordering::Relaxed);
    };
    let own: MethodRouter<Runs> = get(async || {}).options(async || "the handler's own");
    Router::new()
        .route("/items", own)
        .route("/written", post(count))
        .layer(layer(APP).allow_methods([Method::GET, Method::POST]))
        .with_state(Arc::clone(runs))
}

fn layer(origin: &'static str) -> CorsLayer {
    CorsLayer::new().allow_origin(AllowOrigin::list([origin.parse().unwrap()]))
}

async fn both() -> [(&'static str, Server, Runs); 2] {
    let (one, other) = (Runs::default(), Runs::default());
    let ours = Server::start(ours(&one).into_router()).await;
    let theirs = Server::start(theirs(&other)).await;
    [("ours", ours, one), ("tower-http", theirs, other)]
}

#[tokio::test]
async fn a_list_with_a_slash_too_many_compiles_there_and_lets_nobody_in() {
    for (origin, lets_in) in [(APP, true), ("https://app.example/", false)] {
        let app = Router::new().route("/", get(async || {}));
        let server = Server::start(app.layer(layer(origin))).await;
        let response = server.ask("GET", "/", &[("Origin", APP)]).await;
        assert_eq!(response.status(), 200);
        let headers = response.headers();
        let allowed = headers.contains_key("access-control-allow-origin");
        assert_eq!(allowed, lets_in, "{origin}");
    }
    let here = include_str!("compile-fail/origins_more_than_an_origin.stderr");
    assert!(here.contains("`https://a.example/` has a trailing slash"));
}

#[test]
fn every_origin_with_credentials_panics_there_when_the_layer_is_put_on() {
    let wrong = CorsLayer::new().allow_origin(Any).allow_credentials(true);
    let app = Router::<()>::new().route("/", get(async || {}));
    assert!(catch_unwind(AssertUnwindSafe(|| app.layer(wrong))).is_err());
    let here = include_str!("compile-fail/origins_every_with_credentials.stderr");
    assert!(here.contains("browsers refuse the two together"));
}

#[tokio::test]
async fn an_authentication_layer_put_on_last_sees_preflights_there_only() {
    let preflight = [("Origin", APP), ("Access-Control-Request-Method", "GET")];
    let runs = Runs::default();
    let ours = ours(&runs).layer(from_fn(authenticate)).into_router();
    let theirs = theirs(&runs).layer(from_fn(authenticate));
    for (app, status, readable) in [(ours, 204, true), (theirs, 401, false)] {
        let server = Server::start(app).await;
        let answer = server.ask("OPTIONS", "/items", &preflight).await;
        assert_eq!(answer.status(), status);
        let refused = server.ask("GET", "/items", &[("Origin", APP)]).await;
        assert_eq!(refused.status(), 401);
        let allowed = refused
            .headers()
            .contains_key("access-control-allow-origin");
        assert_eq!(allowed, readable);
    }
}

#[tokio::test]
async fn a_preflight_lists_the_methods_of_the_path_here_and_of_the_layer_there() {
    let preflight = [("Origin", APP), ("Access-Control-Request-Method", "GET")];
    let expected = ["GET", "GET,POST"];
    for ((peer, server, _), expected) in both().await.into_iter().zip(expected) {
        let answer = server.ask("OPTIONS", "/items", &preflight).await;
        assert_eq!(
            answer.headers()["access-control-allow-methods"],
            expected,
            "{peer}"
        );
    }
}

#[tokio::test]
async fn a_request_of_another_origin_runs_the_handler_there_only() {
    let expected = [(403, 0), (200, 1)];
    for ((peer, server, runs), (status, ran)) in both().await.into_iter().zip(expected) {
        let evil = [("Origin", "https://evil.example")];
        let response = server.ask("POST", "/written", &evil).await;
        assert_eq!(response.status(), status, "{peer}");
        assert_eq!(runs.load(Ordering::Relaxed), ran, "{peer}");
    }
}

#[tokio::test]
async fn an_options_that_is_no_preflight_reaches_its_handler_here_only() {
    for ((peer, server, _), body) in both().await.into_iter().zip(["the handler's own", ""]) {
        let response = server.ask("OPTIONS", "/items", &[]).await;
        assert_eq!(response.body(), body, "{peer}");
    }
}
