use cors_runtime::{cors, routes};

#[cors(methods = "GET", max_age = 86_401)]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
