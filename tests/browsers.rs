//! Three browser engines, a hundred fetches each: what they do is what the oracle and the policy
//! say.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::Bytes,
    extract::{FromRef, Path, Request, State},
    http::{HeaderMap, StatusCode},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use cors_runtime::{
    CorsRouter, OriginSet, Policy, cors, policy, routes,
    testing::{Browser, Fetch, Seen, browser},
};
use cors_tests::{engines::Engine, tls::TlsServer};
use fantoccini::Client;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_http::limit::RequestBodyLimitLayer;

const OPEN: Policy = policy!(methods = "GET, POST, PUT", expose_headers = "X-Total");
const READ: Policy = policy!(
    methods = "GET, POST",
    origins = "http://localhost:*, https://localhost:*",
    expose_headers = "X-Total"
);
const EVERY: Policy = policy!(methods = "GET, PUT", origins = "*", expose_headers = "*");

type Answer = (StatusCode, [(&'static str, &'static str); 2], &'static str);

fn answer(status: u16) -> Answer {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, [("x-total", "7"), ("x-hidden", "8")], "an answer")
}

#[cors(..OPEN)]
async fn open(Path(status): Path<u16>, _: Bytes) -> Answer {
    answer(status)
}

#[cors(..READ)]
async fn read(_: Bytes) -> Answer {
    answer(200)
}

#[cors(
    methods = "PUT, DELETE",
    origins = OriginSet,
    credentials,
    allow_headers = "X-Csrf-Token, Content-Type"
)]
async fn write() -> Answer {
    answer(200)
}

#[cors(..EVERY)]
async fn every() -> Answer {
    answer(200)
}

#[cors(methods = "PUT", max_age = 60)]
async fn aged() {}

#[cors(methods = "PUT", max_age = 0)]
async fn unaged() {}

#[cors(..OPEN)]
async fn redirected() -> Redirect {
    Redirect::temporary("/open/200")
}

#[cors(methods = "GET, POST")]
async fn session(headers: HeaderMap) -> impl IntoResponse {
    let cookie = headers
        .get("cookie")
        .and_then(|value| value.to_str().ok())
        .unwrap_or("none");
    ([("set-cookie", "session=real")], cookie.to_owned())
}

#[cors(methods = "PUT")]
async fn open_neighbour() {}

#[cors(methods = "POST", origins = "https://nobody.example")]
async fn closed_neighbour(State(service): State<Service>) {
    service.closed_runs.fetch_add(1, Ordering::Relaxed);
}

/// What the service's handlers share, and what was sent to it.
#[derive(Clone)]
struct Service {
    origins: OriginSet,
    closed_runs: Arc<AtomicUsize>,
    /// `METHOD /path?query VERSION`, in the order of arrival.
    requests: Arc<Mutex<Vec<String>>>,
}

impl FromRef<Service> for OriginSet {
    fn from_ref(service: &Service) -> Self {
        service.origins.clone()
    }
}

impl Service {
    fn router(&self) -> Router {
        async fn authenticate(request: Request, next: Next) -> Response {
            if request.headers().contains_key("authorization") {
                next.run(request).await
            } else {
                StatusCode::UNAUTHORIZED.into_response()
            }
        }
        let guarded = CorsRouter::new()
            .route("/auth/{status}", routes!(open))
            .layer(from_fn(authenticate));
        let limited = CorsRouter::new()
            .route("/limited/{status}", routes!(open))
            .layer(RequestBodyLimitLayer::new(4));
        CorsRouter::new()
            .route("/open/{status}", routes!(open))
            .route("/closed", routes!(read, write))
            .route("/every", routes!(every))
            .route("/aged", routes!(aged))
            .route("/unaged", routes!(unaged))
            .route("/redirected", routes!(redirected))
            .route("/session", routes!(session))
            .route("/neighbours", routes!(open_neighbour, closed_neighbour))
            .route("/plain", get(|| async { "no policy" }))
            .merge(guarded)
            .merge(limited)
            .with_state(self.clone())
            .into_router()
    }

