//! Every response, whichever layer made it: layers of every kind around a `CorsRouter`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    BoxError, Router,
    body::Bytes,
    error_handling::HandleErrorLayer,
    extract::{Path, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use cors_runtime::{CorsRouter, cors, routes};
use cors_tests::{Server, access_lines, request};
use futures_util::{StreamExt, stream};
use tower::{ServiceBuilder, service_fn};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, limit::RequestBodyLimitLayer,
    set_header::SetResponseHeaderLayer, timeout::TimeoutLayer, trace::TraceLayer,
};

const LISTED: &str = "https://listed.example";
const UNLISTED: &str = "https://unlisted.example";

/// Does what the path says.
async fn work(Path(what): Path<String>) -> Response {
    match what.as_str() {
        "panic" => panic!("as it was asked to"),
        "sleep" => {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            ().into_response()
        }
        "long" => "long ".repeat(1000).into_response(),
        other => other.to_owned().into_response(),
    }
}

#[cors(
    methods = "GET, POST",
    origins = "https://listed.example",
    credentials,
    expose_headers = "ETag",
    max_age = 60
)]
async fn closed(what: Path<String>, _: Bytes) -> Response {
    work(what).await
}

#[cors(methods = "GET, POST", max_age = 60)]
async fn open(what: Path<String>, _: Bytes) -> Response {
    work(what).await
}

/// The application whose layers the table goes through.
fn app() -> CorsRouter {
    CorsRouter::new()
        .route("/closed/{what}", routes!(closed))
        .route("/open/{what}", routes!(open))
}

/// A layer's case: its name, the application inside it, what is sent (method, what, header, body),
/// and the status of the response.
type Case = (
    &'static str,
    CorsRouter,
    (
        &'static str,
        &'static str,
        Option<(&'static str, &'static str)>,
        &'static str,
    ),
    u16,
);

fn cases() -> Vec<Case> {
    async fn auth(request: Request, next: Next) -> Response {
        if request.headers().contains_key("authorization") {
            next.run(request).await
        } else {
            StatusCode::UNAUTHORIZED.into_response()
        }
    }
    async fn session(request: Request, next: Next) -> Response {
        let mut response = next.run(request).await;
        let cookie = HeaderValue::from_static("session=1; SameSite=None; Secure");
        response.headers_mut().append(header::SET_COOKIE, cookie);
        response
    }
    async fn overloaded(_: BoxError) -> StatusCode {
        StatusCode::SERVICE_UNAVAILABLE
    }
    let timeout =
        TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_millis(50));
    let shed = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(overloaded))
        .load_shed()
        .concurrency_limit(0);
    let rate = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(|_: BoxError| async {
            StatusCode::TOO_MANY_REQUESTS
        }))
        .load_shed()
        .concurrency_limit(0);
    let vary = SetResponseHeaderLayer::appending(header::VARY, HeaderValue::from_static("origin"));
    let json = Some(("content-type", "application/json"));
    vec![
        ("no layer", app(), ("GET", "one", None, ""), 200),
        (
            "auth",
            app().layer(from_fn(auth)),
            ("GET", "one", None, ""),
            401,
        ),
        (
            "auth, signed in",
            app().layer(from_fn(auth)),
            ("GET", "one", Some(("authorization", "me")), ""),
            200,
        ),
        (
            "auth on the routes",
            app().route_layer(from_fn(auth)),
            ("POST", "one", json, "1"),
            401,
        ),
        (
            "timeout",
            app().layer(timeout),
            ("GET", "sleep", None, ""),
            408,
        ),
        (
            "body limit",
            app().layer(RequestBodyLimitLayer::new(4)),
            ("POST", "one", json, "12345"),
            413,
        ),
        (
            "catch panic",
            app().layer(CatchPanicLayer::new()),
            ("GET", "panic", None, ""),
            500,
        ),
        (
            "load shedding",
            app().layer(shed),
            ("GET", "one", None, ""),
            503,
        ),
        (
            "rate limit",
            app().layer(rate),
            ("GET", "one", None, ""),
            429,
        ),
        (
            "compression",
            app().layer(CompressionLayer::new()),
            ("GET", "long", Some(("accept-encoding", "gzip")), ""),
            200,
        ),
        (
            "trace",
            app().layer(TraceLayer::new_for_http()),
            ("GET", "one", None, ""),
            200,
        ),
        (
            "a header set",
            app().layer(vary),
            ("GET", "one", None, ""),
            200,
        ),
        (
            "session",
            app().layer(from_fn(session)),
            ("GET", "one", None, ""),
            200,
        ),
        (
            "all together",
            app()
                .layer(CatchPanicLayer::new())
                .layer(RequestBodyLimitLayer::new(4))
                .layer(timeout)
                .layer(from_fn(session))
                .layer(CompressionLayer::new())
                .layer(TraceLayer::new_for_http())
                .layer(from_fn(auth)),
            ("GET", "panic", Some(("authorization", "me")), ""),
            500,
        ),
    ]
}

