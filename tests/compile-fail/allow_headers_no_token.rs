use cors_runtime::{cors, routes};

#[cors(methods = "GET", allow_headers = ["X Token", "X-Token:"])]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
