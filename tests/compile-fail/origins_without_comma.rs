use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = ["https://a.example" "https://b.example"])]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
