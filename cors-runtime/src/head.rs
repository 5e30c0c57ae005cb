//! [`Head`]: the part of a request that policies look at.

use axum::{body::Body, extract::Request};
use http::{
    Method, Uri,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HOST, ORIGIN},
};

use crate::{decision::Decisions, headers::PolicyHeaders, mark, reflection::Lines};

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
    origin: Lines,
    /// In a box, because few requests have any of it.
    rest: Option<Box<Rest>>,
}

/// What only some policies read.
#[derive(Default)]
struct Rest {
    host: Lines,
    asked_method: Lines,
    asked_headers: Lines,
    decisions: Option<Decisions>,
}

impl Head {
    /// The head of a request. Each header costs a search, so only those are kept that a policy may
    /// read.
    pub(crate) fn of(request: &Request, reads: Reads) -> Self {
        let asked = reads.asked || *request.method() == Method::OPTIONS;
        let rest = (reads.decides || asked).then(|| Rest::of(request, reads.decides, asked));
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            origin: Lines::of(request.headers(), ORIGIN),
            rest: rest.filter(|rest| !rest.is_nothing()).map(Box::new),
        }
    }

    /// The head as a request that a router understands, and that shares the other's decisions.
    pub(crate) fn into_request(self) -> Request {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        let headers = request.headers_mut();
        self.origin.append_to(headers, ORIGIN);
        if let Some(rest) = self.rest {
            let Rest {
                host,
                asked_method,
                asked_headers,
                decisions,
            } = *rest;
            host.append_to(headers, HOST);
            asked_method.append_to(headers, ACCESS_CONTROL_REQUEST_METHOD);
            asked_headers.append_to(headers, ACCESS_CONTROL_REQUEST_HEADERS);
            if let Some(decisions) = decisions {
                mark::share_decisions(request.extensions_mut(), decisions);
            }
        }
        request
    }
}

impl Rest {
    fn of(request: &Request, decides: bool, asked: bool) -> Self {
        let headers = request.headers();
        let mut rest = Self::default();
        if decides {
            rest.host = Lines::of(headers, HOST);
            rest.decisions = mark::decisions(request.extensions()).cloned();
        }
        if asked {
            rest.asked_method = Lines::of(headers, ACCESS_CONTROL_REQUEST_METHOD);
            rest.asked_headers = Lines::of(headers, ACCESS_CONTROL_REQUEST_HEADERS);
        }
        rest
    }

    fn is_nothing(&self) -> bool {
        let lines = [&self.host, &self.asked_method, &self.asked_headers];
        lines.into_iter().all(Lines::is_none) && self.decisions.is_none()
    }
}
