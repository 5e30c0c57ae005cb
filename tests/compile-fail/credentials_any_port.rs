use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = "https://app.example:*, http://localhost:*", credentials)]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
