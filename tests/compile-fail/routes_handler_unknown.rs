use cors_runtime::{cors, routes};

#[cors(methods = "GET")]
async fn items() {}

#[cors(methods = "POST")]
async fn add() {}

fn main() {
    let _: cors_runtime::Routes = routes!(itms);
    let _: cors_runtime::Routes = routes!(items, ad);
}
