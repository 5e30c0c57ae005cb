//! The page's own server: the page, and what it asks about its requests.

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{
        StatusCode,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    response::{Html, IntoResponse},
    routing::{get, post},
};
use cors_runtime::Origin;
use serde::{Deserialize, Serialize};

use crate::{
    api::{self, Endpoint, endpoints},
    own_policy::{Judged, OwnPolicy, Written},
    record::{Exchange, Record},
    run::Run,
    service::Service,
    translation,
    verdict::{Attempt, Verdict, replay},
};

/// Who plays, and where.
#[derive(Clone)]
pub(crate) struct Stage {
    /// The page's port.
    pub(crate) port: u16,
    /// The port of the API, or of the proxy before the service.
    pub(crate) api_port: u16,
    /// The service that plays, where it is not the playground's own API; and the path to begin with.
    pub(crate) service: Option<(Service, String)>,
    pub(crate) run: Run,
    pub(crate) record: Record,
    pub(crate) own_policy: OwnPolicy,
}

impl Stage {
    /// The page's origin.
    pub(crate) fn page(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// The second origin, which has a frame in the page: to a browser the two names are two hosts.
    fn second(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The API, by a name that makes it of the page's own site, or of another.
    fn api(&self, site: &str) -> String {
        let host = if site == "cross-site" {
            "127.0.0.1"
        } else {
            "localhost"
        };
        format!("http://{host}:{}", self.api_port)
    }
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
        .route("/console.js", script(include_str!("page/console.js")))
        .route("/curl.js", script(include_str!("page/curl.js")))
        .route("/sequence.js", script(include_str!("page/sequence.js")))
        .route("/policy.js", script(include_str!("page/policy.js")))
        .route("/playground.js", script(include_str!("page/playground.js")))
        .route("/stage", get(tell))
        .route("/attempt", post(attempt))
        .route("/exchanges", get(exchanges))
        .route("/verdict", post(verdict))
        .route("/policy", post(policy))
        .with_state(stage)
}

/// A page of another origin, which fetches what the playground's own page tells it to. No other page may
/// have it do that: neither in a frame nor by a message.
async fn frame(State(stage): State<Stage>) -> impl IntoResponse {
    let page = stage.page();
    let policy = format!("frame-ancestors {page}");
    let html = include_str!("page/frame.html").replace("PAGE", &page);
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
    /// The origin of the service behind the proxy, and the path to begin with.
    service: Option<(String, String)>,
    token: String,
    endpoints: Vec<Endpoint>,
}

async fn tell(State(stage): State<Stage>) -> Json<Told> {
    let service = stage.service.as_ref();
    Json(Told {
        page: stage.page(),
        second: stage.second(),
        api: stage.api("same-site"),
        service: service.map(|(service, path)| (service.origin(), path.clone())),
        token: stage.run.token().to_owned(),
        endpoints: if stage.service.is_some() {
            Vec::new()
        } else {
            endpoints()
        },
    })
}

/// An attempt that is to pass for one of a page at another origin.
#[derive(Deserialize)]
struct Disguise {
    attempt: String,
    origin: String,
}

#[derive(Serialize)]
struct Disguised {
    /// Where to send it: the page is then of the site that it would be of.
    api: String,
}

async fn attempt(
    State(stage): State<Stage>,
    Json(Disguise { attempt, origin }): Json<Disguise>,
) -> Result<Json<Disguised>, (StatusCode, String)> {
    let Some((service, _)) = &stage.service else {
        let problem = "only a service behind the proxy can be shown another origin";
        return Err((StatusCode::BAD_REQUEST, problem.to_owned()));
    };
    let parsed = origin.parse::<Origin>();
    parsed.map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
    let site = translation::site(&origin, service.url());
    stage.run.choose(attempt, origin);
    let api = stage.api(site);
    Ok(Json(Disguised { api }))
}

#[derive(Deserialize)]
struct Asked {
    r#try: String,
}

async fn exchanges(State(stage): State<Stage>, Query(asked): Query<Asked>) -> Json<Vec<Exchange>> {
    Json(stage.record.of(&asked.r#try))
}

async fn verdict(State(stage): State<Stage>, Json(attempt): Json<Attempt>) -> Json<Verdict> {
    let app = match stage.service {
        Some(_) => replay(stage.record.of(&attempt.attempt)),
        None => api::router().merge(stage.own_policy.router()),
    };
    Json(Verdict::on(attempt, app).await)
}

async fn policy(State(stage): State<Stage>, Json(written): Json<Written>) -> Json<Judged> {
    Json(stage.own_policy.take(&written))
}
