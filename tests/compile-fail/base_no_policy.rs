use cors_runtime::cors;

const BASE: &str = "https://app.example";

#[cors(methods = "GET", ..BASE)]
async fn items() {}

fn main() {}
