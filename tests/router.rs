//! `CorsRouter` as a router: what axum's methods mean, they mean here.

use std::{
    cell::RefCell,
    panic::{self, catch_unwind},
};

use axum::{
    Router, ServiceExt,
    body::Body,
    extract::{MatchedPath, OriginalUri, Path, Request, State},
    http::{StatusCode, Uri},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use cors_runtime::{CorsRouter, Origin, Policy, cors, policy, routes};
use cors_tests::Server;
use tower::{Layer, ServiceExt as _};
use tower_http::normalize_path::NormalizePathLayer;

const ORIGIN: (&str, &str) = ("origin", "https://app.example");
const PREFLIGHT: [(&str, &str); 2] = [ORIGIN, ("access-control-request-method", "PUT")];

#[cors(methods = "GET, PUT")]
async fn seen(
    State(state): State<&'static str>,
    Path(id): Path<u32>,
    uri: Uri,
    OriginalUri(original): OriginalUri,
    matched: MatchedPath,
) -> String {
    format!("{state} {id} {uri} {original} {}", matched.as_str())
}

#[cors(methods = "*")]
async fn missing(uri: Uri) -> (StatusCode, String) {
    (StatusCode::NOT_FOUND, format!("no {uri}"))
}

fn app() -> Router {
    let api = CorsRouter::new().route("/items/{id}", routes!(seen));
    CorsRouter::new()
        .nest("/api", api)
        .route("/items/{id}", routes!(seen))
        .route("/plain", get(|| async { "plain" }))
        .fallback(routes!(missing))
        .with_state("state")
        .into_router()
}

#[tokio::test]
async fn handlers_see_what_they_see_on_any_router() {
    let outer = Router::new().nest("/outer", app()).merge(app());
    let server = Server::start(outer).await;
    for (path, expected) in [
        ("/items/1?q", "state 1 /items/1?q /items/1?q /items/{id}"),
        (
            "/api/items/2",
            "state 2 /items/2 /api/items/2 /api/items/{id}",
        ),
        (
            "/outer/items/3",
            "state 3 /items/3 /outer/items/3 /outer/items/{id}",
        ),
        (
            "/outer/api/items/4",
            "state 4 /items/4 /outer/api/items/4 /outer/api/items/{id}",
        ),
    ] {
        let response = server.ask("GET", path, &[ORIGIN]).await;
        assert_eq!(response.body(), expected, "{path}");
        assert_eq!(
            response.headers()["access-control-allow-methods"],
            "GET, PUT",
            "{path}"
        );
        let response = server.ask("OPTIONS", path, &PREFLIGHT).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT, "{path}");
        assert_eq!(
            response.headers()["access-control-allow-methods"],
            "GET, PUT",
            "{path}"
        );
    }
}

#[tokio::test]
async fn an_annotated_fallbacks_policy_stands_for_unknown_urls() {
    let server = Server::start(app()).await;
    for path in ["/nowhere", "/api/nowhere", "/"] {
        let response = server.ask("OPTIONS", path, &PREFLIGHT).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT, "{path}");
        assert_eq!(
            response.headers()["access-control-allow-methods"],
            "PUT",
            "{path}"
        );
        let response = server.ask("GET", path, &[ORIGIN]).await;
        assert_eq!(response.body(), &format!("no {path}"));
        assert!(
            response
                .headers()
                .contains_key("access-control-allow-origin"),
            "{path}"
        );
    }
    let response = server.ask("OPTIONS", "/plain", &PREFLIGHT).await;
    assert_eq!(
        response.status(),
        StatusCode::METHOD_NOT_ALLOWED,
        "a known path has no policy"
    );
    assert!(
        !response
            .headers()
            .contains_key("access-control-allow-origin")
    );
}

