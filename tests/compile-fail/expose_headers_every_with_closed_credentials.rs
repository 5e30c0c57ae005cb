use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = "https://app.example", credentials, expose_headers = "*")]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
