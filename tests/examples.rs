//! The examples, run as a person runs them, and the `curl` lines that they print.

use std::process::Command;

use cors_tests::{programs, running::Example};

/// What a `curl` line prints: the response's head in lower case, and its body.
fn run(line: &str) -> String {
    let output = Command::new("sh")
        .args(["-c", line])
        .output()
        .expect("sh runs");
    String::from_utf8(output.stdout)
        .expect("text")
        .to_ascii_lowercase()
}

#[test]
fn the_quickstarts_curl_lines_show_a_preflight_a_request_and_a_readable_failure() {
    if !programs::available("curl") {
        return;
    }
    let mut quickstart = Example::start("quickstart");
    let lines = quickstart.lines("curl", 3);
    for (line, expected) in lines.iter().zip([
        &[
            "http/1.1 204",
            "access-control-allow-methods: get, post",
            "-allow-headers: content-type",
        ][..],
        &["http/1.1 200", "\"tea\""],
        &["http/1.1 503", "out of items"],
    ]) {
        let output = run(line);
        let common = [
            "access-control-allow-origin: https://app.example",
            "max-age: 1",
        ];
        for part in common.iter().chain(expected) {
            assert!(
                output.contains(part),
                "{line}\nprints no {part:?}:\n{output}"
            );
        }
    }
    assert_eq!(lines.len(), 3);
}

/// Runs an example's `curl` lines in turn, and expects of each its status and whether a page at
/// `https://app.example` may read it.
fn try_lines(name: &str, origin: &str, expected: &[(u16, bool)]) {
    if !programs::available("curl") {
        return;
    }
    let mut example = Example::start(name);
    let lines = example.lines("curl", expected.len());
    assert_eq!(lines.len(), expected.len());
    for (line, (status, readable)) in lines.iter().zip(expected) {
        let output = run(line);
        assert!(
            output.contains(&format!("http/1.1 {status} ")),
            "{line}\nprints\n{output}"
        );
        let allowed = output.contains(&format!("access-control-allow-origin: {origin}\r\n"));
        assert_eq!(allowed, *readable, "{line}\nprints\n{output}");
    }
}

#[test]
fn the_layers_answers_can_be_read() {
    let expected = [
        (204, true),
        (401, true),
        (408, true),
        (413, true),
        (500, true),
        (403, false),
    ];
    try_lines("layers", "https://app.example", &expected);
}

#[test]
fn a_tenants_next_preflight_follows_the_database() {
    let expected = [
        (403, false),
        (204, false),
        (204, true),
        (204, false),
        (403, false),
    ];
    try_lines("tenants", "https://acme.example", &expected);
}

#[test]
fn origins_are_read_from_the_environment_and_a_wrong_value_stops_the_program() {
    let wrong = Example::command("env")
        .env(
            "CORS_ORIGINS",
            "https://app.example, https://partner.example/",
        )
        .output()
        .expect("the example runs");
    assert_eq!(wrong.status.code(), Some(2));
    assert_eq!(
        String::from_utf8_lossy(&wrong.stderr),
        "CORS_ORIGINS: `https://partner.example/` has a trailing slash, which no origin has; \
         write `https://partner.example`\n"
    );
    if !programs::available("curl") {
        return;
    }
    for (value, status, readable) in [("https://app.example", 200, true), ("", 403, false)] {
        let mut example = Example::run(Example::command("env").env("CORS_ORIGINS", value));
        let lines = example.lines("curl", 1);
        assert_eq!(lines.len(), 1);
        for line in lines {
            let output = run(&line);
            assert!(
                output.contains(&format!("http/1.1 {status} ")),
                "{value}: {output}"
            );
            let allowed = output.contains("access-control-allow-origin: https://app.example");
            assert_eq!(allowed, readable, "{value}: {output}");
        }
    }
}

#[test]
fn openapi_routes_and_documents_each_handler_once() {
    let expected = [(200, true), (200, true), (405, true), (200, false)];
    try_lines("openapi", "https://app.example", &expected);
    if !programs::available("curl") {
        return;
    }
    let mut example = Example::start("openapi");
    let lines = example.lines("curl", 4);
    let document = run(&lines[3].replace("-i ", ""));
    let document: serde_json::Value = serde_json::from_str(document.trim()).unwrap();
    let operations = document["paths"]["/items/{id}"].as_object().unwrap();
    let operations: Vec<_> = operations.keys().map(String::as_str).collect();
    assert_eq!(operations, ["get", "put"]);
    assert!(
        document["components"]["schemas"]["item"].is_object(),
        "{document}"
    );
}
