use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = ["https://a.example:443", "http://b.example:80", "https://c.example:0", "https://d.example:65536", "https://e.example:08443", "https://f.example:", "https://g.example:port"])]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
