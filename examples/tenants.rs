//! Origins in a database: each tenant's are rows of a table, and the next preflight follows a change.
//!
//! ```sh
//! cargo run --example tenants
//! ```
//!
//! It listens on 127.0.0.1:3000 (or the port that `PORT` names) and prints what to try.

use std::{
    env,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::{Path, State},
    http::{StatusCode, request::Parts},
    routing::put,
};
use cors_runtime::{AllowOrigin, CorsRouter, Origin, cors, routes};
use rusqlite::{Connection, params};
use tokio::{net::TcpListener, task::spawn_blocking};

/// The database, which is asked on threads that may block.
#[derive(Clone)]
struct Database(Arc<Mutex<Connection>>);

impl Database {
    fn open() -> rusqlite::Result<Self> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(
            "CREATE TABLE origins (tenant TEXT, origin TEXT, PRIMARY KEY (tenant, origin))",
        )?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Runs a statement and returns how many rows it gave or changed.
    async fn run(self, statement: &'static str, tenant: String, origin: String) -> Option<usize> {
        let run = move || {
            let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let mut statement = connection.prepare_cached(statement)?;
            let parameters = params![tenant, origin];
            if statement.readonly() {
                statement.exists(parameters).map(usize::from)
            } else {
                statement.execute(parameters)
            }
        };
        spawn_blocking(run).await.ok()?.ok()
    }
}

/// Lets in the origins of the tenant that the path names.
struct Tenants;

impl AllowOrigin<Database> for Tenants {
    async fn allows(origin: &Origin, parts: &Parts, database: &Database) -> bool {
        let tenant = parts.uri.path().split('/').nth(1).unwrap_or_default();
        let statement = "SELECT 1 FROM origins WHERE tenant = ?1 AND origin = ?2";
        let found = database
            .clone()
            .run(statement, tenant.to_owned(), origin.to_string());
        found.await.is_some_and(|rows| rows > 0)
    }
}

#[cors(methods = "GET, PUT", origins = Tenants, credentials)]
async fn items(Path(tenant): Path<String>) -> String {
    format!("the items of {tenant}")
}

/// Lets an origin in. The administrator's tools are not pages: this route has no policy.
async fn add(
    State(database): State<Database>,
    Path(tenant): Path<String>,
    origin: String,
) -> Result<StatusCode, (StatusCode, String)> {
    let origin: Origin = origin
        .parse()
        .map_err(|error| (StatusCode::UNPROCESSABLE_ENTITY, format!("{error}\n")))?;
    let statement = "INSERT OR IGNORE INTO origins VALUES (?1, ?2)";
    let added = database.run(statement, tenant, origin.to_string()).await;
    Ok(added.map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| {
        StatusCode::NO_CONTENT
    }))
}

/// Lets an origin in no longer.
async fn remove(
    State(database): State<Database>,
    Path(tenant): Path<String>,
    origin: String,
) -> StatusCode {
    let statement = "DELETE FROM origins WHERE tenant = ?1 AND origin = ?2";
    match database.run(statement, tenant, origin).await {
        None => StatusCode::INTERNAL_SERVER_ERROR,
        Some(0) => StatusCode::NOT_FOUND,
        Some(_) => StatusCode::NO_CONTENT,
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = CorsRouter::new()
        .route("/{tenant}/items", routes!(items))
        .route("/admin/{tenant}/origins", put(add).delete(remove))
        .with_state(Database::open()?)
        .into_router();

    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let preflight = format!(
        "curl -i -X OPTIONS {url}/acme/items -H 'Origin: https://acme.example' -H 'Access-Control-Request-Method: PUT'"
    );
    let origins = format!("{url}/admin/acme/origins -d 'https://acme.example'");
    println!(
        "\
listening on {url}

the preflight of an unknown origin: 403
  {preflight}
allow the origin: 204
  curl -i -X PUT {origins}
the same preflight: 204
  {preflight}
allow it no longer: 204
  curl -i -X DELETE {origins}
the same preflight: 403
  {preflight}"
    );
    axum::serve(listener, app).await?;
    Ok(())
}
