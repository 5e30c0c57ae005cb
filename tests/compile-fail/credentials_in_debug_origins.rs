use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = "https://app.example", credentials, debug_origins = "http://app.example")]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
