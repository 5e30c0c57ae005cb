//! Where a policy was written.

use std::fmt;

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
