use cors_runtime::{cors, routes};

#[cors(methods = "GET", allow_headers = "*")]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