#[tokio::test]
async fn where_paths_cannot_be_listed_no_preflight_gets_the_fallbacks_policy() {
    let plain = || Router::new().route("/unlisted", get(|| async { "unlisted" }));
    for (name, app) in [
        (
            "merge",
            CorsRouter::new().merge(plain()).fallback(routes!(missing)),
        ),
        (
            "merge after",
            CorsRouter::new().fallback(routes!(missing)).merge(plain()),
        ),
    ] {
        let server = Server::start(app.into_router()).await;
        let response = server.ask("OPTIONS", "/unlisted", &PREFLIGHT).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{name}");
        assert!(
            !response
                .headers()
                .contains_key("access-control-allow-origin"),
            "{name}"
        );
        // An unknown URL goes through the layers to the fallback, which answers by its own policy.
        let response = server.ask("OPTIONS", "/nowhere", &PREFLIGHT).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT, "{name}");
    }
    let app = CorsRouter::new()
        .nest("/nested", plain())
        .fallback(routes!(missing));
    let server = Server::start(app.into_router()).await;
    let response = server.ask("OPTIONS", "/nested/unlisted", &PREFLIGHT).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    let response = server.ask("OPTIONS", "/nowhere", &PREFLIGHT).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_fallback_of_ones_own_for_405_keeps_the_access_headers_and_allow() {
    let app = CorsRouter::new()
        .route("/items/{id}", routes!(seen))
        .route("/plain", get(|| async { "plain" }))
        .method_not_allowed_fallback(|| async { (StatusCode::METHOD_NOT_ALLOWED, "not so") })
        .with_state("state");
    let server = Server::start(app.into_router()).await;
    let response = server.ask("DELETE", "/items/1", &[ORIGIN]).await;
    assert_eq!(
        (response.status(), &response.body()[..]),
        (StatusCode::METHOD_NOT_ALLOWED, &b"not so"[..])
    );
    assert_eq!(response.headers()["allow"], "GET, HEAD, PUT, OPTIONS");
    assert_eq!(
        response.headers()["access-control-allow-origin"],
        "https://app.example"
    );
    let response = server.ask("DELETE", "/plain", &[ORIGIN]).await;
    assert_eq!(
        (&response.body()[..], response.headers()["allow"].as_bytes()),
        (&b"not so"[..], &b"GET,HEAD"[..])
    );
    assert!(
        !response
            .headers()
            .contains_key("access-control-allow-origin")
    );
}

