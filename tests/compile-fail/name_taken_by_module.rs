use cors_runtime::cors;

mod items {}

#[cors(methods = "GET")]
async fn items() {}

fn main() {}
