use cors_runtime::{Policy, cors, policy};

const BASE: Policy = policy!(max_age = 5);

#[cors(methods = "GET", debug_max_age = 10, ..BASE)]
async fn items() {}

fn main() {}
