use cors_runtime::cors;

#[cors(methods = "any", allow_headers = "any", expose_headers = "all")]
async fn items() {}

#[cors(methods = "GET", origins = "any", allow_headers = "none")]
async fn other() {}

#[cors(methods = "GET", origins = "self")]
async fn own() {}

fn main() {}
