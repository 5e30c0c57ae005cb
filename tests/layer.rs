//! `CorsLayer`: a policy around a service that is not a handler.

use std::{
    convert::Infallible,
    fs,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    BoxError, Router,
    body::Body,
    error_handling::HandleErrorLayer,
    extract::Request,
    http::StatusCode,
    middleware::{Next, from_fn},
    response::Response,
};
use cors_runtime::{CorsLayer, CorsRouter, Policy, cors, policy, routes};
use cors_tests::{Server, access_lines, request};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, limit::RequestBodyLimitLayer,
    services::ServeDir, timeout::TimeoutLayer,
};

const LISTED: &str = "https://listed.example";
const UNLISTED: &str = "https://unlisted.example";

const CLOSED: Policy = policy!(
    origins = "https://listed.example",
    credentials,
    expose_headers = "ETag",
    allow_headers = "X-Token",
    max_age = 60,
);
const EVERY: Policy = policy!(origins = "*", methods = "GET");
const OPEN: Policy = policy!(methods = "*", debug_max_age);

#[tokio::test]
async fn a_folder_is_served_under_a_policy() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file.txt"), "a file").unwrap();
    let serve = |policy| CorsLayer::new(policy).layer(ServeDir::new(folder.path()));
    let app = Router::new()
        .nest_service("/closed", serve(CLOSED))
        .nest_service("/every", serve(EVERY))
        .nest_service("/open", serve(OPEN));
    let server = Server::start(app).await;
    for (method, path, origin, status, expected) in [
        (
            "GET",
            "/closed/file.txt",
            Some(LISTED),
            200,
            &[
                "access-control-allow-origin: https://listed.example",
                "access-control-allow-credentials: true",
                "access-control-expose-headers: ETag",
                "vary: Origin",
            ][..],
        ),
        (
            "GET",
            "/closed/file.txt",
            Some(UNLISTED),
            403,
            &["vary: Origin, Sec-Fetch-Site"],
        ),
        ("GET", "/closed/file.txt", None, 200, &["vary: Origin"]),
        (
            "GET",
            "/closed/missing.txt",
            Some(LISTED),
            404,
            &[
                "access-control-allow-origin: https://listed.example",
                "access-control-allow-credentials: true",
                "access-control-expose-headers: ETag",
                "vary: Origin",
            ],
        ),
        (
            "GET",
            "/every/file.txt",
            Some(UNLISTED),
            200,
            &["access-control-allow-origin: *"],
        ),
        (
            "GET",
            "/every/file.txt",
            None,
            200,
            &["access-control-allow-origin: *"],
        ),
        (
            "POST",
            "/every/file.txt",
            None,
            405,
            &["access-control-allow-origin: *"],
        ),
        (
            "HEAD",
            "/open/file.txt",
            Some(UNLISTED),
            200,
            &[
                "access-control-allow-origin: https://unlisted.example",
                "access-control-allow-credentials: true",
                "access-control-allow-methods: HEAD",
                "access-control-allow-headers: Authorization",
                "access-control-max-age: 1",
                "vary: Origin",
            ],
        ),
        // What is not a preflight goes to the service.
        (
            "OPTIONS",
            "/every/file.txt",
            Some(UNLISTED),
            405,
            &[
                "access-control-allow-origin: *",
                "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
            ],
        ),
    ] {
        let headers: Vec<_> = origin.iter().map(|origin| ("origin", *origin)).collect();
        let response = server.ask(method, path, &headers).await;
        assert_eq!(response.status(), status, "{method} {path} {origin:?}");
        assert_eq!(
            access_lines(response.headers()),
            expected,
            "{method} {path} {origin:?}"
        );
    }
    let vary = "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    for (path, origin, asked, status, expected) in [
        (
            "/closed/file.txt",
            LISTED,
            "GET",
            204,
            &[
                "access-control-allow-origin: https://listed.example",
                "access-control-allow-credentials: true",
                "access-control-allow-methods: GET, HEAD, POST",
                "access-control-allow-headers: X-Token",
                "access-control-max-age: 60",
                vary,
            ][..],
        ),
        ("/closed/file.txt", UNLISTED, "GET", 403, &[vary]),
        (
            "/every/file.txt",
            UNLISTED,
            "PUT",
            204,
            &[
                "access-control-allow-origin: *",
                "access-control-allow-methods: GET",
                "access-control-allow-headers: Authorization",
                vary,
            ],
        ),
    ] {
        let ask = [("origin", origin), ("access-control-request-method", asked)];
        let response = server.ask("OPTIONS", path, &ask).await;
        assert_eq!(response.status(), status, "{path} {origin}");
        assert_eq!(response.body(), "", "{path} {origin}");
        assert_eq!(
            access_lines(response.headers()),
            expected,
            "{path} {origin}"
        );
    }
}