    /// The router, with a record of what is sent to it.
    fn recorded(&self) -> Router {
        async fn record(State(service): State<Service>, request: Request, next: Next) -> Response {
            let (method, uri, version) = (request.method(), request.uri(), request.version());
            let path = uri.path_and_query().map_or("", |path| path.as_str());
            let line = format!("{method} {path} {version:?}");
            service.requests.lock().unwrap().push(line);
            next.run(request).await
        }
        self.router()
            .layer(from_fn_with_state(self.clone(), record))
    }

    /// How often a method was sent to URLs with this query.
    fn count(&self, method: &str, query: &str) -> usize {
        let requests = self.requests.lock().unwrap();
        requests
            .iter()
            .filter(|line| line.starts_with(method) && line.contains(&format!("?{query} ")))
            .count()
    }
}

/// A page: it fetches by itself, or through a sandboxed frame whose origin is opaque.
const PAGE: &str = r#"<!doctype html><title>page</title>
<iframe sandbox="allow-scripts" srcdoc="<script>
onmessage = async event => parent.postMessage(await run(event.data), '*');
RUN
</script>"></iframe>
<script>
RUN
function viaFrame(spec) {
    return new Promise(resolve => {
        onmessage = event => resolve(event.data);
        document.querySelector('iframe').contentWindow.postMessage(spec, '*');
    });
}
</script>"#;

/// Single quotes only: an attribute holds it too.
const RUN: &str = r"
async function run(spec) {
    try {
        const response = await fetch(spec.url, spec.init);
        const body = await response.text();
        const total = response.headers.get('x-total');
        return { status: response.status, total, body };
    } catch (error) {
        return { blocked: String(error) };
    }
}";

/// A fetch of the matrix, and what each page is to see: a status, or 0 where it is blocked.
struct Row {
    name: &'static str,
    path: &'static str,
    method: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    credentials: bool,
    /// The policy that answers, where it is a constant; and whether it allows credentials.
    policy: Option<(Policy, bool)>,
    /// Pages on `localhost`, on 127.0.0.1, on another port of `localhost`, and in a sandbox.
    seen: [u16; 4],
}

const JSON: (&str, &str) = ("content-type", "application/json");
const TOKEN: (&str, &str) = ("authorization", "Bearer me");

