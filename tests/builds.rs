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
    let refused = "`items` (tests/programs/refusal.rs:11) does not allow the origin \
                   `https://evil.example`: it is not in `origins`";
    let step = "step 3 of `enforce`: `Sec-Fetch-Site` is `cross-site`";
    assert_eq!(
        output_of("refusal", &[]),
        format!("{refused}\n{refused}; {step}\n")
    );
    assert_eq!(output_of("refusal", &["--release"]), "");
}

#[test]
fn with_the_feature_require_origins_the_open_policy_has_to_be_meant() {
    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--package", "cors-tests-renamed"])
        .args(["--features", "require-origins"])
        .args([
            "--target-dir",
            concat!(env!("CARGO_TARGET_TMPDIR"), "/require-origins"),
        ])
        .output()
        .expect("cargo runs");
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success(),
        "an open policy compiles that does not say so"
    );
    // The two that say nothing, and none that says `open`, or has the origins of a base.
    assert_eq!(
        messages
            .matches("`origins` is missing: without it any page")
            .count(),
        2,
        "{messages}"
    );
    for place in ["lib.rs:6:1", "lib.rs:9:1"] {
        assert!(messages.contains(place), "{place}: {messages}");
    }
    assert!(
        messages.contains("help: list `origins`, or write `open` where that is meant"),
        "{messages}"
    );
}
