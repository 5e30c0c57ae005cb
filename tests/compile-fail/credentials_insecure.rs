use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = ["http://app.example", "http://localhost", "http://127.0.0.1:8080", "http://[::1]"], credentials)]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
