use cors_runtime::cors;

#[cors(methods = "GET", allow_headers = ["CONTENT_TYPE", "X_API_KEY"], expose_headers = "RETRY_AFTER")]
async fn items() {}

fn main() {}
