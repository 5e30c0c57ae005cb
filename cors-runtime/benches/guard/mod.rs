//! Fails when a case has grown.

use std::process::exit;

use super::{
    callgrind::count,
    peers::{CASES, Peer},
};

/// What this crate costs of what the headers cost that are written by hand, in thousandths. Both are
/// counted in the same run; where a number falls, write the new one.
const RATIOS: [(&str, u64); 5] = [
    ("preflight, open", 777),
    ("preflight, listed", 751),
    ("preflight, 64 KiB of headers", 771),
    ("request, open, with a state", 818),
    ("request, listed, with a state", 828),
];

/// How far a ratio may be exceeded, in hundredths of it.
const MARGIN: u64 = 5;

/// Prints the five ratios. Ends the process with a failure where one is exceeded.
pub(crate) fn check() {
    let mut failed = false;
    for (name, recorded) in RATIOS {
        let case = CASES.iter().find(|case| case.name == name).expect("a case");
        let by_hand = count(case, Peer::ByHand).instructions;
        let ours = count(case, Peer::Ours).instructions;
        let ratio = ours * 1000 / by_hand;
        let grown = ratio * 100 > recorded * (100 + MARGIN);
        let verdict = if grown { "grown" } else { "ok" };
        println!(
            "guard: {name}: {ours} of {by_hand} instructions, {ratio} ‰, recorded {recorded} ‰: {verdict}"
        );
        failed |= grown;
    }
    if failed {
        exit(1);
    }
}
