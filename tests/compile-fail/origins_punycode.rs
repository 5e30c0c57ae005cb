use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = ["https://xn--a.example", "https://xn--99999999.example"])]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
