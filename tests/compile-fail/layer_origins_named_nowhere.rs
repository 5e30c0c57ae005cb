use cors_runtime::{CorsLayer, policy};

const LAYER: CorsLayer = CorsLayer::new(policy!(origins = _));

fn main() {}
