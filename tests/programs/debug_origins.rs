//! Prints whether its own executable holds a trace of its argument, which is that of an origin that
//! only debug builds allow.

use std::{env, fs};

use axum::Router;
use cors_runtime::{cors, routes};

#[cors(
    methods = "GET",
    origins = "https://always.example",
    debug_origins = "https://only-in-debug-builds.example"
)]
async fn items() {}

fn main() {
    let app: Router = Router::new().route("/", routes!(items).into());
    let trace = env::args().nth(1).expect("what to look for");
    let executable = fs::read(env::current_exe().expect("a path")).expect("an executable");
    let found = executable
        .windows(trace.len())
        .any(|part| part == trace.as_bytes());
    println!("{found} {}", app.has_routes());
}
