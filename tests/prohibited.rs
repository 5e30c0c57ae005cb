//! What the documentation calls prohibited does not compile, and there is a case that shows the message.

use std::{fs, path::Path};

const DOCUMENTATION: &str = include_str!("../cors-runtime/src/docs/cors.md");

/// The code in the first cell of each row under a heading `prohibited`.
fn examples() -> Vec<Vec<&'static str>> {
    let tables = DOCUMENTATION
        .split("| prohibited | because |\n| --- | --- |\n")
        .skip(1);
    let rows = tables.flat_map(|rest| rest.lines().take_while(|line| line.starts_with('|')));
    let codes = rows.map(|row| {
        let cell = row.split(" | ").next().unwrap_or_default();
        cell.split('`').skip(1).step_by(2).collect()
    });
    codes.collect()
}

#[test]
fn every_prohibited_example_of_the_documentation_is_a_compile_fail_case() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["compile-fail", "compile-fail-without-public-suffix"];
    let cases = folders
        .iter()
        .flat_map(|folder| fs::read_dir(here.join(folder)).unwrap());
    let cases = cases.map(|entry| entry.unwrap().path());
    let cases: Vec<_> = cases
        .filter(|path| path.extension().is_some_and(|it| it == "rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let examples = examples();
    assert!(examples.len() > 40, "{} examples are found", examples.len());
    for codes in examples {
        assert!(!codes.is_empty(), "a row without code");
        let shows = |case: &String| codes.iter().all(|code| case.contains(code));
        assert!(cases.iter().any(shows), "no case has {codes:?}");
    }
}
