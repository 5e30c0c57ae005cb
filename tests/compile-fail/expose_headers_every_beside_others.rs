use cors_runtime::{cors, routes};

#[cors(methods = "GET", credentials = false, expose_headers = "*, ETag")]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
