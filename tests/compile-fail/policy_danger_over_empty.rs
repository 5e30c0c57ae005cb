use cors_runtime::{Policy, policy};

const EMPTY: Policy = policy!();
const WRONG: Policy = policy!(danger_any_port, ..EMPTY);

fn main() {}
