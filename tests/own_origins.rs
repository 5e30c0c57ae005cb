//! `own_origins`: where the service's own pages live, said once.

use axum::{Router, routing::post};
use cors_runtime::{CorsRouter, OriginSet, Policy, cors, policy, routes};
use cors_tests::{Server, access_lines};

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
