use cors_runtime::{Policy, policy};

const ONE: Policy = policy!(origins = "https://app.example/");
const OTHER: Policy = policy!(origins = "*", credentials);
const THIRD: Policy = policy!(danger_any_port, crate = web_cors);

fn main() {
    let _ = (ONE, OTHER, THIRD);
}
