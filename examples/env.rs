//! Origins from the environment: `CORS_ORIGINS` is read at start, and a wrong value stops the
//! program with one line.
//!
//! ```sh
//! CORS_ORIGINS='https://app.example, https://*.partner.example' cargo run --example env
//! ```
//!
//! It listens on 127.0.0.1:3000 (or the port that `PORT` names). Without `CORS_ORIGINS` no other
//! site is allowed.

use std::{env, error::Error, process::ExitCode};

use axum::Json;
use cors_runtime::{CorsRouter, OriginSet, cors, routes};
use tokio::net::TcpListener;

#[cors(methods = "GET", origins = OriginSet)]
async fn report() -> Json<[u32; 3]> {
    Json([1, 2, 3])
}

#[tokio::main]
async fn main() -> ExitCode {
    let text = env::var("CORS_ORIGINS").unwrap_or_default();
    let origins: OriginSet = match text.parse() {
        Ok(origins) => origins,
        Err(error) => {
            eprintln!("CORS_ORIGINS: {error}");
            return ExitCode::from(2);
        }
    };
    match serve(origins).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(origins: OriginSet) -> Result<(), Box<dyn Error>> {
    let app = CorsRouter::new()
        .route("/report", routes!(report))
        .with_state(origins.clone())
        .into_router();
    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let url = format!("http://{}", listener.local_addr()?);
    println!(
        "\
listening on {url}; allowed: {origins}
  curl -i {url}/report -H 'Origin: https://app.example'"
    );
    axum::serve(listener, app).await?;
    Ok(())
}