#[tokio::test]
async fn the_result_is_a_router_like_any() {
    let server = Server::start(
        Router::new()
            .merge(
                CorsRouter::new()
                    .route("/items/{id}", routes!(seen))
                    .with_state("one")
                    .into_router(),
            )
            .nest(
                "/two",
                CorsRouter::new()
                    .route("/items/{id}", routes!(seen))
                    .with_state("two")
                    .into_router(),
            )
            .route("/three", get(|| async { "three" }))
            .fallback(|| async { "a later fallback" }),
    )
    .await;
    for (path, expected) in [
        ("/items/1", "one 1 /items/1 /items/1 /items/{id}"),
        (
            "/two/items/2",
            "two 2 /items/2 /two/items/2 /two/items/{id}",
        ),
        ("/three", "three"),
        ("/nowhere", "a later fallback"),
    ] {
        assert_eq!(
            server.ask("GET", path, &[]).await.body(),
            expected,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_router_inside_another_answers_by_its_own_policies() {
    let inner = CorsRouter::new()
        .route("/items/{id}", routes!(seen))
        .with_state("inner");
    // As a plain router, whose paths the outer one cannot list.
    let outer = CorsRouter::new()
        .nest("/inner", inner.into_router())
        .fallback(routes!(missing));
    let server = Server::start(outer.into_router()).await;
    for headers in [&PREFLIGHT[..], &[ORIGIN]] {
        let method = if headers.len() == 2 { "OPTIONS" } else { "GET" };
        let response = server.ask(method, "/inner/items/1", headers).await;
        let methods: Vec<_> = response
            .headers()
            .get_all("access-control-allow-methods")
            .iter()
            .collect();
        assert_eq!(methods, ["GET, PUT"], "{method}");
    }
}

#[tokio::test]
async fn normalize_path_goes_around_the_result_as_around_any_router() {
    let app = NormalizePathLayer::trim_trailing_slash().layer(app());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serve = axum::serve(listener, ServiceExt::<Request>::into_make_service(app));
    let task = tokio::spawn(serve.into_future());
    let server = Server::at(address);
    let response = server.ask("OPTIONS", "/api/items/1/", &PREFLIGHT).await;
    assert_eq!(
        response.headers()["access-control-allow-methods"],
        "GET, PUT"
    );
    let response = server.ask("GET", "/api/items/1/", &[ORIGIN]).await;
    assert_eq!(response.status(), StatusCode::OK);
    task.abort();
}

#[tokio::test]
async fn a_request_for_the_whole_server_is_the_fallbacks() {
    let mut request = Request::builder().method("OPTIONS").uri("*");
    for (name, value) in PREFLIGHT {
        request = request.header(name, value);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = app().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert_eq!(response.headers()["access-control-allow-methods"], "PUT");
}

/// What must never go by a policy: it has none of its own, and requires credentials.
async fn secret() -> &'static str {
    "secret"
}

#[cors(methods = "*")]
async fn anything() {}

#[cors(methods = "*", origins = "https://partner.example", enforce = false)]
async fn closed() {}

/// Asks for `Authorization`.
async fn authenticate(request: Request, next: Next) -> Response {
    if request.headers().contains_key("authorization") {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

#[tokio::test]
async fn a_path_with_parameters_never_stands_in_for_one_without_a_policy() {
    let plain = |path| Router::new().route(path, get(secret));
    let service = || get(secret);
    let item = || CorsRouter::new().route("/{id}", routes!(anything));
    let wild = || CorsRouter::new().route("/{*path}", routes!(anything));
    for (name, app, secrets, others) in [
        (
            "merge",
            item().merge(plain("/admin")),
            &["/admin"][..],
            "/other",
        ),
        (
            "route",
            item().route("/admin", get(secret)),
            &["/admin"],
            "/other",
        ),
        (
            "nest_service",
            wild().nest_service("/admin", service()),
            &["/admin", "/admin/", "/admin/x", "/admin/x/y"],
            "/other/x",
        ),
        (
            "nest",
            CorsRouter::new()
                .route("/{a}/{b}", routes!(anything))
                .nest("/api", plain("/admin")),
            &["/api/admin"],
            "/api/other",
        ),
        (
            "a merge in a nested router",
            CorsRouter::new().nest("/v1", item().merge(plain("/me"))),
            &["/v1/me"],
            "/v1/other",
        ),
        (
            "a service under a fallback",
            CorsRouter::new()
                .nest_service("/files", service())
                .fallback(routes!(anything)),
            &["/files", "/files/", "/files/x"],
            "/other",
        ),
        (
            "a service under a nested fallback",
            CorsRouter::new().nest(
                "/api",
                CorsRouter::new()
                    .nest_service("/files", service())
                    .fallback(routes!(anything)),
            ),
            &["/api/files", "/api/files/", "/api/files/x"],
            "/api/other",
        ),
        (
            "prefixes that begin with a parameter",
            CorsRouter::new()
                .nest("/{tenant}", plain("/x"))
                .nest_service("/{tenant}/files", service())
                .fallback(routes!(anything)),
            &["/one/x", "/one/files", "/one/files/y"],
            "/",
        ),
    ] {
        let router = app.layer(from_fn(authenticate)).into_router();
        // As it is, and nested in a router that knows nothing of policies.
        for (prefix, app) in [
            ("", router.clone()),
            ("/outer", Router::new().nest("/outer", router)),
        ] {
            let server = Server::start(app).await;
            for path in secrets {
                let path = format!("{prefix}{path}");
                let response = server.ask("OPTIONS", &path, &PREFLIGHT).await;
                assert_eq!(
                    response.status(),
                    StatusCode::UNAUTHORIZED,
                    "{name}: {path}"
                );
                let me = [ORIGIN, ("authorization", "me")];
                let response = server.ask("GET", &path, &me).await;
                assert_eq!(response.body(), "secret", "{name}: {path}");
                assert!(
                    !response
                        .headers()
                        .contains_key("access-control-allow-origin"),
                    "{name}: {path}"
                );
            }
            // axum itself loses the fallback of a router that is nested twice.
            if prefix.is_empty() || !name.ends_with("nested fallback") && others != "/" {
                let path = format!("{prefix}{others}");
                let response = server.ask("OPTIONS", &path, &PREFLIGHT).await;
                assert_eq!(response.status(), StatusCode::NO_CONTENT, "{name}: {path}");
                let response = server.ask("GET", &path, &[ORIGIN]).await;
                assert_eq!(
                    response.status(),
                    StatusCode::UNAUTHORIZED,
                    "{name}: {path}"
                );
                assert!(
                    response
                        .headers()
                        .contains_key("access-control-allow-origin"),
                    "{name}: {path}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_prefix_that_ends_with_a_slash_is_a_prefix_like_any() {
    let inner = CorsRouter::new()
        .route("/{id}", routes!(anything))
        .merge(Router::new().route("/admin", get(secret)));
    let app = Router::new().nest("/outer/", inner.layer(from_fn(authenticate)).into_router());
    let server = Server::start(app).await;
    for (path, status) in [
        ("/outer/other", StatusCode::NO_CONTENT),
        ("/outer/admin", StatusCode::UNAUTHORIZED),
    ] {
        let response = server.ask("OPTIONS", path, &PREFLIGHT).await;
        assert_eq!(response.status(), status, "{path}");
    }
}

#[tokio::test]
async fn an_open_wildcard_never_answers_for_a_closed_router_inside() {
    let inner = CorsRouter::new().route("/x", routes!(closed)).into_router();
    let app = CorsRouter::new()
        .route("/{*path}", routes!(anything))
        .nest("/in", inner);
    let server = Server::start(app.into_router()).await;
    let response = server.ask("OPTIONS", "/in/x", &PREFLIGHT).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let response = server.ask("OPTIONS", "/out/x", &PREFLIGHT).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
}

#[test]
fn what_axum_builds_is_built() {
    let plain = || Router::<()>::new().route("/x", get(secret));
    let _ = CorsRouter::new().nest("/{tenant}", plain()).into_router();
    let _ = CorsRouter::new()
        .nest_service("/{tenant}/files", get(secret))
        .into_router();
    let _ = CorsRouter::new()
        .nest("/api", plain())
        .nest("/api/", Router::new().route("/y", get(secret)))
        .into_router();
    let _ = CorsRouter::new()
        .merge(plain())
        .merge(Router::new().route("/x", put(secret)))
        .into_router();
    let _ = CorsRouter::new()
        .without_v07_checks()
        .route("/:literal", routes!(anything))
        .into_router();
}

#[test]
#[should_panic = "Overlapping method route"]
fn axums_own_overlaps_panic_as_in_axum() {
    let _ = CorsRouter::<()>::new()
        .route("/", get(|| async {}))
        .route("/", get(|_: Origin| async {}));
}

#[test]
#[should_panic = "`/items` is given twice"]
fn a_path_in_two_merged_routers_panics() {
    #[cors(methods = "GET")]
    async fn one() {}
    #[cors(methods = "PUT")]
    async fn other() {}
    let _ = CorsRouter::<()>::new()
        .route("/items", routes!(one))
        .merge(CorsRouter::new().route("/items", routes!(other)));
}

const UNNAMED: Policy = policy!(origins = _);

async fn passed(request: Request, next: Next) -> Response {
    next.run(request).await
}

thread_local! {
    /// Where this thread has panicked last.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

type Call = Box<dyn FnOnce() + panic::UnwindSafe>;

/// Mistakes that axum, or the router itself, finds while it is built.
#[test]
fn no_panic_while_a_router_is_built_names_a_line_of_this_library() {
    let service = || tower::service_fn(async |_: Request| Ok::<_, std::convert::Infallible>(()));
    let nested = || CorsRouter::new().route("/a", get(async || ()));
    let calls: [(&str, Call); 8] = [
        (
            "route",
            Box::new(|| drop(CorsRouter::<()>::new().route("a", get(async || ())))),
        ),
        (
            "annotated",
            Box::new(|| drop(CorsRouter::<()>::new().route("a", routes!(missing)))),
        ),
        (
            "route_service",
            Box::new(move || drop(CorsRouter::<()>::new().route_service("a", service()))),
        ),
        (
            "nest",
            Box::new(move || drop(CorsRouter::<()>::new().nest("a", nested()))),
        ),
        (
            "nest_service",
            Box::new(move || drop(CorsRouter::<()>::new().nest_service("a", service()))),
        ),
        ("merge", Box::new(move || drop(nested().merge(nested())))),
        (
            "route_layer",
            Box::new(|| drop(CorsRouter::<()>::new().route_layer(from_fn(passed)))),
        ),
        (
            "default_policy",
            Box::new(|| drop(CorsRouter::<()>::new().default_policy(UNNAMED))),
        ),
    ];
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let file = info.location().map(|place| place.file().to_owned());
        PLACE.set(file.unwrap_or_default());
        before(info);
    }));
    for (name, call) in calls {
        assert!(catch_unwind(call).is_err(), "{name}");
        let place = PLACE.take();
        // Some of axum's own calls name a line of axum.
        assert!(!place.contains("cors-runtime"), "{name}: {place}");
    }
}
