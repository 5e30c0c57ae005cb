//! No request has become dearer than the headers that are written by hand, by more than a margin.

use std::process::Command;

use cors_tests::programs;

#[test]
fn five_requests_cost_no_more_instructions_than_recorded() {
    if !programs::available("valgrind") {
        return;
    }
    let output = Command::new(env!("CARGO"))
        .args(["bench", "--locked", "--quiet", "--package", "cors-runtime"])
        .args(["--bench", "instructions", "--", "guard"])
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}{errors}");
    let counted = report.lines().filter(|line| line.starts_with("guard: "));
    assert_eq!(counted.count(), 5, "{report}{errors}");
}
