use cors_runtime::{cors, routes};

#[cors(methods = "GET", allow_headers = "Cookie, Host, Sec-Fetch-Site, Proxy-Authorization")]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
