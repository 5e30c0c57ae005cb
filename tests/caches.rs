//! Shared caches in front of a service: nginx and Varnish, with as much cached as they can.

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, StatusCode},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use cors_runtime::{CorsRouter, cors, routes};
use cors_tests::{
    Server, programs,
    proxies::{Nginx, free_address, started},
};
use tokio::time::sleep;
use tower_http::compression::CompressionLayer;

const ONE: &str = "https://one.example";
const OTHER: &str = "https://other.example";
const EVIL: &str = "https://evil.example";

/// A response that caches keep, and revalidate after a second.
fn cacheable(request: &HeaderMap) -> Response {
    let headers = [("cache-control", "public, max-age=1"), ("etag", "\"one\"")];
    match request.get("if-none-match") {
        Some(_) => (StatusCode::NOT_MODIFIED, headers).into_response(),
        None => (headers, "a response that is kept ".repeat(50)).into_response(),
    }
}

#[cors(methods = "GET, PUT")]
async fn open(request: HeaderMap) -> Response {
    cacheable(&request)
}

#[cors(
    methods = "GET",
    origins = "https://one.example, https://other.example",
    credentials
)]
async fn listed(request: HeaderMap) -> Response {
    cacheable(&request)
}

#[cors(methods = "GET", origins = "*")]
async fn every(request: HeaderMap) -> Response {
    cacheable(&request)
}

#[cors(methods = "GET")]
async fn varied(request: HeaderMap) -> Response {
    ([("vary", "Accept")], cacheable(&request)).into_response()
}

/// The service, and how often something came through to it.
fn service() -> (Router, Arc<AtomicUsize>) {
    let hits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&hits);
    let router = CorsRouter::new()
        .route("/open", routes!(open))
        .route("/listed", routes!(listed))
        .route("/every", routes!(every))
        .route("/varied", routes!(varied))
        .layer(CompressionLayer::new())
        .into_router()
        .layer(from_fn(move |request: Request, next: Next| {
            counted.fetch_add(1, Ordering::Relaxed);
            next.run(request)
        }));
    (router, hits)
}

/// What an answer to this request must say of who may read it, whichever request the cache keeps
/// it from; `None` where it must say nothing.
fn allowed(path: &str, origin: Option<&'static str>) -> Option<&'static str> {
    match (path, origin) {
        ("/every", _) => Some("*"),
        ("/listed", origin) => origin.filter(|origin| *origin != EVIL),
        (_, origin) => Some(origin.unwrap_or("*")),
    }
}

/// Sends a thousand requests through a cache, in an order that a seed decides.
async fn no_answer_is_anothers(name: &str, cache: &Server, hits: &AtomicUsize) {
    let long = "x".repeat(30 * 1024);
    let mut random: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut choose = |count: usize| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap() % count
    };
    let before = hits.load(Ordering::Relaxed);
    let mut reads = 0;
    for number in 0..1_000 {
        let path = ["/open", "/listed", "/every", "/varied"][choose(4)];
        let origin = [Some(ONE), Some(OTHER), Some(EVIL), None][choose(4)];
        let kind = [
            "read",
            "read",
            "read",
            "read",
            "options",
            "preflight",
            "compressed",
        ][choose(7)];
        let mut headers: Vec<_> = origin.iter().map(|origin| ("origin", *origin)).collect();
        match kind {
            "preflight" => headers.push(("access-control-request-method", "GET")),
            "compressed" => headers.push(("accept-encoding", "gzip")),
            "read" if number % 50 == 0 => {
                headers.push(("access-control-request-headers", long.as_str()));
            }
            _ => {}
        }
        let method = if matches!(kind, "options" | "preflight") {
            "OPTIONS"
        } else {
            "GET"
        };
        reads += usize::from(method == "GET");
        let response = cache.ask(method, path, &headers).await;
        let what = format!(
            "{name}: {number} {kind} {path} from {origin:?}: {:?}",
            response.status()
        );
        let found = response.headers().get("access-control-allow-origin");
        let found = found.map(|value| value.to_str().unwrap());
        assert_eq!(found, allowed(path, origin), "{what}");
        let credentials = response
            .headers()
            .contains_key("access-control-allow-credentials");
        assert_eq!(credentials, found.is_some() && path != "/every", "{what}");
        // A cached answer goes to a request with the same headers, or with none: a page reads
        // the header on preflights alone, and they are told apart.
        if let Some(asked) = response.headers().get("access-control-allow-headers") {
            let long_asked = headers
                .iter()
                .any(|(name, _)| name.ends_with("request-headers"));
            let echoed = long_asked && asked == long.as_str();
            assert!(
                echoed || asked == "Authorization",
                "{what}: {} bytes",
                asked.len()
            );
        }
        // The policy is outside the layers: no refusal is compressed.
        let has_body = response.status() == StatusCode::OK;
        if kind == "compressed" && has_body {
            assert_eq!(response.headers()["content-encoding"], "gzip", "{what}");
        } else {
            assert!(
                !response.headers().contains_key("content-encoding"),
                "{what}"
            );
        }
    }
    let through = hits.load(Ordering::Relaxed) - before;
    assert!(
        through < 900,
        "{name} kept nothing: {through} of 1,000 came through"
    );
    assert!(reads > 500, "{reads} reads");
}

