//! What a response takes from its request: lines of headers, kept while the handler has the request.

use http::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};

/// The line of a header that stands on one line.
pub(crate) fn only_line(headers: &HeaderMap, name: HeaderName) -> Option<&HeaderValue> {
    let mut lines = headers.get_all(name).iter();
    lines.next().filter(|_| lines.next().is_none())
}

/// What a response takes from its request besides the origin. The values share the request's memory.
#[derive(Debug)]
pub(crate) struct Reflection {
    /// The request's method, where the policy echoes it.
    pub(crate) own_method: Option<Method>,
    /// In a box, because browsers ask in preflights, which need none: most requests are spared the
    /// room.
    pub(crate) asked: Option<Box<Asked>>,
}

impl Reflection {
    pub(crate) const NOTHING: Self = Self {
        own_method: None,
        asked: None,
    };
}

/// What a request asks for, as far as its policy copies it.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: Option<HeaderValue>,
    pub(crate) headers: Lines,
}

impl Asked {
    pub(crate) const NOTHING: Self = Self {
        method: None,
        headers: Lines::None,
    };

    pub(crate) fn is_nothing(&self) -> bool {
        self.method.is_none() && self.headers.is_none()
    }
}

/// The lines of one request header. More than one is an intermediary's doing, and rare.
#[derive(Debug, Clone, Default)]
pub(crate) enum Lines {
    #[default]
    None,
    One(HeaderValue),
    /// Maybe one.
    Several(Vec<HeaderValue>),
}

impl Lines {
    /// The lines of the header called `name`.
    pub(crate) fn of(headers: &HeaderMap, name: HeaderName) -> Self {
        let Some(first) = headers.get(&name) else {
            return Self::None;
        };
        // As many lines as names: no header has two. To know that is cheaper than to look.
        match headers.len() == headers.keys_len() {
            true => Self::One(first.clone()),
            false => Self::Several(headers.get_all(name).iter().cloned().collect()),
        }
    }

    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Adds the lines to `headers` under `name`, as many as there are.
    pub(crate) fn append_to(self, headers: &mut HeaderMap, name: HeaderName) {
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
