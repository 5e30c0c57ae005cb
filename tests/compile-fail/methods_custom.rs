use cors_runtime::{cors, routes};

#[cors(methods = ["GET", "PROPFIND"])]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
