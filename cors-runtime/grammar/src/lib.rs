//! What an origin, a pattern, a method and a header name may be.
//!
//! This is the one grammar of the project: `cors-macros` reads the literals of an attribute with
//! it while the application is compiled, `cors-runtime` reads configuration and requests with it
//! while the application runs, so that both accept the same texts and refuse them in the same
//! words. Users of `cors-runtime` need not name this crate.

#![warn(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod correct;
pub mod explain;
pub mod header_name;
mod host;
pub mod list;
pub mod method;
mod mistake;
pub mod origin;
pub mod origin_list;
pub mod pattern;
mod public_suffix;
pub mod punycode;
pub mod record;
pub mod rules;
pub mod value;

pub use mistake::Mistake;
