//! The API of the playground. Each endpoint's policy is a constant, which its handler takes by `..BASE`
//! and the page shows.

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use cors_runtime::{CorsRouter, Policy, cors, policy, routes};
use serde::{Deserialize, Serialize};

const OPEN: Policy = policy!(methods = "GET, POST, PUT", debug_max_age);

const FRONT_END: Policy = policy!(
    methods = "GET, DELETE",
    origins = "http://localhost:*",
    credentials,
    allow_headers = "X-CSRF-Token",
    expose_headers = "X-Visits",
);

const PUBLIC: Policy = policy!(methods = "GET", origins = "*");

const KEPT: Policy = policy!(methods = "PUT", max_age = 60);

/// An endpoint, as the page shows it.
#[derive(Serialize)]
pub(crate) struct Endpoint {
    path: &'static str,
    about: &'static str,
    policy: String,
}

/// The endpoints, each with the constant that its handler takes.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let endpoint = |path, about, policy: Policy| Endpoint {
        path,
        about,
        policy: format!("{policy:#?}"),
    };
    vec![
        endpoint("/items", "Anyone may read and add: the open policy.", OPEN),
        endpoint(
            "/account",
            "The front end on localhost, with cookies.",
            FRONT_END,
        ),
        endpoint("/prices", "Anyone, without cookies.", PUBLIC),
        endpoint(
            "/settings",
            "Browsers keep its preflight for a minute.",
            KEPT,
        ),
        Endpoint {
            path: "/yours",
            about: "The policy of your own.",
            policy: "none before you write one".to_owned(),
        },
        endpoint(
            "/cors-router/members",
            "Behind an authentication layer, on a CorsRouter.",
            OPEN,
        ),
        endpoint(
            "/plain-router/members",
            "Behind the same layer, on a plain axum::Router.",
            OPEN,
        ),
    ]
}

#[derive(Deserialize, Serialize)]
struct Item {
    name: String,
}

#[cors(..OPEN)]
async fn items(new: Option<Json<Item>>) -> Json<Vec<Item>> {
    let tea = Item {
        name: "tea".to_owned(),
    };
    let new = new.map(|Json(item)| item);
    Json([tea].into_iter().chain(new).collect())
}

/// Counts visits in a cookie.
#[cors(..FRONT_END)]
async fn account(request: HeaderMap) -> impl IntoResponse {
    let cookies = request.get(header::COOKIE).and_then(|it| it.to_str().ok());
    let mut cookies = cookies.unwrap_or_default().split("; ");
    let visits = cookies.find_map(|cookie| cookie.strip_prefix("visits="));
    let visits: u32 = visits.and_then(|visits| visits.parse().ok()).unwrap_or(0);
    let visits = visits.saturating_add(1).to_string();
    let cookie = format!("visits={visits}; HttpOnly");
    let headers = [("set-cookie", cookie), ("x-visits", visits.clone())];
    (headers, format!("visit {visits}"))
}

#[cors(..PUBLIC)]
async fn prices() -> &'static str {
    "tea: 3"
}

#[cors(..KEPT)]
async fn settings() -> &'static str {
    "saved"
}

#[cors(..OPEN)]
async fn members() -> &'static str {
    "the members"
}

async fn authenticate(request: Request, next: Next) -> Response {
    let token = request.headers().get(header::AUTHORIZATION);
    if token.is_some_and(|token| token == "Bearer let-me-in") {
        next.run(request).await
    } else {
        (StatusCode::UNAUTHORIZED, "who are you?").into_response()
    }
}

pub(crate) fn router() -> Router {
    let guarded = CorsRouter::new()
        .route("/cors-router/members", routes!(members))
        .layer(from_fn(authenticate));
    let plain = Router::new()
        .route("/plain-router/members", routes!(members).into())
        .layer(from_fn(authenticate));
    CorsRouter::new()
        .route("/items", routes!(items))
        .route("/account", routes!(account))
        .route("/prices", routes!(prices))
        .route("/settings", routes!(settings))
        .merge(guarded)
        .merge(plain)
        .layer(DefaultBodyLimit::max(16 * 1024))
        .into_router()
}
