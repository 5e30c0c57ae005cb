use cors_runtime::cors;

#[cors(methods = "GET", origins = ["https://*example.com", "https://pr*.example.com", "https://*-site.com"])]
async fn items() {}

#[cors(methods = "GET", origins = ["https://pr-*.com", "https://xn--*.a.example", "https://a-*-b.a.example"])]
async fn more() {}

#[cors(methods = "GET", origins = ["https://pr-*.a.example", "https://pr-x-*.a.example", "https://pr-1.a.example"])]
async fn covered() {}

fn main() {}
