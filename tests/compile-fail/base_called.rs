use cors_runtime::{Policy, cors, policy, routes};

const fn base() -> Policy {
    policy!(max_age = 5)
}

#[cors(methods = "GET", ..base())]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
