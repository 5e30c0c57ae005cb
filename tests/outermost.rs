//! The outermost policy decides, and axum alone chooses whose it is.

use std::{
    collections::HashMap,
    convert::Infallible,
    future::ready,
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    http::{StatusCode, Uri, request::Parts},
    middleware::{Next, from_fn, from_fn_with_state, map_request},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use cors_runtime::{AllowOrigin, CorsLayer, CorsRouter, Origin, cors, policy, routes};
use cors_tests::{Server, access_lines};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_http::catch_panic::CatchPanicLayer;

const EVIL: (&str, &str) = ("origin", "https://evil.example");
const PREFLIGHT: [(&str, &str); 2] = [EVIL, ("access-control-request-method", "GET")];

#[cors(methods = "GET")]
async fn open() -> &'static str {
    "open"
}

#[cors(methods = "GET", origins = "https://app.example", enforce = false)]
async fn closed() -> &'static str {
    "closed"
}

async fn private(uri: Uri) -> String {
    format!("private {uri}")
}

async fn unauthorized(_: Request, _: Next) -> StatusCode {
    StatusCode::UNAUTHORIZED
}

#[tokio::test]
async fn a_url_that_no_path_matches_has_no_policy_however_it_is_written() {
    let api = CorsRouter::new()
        .route("/{id}", routes!(open))
        .fallback(private)
        .into_router();
    let server = Server::start(Router::new().nest("/api", api)).await;
    for path in ["/api//salary", "/api/a/b", "/api/%2F/x"] {
        let response = server.ask("GET", path, &[EVIL]).await;
        assert!(response.body().starts_with(b"private"), "{path}");
        assert_eq!(access_lines(response.headers()), [""; 0], "{path}");
        let response = server.ask("OPTIONS", path, &PREFLIGHT).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn a_router_keeps_its_policies_wherever_it_is_nested() {
    let api = || {
        let api = CorsRouter::new().route("/items/{id}", routes!(open));
        api.layer(from_fn(unauthorized))
    };
    let app = Router::new()
        .nest("/v{version}", api().into_router())
        .nest_service("/n", api().into_router())
        .nest_service(
            "/{tenant}/deep",
            Router::new().nest("/er", api().into_router()),
        )
        .merge(CorsRouter::new().nest("/cors-{part}", api()));
    let server = Server::start(app).await;
    for path in [
        "/v1/items/1",
        "/n/items/1",
        "/one/deep/er/items/1",
        "/cors-x/items/1",
    ] {
        let response = server.ask("OPTIONS", path, &PREFLIGHT).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT, "{path}");
        let response = server.ask("GET", path, &[EVIL]).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{path}");
        let allow_origin = &response.headers()["access-control-allow-origin"];
        assert_eq!(allow_origin, EVIL.1, "{path}");
    }
}

#[tokio::test]
async fn a_rewritten_uri_changes_neither_the_endpoint_nor_its_policy() {
    async fn to_open<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
        *request.uri_mut() = Uri::from_static("/open");
        request
    }
    let inside = CorsRouter::new()
        .route("/open", routes!(open))
        .route("/closed", routes!(closed))
        .into_router()
        .layer(map_request(to_open::<Body>));
    let server = Server::start(inside).await;
    let response = server.ask("OPTIONS", "/closed", &PREFLIGHT).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let response = server.ask("GET", "/closed", &[EVIL]).await;
    assert_eq!(response.body(), "closed");
    assert_eq!(access_lines(response.headers()), ["vary: Origin"]);
}

#[tokio::test]
async fn a_closed_handler_that_passes_on_an_open_response_stays_closed() {
    #[cors(methods = "GET", origins = "https://app.example", enforce = false)]
    async fn passing(request: Request) -> Response {
        let other = CorsRouter::new().route("/passing", routes!(open));
        other
            .into_router()
            .oneshot(request)
            .await
            .unwrap()
            .into_response()
    }
    let every = CorsLayer::new(policy!(origins = "*"));
    let layered = || routes!(closed).layer(every.clone());
    for app in [
        Router::new()
            .route("/passing", routes!(passing).into())
            .route("/layered", layered().into()),
        CorsRouter::new()
            .route("/passing", routes!(passing))
            .route("/layered", layered())
            .into_router(),
    ] {
        let server = Server::start(app).await;
        for path in ["/passing", "/layered"] {
            let response = server.ask("GET", path, &[EVIL]).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(access_lines(response.headers()), ["vary: Origin"], "{path}");
        }
    }
}

/// Responses by URL, extensions too.
#[derive(Clone, Default)]
struct Cache(Arc<Mutex<HashMap<String, (axum::http::response::Parts, axum::body::Bytes)>>>);

