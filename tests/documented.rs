//! Handlers whose other attributes allow lints that `handlers` forbids: `utoipa`'s allow one, and
//! `debug_handler` above ours makes a copy of the function under `allow(warnings)`, whose companion nothing
//! uses.
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

/// Other attributes above.
#[axum::debug_handler]
#[tracing::instrument]
#[cors(methods = "GET", debug_max_age)]
pub(crate) async fn attributes_above() -> &'static str {
    "above"
}
