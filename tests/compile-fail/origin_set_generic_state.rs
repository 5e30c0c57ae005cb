//! A set in a state that nothing says to have one.

use cors_runtime::{CorsRouter, OriginSet, cors, routes};

#[cors(methods = "GET", origins = OriginSet)]
async fn items() {}

fn part<S>() -> CorsRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    CorsRouter::new().route("/", routes!(items))
}

#[derive(Clone)]
struct App;

fn main() {
    let _ = part::<OriginSet>();
    let _: axum::Router = CorsRouter::new()
        .route("/", routes!(items))
        .with_state(App)
        .into_router();
}
