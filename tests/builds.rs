//! What depends on how the user's crate is built: the same program, built both ways.

use std::process::{Command, Output};

/// Runs cargo on this package.
fn cargo(arguments: &[&str]) -> Output {
    let [command, options @ ..] = arguments else {
        panic!("a command of cargo");
    };
    let output = Command::new(env!("CARGO"))
        .args([command, "--quiet", "--package", "cors-tests"])
        .args(options)
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// What the program of `programs/` called `name` prints, built with these options.
fn output_of(name: &str, options: &[&str]) -> String {
    let output = cargo(&[&["run", "--example", name], options].concat());
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn debug_max_age_is_sent_by_a_debug_build_and_by_no_release_build() {
    assert_eq!(output_of("max_age", &[]), "1\n");
    assert_eq!(output_of("max_age", &["--release"]), "none\n");
}

#[test]
fn patterns_are_checked_against_the_public_suffix_list_where_the_feature_is_on() {
    cargo(&[
        "test",
        "--features",
        "public-suffix",
        "--test",
        "public_suffix",
    ]);
}

#[test]
fn a_release_build_holds_no_trace_of_debug_origins() {
    let trace = "only-in-debug-builds.example";
    assert_eq!(output_of("debug_origins", &["--", trace]), "true true\n");
    assert_eq!(
        output_of("debug_origins", &["--release", "--", trace]),
        "false true\n"
    );
}

#[test]
fn a_refusal_is_explained_by_a_debug_build_only() {
    let line = "`items` (tests/programs/refusal.rs:11) does not allow the origin `https://evil.example`: \
                it is not in `origins`\n";
    assert_eq!(output_of("refusal", &[]), line.repeat(2));
    assert_eq!(output_of("refusal", &["--release"]), "");
}

#[test]
fn a_whole_build_can_deny_the_open_policy_with_credentials() {
    let check = |flags: &str| {
        let output = Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--package", "cors-tests-renamed"])
            .args([
                "--target-dir",
                concat!(env!("CARGO_TARGET_TMPDIR"), "/deny"),
            ])
            .env("RUSTFLAGS", flags)
            .output()
            .expect("cargo runs");
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (success, messages) = check("--cfg cors_deny_open_credentials");
    assert!(!success, "the open policy with credentials compiles");
    let expected = "this build denies the open policy with credentials";
    assert!(messages.contains(expected), "{messages}");
    assert!(
        messages.contains("help: list `origins`, or write `credentials = false`"),
        "{messages}"
    );
    assert!(messages.contains("lib.rs:6:1"), "{messages}");
}
