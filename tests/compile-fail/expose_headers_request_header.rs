use cors_runtime::{cors, routes};

#[cors(methods = "GET", expose_headers = "Origin")]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
