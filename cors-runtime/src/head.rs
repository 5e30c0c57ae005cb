//! [`Head`]: the part of a request that policies look at.

use axum::{body::Body, extract::Request};
use http::{
    Method, Uri,
    header::{
        ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HOST, HeaderName, ORIGIN,
    },
};

use crate::{decision::Decisions, headers::PolicyHeaders, mark, reflection::Lines};

const COUNT: usize = 4;

const HEADERS: [HeaderName; COUNT] = [
    ORIGIN,
    HOST,
    ACCESS_CONTROL_REQUEST_METHOD,
    ACCESS_CONTROL_REQUEST_HEADERS,
];

/// What any policy of a router reads of a request besides its origin.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reads {
    /// Decides at run time, maybe by the host.
    pub(crate) decides: bool,
    /// Copies what was asked for to every response, as the open policy does.
    pub(crate) asked: bool,
}

impl Reads {
    /// What a policy reads.
    pub(crate) fn of(policy: &PolicyHeaders) -> Self {
        Self {
            decides: policy.decides(),
            asked: policy.is_open(),
        }
    }

    /// What the one or the other reads.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            decides: self.decides || other.decides,
            asked: self.asked || other.asked,
        }
    }
}

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
    /// The head of a request that is watched. Each header costs a search, so only those are kept that
    /// a policy may read.
    pub(crate) fn of(request: &Request, reads: Reads) -> Self {
        let asked = reads.asked || *request.method() == Method::OPTIONS;
        let read = [true, reads.decides, asked, asked];
        let mut headers = [const { Lines::None }; COUNT];
        for ((lines, name), read) in headers.iter_mut().zip(HEADERS).zip(read) {
            if read {
                *lines = Lines::of(request.headers(), name);
            }
        }
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers,
            decisions: match reads.decides {
                true => mark::decisions(request.extensions()).cloned(),
                false => None,
            },
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
