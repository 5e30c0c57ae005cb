use cors_runtime::{cors, routes};

#[cors(methods = "GET", expose_headers = "Access-Control-Max-Age")]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
