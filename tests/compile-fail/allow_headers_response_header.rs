use cors_runtime::{cors, routes};

#[cors(methods = "GET", allow_headers = "Access-Control-Allow-Origin")]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
