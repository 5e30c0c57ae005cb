//! HTTP/2 without TLS: `:authority` against `host`, directly and behind nginx.

use axum::http::{Request, StatusCode};
use bytes::Bytes;
use cors_runtime::{CorsRouter, OriginSet, cors, routes};
use cors_tests::{Server, programs, proxies::Nginx};
use http_body_util::Full;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

/// Own pages only.
#[cors(methods = "POST", origins = [])]
async fn sign_up() {}

fn app() -> CorsRouter {
    CorsRouter::new().route("/", routes!(sign_up))
}

#[tokio::test]
async fn the_authority_counts_and_not_the_host() {
    let server = Server::start(app().into_router()).await;
    let mut client = Client::builder(TokioExecutor::new());
    let client: Client<HttpConnector, Full<Bytes>> = client.http2_only(true).build_http();
    let here = server.address().to_string();
    for (origin, host, status) in [
        (format!("http://{here}"), None, 200),
        (format!("https://{here}"), None, 200),
        ("http://evil.example".to_owned(), None, 403),
        ("http://evil.example".to_owned(), Some("evil.example"), 403),
        (format!("http://{here}"), Some("evil.example"), 200),
    ] {
        let mut request = Request::post(format!("http://{here}/")).header("origin", &origin);
        if let Some(host) = host {
            request = request.header("host", host);
        }
        let response = client.request(request.body(Full::default()).unwrap()).await;
        let found = response.unwrap().status();
        assert_eq!(
            found,
            StatusCode::from_u16(status).unwrap(),
            "{origin} {host:?}"
        );
    }
}

/// nginx speaks HTTP/2 to a service by `grpc_pass` only; by default `:authority` is the service's address.
const NGINX: &str = "
    server {
        listen ADDRESS;
        location /default/ { grpc_pass grpc://UPSTREAM; rewrite ^ / break; }
        location /host/ {
            grpc_pass grpc://UPSTREAM;
            grpc_set_header Host $http_host;
            rewrite ^ / break;
        }
    }
";

#[tokio::test]
async fn behind_nginx_the_authority_is_what_it_passes_on() {
    if !programs::available("nginx") {
        return;
    }
    let own: OriginSet = "https://www.example".parse().unwrap();
    let without = Server::start(app().into_router()).await;
    let with = Server::start(app().own_origins(own).into_router()).await;
    for (server, path, status) in [
        (&without, "/default/", 403),
        (&without, "/host/", 200),
        (&with, "/default/", 200),
        (&with, "/host/", 200),
    ] {
        let nginx = Nginx::start(NGINX, server).await;
        let page = [("origin", "https://www.example"), ("host", "www.example")];
        let response = nginx.server.ask("POST", path, &page).await;
        assert_eq!(response.status(), status, "{path}");
        let evil = [("origin", "https://evil.example"), ("host", "www.example")];
        let response = nginx.server.ask("POST", path, &evil).await;
        assert_eq!(response.status(), 403, "{path}");
    }
}
