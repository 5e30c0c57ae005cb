use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = ["https://*.example.com", "http://*.localhost:*"], credentials)]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
