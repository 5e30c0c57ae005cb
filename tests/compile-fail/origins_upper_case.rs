use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = ["HTTPS://a.example", "https://B.example"])]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
