use cors_runtime::{cors, routes};

#[cors(methods = "GET", max_age = 5, debug_max_age = 10)]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
