use cors_runtime::{Policy, policy};

const INSECURE: Policy = policy!(origins = "http://app.example");
const TOGETHER: Policy = policy!(credentials, ..INSECURE);

fn main() {
    let _ = TOGETHER;
}
