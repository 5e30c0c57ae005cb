use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = "https://app.example", debug_origins = "*")]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
