//! [`Fetch`], a page's request, and [`Seen`], what the page gets.

use std::fmt;

use axum::body::Bytes;
use http::{HeaderMap, StatusCode};

/// The origin of every URL that is fetched: a page of it is on the application's own origin.
pub const HERE: &str = "https://service.example";

/// What a page asks its browser to fetch (`fetch(url, { method, headers, credentials, body })`).
#[derive(Clone, Debug)]
#[must_use = "a fetch does nothing until it is sent"]
pub struct Fetch {
    /// The page's origin, serialized: `null` where it is opaque.
    pub origin: String,
    /// The URL's path and query; its origin is [`HERE`].
    pub path: String,
    /// The method, as the page writes it.
    pub method: String,
    /// The headers, as the page sets them.
    pub headers: Vec<(String, String)>,
    /// `credentials: "include"`.
    pub credentials: bool,
    /// The body; empty for none.
    pub body: String,
}

impl Fetch {
    /// Sets a header, as the page does. Those that no page may set (`Cookie`, `Origin`, …) are left
    /// out, as a browser does.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// `credentials: "include"`: cookies go with the request.
    pub fn credentials(mut self) -> Self {
        self.credentials = true;
        self
    }

    /// Sets the body. It sets no `Content-Type`; where the page's would ask for a preflight, as
    /// `application/json` does, [`header`](Fetch::header) sets it.
    pub fn body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }
}

/// What the page sees. It displays as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A network error, and the step that made it one.
    Blocked(Step),
    /// The response, as far as the page may read it.
    Response {
        /// Its status.
        status: StatusCode,
        /// The headers that the page may read.
        headers: HeaderMap,
        /// Its body.
        body: Bytes,
    },
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
            Self::Blocked(_) => None,
        }
    }

    /// The step that blocked the page, if one did.
    pub fn blocked(&self) -> Option<Step> {
        match self {
            Self::Response { .. } => None,
            Self::Blocked(step) => Some(*step),
        }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blocked(step) => write!(f, "blocked: {step}"),
            Self::Response { status, .. } => {
                write!(f, "readable: the page sees the response, status {status}")
            }
        }
    }
}

/// Where a fetch ends in a network error. It displays as the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Too many redirects.
    Redirect,
    /// The body broke off.
    Body,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the method, a header or the path is malformed, and nothing is sent",
            Self::ForbiddenMethod => "no page can send this method (CONNECT, TRACE and TRACK)",
            Self::PreflightCheck => {
                "the answer to the preflight does not allow this origin, or not with credentials"
            }
            Self::PreflightStatus => "the status of the answer to the preflight is not 2xx",
            Self::PreflightSyntax => {
                "a list in the answer to the preflight is malformed, and allows nothing"
            }
            Self::PreflightMethod => "the answer to the preflight does not allow the method",
            Self::PreflightHeader => {
                "the answer to the preflight does not allow a header of the request"
            }
            Self::Check => {
                "the request was sent, but its response does not allow this origin to read it, or \
                 not with credentials"
            }
            Self::Redirect => "there are more than 20 redirects",
            Self::Body => "the body of the response broke off",
        })
    }
}
