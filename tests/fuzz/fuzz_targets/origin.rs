//! The grammar of origins, on any text.
//!
//! ```sh
//! cd tests && cargo fuzz run --sanitizer none origin
//! ```
#![no_main]


use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| checks::origin(text));

/// Shared with the regression tests, which run the kept inputs.
#[path = "../checks.rs"]
mod checks;
