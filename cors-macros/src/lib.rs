//! The attribute `#[cors]` and the macros behind `routes!`: parse, check, expand.
//!
//! Users depend on `cors-runtime`, which re-exports what is here and documents it.

#![warn(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use proc_macro::TokenStream;

mod args;
mod check;
mod closure;
mod editor;
mod errors;
mod expand;
mod expression;
mod item;
mod origins;
mod policy_tokens;
mod routes;
mod spanned;
mod tokens;
mod value;

/// See `cors_runtime::cors`.
#[doc(
    alias = "403",
    alias = "allow_headers",
    alias = "credentials",
    alias = "debug_max_age",
    alias = "debug_origins",
    alias = "enforce",
    alias = "expose_headers",
    alias = "max_age",
    alias = "methods",
    alias = "open",
    alias = "origins",
    alias = "preflight",
    alias = "wildcard"
)]
#[proc_macro_attribute]
pub fn cors(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(args.into(), item.into()).into()
}

/// See `cors_runtime::routes!`, which puts the path of its crate first.
#[proc_macro]
pub fn routes(input: TokenStream) -> TokenStream {
    routes::expand(input.into()).into()
}

/// See `cors_runtime::policy!`, which puts the path of its crate first.
#[proc_macro]
pub fn policy(input: TokenStream) -> TokenStream {
    expand::policy(input.into()).into()
}
