//! An items service under the open policy: any page may use it, failures included.
//!
//! ```sh
//! cargo run --example quickstart
//! ```
//!
//! It listens on 127.0.0.1:3000 (or the port that `PORT` names) and prints what to try.

use std::{
    env,
    io::Error,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use cors_runtime::{CorsRouter, cors, routes};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

#[derive(Clone, Deserialize, Serialize)]
struct Item {
    name: String,
}

type Items = Arc<Mutex<Vec<Item>>>;

/// The items; first a new one is added, where the request has one.
#[cors(methods = "GET, POST", debug_max_age)]
async fn items(State(items): State<Items>, new: Option<Json<Item>>) -> Json<Vec<Item>> {
    let mut items = items.lock().unwrap_or_else(PoisonError::into_inner);
    items.extend(new.map(|Json(item)| item));
    Json(items.clone())
}

#[cors(methods = "DELETE", debug_max_age)]
async fn remove(State(items): State<Items>, Path(name): Path<String>) -> StatusCode {
    let mut items = items.lock().unwrap_or_else(PoisonError::into_inner);
    let before = items.len();
    items.retain(|item| item.name != name);
    if items.len() < before {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}

#[cors(methods = "GET", debug_max_age)]
async fn fail() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "out of items").into_response()
}

#[cors(methods = "*", debug_max_age)]
async fn missing() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "no such page")
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let db = Items::new(Mutex::new(vec![Item {
        name: "tea".to_owned(),
    }]));
    let app = CorsRouter::new()
        .route("/items", routes!(items))
        .route("/items/{name}", routes!(remove))
        .route("/fail", routes!(fail))
        .fallback(routes!(missing))
        .with_state(db)
        .into_router();

    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let url = format!("http://{}", listener.local_addr()?);
    println!(
        "\
listening on {url}

a preflight, as a browser sends it:
  curl -i -X OPTIONS {url}/items -H 'Origin: https://app.example' -H 'Access-Control-Request-Method: POST' -H 'Access-Control-Request-Headers: content-type'
a request with an Origin:
  curl -i {url}/items -H 'Origin: https://app.example'
a failure that the page can read:
  curl -i {url}/fail -H 'Origin: https://app.example'"
    );
    axum::serve(listener, app).await
}
