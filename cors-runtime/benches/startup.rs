//! How long a router takes to be built: 2,000 annotated paths under six layers, on a `CorsRouter` and on a
//! plain axum router whose handlers have no policy.
//!
//! ```sh
//! cargo bench --package cors-runtime --bench startup
//! ```
//!
//! Both are built in turn, so that a busy machine is as busy for the one as for the other; the ratios
//! are those of a pair.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use axum::{Router, routing::get};
use cors_runtime::{CorsRouter, cors, routes};
use tower::layer::util::Identity;

const PATHS: usize = 2_000;
const LAYERS: usize = 6;
const ROUNDS: usize = 41;

async fn plain() {}

#[cors(methods = "GET", origins = "https://app.example.com", credentials)]
async fn annotated() {}

fn plain_router() -> Router {
    let paths = 0..PATHS;
    let router = paths.fold(Router::new(), |router, path| {
        router.route(&format!("/items/{path}"), get(plain))
    });
    (0..LAYERS)
        .fold(router, |router, _| router.layer(Identity::new()))
        .with_state(())
}

fn cors_router() -> Router {
    let paths = 0..PATHS;
    let router = paths.fold(CorsRouter::new(), |router, path| {
        router.route(&format!("/items/{path}"), routes!(annotated))
    });
    (0..LAYERS)
        .fold(router, |router, _| router.layer(Identity::new()))
        .into_router()
}

fn timed(build: fn() -> Router) -> Duration {
    let start = Instant::now();
    let router = black_box(build());
    let elapsed = start.elapsed();
    drop(router);
    elapsed
}

fn median<T: PartialOrd + Copy>(mut values: Vec<T>) -> T {
    values.sort_by(|one, other| one.partial_cmp(other).expect("an order"));
    values[values.len() / 2]
}

fn main() {
    let rounds: Vec<_> = (0..ROUNDS)
        .map(|_| (timed(plain_router), timed(cors_router)))
        .collect();
    let plain = median(rounds.iter().map(|(plain, _)| *plain).collect());
    let cors = median(rounds.iter().map(|(_, cors)| *cors).collect());
    let ratio = |(plain, cors): &(Duration, Duration)| cors.as_secs_f64() / plain.as_secs_f64();
    let ratio = median(rounds.iter().map(ratio).collect());
    println!("startup, {PATHS} paths, {LAYERS} layers, medians of {ROUNDS} rounds:");
    println!("plain axum {plain:?}, CorsRouter {cors:?}, ratio {ratio:.2}");
}
