//! The router is served before it is finished.

use cors_runtime::{CorsRouter, cors, routes};

#[cors(methods = "GET")]
async fn items() {}

async fn serve(listener: tokio::net::TcpListener) {
    let app = CorsRouter::new().route("/", routes!(items));
    let _ = axum::serve(listener, app);
}

fn main() {}
