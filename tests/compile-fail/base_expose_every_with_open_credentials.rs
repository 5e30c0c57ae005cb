use cors_runtime::{Policy, cors, policy};

const BASE: Policy = policy!(expose_headers = "*");

#[cors(methods = "GET", ..BASE)]
async fn items() {}

fn main() {}
