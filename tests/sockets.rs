//! WebSockets and server-sent events in real browsers: over HTTP/1.1, over HTTP/2, and through nginx; with
//! cookies; from the service's own page, a listed one and another.

use std::convert::Infallible;

use axum::{
    Router,
    extract::{WebSocketUpgrade, ws::Message},
    http::{HeaderMap, Version, header::SET_COOKIE},
    response::{
        Html, IntoResponse, Response,
        sse::{Event, Sse},
    },
    routing::get,
};
use cors_runtime::{CorsRouter, OriginSet, cors, routes};
use cors_tests::{
    Server,
    engines::{Engine, Session},
    programs,
    proxies::Nginx,
    tls::{TlsServer, write_certificate},
};
use futures_util::{StreamExt, stream};
use serde_json::json;

fn cookie(headers: &HeaderMap) -> String {
    let cookie = headers.get("cookie");
    cookie
        .map_or("no cookie", |line| line.to_str().unwrap())
        .to_owned()
}

/// Over HTTP/2 browsers open a WebSocket by `CONNECT`.
#[cors(methods = "GET, CONNECT", origins = OriginSet, credentials)]
async fn socket(upgrade: WebSocketUpgrade, version: Version, headers: HeaderMap) -> Response {
    let greeting = format!("{version:?} {}", cookie(&headers));
    upgrade.on_upgrade(async move |mut socket| {
        let _ = socket.send(Message::text(greeting)).await;
        let _ = socket.recv().await;
    })
}

#[cors(methods = "GET", origins = OriginSet, credentials)]
async fn events(version: Version, headers: HeaderMap) -> impl IntoResponse {
    let greeting = Event::default().data(format!("{version:?} {}", cookie(&headers)));
    let first = stream::iter([Ok::<_, Infallible>(greeting)]);
    Sse::new(first.chain(stream::pending()))
}

const PAGE: &str = "<!doctype html><script>
function opens(url) {
    return new Promise(resolve => {
        const socket = new WebSocket(url);
        socket.onmessage = event => { resolve(event.data); socket.close(); };
        socket.onerror = () => resolve('refused');
    });
}
function listens(url) {
    return new Promise(resolve => {
        const events = new EventSource(url, { withCredentials: true });
        events.onmessage = event => { resolve(event.data); events.close(); };
        events.onerror = () => { resolve('refused'); events.close(); };
    });
}
</script>";

/// A page, which leaves a cookie on its host.
async fn page() -> impl IntoResponse {
    ([(SET_COOKIE, "session=1")], Html(PAGE))
}

fn service(listed: &OriginSet) -> CorsRouter {
    CorsRouter::new()
        .route("/socket", routes!(socket))
        .route("/events", routes!(events))
        .route("/page", get(page))
        .with_state(listed.clone())
}

/// What a page says of the socket and of the events of a service.
async fn greetings(session: &Session, page: &str, service: &str) -> [String; 2] {
    session.client.goto(&format!("{page}/page")).await.unwrap();
    let socket = service.replacen("http", "ws", 1);
    let mut found = Vec::new();
    for (function, url) in [
        ("listens", format!("{service}/events")),
        ("opens", format!("{socket}/socket")),
    ] {
        let script = format!("const [url, done] = arguments; {function}(url).then(done)");
        let greeting = session
            .client
            .execute_async(&script, vec![json!(url)])
            .await
            .unwrap();
        found.push(greeting.as_str().unwrap().to_owned());
    }
    [found.remove(0), found.remove(0)]
}

/// Tries the three pages on a service, whose set of origins is empty; returns the versions of HTTP by which the
/// own page got events and opened a socket.
async fn three_pages(
    session: &Session,
    service: &str,
    listed: &OriginSet,
    pages: [&str; 2],
) -> [String; 2] {
    listed.replace([pages[0]]).unwrap();
    let mut versions = [String::new(), String::new()];
    for (page, what) in [
        (service, "own"),
        (pages[0], "listed"),
        (pages[1], "another"),
    ] {
        let found = greetings(session, page, service).await;
        for (greeting, version) in found.iter().zip(&mut versions) {
            match greeting.split_once(' ') {
                Some((found, "session=1")) if what != "another" => {
                    if what == "own" {
                        found.clone_into(version);
                    }
                }
                None if what == "another" && greeting == "refused" => {}
                _ => panic!("{what} page {page}: {greeting}"),
            }
        }
    }
    versions
}

