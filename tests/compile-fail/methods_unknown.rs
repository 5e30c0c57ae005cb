use cors_runtime::{cors, routes};

#[cors(methods = "GET, FETCH")]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
