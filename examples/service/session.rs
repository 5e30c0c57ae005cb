//! Who somebody is: a session in a cookie.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::post,
};
use cors_runtime::CorsRouter;
use rusqlite::OptionalExtension;
use serde::Deserialize;

use super::App;

/// The user of a session.
#[derive(Clone)]
pub(crate) struct User(pub(crate) String);

#[derive(Deserialize)]
struct Credentials {
    user: String,
}

pub(crate) fn router() -> CorsRouter<App> {
    CorsRouter::new().route("/session", post(log_in))
}

/// A real service asks for a password here.
async fn log_in(State(app): State<App>, Json(credentials): Json<Credentials>) -> Response {
    let insert = "insert into sessions values (lower(hex(randomblob(16))), ?1) returning token";
    let token = app
        .database()
        .query_row(insert, [credentials.user], |row| row.get::<_, String>(0));
    match token {
        // `SameSite=None`, since the front ends are on other sites.
        Ok(token) => {
            let cookie = format!("session={token}; Path=/; HttpOnly; Secure; SameSite=None");
            [(SET_COOKIE, cookie)].into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Lets nobody through without a session.
pub(crate) async fn authenticate(
    State(app): State<App>,
    headers: HeaderMap,
    mut request: Request,
    next: Next,
) -> Response {
    match user(&app, &headers) {
        Some(user) => {
            request.extensions_mut().insert(User(user));
            next.run(request).await
        }
        None => (StatusCode::UNAUTHORIZED, "log in first").into_response(),
    }
}

fn user(app: &App, headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get("cookie")?.to_str().ok()?;
    let token = cookies
        .split("; ")
        .find_map(|cookie| cookie.strip_prefix("session="))?;
    let select = "select user from sessions where token = ?1";
    let user = app
        .database()
        .query_row(select, [token], |row| row.get(0))
        .optional();
    user.ok()?
}
