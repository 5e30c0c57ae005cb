use cors_runtime::{Policy, cors, policy};

const BASE: Policy = policy!(origins = _, credentials, danger_any_port);

#[cors(methods = "GET", ..BASE)]
async fn items() {}

fn main() {}
