use cors_runtime::{cors, routes};

#[cors(methods = "GET", "POST")]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
