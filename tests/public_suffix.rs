//! Patterns under credentials, with the public suffix list at hand.

use cors_runtime::{Policy, policy};

#[test]
fn a_pattern_that_reaches_a_public_suffix_is_a_mistake_with_credentials() {
    trybuild::TestCases::new().compile_fail("compile-fail-with-public-suffix/*.rs");
}

#[test]
fn a_pattern_that_reaches_none_needs_no_vouching() {
    const POLICY: Policy = policy!(origins = "https://*.example.com", credentials);
    assert!(POLICY.admits("https://a.example.com", "GET", &[]));
}
