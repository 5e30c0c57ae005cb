use cors_runtime::{cors, routes};

#[cors(1 = methods)]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
