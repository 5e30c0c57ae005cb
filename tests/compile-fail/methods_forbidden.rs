use cors_runtime::{cors, routes};

#[cors(methods = ["TRACE", "TRACK"])]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
