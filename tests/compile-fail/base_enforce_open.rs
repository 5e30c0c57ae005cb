use cors_runtime::{Policy, cors, policy};

const BASE: Policy = policy!(enforce);

#[cors(methods = "GET", ..BASE)]
async fn items() {}

fn main() {}
