//! The manual.

pub mod guides;

#[doc = include_str!("security.md")]
pub mod security {}
