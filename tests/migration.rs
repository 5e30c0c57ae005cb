//! The guide from tower-http, followed: a small application before and after, and a page sees the same of
//! both.

use std::time::Duration;

use axum::{
    Router,
    http::{HeaderName, Method, StatusCode, header},
    routing::get,
};
use cors_runtime::{
    CorsRouter, Policy, policy,
    testing::{HERE, Seen, browser},
};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, Any, CorsLayer};

async fn list() -> &'static str {
    "items"
}

async fn add() -> (StatusCode, [(&'static str, &'static str); 1]) {
    (StatusCode::CREATED, [("x-total", "1")])
}

fn routes() -> Router {
    Router::new()
        .route(
            "/items",
            get(list).post(add).delete(async || StatusCode::NO_CONTENT),
        )
        .route("/health", get(async || "up"))
}

/// The layer before, and the policy after.
fn pairs() -> [(&'static str, CorsLayer, Policy); 3] {
    let front_end = CorsLayer::new()
        .allow_origin(AllowOrigin::list([
            "https://app.example.com".parse().unwrap(),
            "http://localhost:5173".parse().unwrap(),
        ]))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE])
        .expose_headers([HeaderName::from_static("x-total")])
        .max_age(Duration::from_secs(600));
    const FRONT_END: Policy = policy!(
        methods = "GET, POST",
        origins = "https://app.example.com, http://localhost:5173",
        credentials,
        allow_headers = "Content-Type",
        expose_headers = "X-Total",
        max_age = 600,
    );
    let mirrored = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(Any);
    const EVERY: Policy = policy!(methods = "*", origins = "*", expose_headers = "*");
    [
        ("a front end", front_end, FRONT_END),
        ("any origin", mirrored, EVERY),
        (
            "very_permissive",
            CorsLayer::very_permissive(),
            policy!(methods = "*"),
        ),
    ]
}

#[tokio::test]
async fn a_page_sees_the_same_before_and_after() {
    let (mut readable, mut blocked) = (0, 0);
    for (name, layer, policy) in pairs() {
        let before = routes().layer(layer);
        let after = CorsRouter::from(routes())
            .default_policy(policy)
            .into_router();
        for origin in [
            "https://app.example.com",
            "http://localhost:5173",
            "https://other.example",
            "null",
            HERE,
        ] {
            for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "patch"] {
                for path in ["/items", "/health", "/nowhere"] {
                    for header in [
                        None,
                        Some("content-type"),
                        Some("authorization"),
                        Some("x-a"),
                    ] {
                        for credentials in [false, true] {
                            let value =
                                |name: &str| (name.to_owned(), "application/json".to_owned());
                            let mut fetch = browser(origin).request(method, path);
                            fetch.headers = header.map(value).into_iter().collect();
                            fetch.credentials = credentials;
                            let (old, new) = (fetch.send(&before).await, fetch.send(&after).await);
                            let seen = |seen: &Seen| match seen {
                                Seen::Blocked(_) | Seen::Elsewhere(_) => None,
                                Seen::Response {
                                    status,
                                    headers,
                                    body,
                                } => Some((*status, headers.get("x-total").cloned(), body.clone())),
                            };
                            assert_eq!(seen(&old), seen(&new), "{name}: {fetch:?}");
                            match old.is_readable() {
                                true => readable += 1,
                                false => blocked += 1,
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(
        readable > 500 && blocked > 500,
        "{readable} readable, {blocked} blocked"
    );
}
