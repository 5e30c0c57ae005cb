use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = "https://*.example.com, https://a.example", debug_origins = ["https://a.example", "https://a.example.com"])]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
