use cors_runtime::{Policy, cors, policy};

const BASE: Policy = policy!(origins = "http://a.example", danger_insecure_origins);

#[cors(methods = "GET", credentials, origins = "http://b.example", ..BASE)]
async fn items() {}

fn main() {}