#[tokio::test]
async fn what_layers_inside_it_answer_carries_the_policys_headers() {
    async fn auth(_: Request, _: Next) -> StatusCode {
        StatusCode::UNAUTHORIZED
    }
    async fn overloaded(_: BoxError) -> StatusCode {
        StatusCode::SERVICE_UNAVAILABLE
    }
    async fn slow(_: Request, _: Next) -> StatusCode {
        std::future::pending().await
    }
    async fn panicking(_: Request, _: Next) -> StatusCode {
        panic!("as it was asked to")
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file.txt"), "a file").unwrap();
    let files = || Router::new().fallback_service(ServeDir::new(folder.path()));
    let timeout = Duration::from_millis(50);
    let timeout = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, timeout);
    let shed = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(overloaded))
        .load_shed()
        .concurrency_limit(0);
    for (name, app, status) in [
        ("no layer", files(), 200),
        ("auth", files().layer(from_fn(auth)), 401),
        ("timeout", files().layer(from_fn(slow)).layer(timeout), 408),
        (
            "body limit",
            files().layer(RequestBodyLimitLayer::new(1)),
            413,
        ),
        (
            "catch panic",
            files()
                .layer(from_fn(panicking))
                .layer(CatchPanicLayer::new()),
            500,
        ),
        ("load shedding", files().layer(shed), 503),
        ("compression", files().layer(CompressionLayer::new()), 200),
    ] {
        let server = Server::start(app.layer(CorsLayer::new(CLOSED))).await;
        let body = if status == 413 {
            "more than one byte"
        } else {
            ""
        };
        for (origin, expected_status, readable) in [
            (Some(LISTED), status, true),
            (Some(UNLISTED), 403, false),
            (None, status, false),
        ] {
            let headers: Vec<_> = origin.iter().map(|origin| ("origin", *origin)).collect();
            let response = server
                .send(request("GET", "/file.txt", &headers, body))
                .await;
            assert_eq!(response.status(), expected_status, "{name} from {origin:?}");
            let allowed = response.headers().get("access-control-allow-origin");
            let expected = origin.filter(|_| readable);
            assert_eq!(
                allowed.map(|value| value.to_str().unwrap()),
                expected,
                "{name}"
            );
            let exposed = response
                .headers()
                .contains_key("access-control-expose-headers");
            assert_eq!(exposed, readable, "{name} from {origin:?}");
        }
        for (origin, status) in [(LISTED, 204), (UNLISTED, 403)] {
            let ask = [("origin", origin), ("access-control-request-method", "GET")];
            let response = server.ask("OPTIONS", "/file.txt", &ask).await;
            assert_eq!(response.status(), status, "{name} from {origin}");
        }
    }
}

#[cors(methods = "GET", origins = "https://listed.example")]
async fn annotated() {}

#[cors(methods = "GET", origins = "https://listed.example", enforce = false)]
async fn unenforced() {}

