//! Examples, run as a person runs them.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
};

/// An example that runs until it is dropped.
#[derive(Debug)]
pub struct Example {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Example {
    /// Starts the example on a free port.
    pub fn start(name: &str) -> Self {
        Self::run(&mut Self::command(name))
    }

    /// Runs the example's program.
    pub fn run(command: &mut Command) -> Self {
        let mut process = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the example starts");
        let output = BufReader::new(process.stdout.take().expect("its output"));
        Self { process, output }
    }

    /// The example's own program, which is to listen on a free port.
    pub fn command(name: &str) -> Command {
        let build: &[&str] = match name {
            // It is a package of its own.
            "playground" => &["build", "--quiet", "--package", "cors-playground"],
            name => &[
                "build",
                "--quiet",
                "--package",
                "cors-examples",
                "--example",
                name,
            ],
        };
        Self::built(build)
    }

    /// The playground with the feature `tls`. It is built in a folder of its own: the two programs have one name.
    pub fn playground_with_tls() -> Command {
        Self::built(&[
            "build",
            "--quiet",
            "--package",
            "cors-playground",
            "--features",
            "tls",
            "--target-dir",
            concat!(env!("CARGO_MANIFEST_DIR"), "/../target/playground-tls"),
        ])
    }

    fn built(build: &[&str]) -> Command {
        let build_output = Command::new(env!("CARGO"))
            .args(build)
            .args(["--message-format", "json-render-diagnostics"])
            .output()
            .expect("cargo runs");
        assert!(build_output.status.success(), "{build:?} fails");
        let messages = String::from_utf8(build_output.stdout).expect("text");
        let executable = messages
            .split("\"executable\":\"")
            .nth(1)
            .expect("an executable");
        let executable = executable.split('"').next().expect("a closing quote");
        let mut command = Command::new(executable);
        command.env("PORT", "0").env("API_PORT", "0");
        command
    }

    /// The address at the end of the next line that begins with `start`.
    pub fn address(&mut self, start: &str) -> String {
        let line = self.lines(start, 1).remove(0);
        let (_, address) = line.rsplit_once(' ').expect("an address");
        address.to_owned()
    }

    /// The next `count` lines of what it prints that begin with `start`, after spaces.
    pub fn lines(&mut self, start: &str, count: usize) -> Vec<String> {
        let lines = (&mut self.output).lines().map(|line| line.expect("text"));
        let matching = lines
            .map(|line| line.trim().to_owned())
            .filter(|line| line.starts_with(start));
        matching.take(count).collect()
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
