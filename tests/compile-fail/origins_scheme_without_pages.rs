use cors_runtime::cors;

#[cors(methods = "GET", origins = ["wss://app.example", "ws://localhost:*", "ftp://a.example"])]
async fn items() {}

fn main() {}
