use axum::http::request::Parts;
use cors_runtime::{AllowOrigin, CorsRouter, Origin, cors, routes};

#[derive(Clone)]
struct App;

struct Tenants;

impl AllowOrigin<App> for Tenants {
    async fn allows(_: &Origin, _: &Parts, _: &App) -> bool {
        true
    }
}

#[cors(methods = "GET", origins = Tenants)]
async fn items() {}

fn main() {
    let _: CorsRouter<()> = CorsRouter::new()
        .route("/", routes!(items))
        .with_state("another state".to_owned());
}
