//! The manual.

#[cfg(rust_analyzer)]
pub mod arguments;
pub mod guides;

#[doc = include_str!("security.md")]
pub mod security {}
