use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = ["https://exa*mple.com", "https://a.*.com", "https://*", "*://example.com", "https://*.127.0.0.1", "https://*.[::1]"])]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
