use cors_runtime::{OriginSet, Policy, policy};

const BASE: Policy = policy!(origins = OriginSet);

fn main() {
    let _ = BASE;
}
