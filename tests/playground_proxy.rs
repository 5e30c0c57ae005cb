//! `cors-playground http://…`: the recording proxy before a service, and the page that fires at it.

use std::{net::TcpListener, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect},
    routing::get,
};
use cors_runtime::{CorsRouter, cors, routes};
use cors_tests::{Server, engines::Engine, request, running::Example};
use fantoccini::{Client, Locator};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

const APP: &str = "https://app.example.com";

#[cors(
    methods = "GET, PUT",
    origins = "https://app.example.com",
    credentials,
    allow_headers = "X-Token"
)]
async fn items(request: HeaderMap) -> impl IntoResponse {
    let cookie = [
        (header::SET_COOKIE, "session=secret; HttpOnly"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=600"),
    ];
    (cookie, format!("{:?}", request.get("sec-fetch-site")))
}

#[cors(methods = "GET", open)]
async fn moved() -> Redirect {
    Redirect::temporary("/items?a=b#there")
}

#[cors(methods = "GET", open)]
async fn away() -> Redirect {
    Redirect::temporary("http://elsewhere.example/items")
}

/// Events, of which there is always one more.
#[cors(methods = "GET", open)]
async fn endless() -> Body {
    let events = stream::once(async { Ok::<_, std::convert::Infallible>("data: 1\n\n") });
    Body::from_stream(events.chain(stream::pending()))
}

/// The names of the headers that the service gets.
#[cors(methods = "POST", open)]
async fn names(request: HeaderMap, body: String) -> String {
    let names: Vec<_> = request.keys().map(header::HeaderName::as_str).collect();
    format!("{} {body}", names.join(","))
}

async fn service() -> Server {
    let app = CorsRouter::new()
        .route("/items", routes!(items))
        .route("/moved", routes!(moved))
        .route("/away", routes!(away))
        .route("/endless", routes!(endless))
        .route("/names", routes!(names))
        .route("/plain", get(async || "no policy"))
        .into_router();
    Server::start(app).await
}

/// A playground before a service.
struct Playground {
    _example: Example,
    page: Server,
    proxy: Server,
    /// The origin of the page.
    origin: String,
    token: String,
}

impl Playground {
    async fn before(service: &Server) -> Self {
        let url = format!("http://{}/items", service.address());
        let start = move || {
            let mut playground = Example::run(Example::command("playground").arg(url));
            let origin = playground.address("the playground is at");
            (playground, origin)
        };
        let (example, origin) = tokio::task::spawn_blocking(start).await.unwrap();
        let page = local(&origin);
        let stage = page.ask("GET", "/stage", &[]).await;
        let stage: Value = serde_json::from_slice(stage.body()).unwrap();
        Self {
            _example: example,
            proxy: local(stage["api"].as_str().unwrap()),
            page,
            origin,
            token: stage["token"].as_str().unwrap().to_owned(),
        }
    }

    /// Has an attempt pass for one of a page at `origin`.
    async fn disguise(&self, attempt: &str, origin: &str) -> axum::http::Response<bytes::Bytes> {
        let body = json!({ "attempt": self.attempt(attempt), "origin": origin });
        let headers = [("content-type", "application/json")];
        let body = body.to_string();
        self.page
            .send(request("POST", "/attempt", &headers, &body))
            .await
    }

    fn attempt(&self, attempt: &str) -> String {
        format!("{}-{attempt}", self.token)
    }

    /// A path of the service, for an attempt.
    fn path(&self, path: &str, attempt: &str) -> String {
        let separator = if path.contains('?') { '&' } else { '?' };
        format!("{path}{separator}try={}", self.attempt(attempt))
    }

    async fn exchanges(&self, attempt: &str) -> Value {
        let path = format!("/exchanges?try={}", self.attempt(attempt));
        serde_json::from_slice(self.page.ask("GET", &path, &[]).await.body()).unwrap()
    }
}

/// A server at `http://localhost:port`.
fn local(origin: &str) -> Server {
    let (_, port) = origin.rsplit_once(':').unwrap();
    Server::at(format!("127.0.0.1:{port}").parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_passes_for_the_chosen_origin_and_no_other_page_does() {
    let service = service().await;
    let playground = Playground::before(&service).await;
    assert_eq!(playground.disguise("1", APP).await.status(), StatusCode::OK);
    let path = playground.path("/items", "1");
    for (origin, status, allowed) in [
        (
            playground.origin.as_str(),
            StatusCode::OK,
            Some(playground.origin.as_str()),
        ),
        ("https://evil.example", StatusCode::FORBIDDEN, None),
        ("null", StatusCode::FORBIDDEN, None),
    ] {
        let headers = [("origin", origin), ("sec-fetch-site", "same-site")];
        let response = playground.proxy.ask("GET", &path, &headers).await;
        assert_eq!(response.status(), status, "{origin}");
        let found = response.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN);
        assert_eq!(
            found.map(|value| value.to_str().unwrap()),
            allowed,
            "{origin}"
        );
    }
    let exchanges = playground.exchanges("1").await;
    let told = exchanges[0].to_string();
    for line in [
        json!(["origin", APP]),
        json!(["sec-fetch-site", "cross-site"]),
        json!(["access-control-allow-origin", APP]),
        json!(["set-cookie", "session=…; HttpOnly"]),
        json!(["host", service.address().to_string()]),
    ] {
        assert!(told.contains(&line.to_string()), "{line}: {told}");
    }
    assert_eq!(
        exchanges[0]["path"], "/items",
        "the attempt is not the service's"
    );
    let untold = playground.path("/items", "2");
    let headers = [
        ("origin", playground.origin.as_str()),
        ("sec-fetch-site", "cross-site"),
    ];
    let response = playground.proxy.ask("GET", &untold, &headers).await;
    assert_eq!(
        response.status(),
        StatusCode::FORBIDDEN,
        "without a chosen origin it is itself"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chosen_origin_is_judged_as_the_compiler_judges_it() {
    let service = service().await;
    let playground = Playground::before(&service).await;
    for (origin, said) in [
        (
            "https://app.example.com/",
            "write `https://app.example.com`",
        ),
        ("app.example.com", "has no scheme"),
    ] {
        let response = playground.disguise("1", origin).await;
        let text = String::from_utf8(response.body().to_vec()).unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{origin}");
        assert!(text.contains(said), "{origin}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_the_page_of_this_run_gets_an_answer() {
    let service = service().await;
    let playground = Playground::before(&service).await;
    let path = playground.path("/items", "1");
    for (path, host, status) in [
        (path.as_str(), None, StatusCode::OK),
        (
            path.as_str(),
            Some("evil.example"),
            StatusCode::MISDIRECTED_REQUEST,
        ),
        ("/items", None, StatusCode::FORBIDDEN),
        ("/items?try=7", None, StatusCode::FORBIDDEN),
    ] {
        let headers: Vec<_> = host.iter().map(|host| ("host", *host)).collect();
        let response = playground.proxy.ask("GET", path, &headers).await;
        assert_eq!(response.status(), status, "{path} {host:?}");
    }
    for path in ["/", "/stage", "/exchanges?try=1"] {
        let response = playground
            .page
            .ask("GET", path, &[("host", "evil.example")])
            .await;
        assert_eq!(response.status(), StatusCode::MISDIRECTED_REQUEST, "{path}");
        let response = playground.page.ask("GET", path, &[]).await;
        let policy = &response.headers()[header::CONTENT_SECURITY_POLICY];
        assert_eq!(policy, "frame-ancestors 'self'", "{path}");
        assert!(
            response
                .headers()
                .get(header::ACCESS_CONTROL_ALLOW_ORIGIN)
                .is_none()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_stay_behind_the_proxy_and_nothing_outlives_the_run() {
    let service = service().await;
    let playground = Playground::before(&service).await;
    let api = format!("http://{}", playground.proxy.address());
    for (path, location) in [
        (
            "/moved",
            format!("{api}/items?a=b&try={}#there", playground.attempt("1")),
        ),
        ("/away", "http://elsewhere.example/items".to_owned()),
    ] {
        let path = playground.path(path, "1");
        let response = playground.proxy.ask("GET", &path, &[]).await;
        assert_eq!(response.headers()[header::LOCATION], location, "{path}");
    }
    let path = playground.path("/items", "2");
    let response = playground.proxy.ask("GET", &path, &[]).await;
    let headers = response.headers();
    assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    assert_eq!(
        headers[header::CONTENT_SECURITY_POLICY],
        "sandbox; frame-ancestors 'none'"
    );
    let told = playground.exchanges("2").await.to_string();
    assert!(
        told.contains("strict-transport-security"),
        "the page sees what was sent: {told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_reaches_the_service_whole() {
    let service = service().await;
    let playground = Playground::before(&service).await;
    let path = playground.path("/names?a=b", "1");
    let headers = [
        ("x-token", "1"),
        ("accept-encoding", "gzip"),
        ("authorization", "Bearer secret"),
    ];
    let response = playground
        .proxy
        .send(request("POST", &path, &headers, "the body"))
        .await;
    let text = String::from_utf8(response.body().to_vec()).unwrap();
    assert!(
        text.contains("x-token") && text.ends_with(" the body"),
        "{text}"
    );
    assert!(
        !text.contains("accept-encoding"),
        "bodies are for people: {text}"
    );
    let told = playground.exchanges("1").await.to_string();
    assert!(
        !told.contains("secret") && told.contains("Bearer …"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_end_is_passed_on_as_far_as_it_came() {
    let service = service().await;
    let playground = Playground::before(&service).await;
    let path = playground.path("/endless", "1");
    let response = playground.proxy.ask("GET", &path, &[]).await;
    assert_eq!(response.body(), "data: 1\n\n");
    assert_eq!(
        playground.exchanges("1").await[0]["answer"]["Ok"]["is_cut"],
        true
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_away_is_said_to_be() {
    let service = service().await;
    let playground = Playground::before(&service).await;
    let gone = service.address();
    drop(service);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let path = playground.path("/items", "1");
    let response = playground.proxy.ask("GET", &path, &[]).await;
    assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    let told = playground.exchanges("1").await[0]["answer"]["Err"].to_string();
    assert!(
        told.contains(&format!("cannot connect to `http://{gone}`")),
        "{told}"
    );
}

#[test]
fn a_port_of_somebody_elses_is_not_shared_with_them() {
    let Ok(other) = TcpListener::bind("[::1]:0") else {
        eprintln!("this machine has no [::1]");
        return;
    };
    let port = other.local_addr().unwrap().port().to_string();
    let mut playground = Example::command("playground");
    let output = playground.env("PORT", &port).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(
        said.contains(&format!("`[::1]:{port}` cannot be had")),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

/// Fills the form and sends it; what the page then shows of the request.
async fn sent(client: &Client, fields: &[(&str, &str)], drawings: usize) -> (String, String) {
    for (field, value) in fields {
        let field = format!("#request [name={field}]");
        let field = client.find(Locator::Css(&field)).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(value).await.unwrap();
    }
    let send = client
        .find(Locator::Css("#request > button"))
        .await
        .unwrap();
    send.click().await.unwrap();
    let drawn = format!("[data-drawings='{drawings}'] .sequence");
    let wait = client.wait().at_most(Duration::from_secs(20));
    let drawn = wait.for_element(Locator::Css(&drawn)).await.unwrap();
    let outcome = drawn.attr("data-outcome").await.unwrap().unwrap();
    (outcome, drawn.text().await.unwrap())
}

async fn plays(engine: Engine) {
    let Some(session) = engine.session().await else {
        return;
    };
    let client = &session.client;
    let service = service().await;
    let playground = Playground::before(&service).await;
    client.goto(&playground.origin).await.unwrap();
    let first = Locator::Css("[data-drawings='1'] .sequence");
    let wait = client.wait().at_most(Duration::from_secs(20));
    wait.for_element(first).await.unwrap();

    let (outcome, text) = sent(
        client,
        &[("as", APP), ("method", "PUT"), ("headers", "X-Token: 1")],
        2,
    )
    .await;
    assert_eq!(outcome, "readable", "{engine:?}: {text}");
    assert!(
        text.contains("with https://app.example.com on the way to the server"),
        "{engine:?}: {text}"
    );
    assert!(text.contains("OPTIONS /items"), "{engine:?}: {text}");

    let (outcome, text) = sent(client, &[("as", "https://evil.example")], 3).await;
    assert_eq!(outcome, "blocked", "{engine:?}: {text}");
    let guilty = client.find(Locator::Css("dt.guilty")).await.unwrap();
    let guilty = guilty.text().await.unwrap();
    assert_eq!(guilty, "access-control-allow-origin", "{engine:?}");
    for said in ["it has to be `https://evil.example`", "console says"] {
        assert!(text.contains(said), "{engine:?}: {said}: {text}");
    }

    for (drawings, line, said) in [
        (4, "Cookie: a=b", "No page may set “Cookie”"),
        (5, "no colon", "“no colon” has no colon"),
    ] {
        let fields = [("as", APP), ("method", "GET"), ("headers", line)];
        let (outcome, text) = sent(client, &fields, drawings).await;
        assert_eq!(outcome, "readable", "{engine:?}: {text}");
        assert!(text.contains(said), "{engine:?}: {said}: {text}");
    }
    session.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chromium_plays_a_service_as_a_page_of_any_origin() {
    plays(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn firefox_plays_a_service_as_a_page_of_any_origin() {
    plays(Engine::Firefox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webkit_plays_a_service_as_a_page_of_any_origin() {
    plays(Engine::WebKit).await;
}
