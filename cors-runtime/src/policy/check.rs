//! The checks of a whole policy: errors of the compiler.

use cors_grammar::{
    record::{Origins, Record},
    rules::{REQUIRED_ORIGINS, UNNAMED_ORIGINS},
};

use super::{const_message::Message, policy::Policy};

/// Panics, while the program is compiled, where the policy of a handler, with what its base has merged
/// into it, is incomplete or its arguments are wrong together; for a constant of the expansion of
/// `#[cors]`.
#[expect(
    clippy::panic,
    reason = "it runs in the compiler, and panics are how a constant reports"
)]
#[track_caller]
pub const fn assert_complete(policy: &Policy) {
    let record = policy.record();
    if record.methods.is_none() {
        panic!(
            "`methods` is missing: neither the attribute nor its base says which methods this \
             handler serves\nhelp: write `methods = \"GET, POST\"`"
        );
    }
    assert_origins_named(policy, UNNAMED_ORIGINS);
    assert_policy(policy);
    if cfg!(feature = "require-origins") && record.origins.is_none() && !record.open {
        let (problem, help) = REQUIRED_ORIGINS;
        panic!("{}", explained(problem, help).as_str());
    }
}

const fn explained(problem: &str, help: &str) -> Message {
    Message::new().push(problem).push("\nhelp: ").push(help)
}

/// Panics where a policy leaves its origins to be named elsewhere.
#[expect(
    clippy::panic,
    reason = "it runs in the compiler, and panics are how a constant reports"
)]
#[track_caller]
pub(crate) const fn assert_origins_named(policy: &Policy, unnamed: (&str, &str)) {
    if matches!(policy.record().origins, Some(Origins::Elsewhere)) {
        let (problem, help) = unnamed;
        panic!("{}", explained(problem, help).as_str());
    }
}

/// Panics, while the program is compiled, where the arguments of a policy are wrong together; for a
/// constant of the expansion of `policy!`.
#[expect(
    clippy::panic,
    reason = "it runs in the compiler, and panics are how a constant reports"
)]
#[track_caller]
pub const fn assert_policy(policy: &Policy) {
    let record: &Record<'_> = policy.record();
    if let Some(breach) = record.breach() {
        let message = match breach.entry {
            Some(entry) => Message::new().push("`").push(entry).push("`: "),
            None => Message::new(),
        };
        let message = message
            .push(breach.rule.problem())
            .push("\nhelp: ")
            .push(breach.rule.help());
        let message = match breach.rule.is_vouched_for() {
            true => message.push(" where these origins are listed"),
            false => message,
        };
        panic!("{}", message.as_str());
    }
}
