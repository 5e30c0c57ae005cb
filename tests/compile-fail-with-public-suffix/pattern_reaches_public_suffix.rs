use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = ["https://*.github.io", "https://*.co.uk", "https://*.ck", "https://*.amazonaws.com", "https://*.example.com"], credentials)]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
