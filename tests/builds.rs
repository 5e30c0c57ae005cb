//! What depends on how the user's crate is built: the same program, built both ways.

use std::process::Command;

/// What the program of `programs/` called `name` prints, built with these options.
fn output_of(name: &str, options: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args([
            "run",
            "--quiet",
            "--package",
            "cors-tests",
            "--example",
            name,
        ])
        .args(options)
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn debug_max_age_is_sent_by_a_debug_build_and_by_no_release_build() {
    assert_eq!(output_of("max_age", &[]), "1\n");
    assert_eq!(output_of("max_age", &["--release"]), "none\n");
}
