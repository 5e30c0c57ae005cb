//! Every mistake that the compiler reports, with its message: one file of `compile-fail` each.

#[test]
fn every_mistake_is_answered_with_what_to_write() {
    trybuild::TestCases::new().compile_fail("compile-fail/*.rs");
}

/// Those that the public suffix list knows better are in `public_suffix.rs`.
#[test]
#[cfg(not(feature = "public-suffix"))]
fn a_pattern_with_credentials_asks_for_the_public_suffix_list() {
    trybuild::TestCases::new().compile_fail("compile-fail-without-public-suffix/*.rs");
}
