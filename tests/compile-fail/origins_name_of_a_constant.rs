use cors_runtime::cors;

#[cors(methods = "GET", origins = ["ORIGIN", "FRONT_END_2", "origin"])]
async fn items() {}

fn main() {}
