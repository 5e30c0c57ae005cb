use cors_runtime::{cors, routes};

#[cors(methods = "GET", allow_origin = "https://app.example", allow_credentials)]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
