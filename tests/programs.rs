//! Programs of the system that tests run.

use std::{
    env,
    io::{Write, stderr},
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
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !found {
        assert!(
            env::var_os(DEMAND).is_none(),
            "`{program}` is not installed"
        );
        // The handle itself: what a passing test prints by macro is hidden.
        let _ = writeln!(stderr(), "not tested: `{program}` is not installed");
    }
    found
}
