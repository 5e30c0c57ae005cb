//! Origins decided at run time: `AllowOrigin` and `OriginSet`.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    BoxError, Router,
    error_handling::HandleErrorLayer,
    extract::{FromRef, Request},
    http::{StatusCode, request::Parts},
    middleware::{Next, from_fn},
};
use cors_runtime::{AllowOrigin, CorsRouter, Origin, OriginSet, cors, routes};
use cors_tests::{Server, access_lines};
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

const TENANT: &str = "https://tenant.example";
const OTHER: &str = "https://other.example";

/// An application with the origins of its tenants by path, that counts how often it is asked.
#[derive(Clone, Default)]
struct App {
    tenants: Arc<Mutex<HashSet<(String, String)>>>,
    asked: Arc<AtomicUsize>,
    set: Arc<Mutex<OriginSetHolder>>,
}

#[derive(Clone)]
struct OriginSetHolder(OriginSet);

impl Default for OriginSetHolder {
    fn default() -> Self {
        Self(
            "https://tenant.example, http://insecure.example"
                .parse()
                .unwrap(),
        )
    }
}

impl FromRef<App> for OriginSet {
    fn from_ref(app: &App) -> Self {
        app.set.lock().unwrap().0.clone()
    }
}

impl App {
    fn with_tenant() -> Self {
        let app = Self::default();
        let tenant = ("/tenant".to_owned(), TENANT.to_owned());
        app.tenants.lock().unwrap().insert(tenant);
        app
    }

    /// How often it has been asked since the last time.
    fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::Relaxed)
    }
}

struct Tenants;

impl AllowOrigin<App> for Tenants {
    async fn allows(origin: &Origin, parts: &Parts, app: &App) -> bool {
        app.asked.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        match origin.host() {
            Some("never.example") => std::future::pending().await,
            Some("panic.example") => panic!("as it was asked to"),
            _ => {}
        }
        let key = (parts.uri.path().to_owned(), origin.to_string());
        app.tenants.lock().unwrap().contains(&key)
    }
}

/// A `pub` handler beside the private type.
#[cors(
    methods = "GET, POST",
    origins = Tenants,
    credentials,
    debug_origins = "http://localhost:*"
)]
pub async fn tenant() -> &'static str {
    "tenant"
}

#[cors(methods = "DELETE", origins = Tenants, enforce = false)]
async fn unenforced() {}

#[cors(methods = "GET", origins = OriginSet)]
async fn set() {}

#[cors(methods = "PUT", origins = OriginSet, credentials)]
async fn set_with_credentials() {}

#[cors(methods = "PATCH", origins = OriginSet, credentials, danger_insecure_origins)]
async fn set_vouched_for() {}

fn routes() -> CorsRouter<App> {
    CorsRouter::new()
        .route("/tenant", routes!(tenant, unenforced))
        .route("/stranger", routes!(tenant))
        .route("/set", routes!(set, set_with_credentials, set_vouched_for))
}

async fn servers(app: &App) -> [Server; 2] {
    let plain = Router::new()
        .route("/tenant", routes!(tenant, unenforced).into())
        .route("/stranger", routes!(tenant).into())
        .route(
            "/set",
            routes!(set, set_with_credentials, set_vouched_for).into(),
        )
        .with_state(app.clone());
    let ours = routes().with_state(app.clone()).into_router();
    [Server::start(plain).await, Server::start(ours).await]
}

