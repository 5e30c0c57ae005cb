//! What else decides on a preflight in a real browser: upload listeners, stream bodies and service workers.
//! Over TLS, since streams go over HTTP/2 only and workers want a secure page.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::{Request, State},
    http::header::CONTENT_TYPE,
    middleware::{Next, from_fn_with_state},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use cors_runtime::{CorsRouter, OriginSet, cors, routes};
use cors_tests::{
    engines::{Engine, Session},
    tls::TlsServer,
};
use serde_json::{Value, json};

/// `POST` needs no listing; the preflight for a listener or a stream has to be answered all the same.
#[cors(methods = "GET, POST", origins = OriginSet)]
async fn upload(body: String) -> String {
    body
}

#[cors(methods = "PUT", origins = OriginSet, credentials)]
async fn put(body: String) -> String {
    body
}

type Requests = Arc<Mutex<Vec<String>>>;

async fn record(State(requests): State<Requests>, request: Request, next: Next) -> Response {
    let line = format!("{} {}", request.method(), request.uri().path());
    requests.lock().unwrap().push(line);
    next.run(request).await
}

fn service(listed: OriginSet, requests: Requests) -> Router {
    CorsRouter::new()
        .route("/upload", routes!(upload))
        .route("/put", routes!(put))
        .with_state(listed)
        .into_router()
        .layer(from_fn_with_state(requests, record))
}

const PAGE: &str = "<!doctype html><script>
function listened(url) {
    return new Promise(resolve => {
        const request = new XMLHttpRequest();
        request.upload.onprogress = () => {};
        request.onload = () => resolve(request.responseText);
        request.onerror = () => resolve('blocked');
        request.open('POST', url);
        request.send('text');
    });
}
async function fetched(url, init) {
    try {
        return await (await fetch(url, init)).text();
    } catch {
        return 'blocked';
    }
}
function plain(url) {
    return fetched(url, { method: 'POST', body: 'text' });
}
function streamed(url) {
    const body = new Blob(['text']).stream();
    return fetched(url, { method: 'POST', body, duplex: 'half' });
}
function put(url) {
    return fetched(url, { method: 'PUT', body: 'text', credentials: 'include' });
}
async function underWorker() {
    await navigator.serviceWorker.register('/worker.js');
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
        await new Promise(resolve => { navigator.serviceWorker.oncontrollerchange = resolve; });
    }
}
</script>";

/// Sends every request of the page anew.
const WORKER: &str = "
onactivate = event => event.waitUntil(clients.claim());
onfetch = event => event.respondWith(fetch(event.request));
";

async fn worker() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/javascript")], WORKER)
}

fn pages() -> Router {
    let page = get(async || Html(PAGE));
    Router::new()
        .route("/", page)
        .route("/worker.js", get(worker))
}

async fn call(session: &Session, call: &str, url: &str) -> String {
    let script = format!("const [url, done] = arguments; {call}.then(done, done)");
    let seen = session
        .client
        .execute_async(&script, vec![json!(url)])
        .await
        .unwrap();
    match seen {
        Value::String(seen) => seen,
        other => other.to_string(),
    }
}

async fn in_engine(engine: Engine) {
    let Some(session) = engine.session().await else {
        return;
    };
    let (listed, requests) = (OriginSet::default(), Requests::default());
    let server = TlsServer::start(service(listed.clone(), Arc::clone(&requests))).await;
    let pages = TlsServer::start(pages()).await;
    listed
        .replace([format!("https://localhost:{}", pages.port)])
        .unwrap();
    let api = format!("https://localhost:{}", server.port);
    // The others send no streams.
    let streams = engine == Engine::Chromium;
    for (host, allowed) in [("localhost", true), ("127.0.0.1", false)] {
        let page = format!("https://{host}:{}", pages.port);
        session.client.goto(&page).await.unwrap();
        for worker in [false, true] {
            if worker {
                call(&session, "underWorker()", "").await;
            }
            for (function, path, preflights) in [
                ("plain", "/upload", 0),
                ("listened", "/upload", 1),
                ("streamed", "/upload", 1),
                ("put", "/put", 1),
            ] {
                if function == "streamed" && !streams {
                    continue;
                }
                requests.lock().unwrap().clear();
                // A URL of its own, for which no preflight is kept.
                let url = format!("{api}{path}?{host}-{worker}-{function}");
                let seen = call(&session, &format!("{function}(url)"), &url).await;
                let sent = std::mem::take(&mut *requests.lock().unwrap());
                let what =
                    format!("{engine:?} {page} {function}, worker: {worker}: {seen} {sent:?}");
                let expected = if allowed { "text" } else { "blocked" };
                assert_eq!(seen, expected, "{what}");
                // A worker that sends the request anew has no listener.
                let preflights = if worker && function == "listened" {
                    0..=1
                } else {
                    preflights..=preflights
                };
                let found = sent
                    .iter()
                    .filter(|line| line.starts_with("OPTIONS"))
                    .count();
                assert!(preflights.contains(&found), "{what}");
                let is_sent = sent.len() > found;
                assert!(
                    is_sent == (allowed || found == 0),
                    "refused by the preflight: {what}"
                );
            }
        }
    }
    session.end().await;
}

#[tokio::test]
async fn chromium_is_answered_right() {
    in_engine(Engine::Chromium).await;
}

#[tokio::test]
async fn firefox_is_answered_right() {
    in_engine(Engine::Firefox).await;
}

#[tokio::test]
async fn webkit_is_answered_right() {
    in_engine(Engine::WebKit).await;
}
