//! `own_origins`: where the service's own pages live, said once.

use axum::{Router, extract::WebSocketUpgrade, response::Response, routing::post};
use cors_runtime::{CorsRouter, OriginSet, Policy, cors, policy, routes};
use cors_tests::{Server, access_lines, programs, proxies::Nginx};

const PARTNER: Policy = policy!(methods = "POST", origins = "https://partner.example");

#[cors(..PARTNER)]
async fn handler() {}

async fn plain() {}

fn own() -> OriginSet {
    "https://www.example.com, http://insecure.example, http://localhost:3000"
        .parse()
        .unwrap()
}

fn app() -> CorsRouter {
    CorsRouter::new()
        .route("/handler", routes!(handler))
        .route("/plain", post(plain))
        .nest(
            "/nested",
            CorsRouter::new().route("/handler", routes!(handler)),
        )
        .default_policy(PARTNER)
}

#[tokio::test]
async fn an_own_page_passes_whatever_its_host_is() {
    let server = Server::start(app().own_origins(own()).into_router()).await;
    let here = format!("http://{}", server.address());
    for path in ["/handler", "/plain", "/nested/handler"] {
        for (headers, status, what) in [
            (
                &[("origin", "https://www.example.com")][..],
                200,
                "an own page",
            ),
            (
                &[("origin", "http://localhost:3000")],
                200,
                "an own page on loopback",
            ),
            (
                &[
                    ("origin", "https://www.example.com"),
                    ("sec-fetch-site", "cross-site"),
                ],
                200,
                "an own page on another domain",
            ),
            (
                &[("origin", "https://partner.example")],
                200,
                "a listed page",
            ),
            (
                &[("origin", "http://insecure.example")],
                403,
                "judged as under credentials",
            ),
            (
                &[("origin", here.as_str())],
                403,
                "`Host` is no longer compared",
            ),
            (
                &[("origin", here.as_str()), ("sec-fetch-site", "same-origin")],
                200,
                "the browser says so",
            ),
            (
                &[
                    ("origin", "https://www.example.com"),
                    ("origin", "https://www.example.com"),
                ],
                403,
                "two lines",
            ),
            (&[("origin", "null")], 403, "an opaque origin"),
        ] {
            let response = server.ask("POST", path, headers).await;
            assert_eq!(response.status(), status, "{path}: {what}");
            let lines = access_lines(response.headers());
            let readable = lines[0].starts_with("access-control-allow-origin");
            assert_eq!(readable, what == "a listed page", "{path}: {what}");
        }
    }
}

#[tokio::test]
async fn a_part_keeps_its_own_and_a_set_can_be_replaced() {
    let part = CorsRouter::new().route("/handler", routes!(handler));
    let pages: OriginSet = "https://part.example".parse().unwrap();
    let app = app()
        .nest("/part", part.own_origins(pages.clone()))
        .own_origins(own());
    let server = Server::start(app.into_router()).await;
    let of_app = [("origin", "https://www.example.com")];
    let of_part = [("origin", "https://part.example")];
    for (path, headers, status) in [
        ("/part/handler", of_part, 200),
        ("/part/handler", of_app, 403),
        ("/handler", of_app, 200),
        ("/handler", of_part, 403),
    ] {
        let response = server.ask("POST", path, &headers).await;
        assert_eq!(response.status(), status, "{path} {headers:?}");
    }
    pages.replace(["https://www.example.com"]).unwrap();
    assert_eq!(
        server.ask("POST", "/part/handler", &of_app).await.status(),
        200
    );
}

#[tokio::test]
async fn without_them_the_host_is_compared() {
    let plain: Router = Router::new().route("/handler", routes!(handler).into());
    for app in [app().into_router(), plain] {
        let server = Server::start(app).await;
        let here = format!("http://{}", server.address());
        let response = server.ask("POST", "/handler", &[("origin", &here)]).await;
        assert_eq!(response.status(), 200);
    }
}

/// Chat of the service's own pages: what a page posts, and a WebSocket.
#[cors(methods = "POST", origins = [])]
async fn post_message() {}

#[cors(methods = "GET", origins = [])]
async fn subscribe(socket: WebSocketUpgrade) -> Response {
    socket.on_upgrade(async |_| {})
}

/// The three usual ways to pass `Host` on. By default nginx sends the upstream's.
const NGINX: &str = "
    server {
        listen ADDRESS;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $http_connection;
        location /default/ { proxy_pass http://UPSTREAM/; }
        location /host/ {
            proxy_pass http://UPSTREAM/;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $http_connection;
            proxy_set_header Host $host;
        }
        location /http_host/ {
            proxy_pass http://UPSTREAM/;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $http_connection;
            proxy_set_header Host $http_host;
        }
    }
";

/// The status of a `POST` by `fetch`, and of a WebSocket's handshake (101 where it is opened), from a
/// browser that sends no `Sec-Fetch-Site`: none does over plain `http`, and Chromium not on handshakes.
async fn statuses(server: &Server, location: &str, origin: &str, host: &str) -> [u16; 2] {
    let page = [("origin", origin), ("host", host)];
    let posted = server
        .ask("POST", &format!("{location}messages"), &page)
        .await;
    let handshake = [
        page[0],
        page[1],
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let opened = server
        .ask("GET", &format!("{location}socket"), &handshake)
        .await;
    [posted.status().as_u16(), opened.status().as_u16()]
}

fn chat() -> CorsRouter {
    CorsRouter::new()
        .route("/messages", routes!(post_message))
        .route("/socket", routes!(subscribe))
}

const PASSES: [u16; 2] = [200, 101];
const REFUSED: [u16; 2] = [403, 403];

#[tokio::test]
async fn behind_nginx_own_pages_pass_however_host_is_passed_on() {
    if !programs::available("nginx") {
        return;
    }
    let without = Server::start(chat().into_router()).await;
    let own: OriginSet = "https://chat.example:8443".parse().unwrap();
    let told = Server::start(chat().own_origins(own).into_router()).await;
    let (without, told) = (
        Nginx::start(NGINX, &without).await,
        Nginx::start(NGINX, &told).await,
    );
    let host = "chat.example:8443";
    for (origin, location, without_own, with_own) in [
        ("https://chat.example:8443", "/default/", REFUSED, PASSES),
        ("https://chat.example:8443", "/host/", REFUSED, PASSES),
        ("https://chat.example:8443", "/http_host/", PASSES, PASSES),
        // A page of the plain `http` port is not a page of the `https` service.
        ("http://chat.example:8443", "/http_host/", PASSES, REFUSED),
        ("https://evil.example", "/default/", REFUSED, REFUSED),
        ("https://evil.example", "/host/", REFUSED, REFUSED),
        ("https://evil.example", "/http_host/", REFUSED, REFUSED),
    ] {
        let what = format!("{origin} {location}");
        let found = statuses(&without.server, location, origin, host).await;
        assert_eq!(found, without_own, "{what} without `own_origins`");
        let found = statuses(&told.server, location, origin, host).await;
        assert_eq!(found, with_own, "{what} with `own_origins`");
    }
}