/// The access headers, and `Vary` as a set: layers add to it in an order of their own.
fn sorted(mut lines: Vec<String>) -> Vec<String> {
    let vary = lines.iter().filter(|line| line.starts_with("vary")).count();
    assert!(vary <= 1, "`Vary` has {vary} lines");
    if let Some(line) = lines.iter_mut().find(|line| line.starts_with("vary")) {
        let mut fields: Vec<_> = line
            .split_off(6)
            .split(", ")
            .map(str::to_ascii_lowercase)
            .collect();
        fields.retain(|field| field != "accept-encoding");
        fields.sort();
        line.push_str(&fields.join(", "));
    }
    lines
}

#[tokio::test]
async fn whatever_a_layer_answers_carries_the_policys_headers() {
    for (name, app, (method, what, header, body), status) in cases() {
        let server = Server::start(app.into_router()).await;
        for (path, origin) in [
            ("closed", Some(LISTED)),
            ("closed", Some(UNLISTED)),
            ("closed", None),
            ("open", Some(UNLISTED)),
            ("open", None),
        ] {
            let what_for = format!("{name}: {method} /{path}/{what} from {origin:?}");
            let headers: Vec<_> = origin
                .iter()
                .map(|o| ("origin", *o))
                .chain(header)
                .collect();
            let url = format!("/{path}/{what}");
            let response = server.send(request(method, &url, &headers, body)).await;
            // The policy refuses before any layer runs.
            let refused = path == "closed" && origin == Some(UNLISTED);
            let status = if refused { 403 } else { status };
            assert_eq!(response.status(), status, "{what_for}");
            let expected: Vec<String> = match (path, origin) {
                ("closed", Some(LISTED)) => vec![
                    format!("access-control-allow-origin: {LISTED}"),
                    "access-control-allow-credentials: true".to_owned(),
                    "access-control-expose-headers: ETag".to_owned(),
                    "vary: origin".to_owned(),
                ],
                ("closed", _) if status == 403 => vec!["vary: origin, sec-fetch-site".to_owned()],
                ("closed", None) if method == "POST" => {
                    vec!["vary: origin, sec-fetch-site".to_owned()]
                }
                ("closed", _) => vec!["vary: origin".to_owned()],
                _ => vec![
                    format!("access-control-allow-origin: {}", origin.unwrap_or("*")),
                    "access-control-allow-credentials: true".to_owned(),
                    "access-control-allow-methods: GET, POST".to_owned(),
                    "access-control-allow-headers: Authorization".to_owned(),
                    "access-control-max-age: 60".to_owned(),
                    "vary: origin".to_owned(),
                ],
            };
            assert_eq!(
                sorted(access_lines(response.headers())),
                expected,
                "{what_for}"
            );
        }
    }
}

#[tokio::test]
async fn no_layer_sees_a_preflight() {
    for (name, app, (method, what, ..), _) in cases() {
        let server = Server::start(app.into_router()).await;
        for (path, origin, status) in [
            ("closed", LISTED, 204),
            ("closed", UNLISTED, 403),
            ("open", UNLISTED, 204),
        ] {
            let url = format!("/{path}/{what}");
            let ask = [
                ("origin", origin),
                ("access-control-request-method", method),
            ];
            let response = server.ask("OPTIONS", &url, &ask).await;
            assert_eq!(response.status(), status, "{name}: {url} from {origin}");
            let allowed = response.headers().get("access-control-allow-origin");
            assert_eq!(
                allowed.is_some(),
                status == 204,
                "{name}: {url} from {origin}"
            );
            assert!(
                !response.headers().contains_key("set-cookie"),
                "{name}: {url}"
            );
            let vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
            assert_eq!(
                response.headers()["vary"],
                vary,
                "{name}: {url} from {origin}"
            );
        }
    }
}

#[derive(Clone, Default)]
struct Runs(Arc<AtomicUsize>);

