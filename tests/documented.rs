//! Handlers that `utoipa` documents. They stand apart because its expansion allows a lint that
//! `handlers` forbids.
#![deny(warnings, missing_docs, unreachable_pub)]

use cors_runtime::cors;

/// Documented by `utoipa`, above.
#[utoipa::path(get, path = "/utoipa/above", responses((status = 200)))]
#[cors(methods = "GET")]
pub async fn above() -> &'static str {
    "above"
}

/// Documented by `utoipa`, below.
#[cors(methods = "GET")]
#[utoipa::path(get, path = "/utoipa/below", responses((status = 200)))]
pub async fn below() -> &'static str {
    "below"
}
