use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = concat!("https://", "app.example"))]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
