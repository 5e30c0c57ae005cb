use cors_runtime::{cors, routes};

#[cors(methods = "GET", max_age = 600s)]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