#[tokio::test]
async fn the_outermost_policy_decides_and_opens_nothing_that_is_closed_inside() {
    let app = || {
        Router::new()
            .route("/", routes!(annotated).into())
            .route("/unenforced", routes!(unenforced).into())
    };
    let ours = CorsRouter::new()
        .route("/", routes!(annotated))
        .route("/unenforced", routes!(unenforced));
    for app in [app(), ours.into_router()] {
        let stacked = CorsLayer::new(OPEN).layer(app);
        for (path, origin, status) in [
            ("/", Some(LISTED), 200),
            ("/", Some(UNLISTED), 403),
            ("/", None, 200),
            ("/unenforced", Some(LISTED), 200),
            ("/unenforced", Some(UNLISTED), 403),
        ] {
            let mut request = Request::get(path);
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            let request = request.body(Body::empty()).unwrap();
            let response = stacked.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), status, "{path} {origin:?}");
            let lines = access_lines(response.headers());
            let allow_origin = format!("access-control-allow-origin: {}", origin.unwrap_or("*"),);
            assert_eq!(lines.first(), Some(&allow_origin), "{path} {origin:?}");
            assert!(
                lines.contains(&"access-control-allow-methods: GET".to_owned()),
                "the headers are the outer policy's: {lines:?}"
            );
        }
    }
    let alone = app();
    let request = Request::get("/unenforced").header("origin", UNLISTED);
    let request = request.body(Body::empty()).unwrap();
    let response = alone.oneshot(request).await.unwrap();
    assert_eq!(
        response.status(),
        200,
        "without a policy outside the browser decides"
    );
}

#[tokio::test]
async fn a_layer_inside_a_handlers_policy_is_overruled() {
    let inside = || routes!(annotated).layer(CorsLayer::new(EVERY));
    let plain: Router = Router::new().route("/", inside().into());
    let ours = CorsRouter::new().route("/", inside()).into_router();
    for app in [plain, ours] {
        let server = Server::start(app).await;
        let response = server.ask("GET", "/", &[("Origin", LISTED)]).await;
        let expected = [
            "access-control-allow-origin: https://listed.example",
            "vary: Origin",
        ];
        assert_eq!(access_lines(response.headers()), expected);
    }
}

#[cors(methods = "GET")]
async fn open() {}

#[tokio::test]
async fn what_a_layer_refuses_on_a_router_of_policies_stays_refused() {
    let app = CorsRouter::new()
        .route("/", routes!(open))
        .layer(CorsLayer::new(CLOSED))
        .into_router();
    let server = Server::start(app).await;
    let response = server.ask("GET", "/", &[("Origin", UNLISTED)]).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(
        access_lines(response.headers()),
        [
            "access-control-allow-origin: https://unlisted.example",
            "access-control-allow-credentials: true",
            "access-control-allow-methods: GET",
            "access-control-allow-headers: Authorization",
            "vary: Origin, Sec-Fetch-Site"
        ],
        "the handler's policy, which is outside, lets the page read the refusal"
    );
}

/// A service that is ready once it has been asked twice, and panics if it is called before.
#[derive(Clone, Default)]
struct Slow(u32);

impl Service<Request> for Slow {
    type Response = Response;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0 += 1;
        context.waker().wake_by_ref();
        if self.0 < 2 {
            Poll::Pending
        } else {
            Poll::Ready(Ok(()))
        }
    }

    fn call(&mut self, _: Request) -> Self::Future {
        assert!(self.0 >= 2, "called before it was ready");
        self.0 = 0;
        std::future::ready(Ok(Response::new(Body::from("slow"))))
    }
}

#[tokio::test]
async fn a_service_is_called_when_it_is_ready() {
    let mut service = CorsLayer::new(EVERY).layer(Slow::default());
    for _ in 0..3 {
        let request = Request::new(Body::empty());
        let response = service.ready().await.unwrap().call(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn any_body_and_any_error_will_do() {
    let failing = service_fn(
        async |request: axum::http::Request<u32>| match request.body() {
            0 => Err("zero"),
            number => Ok(axum::http::Response::new(vec![*number])),
        },
    );
    let mut service = CorsLayer::new(OPEN).layer(failing);
    let response = service.call(axum::http::Request::new(7)).await.unwrap();
    assert_eq!(response.body(), &[7]);
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    assert_eq!(
        service.call(axum::http::Request::new(0)).await.unwrap_err(),
        "zero"
    );
}

#[test]
#[should_panic = "a layer needs origins"]
fn a_layer_of_a_policy_that_leaves_its_origins_to_others_is_refused() {
    let _ = CorsLayer::new(policy!(origins = _, credentials));
}
