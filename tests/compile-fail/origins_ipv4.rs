use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = ["http://127.1", "http://0x7f.0.0.1", "http://1.2.3.256", "https://example.0x1"])]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
