use cors_runtime::{cors, routes};

#[cors(methods = "GET", danger_any_port)]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
