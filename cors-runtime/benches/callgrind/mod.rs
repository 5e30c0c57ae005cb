//! Counting under valgrind's callgrind, in a process of its own for each case and peer.

use std::{
    collections::HashMap,
    env, fs,
    process::{Command, exit},
};

use super::{
    ITERATIONS,
    peers::{Case, Peer},
};

/// What one request costs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) instructions: u64,
    /// Calls of `malloc`, `calloc` and `realloc`.
    pub(crate) allocations: u64,
}

/// Counts what happens inside `measured`.
pub(crate) fn count(case: &Case, peer: Peer) -> Cost {
    let file = env::temp_dir().join(format!("cors-instructions-{}", std::process::id()));
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .args(["--collect-atstart=no", "--toggle-collect=*measured*"])
        .arg(env::current_exe().expect("a path"))
        .args(["--measure", case.name, peer.name()])
        .output();
    let output = output.unwrap_or_else(|error| {
        eprintln!("valgrind cannot be run: {error}");
        exit(2);
    });
    let profile = fs::read_to_string(&file).unwrap_or_default();
    let total = profile
        .lines()
        .find_map(|line| line.strip_prefix("totals: "));
    let Some(instructions) = total.and_then(|total| total.trim().parse::<u64>().ok()) else {
        panic!("{}", String::from_utf8_lossy(&output.stderr));
    };
    fs::remove_file(file).expect("a file");
    Cost {
        instructions: instructions / u64::from(ITERATIONS),
        allocations: allocations(&profile) / u64::from(ITERATIONS),
    }
}

/// The calls of the allocator in a profile. Names are written once, with a number for
/// them from then on.
fn allocations(profile: &str) -> u64 {
    let mut names = HashMap::new();
    let mut callee = "";
    let mut calls = 0;
    for line in profile.lines() {
        let function = line.strip_prefix("cfn=").or(line.strip_prefix("fn="));
        if let Some((number, name)) = function.map(|it| it.split_once(' ').unwrap_or((it, ""))) {
            if !name.is_empty() {
                names.insert(number, name);
            }
            callee = names.get(number).copied().unwrap_or_default();
        }
        let count = line
            .strip_prefix("calls=")
            .and_then(|rest| rest.split(' ').next());
        if let Some(count) = count
            && matches!(callee, "malloc" | "calloc" | "realloc")
        {
            calls += count.parse::<u64>().expect("a count");
        }
    }
    calls
}
