//! `CorsRouter::default_policy`: one policy for all that has none of its own.

use std::{convert::Infallible, future::pending, time::Duration};

use axum::{
    Router,
    extract::Request,
    http::StatusCode,
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::get,
};
use cors_runtime::{CorsLayer, CorsRouter, Policy, cors, policy, routes};
use cors_tests::{Server, access_lines};
use tower::service_fn;
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

const APP: &str = "https://app.example";
const OTHER: &str = "https://other.example";

/// `max_age` tells the policies apart, on preflights.
const DEFAULT: Policy = policy!(origins = "https://app.example", credentials, max_age = 1);
const PART: Policy = policy!(origins = "https://app.example", max_age = 2);

#[cors(methods = "GET", origins = "https://app.example", max_age = 3)]
async fn own(request: Request) -> Response {
    work(request).await.into_response()
}

/// Does what the query says.
async fn work(request: Request) -> Response {
    match request.uri().query() {
        Some("sleep") => pending().await,
        Some("panic") => panic!("as it was asked to"),
        _ => "done".into_response(),
    }
}

async fn serve(request: Request) -> Result<Response, Infallible> {
    Ok(work(request).await)
}

async fn authenticate(request: Request, next: Next) -> Response {
    match request.uri().query() {
        Some("stranger") => StatusCode::UNAUTHORIZED.into_response(),
        _ => next.run(request).await,
    }
}

fn layered(router: CorsRouter) -> Router {
    let timeout = Duration::from_millis(50);
    let timeout = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, timeout);
    router
        .layer(CatchPanicLayer::new())
        .layer(timeout)
        .layer(from_fn(authenticate))
        .into_router()
}

/// An application with one of everything that can have no policy of its own.
fn app() -> CorsRouter {
    let plain = || Router::new().route("/route", get(work));
    CorsRouter::new()
        .default_policy(DEFAULT)
        .route("/route", get(work))
        .route(
            "/closure",
            get(async |request: Request| work(request).await),
        )
        .route_service("/service", service_fn(serve))
        .nest_service("/nested-service", service_fn(serve))
        .merge(Router::new().route("/merged", get(work)))
        .nest("/nested", plain())
        .nest("/nested-cors", CorsRouter::new().route("/route", get(work)))
        .route("/own", routes!(own))
        .nest(
            "/part",
            CorsRouter::new()
                .route("/route", get(work))
                .default_policy(PART),
        )
        .merge(
            CorsRouter::new()
                .route("/merged-part", get(work))
                .default_policy(PART),
        )
        .nest(
            "/none",
            CorsRouter::new()
                .route("/route", get(work))
                .no_default_policy(),
        )
}

#[tokio::test]
async fn everything_without_a_policy_has_the_default_whichever_layer_answers() {
    for (name, app) in [
        ("axum's 404", app()),
        ("a fallback", app().fallback(async || StatusCode::NOT_FOUND)),
        (
            "a service",
            app().fallback_service(service_fn(async |_: Request| {
                Ok::<_, Infallible>(StatusCode::NOT_FOUND.into_response())
            })),
        ),
    ] {
        let server = Server::start(layered(app)).await;
        for (path, age) in [
            ("/route", Some("1")),
            ("/closure", Some("1")),
            ("/service", Some("1")),
            ("/nested-service/x", Some("1")),
            ("/merged", Some("1")),
            ("/nested/route", Some("1")),
            ("/nested-cors/route", Some("1")),
            ("/nowhere", Some("1")),
            ("/nested/nowhere", Some("1")),
            ("/own", Some("3")),
            ("/part/route", Some("2")),
            ("/merged-part", Some("2")),
            // It belongs to the outer router: the part has no fallback.
            ("/part/nowhere", Some("1")),
            ("/none/route", None),
        ] {
            let what = format!("{name}: {path}");
            for (origin, status) in [
                (APP, StatusCode::NO_CONTENT),
                (OTHER, StatusCode::FORBIDDEN),
            ] {
                let ask = [("origin", origin), ("access-control-request-method", "GET")];
                let response = server.ask("OPTIONS", path, &ask).await;
                let allowed = response.headers().get("access-control-allow-origin");
                if age.is_none() {
                    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{what}");
                    assert!(allowed.is_none(), "{what}");
                    continue;
                }
                assert_eq!(response.status(), status, "preflight {what}");
                assert_eq!(allowed.is_some(), origin == APP, "preflight {what}");
                if origin == APP {
                    let found = response.headers().get("access-control-max-age").unwrap();
                    assert_eq!(found.to_str().ok(), age, "preflight {what}");
                }
            }
            let is_known = !path.ends_with("nowhere");
            for (query, status) in [
                ("", if is_known { 200 } else { 404 }),
                ("?stranger", 401),
                ("?sleep", if is_known { 408 } else { 404 }),
                ("?panic", if is_known { 500 } else { 404 }),
            ] {
                let url = format!("{path}{query}");
                let response = server.ask("GET", &url, &[("origin", APP)]).await;
                assert_eq!(response.status(), status, "{name}: {url}");
                let allowed = response.headers().get("access-control-allow-origin");
                assert_eq!(allowed.is_some(), age.is_some(), "{name}: {url}");
                let response = server.ask("GET", &url, &[("origin", OTHER)]).await;
                let refused = response.status() == StatusCode::FORBIDDEN;
                assert_eq!(refused, age.is_some(), "{name}: {url}");
            }
            if !is_known || path.contains("service") {
                continue;
            }
            let response = server.ask("DELETE", path, &[("origin", APP)]).await;
            assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{what}");
            let allowed = response.headers().get("access-control-allow-origin");
            assert_eq!(allowed.is_some(), age.is_some(), "405 {what}");
        }
    }
}