#[tokio::test]
async fn the_type_is_asked_once_and_only_for_what_is_an_origin() {
    let app = App::with_tenant();
    for server in servers(&app).await {
        for (method, path, origins, status, allowed, asked) in [
            ("GET", "/tenant", &[TENANT][..], 200, true, 1),
            ("GET", "/tenant", &[OTHER], 403, false, 1),
            ("GET", "/stranger", &[TENANT], 403, false, 1),
            ("GET", "/tenant", &[], 200, false, 0),
            ("GET", "/tenant", &["null"], 403, false, 0),
            ("GET", "/tenant", &["https://Tenant.example"], 403, false, 0),
            ("GET", "/tenant", &[TENANT, TENANT], 403, false, 0),
            ("GET", "/tenant", &["http://localhost:5173"], 200, true, 0),
            ("DELETE", "/tenant", &[OTHER], 200, false, 1),
            ("DELETE", "/tenant", &[TENANT], 200, true, 1),
            // Two policies could answer for the path.
            ("PUT", "/tenant", &[OTHER], 405, false, 2),
            ("PUT", "/tenant", &[TENANT], 405, true, 1),
            ("OPTIONS", "/tenant", &[TENANT], 204, true, 1),
        ] {
            let headers: Vec<_> = origins.iter().map(|origin| ("origin", *origin)).collect();
            let response = server.ask(method, path, &headers).await;
            let what = format!("{method} {path} {origins:?}");
            assert_eq!(response.status(), status, "{what}");
            let found = response
                .headers()
                .contains_key("access-control-allow-origin");
            assert_eq!((found, app.asked()), (allowed, asked), "{what}");
        }
        for (asked_method, origin, status, asked) in [
            ("GET", TENANT, 204, 1),
            ("GET", OTHER, 403, 1),
            ("GET", "null", 403, 0),
            ("DELETE", TENANT, 204, 1),
            ("PUT", TENANT, 204, 1),
            ("PUT", OTHER, 403, 2),
        ] {
            let ask = [
                ("origin", origin),
                ("access-control-request-method", asked_method),
            ];
            let response = server.ask("OPTIONS", "/tenant", &ask).await;
            assert_eq!(response.status(), status, "{asked_method} {origin}");
            assert_eq!(app.asked(), asked, "{asked_method} {origin}");
        }
    }
}

#[tokio::test]
async fn a_decision_is_made_once_before_any_layer_runs() {
    async fn after(request: Request, next: Next) -> StatusCode {
        next.run(request).await;
        StatusCode::IM_A_TEAPOT
    }
    async fn before(_: Request, _: Next) -> StatusCode {
        StatusCode::UNAUTHORIZED
    }
    let timeout =
        TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_millis(50));
    let app = App::with_tenant();
    for (name, router, origin, status, allowed) in [
        (
            "after the handler",
            routes().layer(from_fn(after)),
            TENANT,
            418,
            true,
        ),
        (
            "after the handler",
            routes().layer(from_fn(after)),
            OTHER,
            403,
            false,
        ),
        (
            "before the handler",
            routes().layer(from_fn(before)),
            TENANT,
            401,
            true,
        ),
        (
            "before the handler",
            routes().layer(from_fn(before)),
            OTHER,
            403,
            false,
        ),
        (
            "a panic",
            routes().layer(CatchPanicLayer::new()),
            "https://panic.example",
            403,
            false,
        ),
    ] {
        let server = Server::start(router.with_state(app.clone()).into_router()).await;
        let response = server.ask("GET", "/tenant", &[("origin", origin)]).await;
        assert_eq!(response.status(), status, "{name} {origin}");
        let found = response
            .headers()
            .contains_key("access-control-allow-origin");
        assert_eq!((found, app.asked()), (allowed, 1), "{name} {origin}");
        let vary = if status == 403 {
            "Origin, Sec-Fetch-Site"
        } else {
            "Origin"
        };
        assert_eq!(response.headers()["vary"], vary, "{name} {origin}");
    }
    let outside = routes()
        .with_state(app.clone())
        .into_router()
        .layer(timeout);
    let server = Server::start(outside).await;
    let ask = [
        ("origin", "https://never.example"),
        ("access-control-request-method", "GET"),
    ];
    for method in ["OPTIONS", "GET"] {
        let response = server.ask(method, "/tenant", &ask).await;
        let found = (response.status(), app.asked());
        assert_eq!(found, (StatusCode::REQUEST_TIMEOUT, 1), "{method}");
    }
}