impl Runs {
    fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

async fn plain(State(runs): State<Runs>) {
    runs.count();
}

#[cors(methods = "*")]
async fn annotated(State(runs): State<Runs>) {
    runs.count();
}

#[tokio::test]
async fn nothing_goes_round_a_layer() {
    async fn auth(_: Request, _: Next) -> StatusCode {
        StatusCode::UNAUTHORIZED
    }
    let runs = Runs::default();
    let service = {
        let runs = runs.clone();
        service_fn(move |_: Request| {
            runs.count();
            std::future::ready(Ok::<_, std::convert::Infallible>(
                StatusCode::OK.into_response(),
            ))
        })
    };
    let app = |fallback: bool| {
        let app = CorsRouter::new()
            .route("/get", get(plain))
            .route("/any", any(plain))
            .route_service("/service", service.clone())
            .nest_service("/nested", service.clone())
            .nest(
                "/router",
                Router::new().route("/get", get(plain)).fallback(plain),
            )
            .route("/annotated", routes!(annotated));
        if fallback {
            app.fallback(plain)
        } else {
            app.merge(Router::new().route("/merged", any(plain)))
                .fallback(routes!(annotated))
        }
    };
    for (name, app) in [
        ("a plain fallback", app(true)),
        ("a merged router", app(false)),
    ] {
        let app = app.layer(from_fn(auth)).with_state(runs.clone());
        let has_policy =
            |path| path == "/annotated" || (path == "/nowhere" && name == "a merged router");
        let server = Server::start(app.into_router()).await;
        for path in [
            "/get",
            "/any",
            "/service",
            "/nested",
            "/nested/",
            "/nested/deep/er",
            "/router/get",
            "/router/nowhere",
            "/annotated",
            "/merged",
            "/nowhere",
        ] {
            for method in [
                "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "MOVE",
            ] {
                for headers in [
                    &[][..],
                    &[("origin", UNLISTED)],
                    &[
                        ("origin", UNLISTED),
                        ("access-control-request-method", "GET"),
                    ],
                    &[
                        ("origin", UNLISTED),
                        ("access-control-request-method", "MOVE"),
                    ],
                ] {
                    let preflight = method == "OPTIONS" && headers.len() == 2;
                    let expected = if has_policy(path) && preflight {
                        StatusCode::NO_CONTENT
                    } else {
                        StatusCode::UNAUTHORIZED
                    };
                    let response = server.ask(method, path, headers).await;
                    assert_eq!(
                        response.status(),
                        expected,
                        "{name}: {method} {path} {headers:?}"
                    );
                    let readable = response
                        .headers()
                        .contains_key("access-control-allow-origin");
                    assert_eq!(
                        readable,
                        has_policy(path),
                        "{name}: {method} {path} {headers:?}"
                    );
                }
            }
        }
    }
    assert_eq!(runs.0.load(Ordering::Relaxed), 0, "a handler ran");
}

#[tokio::test]
async fn a_body_is_neither_read_nor_lost_and_a_handler_runs_once() {
    #[cors(methods = "POST")]
    async fn echo(State(runs): State<Runs>, body: Bytes) -> Bytes {
        runs.count();
        body
    }
    let runs = Runs::default();
    let app = CorsRouter::new()
        .route("/", routes!(echo))
        .layer(TraceLayer::new_for_http())
        .with_state(runs.clone());
    let server = Server::start(app.into_router()).await;
    let body = "body ".repeat(20_000);
    for sent in 1..=3 {
        let response = server
            .send(request("POST", "/", &[("origin", LISTED)], &body))
            .await;
        assert_eq!(response.body(), &body);
        assert_eq!(runs.0.load(Ordering::Relaxed), sent);
    }
}

#[tokio::test]
async fn a_panic_after_the_response_began_costs_no_other_request() {
    #[cors(methods = "GET")]
    async fn breaking() -> axum::body::Body {
        let parts = stream::iter([1, 2]).map(|part| match part {
            1 => Ok::<_, BoxError>("a part"),
            _ => panic!("as it was asked to"),
        });
        axum::body::Body::from_stream(parts)
    }
    let app = app()
        .route("/breaking", routes!(breaking))
        .layer(CatchPanicLayer::new());
    let server = Server::start(app.into_router()).await;
    for _ in 0..3 {
        let broken = server
            .try_send(request("GET", "/breaking", &[("origin", LISTED)], ""))
            .await;
        assert!(broken.is_err(), "the body ends before its end");
        let response = server
            .ask("GET", "/closed/one", &[("origin", LISTED)])
            .await;
        assert_eq!(response.headers()["access-control-allow-origin"], LISTED);
    }
}