async fn over_http_1(session: &Session) {
    let listed = OriginSet::default();
    let server = Server::start(service(&listed).into_router()).await;
    let pages = Server::start(Router::new().route("/page", get(page))).await;
    let port = pages.address().port();
    let pages = [
        format!("http://localhost:{port}"),
        format!("http://127.0.0.1:{port}"),
    ];
    let here = format!("http://localhost:{}", server.address().port());
    let versions = three_pages(session, &here, &listed, [&pages[0], &pages[1]]).await;
    assert_eq!(versions, ["HTTP/1.1", "HTTP/1.1"]);
}

async fn over_http_2(session: &Session, engine: Engine) {
    let listed = OriginSet::default();
    let server = TlsServer::start(service(&listed).into_router()).await;
    let pages = TlsServer::start(Router::new().route("/page", get(page))).await;
    let port = pages.port;
    let pages = [
        format!("https://localhost:{port}"),
        format!("https://127.0.0.1:{port}"),
    ];
    let here = format!("https://localhost:{}", server.port);
    let versions = three_pages(session, &here, &listed, [&pages[0], &pages[1]]).await;
    // WebKit opens a connection of its own for it; the others send `CONNECT` on the one that is there.
    let socket = match engine {
        Engine::WebKit => "HTTP/1.1",
        Engine::Chromium | Engine::Firefox => "HTTP/2.0",
    };
    assert_eq!(versions, ["HTTP/2.0", socket]);
}

/// nginx ends TLS, and passes its own name for the service on as `Host`: `own_origins` says where the pages are.
const NGINX: &str = "
    server {
        listen ADDRESS ssl http2;
        ssl_certificate FILES/cert.pem;
        ssl_certificate_key FILES/key.pem;
        location / {
            proxy_pass http://UPSTREAM;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $http_connection;
            proxy_buffering off;
        }
    }
";

async fn through_nginx(session: &Session) {
    if !programs::available("nginx") {
        return;
    }
    let (listed, own) = (OriginSet::default(), OriginSet::default());
    let app = service(&listed).own_origins(own.clone()).into_router();
    let server = Server::start(app).await;
    let files = tempfile::tempdir().unwrap();
    write_certificate(files.path());
    let configuration = NGINX.replace("FILES", files.path().to_str().unwrap());
    let nginx = Nginx::start(&configuration, &server).await;
    let pages = TlsServer::start(Router::new().route("/page", get(page))).await;
    let port = pages.port;
    let pages = [
        format!("https://localhost:{port}"),
        format!("https://127.0.0.1:{port}"),
    ];
    let here = format!("https://localhost:{}", nginx.server.address().port());
    own.replace([&here]).unwrap();
    let versions = three_pages(session, &here, &listed, [&pages[0], &pages[1]]).await;
    assert_eq!(
        versions,
        ["HTTP/1.1", "HTTP/1.1"],
        "as nginx asks the service"
    );
}

async fn in_engine(engine: Engine) {
    let Some(session) = engine.session().await else {
        return;
    };
    over_http_1(&session).await;
    over_http_2(&session, engine).await;
    through_nginx(&session).await;
    session.end().await;
}

#[tokio::test]
async fn chromium_opens_sockets_and_gets_events() {
    in_engine(Engine::Chromium).await;
}

#[tokio::test]
async fn firefox_opens_sockets_and_gets_events() {
    in_engine(Engine::Firefox).await;
}

#[tokio::test]
async fn webkit_opens_sockets_and_gets_events() {
    in_engine(Engine::WebKit).await;
}