#[tokio::test]
async fn layers_inside_the_policy_do_not_make_it_ask_twice() {
    let app = App::with_tenant();
    let layered = || {
        let routes = routes!(tenant, unenforced);
        let panics = CatchPanicLayer::new();
        routes.layer(panics).layer(panics)
    };
    let plain = Router::new().route("/tenant", layered().into());
    let ours = CorsRouter::new().route("/tenant", layered());
    for router in [
        plain.with_state(app.clone()),
        ours.with_state(app.clone()).into_router(),
    ] {
        let server = Server::start(router).await;
        for (method, origin, status) in [
            ("GET", TENANT, 200),
            ("GET", OTHER, 403),
            ("DELETE", TENANT, 200),
            ("DELETE", OTHER, 200),
        ] {
            let response = server.ask(method, "/tenant", &[("origin", origin)]).await;
            assert_eq!(response.status(), status, "{method} {origin}");
            let allowed = response.headers().get("access-control-allow-origin");
            assert_eq!(allowed.is_some(), origin == TENANT, "{method} {origin}");
            assert_eq!(response.headers().get_all("vary").iter().count(), 1);
            assert_eq!(app.asked(), 1, "{method} {origin}");
        }
    }
}

#[tokio::test]
async fn ten_thousand_shed_requests_start_no_more_than_one_decision_each() {
    async fn overloaded(_: BoxError) -> StatusCode {
        StatusCode::SERVICE_UNAVAILABLE
    }
    let shed = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(overloaded))
        .load_shed()
        .concurrency_limit(0);
    let app = App::with_tenant();
    let router = CorsRouter::new()
        .route("/tenant", routes!(tenant))
        .layer(shed);
    let server = Server::start(router.with_state(app.clone()).into_router()).await;
    for _ in 0..10_000 {
        let response = server.ask("GET", "/tenant", &[("origin", TENANT)]).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(
            response
                .headers()
                .contains_key("access-control-allow-origin")
        );
    }
    assert_eq!(app.asked(), 10_000);
}

