//! Closures that are no function from a state to a set.

use cors_runtime::{OriginSet, Policy, cors, policy};

struct App {
    origins: OriginSet,
}

#[cors(methods = "GET", origins = |app| &app.origins)]
async fn without_type() {}

#[cors(methods = "GET", origins = |app: App| &app.origins)]
async fn by_value() {}

#[cors(methods = "GET", origins = |app: &mut App| &app.origins)]
async fn mutable() {}

#[cors(methods = "GET", origins = || OriginSet::default())]
async fn without_parameter() {}

#[cors(methods = "GET", origins = move |app: &App| &app.origins)]
async fn moved() {}

#[cors(methods = "GET", origins = |App { origins }: &App| origins)]
async fn pattern() {}

#[cors(methods = "GET", origins = |app: &App|)]
async fn without_body() {}

const BASE: Policy = policy!(origins = |app: &App| &app.origins);

fn main() {}
