//! A service like yours: items and sessions in SQLite, a login by cookie, an authentication layer, limits, a
//! WebSocket, events, the files of a front end, and CORS for all of it, from the environment.
//!
//! ```sh
//! CORS_ORIGINS='https://app.example' cargo run --example service
//! ```
//!
//! It listens on 127.0.0.1:3000 (or the port that `PORT` names). One default policy covers whatever is routed with
//! axum's own `get` and the like; two handlers have a policy of their own. The tests at the end log in as a browser
//! does.
//!
//! - `session`: who somebody is;
//! - `items`: what there is;
//! - `live`: what happens.

mod items;
mod live;
mod session;

use std::{
    env,
    error::Error,
    process::ExitCode,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{Router, http::StatusCode, middleware::from_fn_with_state};
use cors_runtime::{CorsLayer, CorsRouter, OriginSet, Policy, policy};
use rusqlite::Connection;
use tokio::{net::TcpListener, sync::broadcast};
use tower_http::{
    limit::RequestBodyLimitLayer, services::ServeDir, timeout::TimeoutLayer, trace::TraceLayer,
};

/// What pages of the front ends may do. `CORS_ORIGINS` says where they are.
const FRONT_ENDS: Policy = policy!(
    origins = _,
    credentials,
    methods = "GET, POST, DELETE",
    allow_headers = "Content-Type",
    debug_origins = "http://localhost:*",
);

/// What the handlers share.
#[derive(Clone)]
struct App {
    database: Arc<Mutex<Connection>>,
    changes: broadcast::Sender<String>,
}

impl App {
    fn new() -> rusqlite::Result<Self> {
        let database = Connection::open_in_memory()?;
        database.execute_batch(
            "create table sessions (token text primary key, user text not null);
             create table items (id integer primary key, name text not null, user text not null);",
        )?;
        Ok(Self {
            database: Arc::new(Mutex::new(database)),
            changes: broadcast::channel(16).0,
        })
    }

    fn database(&self) -> MutexGuard<'_, Connection> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The whole service; `origins` is what configuration says of its front ends.
fn service(app: App, origins: &str) -> Result<Router, Box<dyn Error>> {
    let cors = CorsLayer::builder(FRONT_ENDS)
        .origins(origins.parse::<OriginSet>()?)
        .build()?;
    let members = CorsRouter::new()
        .merge(items::router())
        .merge(live::router())
        // No preflight gets here, and the page can read its 401.
        .route_layer(from_fn_with_state(app.clone(), session::authenticate));
    let api = members.merge(session::router()).merge(items::public());
    let files = ServeDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/service/dist"));
    let router = CorsRouter::new()
        .nest("/api/v1", api)
        .fallback_service(files)
        .layer(RequestBodyLimitLayer::new(1024))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            Duration::from_secs(10),
        ))
        .default_policy(cors)
        .with_state(app)
        .into_router();
    // Around everything: it sees preflights and refusals as well.
    Ok(router.layer(TraceLayer::new_for_http()))
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let origins = env::var("CORS_ORIGINS").unwrap_or_default();
    let service = service(App::new()?, &origins)?;
    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("the service is at http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, service).await?)
}

#[cfg(test)]
mod tests {
    use cors_runtime::testing::{Browser, Fetch, HERE, Page, Seen, browser};
    use serde_json::json;

    use super::*;

    const FRONT_END: &str = "https://app.example";

    fn served() -> Router {
        service(App::new().unwrap(), "https://app.example\n").unwrap()
    }

    fn log_in(page: &Page) -> Fetch {
        page.post("/api/v1/session")
            .json(&json!({ "user": "ada" }))
            .credentials()
    }

    #[tokio::test]
    async fn a_front_end_logs_in_and_works_with_its_cookie() {
        let app = served();
        let page = browser(FRONT_END);
        let mut browser = Browser::new();
        let list = page.get("/api/v1/items").credentials();
        let add = page.post("/api/v1/items").json(&json!({ "name": "tea" }));
        for (fetch, status) in [
            (list.clone(), StatusCode::UNAUTHORIZED),
            (log_in(&page), StatusCode::OK),
            (list.clone(), StatusCode::OK),
            (add.clone().credentials(), StatusCode::CREATED),
            (add, StatusCode::UNAUTHORIZED),
            (
                page.delete("/api/v1/items/1").credentials(),
                StatusCode::NO_CONTENT,
            ),
            (page.get("/api/v1/nothing"), StatusCode::NOT_FOUND),
        ] {
            let seen = browser.fetch(&app, &fetch).await;
            assert_eq!(seen.status(), Some(status), "{fetch:?}: {seen}");
        }
    }

    #[tokio::test]
    async fn a_failure_of_any_layer_can_be_read() {
        let app = served();
        let page = browser(FRONT_END);
        let mut browser = Browser::new();
        browser.fetch(&app, &log_in(&page)).await;
        let long = "x".repeat(2048);
        let add = page.post("/api/v1/items").json(&json!({ "name": long }));
        let seen = browser.fetch(&app, &add.credentials()).await;
        assert_eq!(seen.status(), Some(StatusCode::PAYLOAD_TOO_LARGE));
    }

    #[tokio::test]
    async fn other_pages_may_read_the_prices_and_nothing_else() {
        let app = served();
        let other = browser("https://other.example");
        assert!(other.get("/api/v1/prices").send(&app).await.is_readable());
        for fetch in [
            other.get("/api/v1/items").credentials(),
            log_in(&other),
            other.get("/index.html"),
            other.post("/api/v1/erase"),
        ] {
            assert!(!fetch.send(&app).await.is_readable(), "{fetch:?}");
        }
        let own = browser(HERE);
        assert!(own.get("/index.html").send(&app).await.is_readable());
        assert!(own.post("/api/v1/erase").send(&app).await.is_readable());
        let front_end = browser(FRONT_END).post("/api/v1/erase").send(&app).await;
        assert!(matches!(front_end, Seen::Blocked(_)), "own pages only");
    }

    #[test]
    fn wrong_configuration_stops_the_service_with_one_line() {
        for (origins, expected) in [
            ("https://app.example/", "write `https://app.example`"),
            ("*", "browsers refuse the two together"),
            ("http://app.example", "write `https`"),
        ] {
            let error = service(App::new().unwrap(), origins)
                .unwrap_err()
                .to_string();
            assert!(error.contains(expected) && !error.contains('\n'), "{error}");
        }
    }
}
