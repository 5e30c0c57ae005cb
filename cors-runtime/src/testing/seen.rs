//! [`Seen`], what the page gets, and [`Blocked`], why it gets nothing.

use std::{error, fmt};

use axum::body::Bytes;
use http::{HeaderMap, HeaderName, StatusCode};

use super::fault::Fault;

/// What the page sees. It displays as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A network error.
    Blocked(Blocked),
    /// The response, as far as the page may read it.
    Response {
        /// Its status.
        status: StatusCode,
        /// The headers that the page may read.
        headers: HeaderMap,
        /// Its body.
        body: Bytes,
    },
    /// The browser was redirected to this URL, whose origin no application of [`Browser::at`] is at.
    ///
    /// [`Browser::at`]: super::Browser::at
    Elsewhere(String),
}

impl Seen {
    /// Whether the page may read the response, whatever its status.
    pub fn is_readable(&self) -> bool {
        matches!(self, Self::Response { .. })
    }

    /// The status, where the page may read it.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Response { status, .. } => Some(*status),
            Self::Blocked(_) | Self::Elsewhere(_) => None,
        }
    }

    /// The step that blocked the page, if one did.
    pub fn blocked(&self) -> Option<Step> {
        match self {
            Self::Response { .. } | Self::Elsewhere(_) => None,
            Self::Blocked(blocked) => Some(blocked.step),
        }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blocked(blocked) => write!(f, "blocked: {blocked}"),
            Self::Response { status, .. } => {
                write!(f, "readable: the page sees the response, status {status}")
            }
            Self::Elsewhere(url) => write!(f, "redirected to `{url}`, where no application is"),
        }
    }
}

/// A network error. It displays as the reason: the header that is to blame, with the value found and the value
/// needed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Blocked {
    step: Step,
    header: Option<HeaderName>,
    reason: String,
}

impl Blocked {
    pub(super) fn new(step: Step, reason: impl Into<String>) -> Self {
        Self {
            step,
            header: None,
            reason: reason.into(),
        }
    }

    /// By a header of a response, which the subject of the sentence names.
    pub(super) fn by(step: Step, response: &str, fault: Fault) -> Self {
        Self {
            step,
            header: Some(fault.header),
            reason: format!("{response} {}", fault.reason),
        }
    }

    /// The step of the standard.
    pub fn step(&self) -> Step {
        self.step
    }

    /// The response header that is to blame, as it is or because it is missing; `None` where the request, the status
    /// or the body is.
    pub fn header(&self) -> Option<&HeaderName> {
        self.header.as_ref()
    }
}

impl From<Blocked> for Seen {
    fn from(blocked: Blocked) -> Self {
        Self::Blocked(blocked)
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl error::Error for Blocked {}

/// Where a fetch ends in a network error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// The method, a header or the path is invalid: the page gets an exception.
    Malformed,
    /// The method is a *forbidden method*: nothing is sent.
    ForbiddenMethod,
    /// The *CORS check* of the answer to the preflight.
    PreflightCheck,
    /// The status of the answer to the preflight is no *ok status*.
    PreflightStatus,
    /// A header list of the answer does not parse.
    PreflightSyntax,
    /// The method is not among those that the answer allows.
    PreflightMethod,
    /// A header is not among those that the answer allows.
    PreflightHeader,
    /// The *CORS check* of the response.
    Check,
    /// Too many redirects, or one to where a page's request is not taken.
    Redirect,
    /// The body broke off.
    Body,
}