fn matrix() -> Vec<Row> {
    let row = |name, path, method, headers, credentials, policy, seen| Row {
        name,
        path,
        method,
        headers,
        body: if matches!(method, "POST" | "PUT") {
            "12"
        } else {
            ""
        },
        credentials,
        policy,
        seen,
    };
    let (open, read, every) = (
        Some((OPEN, true)),
        Some((READ, false)),
        Some((EVERY, false)),
    );
    let mut rows = vec![
        row("simple", "/open/200", "GET", &[], false, None, [200; 4]),
        row(
            "simple, credentials",
            "/open/200",
            "GET",
            &[],
            true,
            open,
            [200; 4],
        ),
        row("HEAD", "/open/200", "HEAD", &[], true, open, [200; 4]),
        row(
            "simple POST",
            "/open/200",
            "POST",
            &[],
            true,
            open,
            [200; 4],
        ),
        row(
            "preflighted",
            "/open/200",
            "PUT",
            &[JSON],
            true,
            open,
            [200; 4],
        ),
        row(
            "a header",
            "/open/200",
            "GET",
            &[("x-any", "1")],
            true,
            open,
            [200; 4],
        ),
        row(
            "a method not listed",
            "/open/200",
            "DELETE",
            &[],
            true,
            open,
            [0; 4],
        ),
        row(
            "a method in lower case",
            "/open/200",
            "patch",
            &[],
            true,
            open,
            [0; 4],
        ),
        row("401", "/open/401", "GET", &[], true, open, [401; 4]),
        row("404", "/open/404", "GET", &[], true, open, [404; 4]),
        row("422", "/open/422", "PUT", &[JSON], true, open, [422; 4]),
        row("500", "/open/500", "POST", &[], true, open, [500; 4]),
        row(
            "a rejected extractor",
            "/open/none",
            "GET",
            &[],
            true,
            open,
            [400; 4],
        ),
        row("405", "/every", "POST", &[], false, every, [405; 4]),
        row("no policy", "/plain", "GET", &[], false, None, [0; 4]),
        row(
            "listed",
            "/closed",
            "GET",
            &[],
            false,
            read,
            [200, 0, 200, 0],
        ),
        row(
            "listed, credentials",
            "/closed",
            "GET",
            &[],
            true,
            None,
            [0; 4],
        ),
        row(
            "listed, JSON",
            "/closed",
            "POST",
            &[JSON],
            false,
            read,
            [200, 0, 200, 0],
        ),
        row(
            "a set",
            "/closed",
            "PUT",
            &[("x-csrf-token", "1")],
            true,
            None,
            [200, 0, 0, 0],
        ),
        row(
            "a set, no credentials",
            "/closed",
            "DELETE",
            &[],
            false,
            None,
            [200, 0, 0, 0],
        ),
        row(
            "a set, another header",
            "/closed",
            "PUT",
            &[("x-other", "1")],
            true,
            None,
            [0; 4],
        ),
        row("every origin", "/every", "GET", &[], false, every, [200; 4]),
        row(
            "every origin, PUT",
            "/every",
            "PUT",
            &[("x-any", "1")],
            false,
            every,
            [200; 4],
        ),
        row(
            "every origin, credentials",
            "/every",
            "GET",
            &[],
            true,
            None,
            [0; 4],
        ),
        row(
            "auth refuses",
            "/auth/200",
            "GET",
            &[],
            true,
            open,
            [401; 4],
        ),
        row(
            "auth passes",
            "/auth/200",
            "PUT",
            &[TOKEN],
            true,
            open,
            [200; 4],
        ),
        row(
            "redirected",
            "/redirected",
            "GET",
            &[],
            true,
            open,
            [200; 4],
        ),
        row(
            "preflighted, redirected",
            "/redirected",
            "PUT",
            &[JSON],
            true,
            open,
            [200; 4],
        ),
    ];
    rows.push(Row {
        body: "too long a body",
        ..row("413", "/limited/200", "POST", &[], true, open, [413; 4])
    });
    rows
}

/// How the browser reaches the servers.
#[derive(Clone, Copy, PartialEq)]
enum Transport {
    /// `http`, over HTTP/1.1.
    Plain,
    /// `https`, over HTTP/2.
    Tls,
}

/// The servers of a run: the service, and pages on two ports.
struct Stage {
    service: Service,
    servers: Vec<TlsServer>,
    api: String,
    /// The pages' URLs: on `localhost`, on 127.0.0.1, on another port; the last is the sandbox's.
    pages: [String; 4],
}

impl Stage {
    async fn set(transport: Transport) -> Self {
        let mut servers = Vec::new();
        let page = PAGE.replace("RUN", RUN);
        let pages = Router::new().fallback(move || async { Html(page) });
        let one = serve(pages.clone(), transport, &mut servers).await;
        let other = serve(pages, transport, &mut servers).await;
        let scheme = match transport {
            Transport::Plain => "http",
            Transport::Tls => "https",
        };
        let service = Service {
            origins: OriginSet::try_from_iter([format!("{scheme}://localhost:{one}")]).unwrap(),
            closed_runs: Arc::default(),
            requests: Arc::default(),
        };
        let api = serve(service.recorded(), transport, &mut servers).await;
        Self {
            service,
            servers,
            api: format!("{scheme}://localhost:{api}"),
            pages: [
                format!("{scheme}://localhost:{one}"),
                format!("{scheme}://127.0.0.1:{one}"),
                format!("{scheme}://localhost:{other}"),
                format!("{scheme}://localhost:{one}"),
            ],
        }
    }

