//! Every mistake that the compiler reports, with its message: one file of `compile-fail` each.

#[test]
fn every_mistake_is_answered_with_what_to_write() {
    trybuild::TestCases::new().compile_fail("compile-fail/*.rs");
}
