//! What a response copies from its request: header lines, kept while the handler has the request.

use http::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};

/// The value of a header that has exactly one line.
pub(super) fn only_line(headers: &HeaderMap, name: HeaderName) -> Option<&HeaderValue> {
    let mut lines = headers.get_all(name).iter();
    lines.next().filter(|_| lines.next().is_none())
}

/// What a response copies from its request besides the origin. The values share the request's memory.
#[derive(Debug)]
pub(super) struct Requested {
    /// The request's method, where the policy echoes it.
    pub(super) own_method: Option<Method>,
    /// Boxed: almost always absent, since browsers send these headers on preflights only.
    pub(super) access: Option<Box<RequestedAccess>>,
}

impl Requested {
    pub(super) const NOTHING: Self = Self {
        own_method: None,
        access: None,
    };
}

/// The requested access, as far as the policy copies it.
#[derive(Debug)]
pub(super) struct RequestedAccess {
    pub(super) method: Option<HeaderValue>,
    pub(super) headers: HeaderLines,
}

impl RequestedAccess {
    pub(super) const NOTHING: Self = Self {
        method: None,
        headers: HeaderLines::None,
    };

    pub(super) fn is_nothing(&self) -> bool {
        self.method.is_none() && self.headers.is_none()
    }
}

/// The lines of one request header. Only intermediaries send more than one.
#[derive(Debug, Clone, Default)]
pub(super) enum HeaderLines {
    #[default]
    None,
    One(HeaderValue),
    /// Maybe one.
    Several(Vec<HeaderValue>),
}

impl HeaderLines {
    /// The lines of the header called `name`.
    pub(super) fn of(headers: &HeaderMap, name: HeaderName) -> Self {
        let Some(first) = headers.get(&name) else {
            return Self::None;
        };
        // As many lines as names: no header has two. To know that is cheaper than to look.
        if headers.len() == headers.keys_len() {
            Self::One(first.clone())
        } else {
            Self::Several(headers.get_all(name).iter().cloned().collect())
        }
    }

    pub(super) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Adds the lines to `headers` under `name`, as many as there are.
    pub(super) fn append_to(self, headers: &mut HeaderMap, name: HeaderName) {
        match self {
            Self::None => {}
            Self::One(line) => {
                headers.append(name, line);
            }
            Self::Several(lines) => {
                for line in lines {
                    headers.append(&name, line);
                }
            }
        }
    }
}
