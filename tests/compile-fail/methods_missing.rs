use cors_runtime::{cors, routes};

#[cors(debug_max_age)]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
