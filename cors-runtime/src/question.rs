//! [`Question`]: the part of a request that policies look at.

use axum::{body::Body, extract::Request};
use http::{
    Method, Uri,
    header::{
        ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HOST, HeaderName, ORIGIN,
    },
};

use crate::headers::Lines;

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
pub(crate) struct Question {
    method: Method,
    uri: Uri,
    headers: [Lines; COUNT],
}

impl Question {
    pub(crate) fn of(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: HEADERS.map(|name| Lines::of(request.headers(), name)),
        }
    }

    /// The question as a request that a router understands.
    pub(crate) fn into_request(self) -> Request {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        for (name, lines) in HEADERS.into_iter().zip(self.headers) {
            lines.append_to(request.headers_mut(), name);
        }
        request
    }
}
