use cors_runtime::{cors, routes};

const GET: &str = "GET";

#[cors(methods = [GET])]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