    /// Whether every request came over the transport's version of HTTP.
    fn assert_version(&self) {
        let version = if self.servers.is_empty() {
            "HTTP/1.1"
        } else {
            "HTTP/2.0"
        };
        let requests = self.service.requests.lock().unwrap();
        let other = requests.iter().find(|line| !line.ends_with(version));
        assert_eq!(other, None, "not over {version}");
    }

    /// Has a page of the browser fetch, and returns what its script saw.
    async fn fetch(&self, client: &Client, sandbox: bool, fetch: &Fetch) -> Value {
        let headers: HashMap<_, _> = fetch.headers.iter().cloned().collect();
        let mut init = json!({
            "method": fetch.method,
            "headers": headers,
            "credentials": if fetch.credentials { "include" } else { "omit" },
        });
        if !fetch.body.is_empty() {
            init["body"] = json!(fetch.body);
        }
        let spec = json!({ "url": format!("{}{}", self.api, fetch.path), "init": init });
        let script =
            "const [spec, sandbox, done] = arguments; (sandbox ? viaFrame : run)(spec).then(done);";
        client
            .execute_async(script, vec![spec, json!(sandbox)])
            .await
            .unwrap()
    }
}

/// Serves a router, and returns its port.
async fn serve(router: Router, transport: Transport, servers: &mut Vec<TlsServer>) -> u16 {
    match transport {
        Transport::Plain => {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = listener.local_addr().unwrap().port();
            tokio::spawn(async move { axum::serve(listener, router).await });
            port
        }
        Transport::Tls => {
            let server = TlsServer::start(router).await;
            let port = server.port;
            servers.push(server);
            port
        }
    }
}

fn fetch(row: &Row, origin: &str, query: &str) -> Fetch {
    let path = format!("{}?{query}", row.path);
    let mut fetch = browser(origin).request(row.method, &path).body(row.body);
    for (name, value) in row.headers {
        fetch = fetch.header(name, value);
    }
    fetch.credentials = row.credentials;
    fetch
}

/// Runs the whole matrix in one browser.
async fn agrees(engine: &str, client: &Client, transport: Transport) {
    let stage = Stage::set(transport).await;
    let router = stage.service.router();
    let (mut cells, mut disagreements) = (0, Vec::new());
    for (page, url) in stage.pages.iter().enumerate() {
        let sandbox = page == 3;
        let origin = if sandbox { "null" } else { url.as_str() };
        client.goto(url).await.unwrap();
        for (number, row) in matrix().iter().enumerate() {
            cells += 1;
            let fetch = fetch(row, origin, &format!("{engine}-{page}-{number}"));
            let seen = stage.fetch(client, sandbox, &fetch).await;
            let browser = seen["status"].as_u64().unwrap_or(0);
            let (oracle, total) = match Browser::new().fetch(&router, &fetch).await {
                Seen::Blocked(_) | Seen::Elsewhere(_) => (0, false),
                Seen::Response {
                    status, headers, ..
                } => (u64::from(status.as_u16()), headers.contains_key("x-total")),
            };
            let expected = u64::from(row.seen[page]);
            let names: Vec<_> = row.headers.iter().map(|(name, _)| *name).collect();
            let policy = row
                .policy
                .filter(|(_, credentials)| *credentials == row.credentials);
            let policy = policy.map(|(policy, _)| policy.admits(origin, row.method, &names));
            if browser != expected
                || oracle != expected
                || policy.is_some_and(|admits| admits != (expected != 0))
                || seen["total"].is_string() != total
            {
                disagreements.push(format!(
                    "{} from {origin}: the table says {expected}, the oracle {oracle}, \
                     the policy {policy:?}, the browser {seen}",
                    row.name
                ));
            }
        }
    }
    assert!(
        disagreements.is_empty(),
        "{engine}:\n{}",
        disagreements.join("\n")
    );
    assert!(cells >= 60, "{cells} cells");
    client.goto(&stage.pages[0]).await.unwrap();
    cookies(engine, &stage, client).await;
    caches(engine, &stage, client).await;
    stage.assert_version();
}

