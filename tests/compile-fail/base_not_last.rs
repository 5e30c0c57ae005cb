use cors_runtime::{cors, routes};

#[cors(methods = "GET", ..BASE, max_age = 1)]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
