use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = ["localhost:3000", "127.0.0.1", "[::1]:80"])]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