/// A real cookie comes along with credentials only.
async fn cookies(engine: &str, stage: &Stage, client: &Client) {
    let row = |credentials| Row {
        name: "session",
        path: "/session",
        method: "GET",
        headers: &[],
        body: "",
        credentials,
        policy: None,
        seen: [200; 4],
    };
    let origin = &stage.pages[0];
    client.delete_all_cookies().await.unwrap();
    let mut bodies = Vec::new();
    for (number, credentials) in [true, true, false].into_iter().enumerate() {
        let fetch = fetch(&row(credentials), origin, &format!("cookie-{number}"));
        let seen = stage.fetch(client, false, &fetch).await;
        bodies.push(seen["body"].as_str().unwrap_or_default().to_owned());
    }
    assert_eq!(bodies, ["none", "session=real", "none"], "{engine}");
}

/// The preflight cache: its age, and what a neighbour's entry lets through.
async fn caches(engine: &str, stage: &Stage, client: &Client) {
    let origin = &stage.pages[0];
    let row = |path, method, headers| Row {
        name: "cache",
        path,
        method,
        headers,
        body: "{}",
        credentials: false,
        policy: None,
        seen: [200; 4],
    };
    for (path, preflights) in [("/aged", 1), ("/unaged", 2)] {
        let query = format!("age-{engine}-{}", path.trim_start_matches('/'));
        for _ in 0..2 {
            let seen = stage
                .fetch(
                    client,
                    false,
                    &fetch(&row(path, "PUT", &[]), origin, &query),
                )
                .await;
            assert_eq!(seen["status"], 200, "{engine} {path}: {seen}");
        }
        let found = stage.service.count("OPTIONS", &query);
        // Firefox does not always use its cache: it may ask again.
        let more = if engine == "firefox" { 2 } else { preflights };
        assert!(
            (preflights..=more).contains(&found),
            "{engine} {path}: {found} preflights"
        );
        assert_eq!(stage.service.count("PUT", &query), 2, "{engine} {path}");
    }
    // The open neighbour's preflight leaves `content-type` in the cache of the URL, and `POST` needs
    // no entry: a browser may send the JSON without asking. The server refuses it.
    let query = format!("warm-{engine}");
    let put = fetch(&row("/neighbours", "PUT", &[JSON]), origin, &query);
    let post = fetch(&row("/neighbours", "POST", &[JSON]), origin, &query);
    assert_eq!(
        stage.fetch(client, false, &put).await["status"],
        200,
        "{engine}"
    );
    let seen = stage.fetch(client, false, &post).await;
    assert!(seen["blocked"].is_string(), "{engine}: {seen}");
    assert_eq!(
        stage.service.closed_runs.load(Ordering::Relaxed),
        0,
        "{engine}"
    );
    let sent = stage.service.count("POST", &query);
    let asked = stage.service.count("OPTIONS", &query);
    eprintln!(
        "{engine}: a JSON POST after a neighbour's preflight was sent {sent} times, {asked} preflights"
    );
}

#[tokio::test]
async fn chromium_agrees() {
    in_engine(Engine::Chromium).await;
}

#[tokio::test]
async fn firefox_agrees() {
    in_engine(Engine::Firefox).await;
}

#[tokio::test]
async fn webkit_agrees() {
    in_engine(Engine::WebKit).await;
}

async fn in_engine(engine: Engine) {
    let Some(session) = engine.session().await else {
        return;
    };
    for transport in [Transport::Plain, Transport::Tls] {
        agrees(engine.name(), &session.client, transport).await;
    }
    session.end().await;
}
