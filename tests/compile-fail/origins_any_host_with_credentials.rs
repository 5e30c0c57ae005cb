use cors_runtime::{Policy, cors, policy};

#[cors(methods = "GET", origins = "moz-extension://*", credentials)]
async fn extension() {}

#[cors(methods = "GET", origins = "file://", credentials)]
async fn file() {}

const FILES: Policy = policy!(origins = "file://");

#[cors(methods = "GET", credentials, ..FILES)]
async fn merged() {}

fn main() {}
