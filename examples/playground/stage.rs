//! The page's own server: the page, and what it asks about its requests.

use axum::{
    Json, Router,
    extract::{Query, State},
    http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    response::{Html, IntoResponse},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};

use crate::{
    api::{Endpoint, endpoints},
    record::{Exchange, Record},
    verdict::{Attempt, Verdict},
};

/// Who plays, and where.
#[derive(Clone)]
pub(crate) struct Stage {
    /// The page's origin.
    pub(crate) page: String,
    /// The second origin, which has a frame in the page.
    pub(crate) second: String,
    /// The origin of the API.
    pub(crate) api: String,
    pub(crate) record: Record,
}

pub(crate) fn router(stage: Stage) -> Router {
    let script = |text: &'static str| get(move || file("text/javascript", text));
    Router::new()
        .route("/", get(Html(include_str!("page/index.html"))))
        .route("/frame", get(frame))
        .route(
            "/style.css",
            get(|| file("text/css", include_str!("page/style.css"))),
        )
        .route("/send.js", script(include_str!("page/send.js")))
        .route("/scenes.js", script(include_str!("page/scenes.js")))
        .route("/sequence.js", script(include_str!("page/sequence.js")))
        .route("/playground.js", script(include_str!("page/playground.js")))
        .route("/stage", get(tell))
        .route("/exchanges", get(exchanges))
        .route("/verdict", post(verdict))
        .with_state(stage)
}

/// A page of another origin, which fetches what the playground's own page tells it to. No other page may
/// have it do that: neither in a frame nor by a message.
async fn frame(State(stage): State<Stage>) -> impl IntoResponse {
    let policy = format!("frame-ancestors {}", stage.page);
    let html = include_str!("page/frame.html").replace("PAGE", &stage.page);
    ([(CONTENT_SECURITY_POLICY, policy)], Html(html))
}

async fn file(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, kind)], text)
}

#[derive(Serialize)]
struct Told {
    page: String,
    second: String,
    api: String,
    endpoints: Vec<Endpoint>,
}

async fn tell(State(stage): State<Stage>) -> Json<Told> {
    Json(Told {
        page: stage.page,
        second: stage.second,
        api: stage.api,
        endpoints: endpoints(),
    })
}

#[derive(Deserialize)]
struct Asked {
    r#try: String,
}

async fn exchanges(State(stage): State<Stage>, Query(asked): Query<Asked>) -> Json<Vec<Exchange>> {
    Json(stage.record.of(&asked.r#try))
}

async fn verdict(Json(attempt): Json<Attempt>) -> Json<Verdict> {
    Json(Verdict::on(attempt).await)
}
