//! Refusals can be understood: by what a debug build answers, and by events.

use std::{
    io,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Body, extract::Request, http::request::Parts};
use cors_runtime::{AllowOrigin, CorsLayer, CorsRouter, Origin, OriginSet, cors, policy, routes};
use cors_tests::Server;
use tower::{Layer, ServiceExt, service_fn};
use tracing_subscriber::fmt::MakeWriter;

struct Nobody;

impl AllowOrigin<()> for Nobody {
    async fn allows(_: &Origin, _: &Parts, (): &()) -> bool {
        false
    }
}

#[cors(methods = "GET", origins = "https://listed.example")]
async fn listed() {}

#[cors(methods = "PUT", origins = Nobody)]
async fn r#match() {}

#[cors(methods = "*", origins = "https://listed.example")]
async fn everything() {}

/// One test at a time: `tracing` remembers whether anybody wants an event, and the first thread to have it,
/// while another is about to listen, may say for all that nobody does.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn app() -> Router {
    CorsRouter::new()
        .route("/", routes!(listed, r#match))
        .route("/listed", routes!(everything))
        .into_router()
}

#[tokio::test]
async fn a_debug_build_says_which_handler_refuses_which_origin_and_why() {
    let _turn = TURN.lock().await;
    let server = Server::start(app()).await;
    let listed = "`listed` (tests/refusals.rs:22) does not allow the origin";
    let decided = "`match` (tests/refusals.rs:25) does not allow the origin";
    for (origin, asked, expected) in [
        (
            "https://a.example",
            "GET",
            vec![format!(
                "{listed} `https://a.example`: it is not in `origins`"
            )],
        ),
        (
            "null",
            "GET",
            vec![format!(
                "{listed} `null`: an opaque origin (`null`) never matches"
            )],
        ),
        (
            "https://listed.example/",
            "GET",
            vec![format!(
                "{listed} `https://listed.example/`: it is not serialized as a browser would"
            )],
        ),
        (
            "https://a.example",
            "PUT",
            vec![format!(
                "{decided} `https://a.example`: the type in `origins` does not allow it"
            )],
        ),
        (
            "https://a.example",
            "DELETE",
            vec![
                format!("{listed} `https://a.example`: it is not in `origins`"),
                format!("{decided} `https://a.example`: the type in `origins` does not allow it"),
            ],
        ),
    ] {
        let ask = [("origin", origin), ("access-control-request-method", asked)];
        let response = server.ask("OPTIONS", "/", &ask).await;
        assert_eq!(response.status(), 403, "{origin} {asked}");
        assert_eq!(
            response.headers()["content-type"],
            "text/plain; charset=utf-8"
        );
        let body = String::from_utf8(response.body().to_vec()).unwrap();
        assert_eq!(
            body.lines().collect::<Vec<_>>(),
            expected,
            "{origin} {asked}"
        );
    }
}

#[tokio::test]
async fn a_debug_build_says_the_same_of_a_request_that_the_server_refuses() {
    let _turn = TURN.lock().await;
    let server = Server::start(app()).await;
    let here = format!(
        "step 4 of `enforce`: the request is sent to `{}` (where a proxy rewrites `Host`, set \
         `own_origins`)",
        server.address()
    );
    let cross = ("sec-fetch-site", "cross-site");
    for (method, headers, expected) in [
        (
            "GET",
            &[("origin", "https://a.example")][..],
            format!("does not allow the origin `https://a.example`: it is not in `origins`; {here}"),
        ),
        (
            "GET",
            &[("origin", "https://a.example"), cross],
            "does not allow the origin `https://a.example`: it is not in `origins`; step 3 of `enforce`: \
             `Sec-Fetch-Site` is `cross-site`"
                .to_owned(),
        ),
        (
            "GET",
            &[("origin", "null")],
            "does not allow the origin `null`: an opaque origin (`null`) never matches; step 4 of \
             `enforce` knows `http` and `https` only"
                .to_owned(),
        ),
        (
            "OPTIONS",
            &[cross],
            "refuses the request: it has no `Origin`; step 2 of `enforce`: `Sec-Fetch-Site` is \
             `cross-site`"
                .to_owned(),
        ),
        (
            "GET",
            &[("origin", "https://a.example"), ("origin", "https://b.example")],
            "does not allow the origin `https://a.example, https://b.example`: there is more than one; \
             step 4 of `enforce` knows `http` and `https` only"
                .to_owned(),
        ),
    ] {
        let response = server.ask(method, "/listed", headers).await;
        assert_eq!(response.status(), 403);
        let body = String::from_utf8(response.body().to_vec()).unwrap();
        let handler = "`everything` (tests/refusals.rs:28)";
        assert_eq!(body, format!("{handler} {expected}\n"), "{headers:?}");
    }
}

/// The sets of a policy with credentials.
#[cors(methods = "GET", origins = OriginSet, credentials)]
async fn with_cookies() {}

#[tokio::test]
async fn a_refusal_names_the_entry_of_a_set_that_credentials_forbid() {
    let _turn = TURN.lock().await;
    let origins: OriginSet = "https://a.example, http://b.example, https://c.example:*"
        .parse()
        .unwrap();
    let app = CorsRouter::new()
        .route("/", routes!(with_cookies))
        .with_state(origins.clone())
        .own_origins("http://own.example".parse().unwrap());
    let server = Server::start(app.into_router()).await;
    for (origin, expected) in [
        (
            "https://d.example",
            "it is not in the set in `origins`; step 4 of `enforce`: nor is it in `own_origins`",
        ),
        (
            "http://b.example",
            "the set in `origins` has `http://b.example`, but with credentials an `http` origin lets \
             anyone on the network path read the responses: write `https`, or add \
             `danger_insecure_origins`; step 4 of `enforce`: nor is it in `own_origins`",
        ),
        (
            "https://c.example:8443",
            "the set in `origins` has `https://c.example:*`, but with credentials `:*` allows every \
             service on a host that is not loopback: write the port, or add `danger_any_port`; \
             step 4 of `enforce`: nor is it in `own_origins`",
        ),
        (
            "http://own.example",
            "it is not in the set in `origins`; step 4 of `enforce`: `own_origins` has \
             `http://own.example`, but with credentials an `http` origin lets anyone on the \
             network path read the responses",
        ),
    ] {
        let response = server.ask("GET", "/", &[("origin", origin)]).await;
        assert_eq!(response.status(), 403);
        let body = String::from_utf8(response.body().to_vec()).unwrap();
        let (_, reason) = body.trim_end().split_once("`: ").unwrap();
        assert_eq!(reason, expected);
    }
    origins.replace(["*"]).unwrap();
    let response = server
        .ask("GET", "/", &[("origin", "https://d.example")])
        .await;
    let body = String::from_utf8(response.body().to_vec()).unwrap();
    assert!(
        body.contains("has `*`, but `origins = \"*\"` with `credentials`"),
        "{body}"
    );
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The lines of the library's own events while `run` runs.
async fn events(run: impl Future<Output = ()>) -> Vec<String> {
    let _turn = TURN.lock().await;
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_max_level(tracing::Level::DEBUG)
        .with_ansi(false)
        .without_time()
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    run.await;
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    log.lines()
        .filter(|line| line.contains("cors_runtime"))
        .map(|line| line.trim().to_owned())
        .collect()
}

#[tokio::test]
async fn each_refusal_is_one_event() {
    let lines = events(async {
        for (method, asked) in [("OPTIONS", Some("GET")), ("GET", None)] {
            let request = Request::builder().method(method).uri("/");
            let mut request = request.header("origin", "https://a.example");
            if let Some(asked) = asked {
                request = request.header("access-control-request-method", asked);
            }
            let request = request.body(Body::empty()).unwrap();
            assert_eq!(app().oneshot(request).await.unwrap().status(), 403);
        }
    })
    .await;
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in lines {
        for part in [
            "DEBUG",
            "origin refused",
            "origin=\"https://a.example\"",
            "method=\"GET\"",
            "rule=\"it is not in `origins`",
            "handler=\"listed\"",
            "file=\"tests/refusals.rs\"",
            "line=22",
        ] {
            assert!(line.contains(part), "{part} is not in {line}");
        }
    }
}

#[tokio::test]
async fn a_layer_explains_itself_by_the_event_and_warns_once_of_headers_that_it_replaces() {
    let lines = events(async {
        let service =
            service_fn(async |_: Request| Ok::<_, ()>(axum::http::Response::new(String::new())));
        let layer = CorsLayer::new(policy!(origins = "https://listed.example"));
        let request = Request::options("/")
            .header("origin", "https://a.example")
            .header("access-control-request-method", "PUT");
        let request = request.body(Body::empty()).unwrap();
        let response = layer.layer(service).oneshot(request).await.unwrap();
        assert_eq!(
            (response.status().as_u16(), response.body().as_str()),
            (403, "")
        );

        let stacked = CorsLayer::new(policy!(origins = "*")).layer(app());
        for _ in 0..2 {
            let request = Request::get("/").header("origin", "https://listed.example");
            let request = request.body(Body::empty()).unwrap();
            let response = stacked.clone().oneshot(request).await.unwrap();
            assert_eq!(response.headers()["access-control-allow-origin"], "*");
        }
    })
    .await;
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].contains("origin refused") && lines[0].contains("method=\"PUT\""),
        "{lines:?}"
    );
    assert!(
        lines[1].contains("WARN")
            && lines[1].contains("replaces")
            && lines[1].contains("path=\"/\""),
        "{lines:?}"
    );
}

