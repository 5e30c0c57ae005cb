//! The checks of a whole policy: errors of the compiler.

use std::cmp::Ordering;

use cors_grammar::combination::{Combination, Origins as Whom};

use super::{
    const_message::Message,
    policy::{Origins, Policy},
};

/// Set for a whole build by `--cfg cors_deny_open_credentials`. It is read here, in the library,
/// because a `cfg` in expanded code would warn in the user's crate.
const DENY_OPEN_CREDENTIALS: bool = cfg!(cors_deny_open_credentials);

/// Panics, while the program is compiled, where the arguments of a policy are wrong together; for
/// a constant of the expansion of `#[cors]`.
#[expect(
    clippy::panic,
    reason = "it runs in the compiler, and panics are how a constant reports"
)]
#[track_caller]
pub(crate) const fn assert_sound(policy: &Policy) {
    if policy.methods.is_none() {
        panic!(
            "`methods` is missing: neither the attribute nor its base says which methods this \
             handler serves\nhelp: write `methods = \"GET, POST\"`"
        );
    }
    assert_sound_together(&policy.combination());
    if let (Some(Origins::Listed(list)), Some(debug)) = (policy.origins, policy.debug_origins)
        && overlap(list.sorted, debug.sorted)
    {
        panic!("`debug_origins` has an origin that `origins` has\nhelp: leave it out");
    }
    if is_denied(policy) {
        panic!(
            "this build denies the open policy with credentials (`--cfg \
             cors_deny_open_credentials`)\nhelp: list `origins`, or write `credentials = false`"
        );
    }
}

#[expect(
    clippy::panic,
    reason = "it runs in the compiler, and panics are how a constant reports"
)]
#[track_caller]
const fn assert_sound_together(combination: &Combination) {
    if let Some(conflict) = combination.conflict() {
        let message = Message::new()
            .push(conflict.problem())
            .push("\nhelp: ")
            .push(conflict.help());
        panic!("{}", message.as_str());
    }
}

/// Whether nothing is wrong with a policy for a whole service, which needs no methods.
pub(crate) const fn is_sound(policy: &Policy) -> bool {
    policy.combination().conflict().is_none() && !is_denied(policy)
}

/// Whether this build denies the policy, whatever it says.
const fn is_denied(policy: &Policy) -> bool {
    DENY_OPEN_CREDENTIALS && policy.origins.is_none() && policy.allows_credentials()
}

/// Panics, while the program is compiled, where what a base says is wrong together; for a constant of
/// the expansion of `policy!`. What it leaves unset is no mistake of its own.
#[track_caller]
pub const fn assert_sound_base(policy: &Policy) {
    let mut combination = policy.combination();
    combination.credentials = matches!(policy.credentials, Some(true));
    if policy.origins.is_none() {
        combination.origins = Whom::Decided;
    }
    assert_sound_together(&combination);
}

/// Whether two sorted lists have a text in common.
#[expect(clippy::indexing_slicing, reason = "constants cannot iterate")]
const fn overlap(one: &[&str], other: &[&str]) -> bool {
    let (mut i, mut j) = (0, 0);
    while i < one.len() && j < other.len() {
        match compare(one[i].as_bytes(), other[j].as_bytes()) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => return true,
        }
    }
    false
}

#[expect(clippy::indexing_slicing, reason = "constants cannot iterate")]
const fn compare(one: &[u8], other: &[u8]) -> Ordering {
    let mut i = 0;
    while i < one.len() && i < other.len() {
        if one[i] != other[i] {
            return if one[i] < other[i] {
                Ordering::Less
            } else {
                Ordering::Greater
            };
        }
        i += 1;
    }
    if one.len() < other.len() {
        Ordering::Less
    } else if one.len() > other.len() {
        Ordering::Greater
    } else {
        Ordering::Equal
    }
}
