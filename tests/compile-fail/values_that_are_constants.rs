use axum::http::{
    Method,
    header::{CONTENT_TYPE, ORIGIN},
};
use cors_runtime::cors;

const ORIGINS: &str = "https://a.example";

#[cors(methods = [Method::GET, Method::POST])]
async fn methods_in_a_list() {}

#[cors(methods = Method::GET)]
async fn one_method() {}

#[cors(methods = "GET", allow_headers = [CONTENT_TYPE, ORIGINS], expose_headers = CONTENT_TYPE)]
async fn headers() {}

#[cors(methods = "GET", origins = [ORIGIN])]
async fn origins_in_a_list() {}

#[cors(methods = "GET", origins = ORIGINS)]
async fn origins() {}

#[cors(methods = "GET", max_age = crate::limits::MAX_AGE)]
async fn age() {}

fn main() {}
