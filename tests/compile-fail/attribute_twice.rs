//! A handler with two policies.

use cors_runtime::cors;

#[cors(methods = "GET")]
#[cors(methods = "POST")]
async fn items() {}

#[cors(methods = "GET")]
/// With something between.
#[cors_runtime::cors(methods = "POST")]
async fn more() {}

fn main() {}
