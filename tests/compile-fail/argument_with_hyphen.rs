use cors_runtime::{cors, routes};

#[cors(methods = "GET", max-age = 600)]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
