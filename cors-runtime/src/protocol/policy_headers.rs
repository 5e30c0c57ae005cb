//! A policy with its header values, and which origins it allows.

use std::sync::OnceLock;

use cors_grammar::{
    method::MethodSet,
    record::{Origins, Record},
};
use http::{
    Method,
    header::{
        ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue,
        ORIGIN,
    },
};

use super::{
    policy_location::PolicyLocation,
    requested::{HeaderLines, Requested, RequestedAccess, only_line},
    vary::Vary,
};
use crate::{origins::Origin, policy::Policy};

/// Allows every origin (the Fetch standard's *wildcard*).
pub(super) const EVERY_ORIGIN: HeaderValue = HeaderValue::from_static("*");

/// Sent when `methods` is unset: the
/// [CORS-safelisted methods](https://fetch.spec.whatwg.org/#cors-safelisted-method). An answer that
/// lists nothing would allow more in some cases.
const SAFELISTED_METHODS: &str = "GET, HEAD, POST";

/// The value of a header that allows nothing.
const NOTHING: HeaderValue = HeaderValue::from_static("");

/// Whether a policy by itself allows the origin of a request.
pub(crate) enum Admission {
    /// Yes, and this is the `Access-Control-Allow-Origin` that says so.
    Allowed(HeaderValue),
    NotAllowed,
    /// A type decides at run time: it has to be asked about this origin.
    Ask(Origin),
}

/// The request headers that a policy allows.
#[derive(Debug)]
pub(super) enum AllowHeaders {
    /// Those that the request names.
    Requested,
    None,
    Listed(HeaderValue),
}

/// The `Access-Control-Allow-Origin` of a policy that depends on the request's origin and allows it.
pub(crate) fn echo_origin(request: &HeaderMap) -> HeaderValue {
    let origin = request.get(ORIGIN).cloned();
    origin.unwrap_or(EVERY_ORIGIN)
}

/// A policy with its header values.
#[derive(Debug)]
pub struct PolicyHeaders {
    pub(super) policy: Policy,
    pub(super) location: Option<PolicyLocation>,
    /// `None`: the requested method.
    pub(super) allow_methods: Option<HeaderValue>,
    pub(super) allow_headers: AllowHeaders,
    pub(super) expose_headers: Option<HeaderValue>,
    pub(super) max_age: Option<HeaderValue>,
    /// The headers of the answer to a preflight, prepared by the first one.
    pub(super) preflight: OnceLock<HeaderMap>,
    /// Whether it has been reported that the policy replaces the access headers of others.
    #[cfg(feature = "tracing")]
    pub(super) replacement_reported: std::sync::atomic::AtomicBool,
}

impl PolicyHeaders {
    /// The values of a policy. `location` is where it was written, in a build with `debug_assertions`.
    pub fn new(policy: &Policy, location: Option<PolicyLocation>) -> Self {
        Self::of_record(policy, policy.record(), HeaderValue::from_static, location)
    }

    /// The values of a policy whose texts are not constants: `record` is `policy` with these texts.
    pub(crate) fn built(policy: &Policy, record: &Record<'_>) -> Self {
        // The texts have been checked, and are visible ASCII.
        let value = |text: &str| HeaderValue::from_str(text).unwrap_or(NOTHING);
        Self::of_record(policy, record, value, None)
    }

    fn of_record<'a>(
        policy: &Policy,
        record: &Record<'a>,
        value: impl Fn(&'a str) -> HeaderValue,
        location: Option<PolicyLocation>,
    ) -> Self {
        let max_age = record.effective_max_age();
        Self {
            policy: *policy,
            location,
            allow_methods: match record.methods {
                Some(methods) if methods.set.is_every() => None,
                Some(methods) => Some(value(methods.text)),
                None => Some(HeaderValue::from_static(SAFELISTED_METHODS)),
            },
            allow_headers: match record.allow_headers {
                None => AllowHeaders::Requested,
                Some("") => AllowHeaders::None,
                Some(names) => AllowHeaders::Listed(value(names)),
            },
            expose_headers: record.expose_headers.map(&value),
            max_age: max_age.map(|seconds| value(seconds.digits)),
            preflight: OnceLock::new(),
            #[cfg(feature = "tracing")]
            replacement_reported: std::sync::atomic::AtomicBool::new(false),
        }
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) fn methods(&self) -> MethodSet {
        self.policy.record().method_set()
    }

    /// Whether this is the open policy.
    pub(super) fn is_open(&self) -> bool {
        self.policy.record().origins.is_none()
    }

    /// Whether there are origins that the policy does not allow.
    pub(super) fn is_closed(&self) -> bool {
        self.policy.record().is_closed()
    }

    /// Whether every response says the same of `Access-Control-Allow-Origin`.
    pub(super) fn allows_every_origin(&self) -> bool {
        matches!(self.policy.record().origins, Some(Origins::Every))
    }

    /// Whether the policy allows the origin of a request, so that the browser's
    /// [CORS check](https://fetch.spec.whatwg.org/#cors-check) passes; or which origin its type has to be
    /// asked about. Both a list and a type know exactly one `Origin`; what is not serialized as browsers do
    /// never matches, nor does `null`, and a type is never asked about either.
    pub(crate) fn admission(&self, request: &HeaderMap) -> Admission {
        let origins = match &self.policy.record().origins {
            None => return Admission::Allowed(echo_origin(request)),
            Some(Origins::Every) => return Admission::Allowed(EVERY_ORIGIN),
            Some(origins) => origins,
        };
        let Some(line) = only_line(request, ORIGIN) else {
            return Admission::NotAllowed;
        };
        match origins {
            Origins::Listed(list) if list.has(line.as_bytes()) => Admission::Allowed(line.clone()),
            _ if self.policy.has_debug_origin(line.as_bytes()) => Admission::Allowed(line.clone()),
            Origins::Decided => match str::from_utf8(line.as_bytes()).map(Origin::recognise) {
                Ok(Some(origin)) if origin.scheme().is_some() => Admission::Ask(origin),
                _ => Admission::NotAllowed,
            },
            _ => Admission::NotAllowed,
        }
    }

    /// What the open policy copies from a request to its response, besides the origin. The request
    /// itself is gone when the response is there.
    pub(super) fn requested(&self, method: &Method, request: &HeaderMap) -> Requested {
        if !self.is_open() {
            return Requested::NOTHING;
        }
        let access = self.requested_access(request);
        Requested {
            own_method: self.allow_methods.is_none().then(|| method.clone()),
            access: (!access.is_nothing()).then(|| Box::new(access)),
        }
    }

    /// The requested access that the policy copies.
    pub(super) fn requested_access(&self, request: &HeaderMap) -> RequestedAccess {
        let method = match self.allow_methods {
            Some(_) => None,
            None => request.get(ACCESS_CONTROL_REQUEST_METHOD).cloned(),
        };
        let headers = match self.allow_headers {
            AllowHeaders::Requested => HeaderLines::of(request, ACCESS_CONTROL_REQUEST_HEADERS),
            AllowHeaders::None | AllowHeaders::Listed(_) => HeaderLines::None,
        };
        RequestedAccess { method, headers }
    }

    /// What a response that is not an answer to `OPTIONS` depends on, whether the policy allows the
    /// origin or not.
    pub(super) fn vary(&self, requested: &Requested) -> Vary {
        match &requested.access {
            _ if self.allows_every_origin() => Vary::Nothing,
            None => Vary::Origin,
            Some(access) => Vary::origin_and(access.method.is_some(), !access.headers.is_none()),
        }
    }
}
