use cors_runtime::{cors, routes};

#[cors(methods = "get", max_age = -1, credential)]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
