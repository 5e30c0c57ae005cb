use cors_runtime::{cors, routes};

#[cors(methods = "GET" credentials)]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
