use cors_runtime::{Policy, cors, policy};

const BASE: Policy = policy!(origins = "https://a.example");

#[cors(..BASE)]
async fn items() {}

fn main() {}
