//! A gRPC service that pages call by gRPC-web, beside routes of the same application.
//!
//! ```sh
//! cargo run --example grpc_web
//! ```
//!
//! It listens on 127.0.0.1:3000 (or the port that `PORT` names). The service is gRPC's own health check, so that
//! nothing has to be generated; yours takes its place. One default policy covers it: a gRPC service is not a handler.

use std::{env, io::Error};

use axum::{Router, routing::get};
use cors_runtime::{CorsRouter, Policy, policy};
use tokio::net::TcpListener;
use tonic::service::Routes;
use tonic_health::{
    ServingStatus,
    server::{HealthReporter, health_reporter},
};
use tonic_web::GrpcWebLayer;
use tower::Layer;

/// Every call is a `POST` whose content type needs a preflight. How it went is in headers or, after a stream, in
/// the body.
const PAGES: Policy = policy!(
    methods = "POST",
    origins = "https://app.example.com",
    debug_origins = "http://localhost:*",
    allow_headers = "Content-Type, X-Grpc-Web, X-User-Agent, Grpc-Timeout",
    expose_headers = "Grpc-Status, Grpc-Message, Grpc-Status-Details-Bin",
    max_age = 600,
);

async fn app() -> (HealthReporter, Router) {
    let (reporter, health) = health_reporter();
    reporter
        .set_service_status("items", ServingStatus::Serving)
        .await;
    let services = Routes::new(GrpcWebLayer::new().layer(health));
    let app = CorsRouter::new()
        .merge(services.into_axum_router())
        .route("/", get(async || "call `grpc.health.v1.Health/Check`"))
        .default_policy(PAGES)
        .into_router();
    (reporter, app)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (_reporter, app) = app().await;
    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let url = format!("http://{}", listener.local_addr()?);
    println!(
        "\
listening on {url}

the preflight of a call:
  curl -i -X OPTIONS {url}/grpc.health.v1.Health/Check -H 'Origin: https://app.example.com' -H 'Access-Control-Request-Method: POST' -H 'Access-Control-Request-Headers: content-type,x-grpc-web,x-user-agent'"
    );
    axum::serve(listener, app).await
}
