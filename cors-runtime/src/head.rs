//! [`Head`]: the part of a request that policies look at.

use axum::{body::Body, extract::Request};
use http::{
    Method, Uri,
    header::{
        ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HOST, HeaderName, ORIGIN,
    },
};

use crate::{decision::Decisions, headers::Lines, mark};

const COUNT: usize = 4;

const HEADERS: [HeaderName; COUNT] = [
    ORIGIN,
    ACCESS_CONTROL_REQUEST_METHOD,
    ACCESS_CONTROL_REQUEST_HEADERS,
    HOST,
];

/// What the policies may know of a request, kept while the application has the request itself.
///
/// The values share the request's memory.
pub(crate) struct Head {
    method: Method,
    uri: Uri,
    headers: [Lines; COUNT],
    decisions: Option<Decisions>,
}

impl Head {
    /// The head of a request that is watched.
    pub(crate) fn of(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: HEADERS.map(|name| Lines::of(request.headers(), name)),
            decisions: mark::decisions(request.extensions()).cloned(),
        }
    }

    /// The head as a request that a router understands, and that shares the other's decisions.
    pub(crate) fn into_request(self) -> Request {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        for (name, lines) in HEADERS.into_iter().zip(self.headers) {
            lines.append_to(request.headers_mut(), name);
        }
        mark::watch_alike(request.extensions_mut(), self.decisions);
        request
    }
}
