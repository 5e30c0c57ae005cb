use cors_runtime::cors;

#[cors(methods = "GET", origins = "http://app.example.com:80", credentials)]
async fn insecure() {}

#[cors(methods = "GET", origins = "http://app.example.com:80", credentials, danger_insecure_origins)]
async fn vouched() {}

#[cors(methods = "GET", origins = "http://app.example.com:80")]
async fn without() {}

fn main() {}
