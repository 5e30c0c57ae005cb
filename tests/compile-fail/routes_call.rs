use axum::routing::get;
use cors_runtime::{cors, routes};

#[cors(methods = "GET")]
async fn items() {}

fn main() {
    let _ = get(items);
    let _: cors_runtime::Routes = routes!(get(items));
}
