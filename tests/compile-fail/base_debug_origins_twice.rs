use cors_runtime::{Policy, cors, policy};

const BASE: Policy = policy!(origins = "https://a.example, https://b.example");

#[cors(methods = "GET", debug_origins = "https://b.example", ..BASE)]
async fn items() {}

fn main() {}
