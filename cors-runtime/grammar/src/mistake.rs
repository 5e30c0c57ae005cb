//! What is wrong with a text, and what to write instead.

use std::{error, fmt};

/// Why a text is refused: one line for what is wrong, one for what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mistake {
    /// What is wrong, as one sentence without a full stop.
    pub problem: String,
    /// What to write instead, with the corrected value wherever it can be computed.
    pub help: String,
    /// The corrected value, where `help` has one.
    pub corrected: Option<String>,
}

impl Mistake {
    /// A mistake with its remedy.
    pub fn new(problem: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            help: help.into(),
            corrected: None,
        }
    }

    /// A mistake whose remedy is another value.
    pub fn corrected(problem: impl Into<String>, value: impl Into<String>) -> Self {
        let value = value.into();
        Self {
            corrected: Some(value.clone()),
            ..Self::new(problem, format!("write `{value}`"))
        }
    }
}

impl fmt::Display for Mistake {
    /// Two lines, as the compiler prints its own errors: the problem, then `help: ` and the remedy.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nhelp: {}", self.problem, self.help)
    }
}

impl error::Error for Mistake {}
