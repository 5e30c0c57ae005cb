//! OpenAPI: one list of handlers gives the routes, their policies and the document.
//!
//! ```sh
//! cargo run --example openapi
//! ```
//!
//! It listens on 127.0.0.1:3000 (or the port that `PORT` names), shows the document at `/`, and prints `curl` lines to
//! try. `utoipa` has the paths, `#[cors]` the policies; no path is written twice, and no layer of `OpenApiRouter`'s
//! stands before a preflight.

use std::{env, io::Error};

use axum::{Json, extract::Path, response::Html, routing::get};
use cors_runtime::{CorsRouter, Policy, Routes, cors, policy, routes as cors_routes};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use utoipa::{OpenApi, ToSchema};
use utoipa_axum::{router::UtoipaMethodRouter, routes};

const APP: Policy = policy!(origins = "https://app.example", credentials);

#[derive(Deserialize, Serialize, ToSchema)]
struct Item {
    name: String,
}

/// Anyone may read.
#[cors(methods = "GET", open)]
#[utoipa::path(get, path = "/items/{id}", params(("id" = u32, Path)), responses((status = 200, body = Item)))]
async fn item(Path(id): Path<u32>) -> Json<Item> {
    let name = format!("tea {id}");
    Json(Item { name })
}

/// Only the app may add.
#[cors(methods = "PUT", ..APP)]
#[utoipa::path(put, path = "/items/{id}", params(("id" = u32, Path)), request_body = Item, responses((status = 200)))]
async fn add(Path(id): Path<u32>, Json(item): Json<Item>) -> String {
    format!("{id}: {}", item.name)
}

#[derive(OpenApi)]
#[openapi(info(title = "Items", version = "1.0.0"))]
struct Document;

/// The handlers of one path: for the document, and for the router.
macro_rules! documented {
    ($($handler:path),+ $(,)?) => {
        (routes!($($handler),+), cors_routes!($($handler),+))
    };
}

/// A router and the document of what is on it.
struct Documented {
    router: CorsRouter,
    document: utoipa::openapi::OpenApi,
}

impl Documented {
    /// Adds the handlers of a path, which `utoipa` knows; its own routes for them are left.
    fn route(mut self, (described, routes): (UtoipaMethodRouter, Routes)) -> Self {
        let (schemas, paths, _) = described;
        let names: Vec<_> = paths.paths.keys().cloned().collect();
        let [path] = names.as_slice() else {
            panic!("these handlers have {} paths: {names:?}", names.len())
        };
        self.router = self.router.route(path, routes);
        self.document.paths.merge(paths);
        let components = self.document.components.get_or_insert_default();
        components.schemas.extend(schemas);
        self
    }
}

fn app() -> axum::Router {
    let documented = Documented {
        router: CorsRouter::new(),
        document: Document::openapi(),
    };
    let Documented { router, document } = documented.route(documented!(item, add));
    let page = format!(
        "<!doctype html><title>Items</title><h1>Items</h1><pre>{}</pre>",
        document.to_pretty_json().unwrap_or_default()
    );
    router
        .route("/openapi.json", get(async || Json(document)))
        .route("/", get(async || Html(page)))
        .into_router()
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let here = format!("http://{}", listener.local_addr()?);
    let origin = "-H 'Origin: https://app.example'";
    println!("curl -i {here}/items/1 {origin}");
    println!(
        "curl -i -X PUT {here}/items/1 {origin} -H 'Content-Type: application/json' -d '{{\"name\": \"tea\"}}'"
    );
    println!("curl -i -X DELETE {here}/items/1 {origin}");
    println!("curl -i {here}/openapi.json {origin}");
    axum::serve(listener, app()).await
}
