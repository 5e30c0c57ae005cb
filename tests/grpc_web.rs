//! gRPC-web: what pages call services by, in three engines, against the example.

use std::time::Duration;

use axum::{Router, http::header::CONTENT_TYPE, response::Html, routing::get};
use cors_tests::{Server, engines::Engine, programs, running::Example};
use fantoccini::Locator;
use serde_json::{Value, json};

/// Calls the health check: of a service that serves, of one that nobody knows, and as a stream. Messages have
/// one field each, so that nothing has to be generated: a text there, a number back.
const PAGE: &str = r#"<!doctype html>
<script type="module">
import { GrpcWebClientBase, MethodDescriptor } from '/grpc-web.js';

const serialize = (name) => Uint8Array.from([10, name.length, ...new TextEncoder().encode(name)]);
const deserialize = (bytes) => bytes[1] ?? 0;
const method = (name, kind) =>
  new MethodDescriptor(`/grpc.health.v1.Health/${name}`, kind, Object, Object, serialize, deserialize);
const client = new GrpcWebClientBase({ format: FORMAT });

const check = (service) => new Promise((resolve) => {
  client.rpcCall('URL/grpc.health.v1.Health/Check', service, {}, method('Check', 'unary'), (error, answer) =>
    resolve(error ? { code: error.code, message: error.message } : { answer }));
});
const watch = (service) => new Promise((resolve) => {
  const stream = client.serverStreaming('URL/grpc.health.v1.Health/Watch', service, {}, method('Watch', 'server_streaming'));
  stream.on('data', (answer) => { stream.cancel(); resolve({ answer }); });
  stream.on('error', (error) => resolve({ code: error.code, message: error.message }));
});

const told = [await check('items'), await check('nobody'), ...(FORMAT === 'text' ? [await watch('items')] : [])];
document.body.append(Object.assign(document.createElement('pre'), { textContent: JSON.stringify(told) }));
</script>
"#;

/// What a page at `origin` of this server is told.
fn page(library: &str, url: &str, format: &str) -> Router {
    let html = PAGE
        .replace("URL", url)
        .replace("FORMAT", &format!("'{format}'"));
    let library = library.to_owned();
    Router::new().route("/", get(async || Html(html))).route(
        "/grpc-web.js",
        get(async || ([(CONTENT_TYPE, "text/javascript")], library)),
    )
}

async fn calls(engine: Engine) {
    let Some(library) = programs::npm_file("grpc-web/index.esm.js") else {
        return;
    };
    let Some(session) = engine.session().await else {
        return;
    };
    let client = &session.client;
    let start = || {
        let mut example = Example::start("grpc_web");
        let url = example.address("listening on");
        (example, url)
    };
    let (_example, url) = tokio::task::spawn_blocking(start).await.unwrap();
    let serving = json!({ "answer": 1 });
    let unknown = json!({ "code": 5, "message": "service not registered" });
    for (format, expected) in [
        ("text", json!([serving, unknown, serving])),
        ("binary", json!([serving, unknown])),
    ] {
        let server = Server::start(page(&library, &url, format)).await;
        for (host, is_allowed) in [("localhost", true), ("127.0.0.1", false)] {
            let page = format!("http://{host}:{}", server.address().port());
            client.goto(&page).await.unwrap();
            let wait = client.wait().at_most(Duration::from_secs(20));
            let told = wait.for_element(Locator::Css("pre")).await.unwrap();
            let told: Value = serde_json::from_str(&told.text().await.unwrap()).unwrap();
            if is_allowed {
                assert_eq!(told, expected, "{engine:?} {format}");
            } else {
                assert!(
                    told[0].get("answer").is_none(),
                    "{engine:?} {format}: {told}"
                );
            }
        }
    }
    session.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chromium_calls_a_service_and_reads_how_it_went() {
    calls(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn firefox_calls_a_service_and_reads_how_it_went() {
    calls(Engine::Firefox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webkit_calls_a_service_and_reads_how_it_went() {
    calls(Engine::WebKit).await;
}
