use cors_runtime::{OriginSet, cors};

#[cors(methods = "GET", origins = OriginSet, credentials, expose_headers = "*")]
async fn items() {}

fn main() {}
