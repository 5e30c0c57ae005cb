//! From policy and request headers to the response, on any request.
//!
//! ```sh
//! cd tests && cargo fuzz run --sanitizer none response
//! ```
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| checks::response(bytes));

/// Shared with the regression tests, which run the kept inputs.
#[path = "../checks.rs"]
mod checks;
