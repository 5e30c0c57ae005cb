//! The access headers of every response that is not an answer to a preflight.

use std::sync::Arc;

use cors_grammar::method::METHODS;
use http::{
    Method, Response, Uri,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue,
    },
};

use super::{
    policy_headers::{AllowHeaders, PolicyHeaders},
    requested::{HeaderLines, Requested, RequestedAccess},
    vary::Vary,
};

/// The [CORS response headers](https://fetch.spec.whatwg.org/#http-responses): on every response
/// they are the policy's alone.
const ACCESS_HEADERS: [HeaderName; 6] = [
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE,
];

/// What no cache may keep.
pub(super) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// What the policy keeps of a request until its response is there.
#[derive(Debug)]
pub(crate) struct ResponseContext {
    /// The policy that allows the origin, and its `Access-Control-Allow-Origin`. `None`: pages of the
    /// origin may read nothing.
    pub(super) allowed: Option<(Arc<PolicyHeaders>, HeaderValue)>,
    pub(super) requested: Requested,
    pub(super) vary: Vary,
    /// Whether no cache may keep the response: it says what a decision that panicked would not.
    pub(super) no_store: bool,
    /// Where the request went, for reports.
    pub(super) target: Target,
}

impl ResponseContext {
    /// Puts the policy's access headers on the response, in place of those there.
    pub(crate) fn finish<B>(self, response: &mut Response<B>) {
        let headers = response.headers_mut();
        // Most responses have none, and few headers at all: to look at those is cheaper than to
        // search for six.
        if headers.keys().any(is_access_header) {
            self.report_replacement(headers);
            for name in ACCESS_HEADERS {
                headers.remove(name);
            }
        }
        if self.no_store {
            headers.insert(CACHE_CONTROL, NO_STORE);
        }
        if let Some((policy, allow_origin)) = self.allowed {
            policy.allow_reading(allow_origin, self.requested, headers);
        }
        self.vary.add_to(headers);
    }

    /// Reports, once for each policy, that it replaces what a layer, a handler or another policy inside
    /// it has said.
    #[cfg(feature = "tracing")]
    fn report_replacement(&self, response: &HeaderMap) {
        use std::sync::atomic::Ordering;

        let found = response.get(ACCESS_CONTROL_ALLOW_ORIGIN);
        let (Some(found), Some((policy, allow_origin))) = (found, &self.allowed) else {
            return;
        };
        let is_first = || !policy.replacement_reported.swap(true, Ordering::Relaxed);
        if found != allow_origin && is_first() {
            tracing::warn!(
                path = self.target.0.path(),
                policy = ?policy.policy(),
                "this policy replaces an `Access-Control-Allow-Origin` that something inside it has \
                 set: the outermost policy decides"
            );
        }
    }

    #[cfg(not(feature = "tracing"))]
    fn report_replacement(&self, _: &HeaderMap) {
        let Target = self.target;
    }
}

/// The URI of a request, where reports are made.
#[cfg(feature = "tracing")]
#[derive(Debug)]
pub(super) struct Target(Uri);

/// The URI of a request, which nothing reports.
#[cfg(not(feature = "tracing"))]
#[derive(Clone, Copy, Debug)]
pub(super) struct Target;

impl Target {
    #[cfg(feature = "tracing")]
    pub(super) fn of(uri: &Uri) -> Self {
        Self(uri.clone())
    }

    #[cfg(not(feature = "tracing"))]
    pub(super) fn of(_: &Uri) -> Self {
        Self
    }
}

impl PolicyHeaders {
    /// Puts the access headers of a response that is not an answer to a preflight on `response`, where
    /// there are none.
    ///
    /// The open policy's are those of its rules 3 to 7 (the manual of `#[cors]` lists them), on every
    /// response. Any other policy sends what browsers read on preflights only there.
    fn allow_reading(
        &self,
        allow_origin: HeaderValue,
        requested: Requested,
        response: &mut HeaderMap,
    ) {
        self.allow_origin(allow_origin, response);
        if self.is_open() {
            let access = requested.access.map(|access| *access);
            let mut access = access.unwrap_or(RequestedAccess::NOTHING);
            if access.method.is_none() {
                access.method = requested.own_method.as_ref().and_then(method_value);
            }
            self.allow_request(access, response);
        }
        if let Some(names) = &self.expose_headers {
            response.insert(ACCESS_CONTROL_EXPOSE_HEADERS, names.clone());
        }
    }

    /// Who may read the response.
    pub(super) fn allow_origin(&self, allow_origin: HeaderValue, response: &mut HeaderMap) {
        response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allow_origin);
        if self.policy.record().allows_credentials() {
            let allowed = const { HeaderValue::from_static("true") };
            response.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, allowed);
        }
    }

    /// Which requests may be sent, and for how long the
    /// [preflight cache](https://fetch.spec.whatwg.org/#cors-preflight-cache) may keep that.
    pub(super) fn allow_request(&self, requested: RequestedAccess, response: &mut HeaderMap) {
        if let Some(methods) = requested.method.or_else(|| self.allow_methods.clone()) {
            response.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
        }
        match (&self.allow_headers, requested.headers) {
            (AllowHeaders::None, _) => {}
            (AllowHeaders::Listed(names), _) => {
                response.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
            }
            (AllowHeaders::Requested, HeaderLines::None) => {
                let authorization = const { HeaderValue::from_static("Authorization") };
                response.insert(ACCESS_CONTROL_ALLOW_HEADERS, authorization);
            }
            (AllowHeaders::Requested, names) => {
                names.append_to(response, ACCESS_CONTROL_ALLOW_HEADERS);
            }
        }
        if let Some(seconds) = &self.max_age {
            response.insert(ACCESS_CONTROL_MAX_AGE, seconds.clone());
        }
    }
}

fn is_access_header(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-")
}

/// The request's own method, as a header value.
fn method_value(method: &Method) -> Option<HeaderValue> {
    match METHODS.iter().find(|known| **known == method.as_str()) {
        Some(known) => Some(HeaderValue::from_static(known)),
        None => HeaderValue::from_str(method.as_str()).ok(),
    }
}
