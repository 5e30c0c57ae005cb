use cors_runtime::{cors, routes};

#[cors(methods = "GET", debug_origins = "http://localhost:*")]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
