use cors_runtime::cors;

#[cors(methods = "GET", origins = ["https://a.example https://b.example"])]
async fn space() {}

#[cors(methods = "GET", origins = ["https://a.example, https://*.b.example"])]
async fn comma() {}

#[cors(methods = "GET", origins = "https://a.example;https://b.example")]
async fn semicolon() {}

#[cors(methods = "GET", origins = ["https://a.example,b.example"])]
async fn without_scheme() {}

fn main() {}
