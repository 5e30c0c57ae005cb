//! Handlers in every form that the attribute may find, under the strictest lints of a user.
#![deny(warnings, missing_docs, unreachable_pub)]
#![deny(clippy::all, clippy::pedantic)]
#![allow(clippy::unused_async)]
#![forbid(non_camel_case_types, dead_code, deprecated)]

use crate::documented;
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, Method, StatusCode, Uri, Version},
    response::IntoResponse,
};
use cors_runtime::{CorsRouter, Routes, cors, routes};

/// Where an application keeps its greetings.
pub trait Greetings: Clone + Send + Sync + 'static {
    /// What to say.
    fn greeting(&self) -> String;
}

/// One greeting for all.
#[derive(Clone, Debug)]
pub struct Fixed(
    /// The greeting.
    pub &'static str,
);

impl Greetings for Fixed {
    fn greeting(&self) -> String {
        self.0.to_owned()
    }
}

/// A generic handler.
#[cors(methods = "GET")]
pub async fn greet<G: Greetings>(State(greetings): State<G>) -> String {
    greetings.greeting()
}

/// A handler with a constant parameter and a `where` clause.
#[cors(methods = "PUT")]
pub async fn count<const N: usize, G>(State(_): State<G>) -> String
where
    G: Greetings,
{
    N.to_string()
}

/// A handler that only its crate sees.
#[cors(methods = "POST")]
pub(crate) async fn hidden() -> impl IntoResponse {
    StatusCode::ACCEPTED
}

#[cors(methods = "DELETE")]
async fn private() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// A handler whose name is a keyword.
#[cors(methods = "PATCH")]
pub async fn r#match() -> &'static str {
    "match"
}

/// Handlers in a module.
pub mod nested {
    use cors_runtime::cors;

    /// A handler that is imported under another name.
    #[cors(methods = "GET")]
    pub async fn original() -> &'static str {
        "renamed"
    }
}

use nested::original as renamed;

/// Other attributes below the attribute.
#[cors(methods = "GET", debug_max_age)]
#[axum::debug_handler]
#[tracing::instrument]
async fn attributes_below() -> &'static str {
    "below"
}

/// A handler that is there.
#[cfg(not(any()))]
#[cors(methods = "GET")]
pub async fn present() -> &'static str {
    "present"
}

/// A handler that is not there.
#[cors(methods = "GET")]
#[cfg(any())]
pub async fn absent() -> &'static str {
    "absent"
}

/// A handler with as many extractors as axum allows.
#[cors(methods = "POST")]
#[allow(clippy::too_many_arguments)]
pub async fn sixteen(
    _: Method,
    _: Uri,
    _: Version,
    _: HeaderMap,
    _: Method,
    _: Uri,
    _: Version,
    _: HeaderMap,
    _: Method,
    _: Uri,
    _: Version,
    _: HeaderMap,
    _: Method,
    _: Uri,
    Path(name): Path<String>,
    Json(number): Json<u32>,
) -> String {
    format!("{name} {number}")
}

/// Handlers of a path that a function generic over the state puts together.
pub fn generic_routes<G: Greetings>() -> Routes<G> {
    routes!(greet::<G>, count::<3, G>, self::private)
}

/// An application of all of them.
pub fn app() -> axum::Router {
    #[cors(methods = "HEAD")]
    async fn local() {}

    CorsRouter::new()
        .route("/generic", generic_routes())
        .route("/hidden", routes!(hidden, r#match))
        .route("/renamed", routes!(renamed, local))
        .route("/below", routes!(attributes_below))
        .route("/above", routes!(documented::attributes_above))
        .route("/utoipa/above", routes!(documented::above))
        .route("/utoipa/below", routes!(documented::below))
        .route(
            "/cfg",
            routes!(
                present,
                #[cfg(any())]
                absent,
                #[cfg(not(any()))]
                hidden,
            ),
        )
        .route("/sixteen/{name}", routes!(sixteen))
        .with_state(Fixed("hello"))
        .into_router()
}
