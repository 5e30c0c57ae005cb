//! What there is: items, for members; their prices, for everybody.

use axum::{
    Extension, Json,
    extract::{Path, State},
    http::StatusCode,
    routing::{delete, get},
};
use cors_runtime::{CorsRouter, cors, routes};
use serde::{Deserialize, Serialize};

use super::{App, session::User};

#[derive(Deserialize, Serialize)]
struct Item {
    name: String,
}

/// Under the default policy, and behind the authentication layer.
pub(crate) fn router() -> CorsRouter<App> {
    CorsRouter::new()
        .route("/items", get(list).post(add))
        .route("/items/{id}", delete(remove))
}

/// Two exceptions.
pub(crate) fn public() -> CorsRouter<App> {
    CorsRouter::new()
        .route("/prices", routes!(prices))
        .route("/erase", routes!(erase))
}

async fn list(State(app): State<App>, Extension(User(user)): Extension<User>) -> Json<Vec<Item>> {
    let database = app.database();
    let names = database
        .prepare("select name from items where user = ?1")
        .and_then(|mut select| {
            let rows = select.query_map([user], |row| row.get(0))?;
            rows.collect::<Result<Vec<String>, _>>()
        });
    let names = names.unwrap_or_default().into_iter();
    Json(names.map(|name| Item { name }).collect())
}

async fn add(
    State(app): State<App>,
    Extension(User(user)): Extension<User>,
    Json(item): Json<Item>,
) -> StatusCode {
    let insert = "insert into items (name, user) values (?1, ?2)";
    match app.database().execute(insert, [&item.name, &user]) {
        Ok(_) => {
            // An error here is that nobody listens.
            let _ = app.changes.send(item.name);
            StatusCode::CREATED
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn remove(
    State(app): State<App>,
    Extension(User(user)): Extension<User>,
    Path(id): Path<u32>,
) -> StatusCode {
    let remove = "delete from items where id = ?1 and user = ?2";
    match app.database().execute(remove, (id, user)) {
        Ok(0) => StatusCode::NOT_FOUND,
        Ok(_) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Any page of any site may read them.
#[cors(methods = "GET", open)]
async fn prices() -> Json<[u32; 3]> {
    Json([1, 2, 3])
}

/// The service's own pages only, not even the front ends.
#[cors(methods = "POST", origins = [])]
async fn erase(State(app): State<App>) -> StatusCode {
    match app.database().execute("delete from items", []) {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
