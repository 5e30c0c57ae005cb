//! CORS for axum: one attribute on a handler, checked by the compiler.

#![warn(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod annotated;
mod clash;
mod endpoints;
mod handler;
mod headers;
mod mark;
mod path;
mod policies_first;
mod policy;
mod policy_table;
mod question;
mod router;
mod routes;
mod vary;

pub use cors_macros::cors;
pub use policy::Policy;
pub use router::CorsRouter;
pub use routes::Routes;

/// The annotated handlers of one path.
#[macro_export]
macro_rules! routes {
    ($($handlers:tt)*) => {
        $crate::__private::routes! { $crate, $($handlers)* }
    };
}

/// What expanded code calls, and nothing else: no part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use cors_macros::routes;

    pub use crate::{
        annotated::Annotated,
        clash::{Named, assert_no_clash},
        headers::PolicyHeaders,
        policy::Policy,
    };
}
