//! Where a policy was written.

use std::fmt;

use crate::policy::Policy;

/// A handler's policy, and where it was written; the constant that `#[cors]` leaves for `routes!`.
#[derive(Clone, Copy, Debug)]
pub struct LocatedPolicy {
    /// What the attribute says, with what its base says.
    pub policy: Policy,
    /// Where it says so, in a build with `debug_assertions`.
    pub location: Option<PolicyLocation>,
}

impl LocatedPolicy {
    /// A policy of a handler; its location is kept where `is_debug` says so.
    pub const fn new(
        policy: Policy,
        handler: &'static str,
        file: &'static str,
        line: u32,
        is_debug: bool,
    ) -> Self {
        let location = PolicyLocation {
            handler,
            file,
            line,
        };
        let location = if is_debug { Some(location) } else { None };
        Self { policy, location }
    }
}

/// Where a policy was written: constants of the expansion in a build with `debug_assertions`.
#[derive(Clone, Copy, Debug)]
pub struct PolicyLocation {
    /// The name of the handler.
    pub handler: &'static str,
    /// The file of its attribute.
    pub file: &'static str,
    /// The line of its attribute.
    pub line: u32,
}

impl fmt::Display for PolicyLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({}:{})", self.handler, self.file, self.line)
    }
}
