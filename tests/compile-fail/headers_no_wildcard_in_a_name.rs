use cors_runtime::cors;

#[cors(methods = "GET", allow_headers = "X-*", expose_headers = "X-*")]
async fn items() {}

fn main() {}