#[tokio::test]
async fn a_cache_of_whole_responses_gives_nobody_anothers_headers() {
    async fn cached(State(cache): State<Cache>, request: Request, next: Next) -> Response {
        let key = request.uri().to_string();
        if let Some((parts, body)) = cache.0.lock().unwrap().get(&key).cloned() {
            return Response::from_parts(parts, Body::from(body));
        }
        let (parts, body) = next.run(request).await.into_parts();
        let body = axum::body::to_bytes(body, 1024).await.unwrap();
        let mut responses = cache.0.lock().unwrap();
        responses.insert(key, (parts.clone(), body.clone()));
        Response::from_parts(parts, Body::from(body))
    }
    let app = CorsRouter::new()
        .route("/", routes!(open))
        .layer(from_fn_with_state(Cache::default(), cached));
    let server = Server::start(app.into_router()).await;
    for origin in ["https://one.example", "https://other.example"] {
        let response = server.ask("GET", "/", &[("origin", origin)]).await;
        assert_eq!(response.headers()["access-control-allow-origin"], origin);
        assert_eq!(response.headers()["vary"], "Origin");
    }
}

#[test]
#[should_panic = "`/i` is given twice"]
fn a_plain_method_at_a_path_that_has_a_policy_panics() {
    let every = CorsLayer::new(policy!(origins = "*"));
    let plain = Router::new().route("/i", post(private)).layer(every);
    let _ = CorsRouter::new()
        .route("/i", routes!(open))
        .merge(plain)
        .into_router();
}

#[test]
#[should_panic = "`/a/{id}` is given twice"]
fn a_plain_path_that_is_nested_where_one_has_a_policy_panics() {
    let _ = CorsRouter::new()
        .nest("/a", Router::new().route("/{id}", post(private)))
        .nest("/a", CorsRouter::new().route("/{id}", routes!(open)))
        .into_router();
}

#[test]
#[should_panic = "nested twice"]
fn an_annotated_fallback_that_axum_would_drop_panics() {
    let inner = CorsRouter::new().fallback(routes!(open));
    let _ = CorsRouter::<()>::new().nest("/a", CorsRouter::new().nest("/b", inner));
}

#[test]
#[should_panic = "Cannot merge two `Router`s that both have a fallback"]
fn two_fallbacks_panic_as_in_axum() {
    let _ = CorsRouter::new()
        .fallback(routes!(open))
        .merge(Router::<()>::new().fallback(private));
}

#[tokio::test]
async fn of_two_fallbacks_the_last_wins_and_a_reset_drops_both() {
    let annotated = || CorsRouter::new().fallback(private).fallback(routes!(open));
    for (app, body, lines) in [
        (annotated(), "open", 5),
        (annotated().fallback(private), "private /nowhere", 0),
        (annotated().reset_fallback(), "", 0),
    ] {
        let server = Server::start(app.into_router()).await;
        let response = server.ask("GET", "/nowhere", &[EVIL]).await;
        assert_eq!(response.body(), body);
        assert_eq!(access_lines(response.headers()).len(), lines, "{body}");
    }
}

#[test]
fn a_router_can_be_cloned_and_finished_twice() {
    let app = CorsRouter::new()
        .route("/", routes!(open))
        .layer(from_fn(unauthorized));
    let _: [Router; 2] = [app.clone().into(), app.layer(from_fn(unauthorized)).into()];
}

struct Panics;

impl AllowOrigin<()> for Panics {
    fn allows(origin: &Origin, _: &Parts, (): &()) -> impl Future<Output = bool> + Send {
        if *origin == "https://at-once.example" {
            panic!("as it was asked to")
        }
        async { panic!("as it was asked to") }
    }
}

#[cors(methods = "GET", origins = Panics)]
async fn panicking() {}

#[cors(methods = "PUT", origins = Panics, enforce = false)]
async fn panicking_unenforced() {}

#[tokio::test]
async fn a_decision_that_panics_is_a_no_and_breaks_no_connection() {
    let routes = || routes!(panicking, panicking_unenforced);
    for app in [
        Router::new().route("/", routes().into()),
        CorsRouter::new()
            .route("/", routes())
            .layer(CatchPanicLayer::new())
            .into_router(),
    ] {
        let server = Server::start(app).await;
        for origin in ["https://at-once.example", "https://later.example"] {
            for (method, headers, status) in [
                (
                    "OPTIONS",
                    &[("origin", origin), ("access-control-request-method", "GET")][..],
                    403,
                ),
                ("GET", &[("origin", origin)], 403),
                ("PUT", &[("origin", origin)], 200),
            ] {
                let response = server.ask(method, "/", headers).await;
                assert_eq!(response.status(), status, "{method} {origin}");
                assert_eq!(response.headers()["cache-control"], "no-store");
                let allowed = response.headers().get("access-control-allow-origin");
                assert!(allowed.is_none(), "{method} {origin}");
            }
        }
    }
}