struct Panics;

impl AllowOrigin<()> for Panics {
    async fn allows(_: &Origin, _: &Parts, (): &()) -> bool {
        panic!("as it was asked to")
    }
}

#[cors(methods = "GET", origins = Panics)]
async fn panicking() {}

#[tokio::test]
async fn a_type_that_panics_is_reported_at_error_level() {
    let lines = events(async {
        let app = CorsRouter::new()
            .route("/", routes!(panicking))
            .into_router();
        let request = Request::get("/").header("origin", "https://a.example");
        let request = request.body(Body::empty()).unwrap();
        let response = app.oneshot(request).await.unwrap();
        assert_eq!(response.status(), 403);
    })
    .await;
    let [error, refusal] = &lines[..] else {
        panic!("{lines:?}")
    };
    assert!(
        error.contains("ERROR") && error.contains("the type in `origins` panicked"),
        "{error}"
    );
    assert!(
        error.contains("https://a.example") && refusal.contains("origin refused"),
        "{lines:?}"
    );
}

#[cors(
    methods = "GET",
    origins = "https://listed.example",
    enforce = "report"
)]
async fn tried() {}

#[tokio::test]
async fn what_enforce_would_refuse_can_be_reported_only() {
    let lines = events(async {
        let app = CorsRouter::new().route("/", routes!(tried)).into_router();
        for origin in ["https://a.example", "https://listed.example"] {
            let request = Request::get("/").header("origin", origin);
            let request = request.body(Body::empty()).unwrap();
            let response = app.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), 200, "{origin}");
            assert_eq!(response.headers()["vary"], "Origin", "{origin}");
        }
    })
    .await;
    let [line] = &lines[..] else {
        panic!("{lines:?}")
    };
    assert!(
        line.contains("INFO") && line.contains("`enforce` would refuse this request"),
        "{line}"
    );
    assert!(
        line.contains("https://a.example") && line.contains("tried"),
        "{line}"
    );
}