#[tokio::test]
async fn the_last_default_wins_wherever_it_is_called() {
    let app = CorsRouter::new()
        .default_policy(PART)
        .layer(from_fn(authenticate))
        .route("/route", get(work))
        .default_policy(CorsLayer::new(DEFAULT));
    let server = Server::start(app.into_router()).await;
    let ask = [("origin", APP), ("access-control-request-method", "GET")];
    let response = server.ask("OPTIONS", "/route", &ask).await;
    assert_eq!(response.headers()["access-control-max-age"], "1");
    assert_eq!(
        response.headers()["access-control-allow-methods"],
        "GET, HEAD, POST"
    );
}

#[tokio::test]
async fn a_default_opens_no_finished_router_that_is_closed() {
    #[cors(methods = "GET", origins = "https://app.example", enforce = false)]
    async fn closed() {}
    const OPEN: Policy = policy!(origins = "*");

    let inner = CorsRouter::new()
        .route("/closed", routes!(closed))
        .into_router();
    let app = CorsRouter::new().nest("/inner", inner).default_policy(OPEN);
    let server = Server::start(app.into_router()).await;
    let response = server
        .ask("GET", "/inner/closed", &[("origin", OTHER)])
        .await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let response = server.ask("GET", "/inner/closed", &[("origin", APP)]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
}

#[tokio::test]
async fn a_part_with_a_fallback_keeps_its_own_unknown_urls() {
    let part = CorsRouter::new().fallback(work).default_policy(PART);
    let app = CorsRouter::new()
        .nest("/part", part)
        .default_policy(DEFAULT);
    let server = Server::start(app.into_router()).await;
    let ask = [("origin", APP), ("access-control-request-method", "GET")];
    for (path, age) in [("/part/nowhere", "2"), ("/nowhere", "1")] {
        let response = server.ask("OPTIONS", path, &ask).await;
        assert_eq!(response.headers()["access-control-max-age"], age, "{path}");
    }
}

#[tokio::test]
async fn without_a_default_nothing_outside_of_a_part_has_the_parts() {
    let app = CorsRouter::new().route("/route", get(work)).nest(
        "/part",
        CorsRouter::new()
            .route("/route", get(work))
            .default_policy(PART),
    );
    let server = Server::start(app.into_router()).await;
    for path in ["/route", "/nowhere"] {
        let response = server.ask("GET", path, &[("origin", APP)]).await;
        assert_eq!(access_lines(response.headers()), [""; 0], "{path}");
    }
}

#[test]
#[should_panic = "`/part/route` is given twice"]
fn a_path_of_a_part_that_has_a_policy_elsewhere_panics() {
    let part = CorsRouter::new()
        .route("/route", get(work))
        .default_policy(PART);
    let _ = CorsRouter::new()
        .nest("/part", part)
        .route("/part/route", routes!(own))
        .into_router();
}
