use cors_runtime::cors;

#[cors(methods = "GET", origins = ["http:/a.example", "https:b.example", "https:///c.example", "Null"])]
async fn items() {}

fn main() {}
