//! The examples, run as a person runs them, and the `curl` lines that they print.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
};

use cors_tests::programs;

/// An example that runs until it is dropped.
struct Example {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Example {
    /// Starts the example on a free port.
    fn start(name: &str) -> Self {
        let build = [
            "build",
            "--quiet",
            "--package",
            "cors-examples",
            "--example",
            name,
        ];
        let build = Command::new(env!("CARGO"))
            .args(build)
            .args(["--message-format", "json-render-diagnostics"])
            .output()
            .expect("cargo runs");
        assert!(build.status.success(), "{name} does not build");
        let messages = String::from_utf8(build.stdout).expect("text");
        let executable = messages
            .split("\"executable\":\"")
            .nth(1)
            .expect("an executable");
        let executable = executable.split('"').next().expect("a closing quote");
        let mut process = Command::new(executable)
            .env("PORT", "0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the example starts");
        let output = BufReader::new(process.stdout.take().expect("its output"));
        Self { process, output }
    }

    /// The next `count` lines of what it prints that begin with `curl`.
    fn curl_lines(&mut self, count: usize) -> Vec<String> {
        let lines = (&mut self.output).lines().map(|line| line.expect("text"));
        let curl = lines
            .map(|line| line.trim().to_owned())
            .filter(|line| line.starts_with("curl"));
        curl.take(count).collect()
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

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
    let lines = quickstart.curl_lines(3);
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
