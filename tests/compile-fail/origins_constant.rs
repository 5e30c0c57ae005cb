use cors_runtime::{cors, routes};

const ORIGINS: &str = "https://app.example";

#[cors(methods = "GET", origins = ORIGINS)]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
