use cors_runtime::{cors, routes};

#[cors(methods = "GET")]
async fn items() {}

fn main() {
    let items = vec!["tea".to_owned()];
    let _: cors_runtime::Routes = routes!(items);
}