/// A response that a 304 has renewed is still its own origin's.
async fn a_revalidated_answer_keeps_its_headers(name: &str, cache: &Server, hits: &AtomicUsize) {
    for round in 0..3 {
        for origin in [ONE, OTHER] {
            for path in ["/open", "/listed"] {
                let response = cache.ask("GET", path, &[("origin", origin)]).await;
                assert_eq!(response.status(), StatusCode::OK, "{name} {round} {path}");
                let found = &response.headers()["access-control-allow-origin"];
                assert_eq!(found, origin, "{name} {round} {path}");
                assert_eq!(
                    response.body(),
                    &Bytes::from("a response that is kept ".repeat(50))
                );
            }
        }
        sleep(Duration::from_millis(1_500)).await;
    }
    assert!(hits.load(Ordering::Relaxed) > 0);
}

const NGINX: &str = "
    large_client_header_buffers 4 64k;
    proxy_cache_path DIR/cache keys_zone=all:10m;
    server {
        listen ADDRESS;
        location / {
            proxy_pass http://UPSTREAM;
            proxy_http_version 1.1;
            proxy_set_header Accept-Encoding $http_accept_encoding;
            proxy_buffer_size 128k;
            proxy_buffers 8 128k;
            proxy_busy_buffers_size 256k;
            proxy_cache all;
            proxy_cache_methods GET HEAD;
            proxy_cache_revalidate on;
        }
    }
";

#[tokio::test]
async fn nginx_gives_nobody_anothers_answer() {
    if !programs::available("nginx") {
        return;
    }
    let (router, hits) = service();
    let server = Server::start(router).await;
    let nginx = Nginx::start(NGINX, &server).await;
    no_answer_is_anothers("nginx", &nginx.server, &hits).await;
    a_revalidated_answer_keeps_its_headers("nginx", &nginx.server, &hits).await;
}

/// Answers to `OPTIONS` are kept as well, which the HTTP standard does not provide for.
const VARNISH: &str = r#"
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "PORT"; }
sub vcl_recv {
    set req.http.x-method = req.method;
    return (hash);
}
sub vcl_hash { hash_data(req.http.x-method); }
sub vcl_backend_fetch { set bereq.method = bereq.http.x-method; }
sub vcl_backend_response {
    set beresp.grace = 0s;
    set beresp.keep = 60s;
    if (bereq.method == "OPTIONS") {
        set beresp.ttl = 60s;
        set beresp.uncacheable = false;
    }
}
"#;

#[tokio::test]
async fn varnish_gives_nobody_anothers_answer() {
    if !programs::available("varnishd") {
        return;
    }
    let (router, hits) = service();
    let server = Server::start(router).await;
    let folder = tempfile::tempdir().unwrap();
    let address = free_address();
    let file = folder.path().join("cors.vcl");
    fs::write(
        &file,
        VARNISH.replace("PORT", &server.address().port().to_string()),
    )
    .unwrap();
    let work = folder.path().join("work");
    let mut varnish = Command::new("varnishd");
    varnish
        .arg("-F")
        .args(["-j", "none"])
        .arg("-a")
        .arg(address.to_string());
    varnish
        .arg("-f")
        .arg(&file)
        .arg("-n")
        .arg(Path::new(&work))
        .args(["-s", "malloc,64m"]);
    for parameter in [
        "http_req_hdr_len=64k",
        "http_req_size=128k",
        "http_resp_hdr_len=64k",
        "http_resp_size=128k",
        "workspace_client=512k",
        "workspace_backend=512k",
        "http_gzip_support=off",
    ] {
        varnish.args(["-p", parameter]);
    }
    let _varnish = started(&mut varnish, address).await;
    let cache = Server::at(address);
    no_answer_is_anothers("varnish", &cache, &hits).await;
    a_revalidated_answer_keeps_its_headers("varnish", &cache, &hits).await;
}
