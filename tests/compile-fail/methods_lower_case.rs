use cors_runtime::{cors, routes};

#[cors(methods = "get")]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
