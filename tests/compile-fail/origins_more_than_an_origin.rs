use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = ["https://a.example/", "https://b.example/path", "https://c.example?query", "https://d.example#fragment", "https://me@e.example"])]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
