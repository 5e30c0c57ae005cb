//! The closure takes another state than the router's.

use std::sync::Arc;

use cors_runtime::{CorsRouter, OriginSet, cors, routes};

#[derive(Clone, Default)]
struct App {
    origins: OriginSet,
}

#[cors(methods = "GET", origins = |app: &App| &app.origins)]
async fn items() {}

#[cors(methods = "GET", origins = |app: &Arc<App>| &app.missing)]
async fn field() {}

#[cors(methods = "GET", origins = |app: &Arc<App>| app.origins.to_string())]
async fn kind() {}

fn main() {
    let app = Arc::new(App::default());
    let _: axum::Router = CorsRouter::new()
        .route("/", routes!(items))
        .with_state(app)
        .into_router();
}
