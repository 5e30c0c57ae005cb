//! CORS for axum: one attribute on a handler, checked by the compiler.
//!
//! - [`#[cors]`](macro@cors) gives a handler its policy;
//! - [`routes!`] puts the handlers of one path together;
//! - [`CorsRouter`] is a router on which no layer meets a preflight, and on which every response
//!   carries its access headers, whichever layer made it;
//! - [`AllowOrigin`] and [`OriginSet`] decide on origins at run time;
//! - [`CorsLayer`] puts a policy around a service that is no handler;
//! - [`Origin`] is the origin of a request, as an extractor.
//!
//! What none of this protects from, and what to do: [`security`]. For a task at hand: [`guides`], among
//! them [`my_request_fails`](guides::my_request_fails), from the words of the browser's console to the line
//! to write.
//!
//! ```
//! use axum::routing::get;
//! use cors_runtime::{CorsRouter, cors, routes};
//!
//! #[cors(methods = "GET, POST", debug_max_age)]
//! async fn items() -> &'static str {
//!     "[]"
//! }
//!
//! let app: axum::Router = CorsRouter::new()
//!     .route("/items", routes!(items))
//!     .route("/health", get(|| async { "up" })) // no attribute, no access headers
//!     .into_router();
//! ```

#![warn(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod allow_origin;
mod annotated;
mod answer;
mod clash;
mod decision;
mod endpoints;
mod enforcement;
mod handler;
mod head;
mod headers;
mod layer;
mod mark;
mod message;
mod notation;
mod origin;
mod origin_set;
mod passage;
mod path;
mod policies_first;
mod policy;
mod policy_side;
mod reflection;
mod refusal;
mod router;
mod routes;
mod setters;
mod sound;
#[cfg(feature = "testing")]
pub mod testing;
mod vary;

pub use allow_origin::AllowOrigin;
#[doc = include_str!("cors.md")]
pub use cors_macros::cors;
pub use layer::CorsLayer;
pub use origin::{Origin, OriginError, OriginRejection};
pub use origin_set::OriginSet;
pub use policy::Policy;
pub use router::CorsRouter;
pub use routes::Routes;

#[cfg(doc)]
#[doc = include_str!("security.md")]
pub mod security {}

#[cfg(doc)]
pub mod guides;

#[doc = include_str!("routes.md")]
#[macro_export]
macro_rules! routes {
    ($($handlers:tt)*) => {
        $crate::__private::routes! { $crate, $($handlers)* }
    };
}

#[doc = include_str!("policy.md")]
#[macro_export]
macro_rules! policy {
    ($($arguments:tt)*) => {
        $crate::__private::policy! { $crate, $($arguments)* }
    };
}

/// What expanded code calls, and nothing else: no part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use cors_grammar::origin::{Hazards, Wildcards};
    pub use cors_macros::{policy, routes};

    pub use crate::{
        allow_origin::AllowOrigin,
        annotated::{AType, Annotated, Decides, Itself},
        clash::{Named, assert_no_clash},
        decision::{Decider, Decision, HandlerPolicy, Question, ask},
        handler::{Function, FunctionFuture},
        headers::PolicyHeaders,
        policy::{OriginList, Policy},
        refusal::Place,
        sound::assert_sound_base,
    };
}
