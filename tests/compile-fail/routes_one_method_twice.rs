use cors_runtime::{cors, routes};

#[cors(methods = "GET, POST")]
async fn items() {}

#[cors(methods = "DELETE")]
async fn remove() {}

#[cors(methods = "PUT, POST")]
async fn add() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items, remove, add);
}
