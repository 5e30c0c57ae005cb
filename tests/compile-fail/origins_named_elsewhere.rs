use cors_runtime::cors;

#[cors(methods = "GET", origins = _)]
async fn items() {}

fn main() {}
