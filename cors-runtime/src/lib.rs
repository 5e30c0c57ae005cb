//! CORS for axum: one attribute on a handler, checked by the compiler.
//!
//! ```
//! use axum::routing::get;
//! use cors_runtime::{CorsRouter, Policy, cors, policy, routes};
//!
//! const APP: Policy = policy!(origins = "https://app.example.com", credentials);
//!
//! /// Anyone may read: the open policy.
//! #[cors(methods = "GET", open)]
//! async fn prices() -> &'static str {
//!     "tea: 3"
//! }
//!
//! /// Only our own front end may order, with cookies.
//! #[cors(methods = "POST", ..APP)]
//! async fn order() {}
//!
//! let app: axum::Router = CorsRouter::new()
//!     .route("/prices", routes!(prices))
//!     .route("/orders", routes!(order))
//!     .route("/health", get(|| async { "up" }))
//!     .default_policy(APP) // for /health, and for unknown URLs
//!     .into_router();
//! ```
//!
//! - [`#[cors]`](macro@cors) gives a handler its policy;
//! - [`routes!`] puts the handlers of one path together;
//! - [`CorsRouter`] is a router whose policies are outside its layers: for a path with a policy, no preflight reaches a
//!   layer, and the policy sets the headers of every response, whichever layer made it;
//! - [`AllowOrigin`] and [`OriginSet`] decide on origins at run time;
//! - [`CorsLayer`] puts a policy around a service that is not a handler;
//! - [`Origin`] is the origin of a request, as an extractor.
//!
//! [`security`] explains what CORS does not protect against, and what to do instead. [`guides`] has one page per task;
//! start with [`my_request_fails`](guides::my_request_fails), which leads from the browser's console message to the fix.
//!
//! # What surrounds it
//!
//! | | what to know | guide |
//! | --- | --- | --- |
//! | a proxy (nginx, Caddy, a load balancer) | it must add no access headers, and must pass the original `Host` on | [`behind_a_proxy`](guides::behind_a_proxy) |
//! | authentication | its layer goes on the [`CorsRouter`], where no preflight reaches it | [`bearer_tokens`](guides::bearer_tokens), [`identity_providers`](guides::identity_providers) |
//! | caches | they keep one response for each `Origin` (`Vary`), or one for all with `origins = "*"` | [`behind_a_proxy`](guides::behind_a_proxy#caches) |
//! | logs | a `TraceLayer` around the finished router sees preflights and refusals | [`observability`](guides::observability) |
//! | services that are not handlers | files, gRPC and server functions take a default policy, or a [`CorsLayer`] | [`services`](guides::services), [`grpc_web`](guides::grpc_web) |
//!
//! # Features
//!
//! None is on by default. Requires Rust 1.88 and axum 0.8.4 or later.
//!
//! | feature | what it brings |
//! | --- | --- |
//! | `require-origins` | an attribute without `origins` has to say `open`; for applications, never for a library |
//! | `public-suffix` | patterns with credentials are checked against the public suffix list; some seconds of build time |
//! | `tracing` | events: refusals (debug), what `enforce = "report"` lets pass (info), replaced headers (warning), decisions that panic (error) |
//! | `serde` | [`OriginSet`] in configuration files |
//! | `testing` | a browser for unit tests; for `[dev-dependencies]` |

#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

#[cfg(rust_analyzer)]
#[path = "docs/arguments.rs"]
mod arguments;
#[cfg(doc)]
mod docs;
mod origins;
mod policy;
mod protocol;
mod routing;
#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;

#[doc = include_str!("docs/cors.md")]
pub use cors_macros::cors;
#[cfg(doc)]
pub use docs::{guides, security};
pub use origins::{AllowOrigin, Origin, OriginError, OriginSet};
pub use policy::{Policy, PolicyError};
pub use routing::{
    CorsFuture, CorsLayer, CorsLayerBuilder, CorsRouter, CorsService, OriginRejection, Routes,
};

#[doc = include_str!("docs/routes.md")]
#[macro_export]
macro_rules! routes {
    ($($handlers:tt)*) => {
        $crate::__private::routes! { $crate, $($handlers)* }
    };
}

#[doc = include_str!("docs/policy.md")]
#[doc(
    alias = "credentials",
    alias = "max_age",
    alias = "origins",
    alias = "wildcard"
)]
#[macro_export]
macro_rules! policy {
    ($($arguments:tt)*) => {
        $crate::__private::policy! { $crate, $($arguments)* }
    };
}

/// What expanded code calls, and nothing else: no part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use cors_grammar::{
        method::MethodSet,
        pattern::{Hazards, Wildcards},
        record::{Enforce, Hazardous, Methods, OriginList, Origins, Record, Seconds},
    };
    pub use cors_macros::{policy, routes};

    #[cfg(rust_analyzer)]
    pub use crate::arguments;
    pub use crate::{
        cors_makes_a_struct_beside_this_handler_so_move_it_out_of_an_impl_or_rename_it,
        origins::{AllowOrigin, Decider, Is, OriginSet, decided_by, decided_by_set},
        policy::{
            Named, Policy, assert_complete, assert_no_clash, assert_policy, policy as policy_of,
            policy_over,
        },
        protocol::{HandlerPolicy, LocatedPolicy, PolicyHeaders, PolicyLocation},
        routing::{
            Annotated, AnnotatedBy, ErasedHandler, add_function, add_handler, no_routes, routes_of,
            unannotated,
        },
    };
}
