//! Programs of the system that tests run.

use std::{
    env, fs,
    io::{Write, stderr},
    path::{Path, PathBuf},
    process::Command,
};

/// Where this is set, a test that lacks a program fails.
pub const DEMAND: &str = "CORS_TESTS_DEMAND_PROGRAMS";

/// Whether the system has a program. Where it has not, a line on the terminal says that a test
/// could not run, or, under [`DEMAND`], the test fails.
///
/// # Panics
///
/// Where the program is missing and demanded.
pub fn available(program: &str) -> bool {
    let found = on_path(program).next().is_some();
    if !found {
        missing(program);
    }
    found
}

/// The first program of this name that starts: rustup has a stand-in for each that the toolchain may lack. As
/// [`available`] where there is none.
///
/// # Panics
///
/// As [`available`].
pub fn working(program: &str) -> Option<PathBuf> {
    let starts = |path: &PathBuf| {
        let output = Command::new(path).arg("--version").output();
        output.is_ok_and(|output| output.status.success())
    };
    let found = on_path(program).find(starts);
    if found.is_none() {
        missing(program);
    }
    found
}

/// A file of an npm package that `.ci/run` installs below `target/npm`. As [`available`] where it is not there.
///
/// # Panics
///
/// As [`available`].
pub fn npm_file(path: &str) -> Option<String> {
    let modules = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/npm/node_modules");
    let text = fs::read_to_string(Path::new(modules).join(path)).ok();
    if text.is_none() {
        missing(path);
    }
    text
}

fn on_path(program: &str) -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path).collect();
    let files = folders.into_iter().map(move |folder| folder.join(program));
    files.filter(|file| file.is_file())
}

fn missing(program: &str) {
    assert!(
        env::var_os(DEMAND).is_none(),
        "`{program}` is not installed"
    );
    // The handle itself: what a passing test prints by macro is hidden.
    let _ = writeln!(stderr(), "not tested: `{program}` is not installed");
}