#[tokio::test]
async fn a_set_in_the_state_decides_with_what_credentials_forbid_in_mind() {
    let app = App::default();
    for server in servers(&app).await {
        for (method, origin, status) in [
            ("GET", TENANT, 200),
            ("GET", "http://insecure.example", 200),
            ("GET", OTHER, 403),
            ("PUT", TENANT, 200),
            ("PUT", "http://insecure.example", 403),
            ("PATCH", "http://insecure.example", 200),
        ] {
            let response = server.ask(method, "/set", &[("origin", origin)]).await;
            assert_eq!(response.status(), status, "{method} {origin}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_that_of_one_set_while_sets_are_swapped_under_load() {
    #[cors(methods = "GET", origins = OriginSet, enforce = false)]
    async fn read() {}

    let [one, other] = [["https://one.example"], ["https://other.example"]];
    let set = OriginSet::try_from_iter(one).unwrap();
    let router = CorsRouter::new()
        .route("/", routes!(read))
        .with_state(set.clone());
    let server = Arc::new(Server::start(router.into_router()).await);
    let swaps = tokio::task::spawn_blocking(move || {
        for swap in 0..10_000 {
            set.replace(if swap % 2 == 0 { other } else { one })
                .unwrap();
            set.replace(["no origin"]).unwrap_err();
            std::thread::yield_now();
        }
    });
    let clients: Vec<_> = (0..4)
        .map(|client| {
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                let origin = if client % 2 == 0 { one } else { other }[0];
                let mut allowed = 0;
                for _ in 0..1_000 {
                    let response = server.ask("GET", "/", &[("origin", origin)]).await;
                    assert_eq!(response.status(), StatusCode::OK);
                    match access_lines(response.headers()).as_slice() {
                        [allow, vary] => {
                            assert_eq!(*allow, format!("access-control-allow-origin: {origin}"));
                            assert_eq!(vary, "vary: Origin");
                            allowed += 1;
                        }
                        lines => assert_eq!(lines, ["vary: Origin"]),
                    }
                }
                allowed
            })
        })
        .collect();
    let mut allowed = 0;
    for client in clients {
        allowed += client.await.unwrap();
    }
    swaps.await.unwrap();
    assert!(
        allowed > 0 && allowed < 4_000,
        "{allowed} of 4,000 were allowed"
    );
}

#[test]
fn a_mebibyte_of_origins_is_read_and_its_mistakes_are_told_in_a_line() {
    let entries: Vec<_> = (0..40_000)
        .map(|n| format!("https://app-{n}.example.com"))
        .collect();
    let long = entries.join(", ");
    assert!(long.len() > 1024 * 1024);
    let set: OriginSet = long.parse().unwrap();
    assert!(entries.iter().all(|entry| set.contains(entry)));
    let wrong = format!("{long}, wrong").parse::<OriginSet>().unwrap_err();
    assert_eq!(wrong.entry(), "wrong");
    for long in [
        ",".repeat(1024 * 1024),
        "ä".repeat(1024 * 1024),
        format!("{} {}", "a".repeat(1024 * 1024), "b".repeat(1024 * 1024)),
        format!("a;{}", "b".repeat(1024 * 1024)),
    ] {
        let error = long.parse::<OriginSet>().unwrap_err();
        assert!(
            error.to_string().len() < 600,
            "{} bytes",
            error.to_string().len()
        );
        assert!(error.entry().len() <= 400, "{} bytes", error.entry().len());
    }
}

/// Names that an expansion might take for its own.
mod names {
    use axum::http::request::Parts;
    use cors_runtime::{AllowOrigin, Origin, Policy, Routes, cors, policy, routes};

    pub(super) struct State;

    impl AllowOrigin<()> for State {
        async fn allows(_: &Origin, _: &Parts, (): &()) -> bool {
            true
        }
    }

    const POLICY: Policy = policy!(max_age = 5);
    const MERGED: Policy = policy!(methods = "GET", ..POLICY);

    #[cors(origins = State, ..MERGED)]
    async fn decided() {}

    pub(super) fn routes() -> Routes {
        routes!(decided)
    }
}

#[tokio::test]
async fn an_expansion_keeps_its_names_to_itself() {
    let server = Server::start(CorsRouter::new().route("/", names::routes()).into_router()).await;
    let ask = [("origin", TENANT), ("access-control-request-method", "GET")];
    let response = server.ask("OPTIONS", "/", &ask).await;
    assert_eq!(response.headers()["access-control-max-age"], "5");
}

/// A state for which nothing can implement `FromRef`.
#[derive(Default)]
struct Shared {
    partners: OriginSet,
}

#[cors(methods = "GET", origins = |shared: &Arc<Shared>| &shared.partners, credentials)]
async fn partners() {}

#[cors(methods = "GET", origins = |shared: &Arc<Shared>| {
    let Shared { partners } = &**shared;
    partners
})]
async fn partners_without_cookies() {}

#[tokio::test]
async fn a_closure_finds_the_set_in_any_state() {
    let state = Arc::new(Shared::default());
    state
        .partners
        .replace(["https://a.example", "http://b.example"])
        .unwrap();
    let routed: Router = CorsRouter::new()
        .route("/with", routes!(partners))
        .route("/without", routes!(partners_without_cookies))
        .layer(from_fn(async |request, next: Next| next.run(request).await))
        .with_state(Arc::clone(&state))
        .into_router();
    let plain: Router = Router::new()
        .route("/with", routes!(partners).into())
        .route("/without", routes!(partners_without_cookies).into())
        .with_state(state);
    for app in [routed, plain] {
        let server = Server::start(app).await;
        for (path, origin, status) in [
            ("/with", "https://a.example", 200),
            ("/with", "http://b.example", 403),
            ("/with", "https://c.example", 403),
            ("/without", "https://a.example", 200),
            ("/without", "http://b.example", 200),
            ("/without", "https://c.example", 403),
        ] {
            let response = server.ask("GET", path, &[("origin", origin)]).await;
            assert_eq!(response.status(), status, "{path} {origin}");
        }
    }
}
