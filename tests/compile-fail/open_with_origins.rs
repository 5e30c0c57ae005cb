use cors_runtime::cors;

#[cors(methods = "GET", origins = "https://app.example", open)]
async fn items() {}

fn main() {}
