//! [`PolicyError`]: what is wrong with a policy from configuration.

use std::{error, fmt};

use cors_grammar::{Mistake, pattern::Hazards, rules::Breach};

/// Why [`CorsLayerBuilder::build`](crate::CorsLayerBuilder::build) refuses what it was given.
///
/// `Display` is one line, in the compiler's words: the argument, what is wrong with it, and what to write.
/// `Debug` reads the same, since it is what `main` prints of an error that it returns.
///
/// ```
/// use cors_runtime::{CorsLayer, policy};
///
/// let headers = "X-Token, Cookie"; // from configuration
/// let layer = CorsLayer::builder(policy!(origins = "*")).allow_headers(headers);
/// let error = layer.build().unwrap_err();
/// assert_eq!(error.argument(), "allow_headers");
/// assert_eq!(
///     error.to_string(),
///     "`allow_headers`: no page can set `Cookie`: the Fetch standard forbids it in requests; \
///      leave it out: `credentials` controls cookies",
/// );
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PolicyError {
    argument: &'static str,
    mistake: Mistake,
}

impl PolicyError {
    pub(crate) fn new(argument: &'static str, mistake: Mistake) -> Self {
        Self { argument, mistake }
    }

    /// The argument that is wrong, as the attribute calls it: `allow_headers`. The builder's method has
    /// the same name.
    pub fn argument(&self) -> &str {
        self.argument
    }

    /// The error of a rule that a policy breaks, which vouches for `vouched`.
    pub(crate) fn breach(Breach { rule, entry }: Breach<'_>, vouched: Hazards) -> Self {
        let problem = match entry {
            Some(entry) => format!("`{entry}`: {}", rule.problem()),
            None => rule.problem().to_owned(),
        };
        Self::new(rule.argument(vouched), Mistake::new(problem, rule.help()))
    }
}

impl fmt::Display for PolicyError {
    /// One line: the argument, what is wrong, and what to write.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { argument, mistake } = self;
        write!(f, "`{argument}`: {}; {}", mistake.problem, mistake.help)
    }
}

impl fmt::Debug for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl error::Error for PolicyError {}