/// Knows its origins by the tenant in the URL that was requested.
struct ByTenant;

impl AllowOrigin<()> for ByTenant {
    async fn allows(origin: &Origin, parts: &Parts, (): &()) -> bool {
        let mut parts = parts.clone();
        let path = <Path<HashMap<String, String>> as axum::extract::FromRequestParts<()>>::from_request_parts(&mut parts, &());
        let Path(parameters) = path.await.unwrap();
        parts.uri.path() == "/one/items/7"
            && parameters["id"] == "7"
            && origin.host().and_then(|host| host.split('.').next()) == Some(&parameters["tenant"])
    }
}

#[cors(methods = "GET", origins = ByTenant)]
async fn item(uri: Uri) -> String {
    uri.to_string()
}

#[tokio::test]
async fn a_type_sees_the_url_that_was_requested() {
    let plain = Router::new().route("/items/{id}", routes!(item).into());
    let ours = CorsRouter::new()
        .route("/items/{id}", routes!(item))
        .layer(CatchPanicLayer::new());
    for app in [
        Router::new().nest("/{tenant}", plain),
        Router::new().nest("/{tenant}", ours.clone().into_router()),
        CorsRouter::new().nest("/{tenant}", ours).into_router(),
    ] {
        let server = Server::start(app).await;
        for (origin, status) in [("https://one.example", 200), ("https://two.example", 403)] {
            let response = server
                .ask("GET", "/one/items/7", &[("origin", origin)])
                .await;
            assert_eq!(response.status(), status, "{origin}");
            if status == 200 {
                assert_eq!(
                    response.body(),
                    "/items/7",
                    "the handler sees what it sees on any router"
                );
            }
        }
    }
}

#[tokio::test]
async fn no_preflight_waits_for_a_layer_that_is_not_ready() {
    let never_ready = tower::layer::layer_fn(|_: axum::routing::Route| NeverReady);
    let app = CorsRouter::new()
        .route("/", routes!(open))
        .layer(never_ready);
    let server = Server::start(app.into_router()).await;
    let response = server.ask("OPTIONS", "/", &PREFLIGHT).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
}

#[derive(Clone)]
struct NeverReady;

impl Service<Request> for NeverReady {
    type Response = Response;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Pending
    }

    fn call(&mut self, _: Request) -> Self::Future {
        panic!("it was never ready")
    }
}

/// Its `items` is brought by a glob import, which a function of the name hides, and the type does not.
mod api {
    use cors_runtime::cors;

    #[cors(methods = "GET")]
    #[expect(dead_code, reason = "only its companion is found")]
    pub(super) async fn items() {}
}

#[test]
#[should_panic = "found the handler `outermost::hidden::items`, and the policy of `outermost::api::items`"]
fn a_handler_under_the_policy_of_another_item_panics() {
    let _ = hidden::routes();
}

mod hidden {
    use cors_runtime::{Routes, routes};

    #[allow(unused_imports)]
    use super::api::*;

    async fn items() {}

    pub(super) fn routes() -> Routes {
        routes!(items)
    }
}

#[test]
#[should_panic = "polled after it was ready"]
fn a_future_that_is_polled_again_panics() {
    let service = service_fn(|_: Request| ready(Ok::<_, Infallible>(Response::new(Body::empty()))));
    let mut layered = CorsLayer::new(policy!(origins = "*")).layer(service);
    let mut response = pin!(layered.call(Request::new(Body::empty())));
    let mut context = Context::from_waker(Waker::noop());
    assert!(response.as_mut().poll(&mut context).is_ready());
    let _ = response.poll(&mut context);
}

#[tokio::test]
async fn unchecked_paths_are_those_of_axum() {
    let app = CorsRouter::new()
        .without_v07_checks()
        .route("/:literal", routes!(open))
        .nest(
            "/deep",
            CorsRouter::new()
                .without_v07_checks()
                .route("/:x", routes!(open)),
        );
    let server = Server::start(app.into_router()).await;
    for path in ["/:literal", "/deep/:x"] {
        let response = server.ask("OPTIONS", path, &PREFLIGHT).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT, "{path}");
    }
}

#[test]
#[should_panic = "must not start with `:`"]
fn a_malformed_path_panics_as_in_axum() {
    let _ = CorsRouter::<()>::new().route("/:id", routes!(open));
}

#[tokio::test]
async fn a_plain_path_beside_them_is_as_on_any_router() {
    let app = CorsRouter::new()
        .route("/i", routes!(open))
        .route("/plain", get(private))
        .layer(from_fn(unauthorized));
    let server = Server::start(app.into_router()).await;
    for (method, headers) in [("OPTIONS", &PREFLIGHT[..]), ("GET", &[EVIL])] {
        let response = server.ask(method, "/plain", headers).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(access_lines(response.headers()), [""; 0]);
    }
}
