use cors_runtime::{Policy, cors, policy, routes};

const BASE: Policy = policy!(max_age = 5);

#[cors(methods = "GET", .BASE)]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
