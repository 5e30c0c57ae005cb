use cors_runtime::{Policy, cors, policy};

const BASE: Policy = policy!(origins = "*");

#[cors(methods = "GET", credentials, ..BASE)]
async fn items() {}

fn main() {}
