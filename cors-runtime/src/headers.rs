//! From a policy and a request to the access headers of the response.
//!
//! Nothing here knows what a router or a handler is: `http`'s types go in and come out.

use cors_grammar::method::MethodSet;
use http::{
    Method,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
        HeaderMap, HeaderName, HeaderValue, ORIGIN,
    },
};

use crate::{policy::Policy, vary::Vary};

/// The response headers of the protocol: on every response they are the policy's alone.
const ACCESS_HEADERS: [HeaderName; 6] = [
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE,
];

/// A policy with its header values, built when the program is compiled.
#[derive(Debug)]
pub struct PolicyHeaders {
    methods: MethodSet,
    allow_credentials: bool,
    /// `None`: what the request asks for.
    allow_methods: Option<HeaderValue>,
    /// `None`: what the request asks for.
    allow_headers: Option<HeaderValue>,
    expose_headers: Option<HeaderValue>,
    max_age: Option<HeaderValue>,
}

impl PolicyHeaders {
    /// Builds the values; for a constant of the expansion.
    pub const fn new(policy: &Policy) -> Self {
        Self {
            methods: policy.method_set(),
            allow_credentials: policy.allows_credentials(),
            allow_methods: match policy.methods {
                Some(methods) if !methods.set.is_every() => {
                    Some(HeaderValue::from_static(methods.text))
                }
                _ => None,
            },
            allow_headers: value(policy.allow_headers),
            expose_headers: value(policy.expose_headers),
            max_age: match policy.effective_max_age() {
                Some(seconds) => Some(HeaderValue::from_static(seconds.digits)),
                None => None,
            },
        }
    }

    pub(crate) fn methods(&self) -> MethodSet {
        self.methods
    }

    /// What the response to this request takes from it. The request itself may be gone when the
    /// response is there.
    pub(crate) fn reflect(&self, method: &Method, request: &HeaderMap) -> Reflection {
        let asked_method = request.get(ACCESS_CONTROL_REQUEST_METHOD);
        let method_copied = self.allow_methods.is_none() && asked_method.is_some();
        let headers_copied =
            self.allow_headers.is_none() && request.contains_key(ACCESS_CONTROL_REQUEST_HEADERS);
        Reflection {
            allow_origin: request.get(ORIGIN).cloned(),
            allow_methods: match &self.allow_methods {
                Some(_) => None,
                None => asked_method.cloned().or_else(|| method_value(method)),
            },
            allow_headers: match headers_copied {
                true => Lines::of(request, ACCESS_CONTROL_REQUEST_HEADERS),
                false => Lines::None,
            },
            vary: match *method == Method::OPTIONS {
                true => Vary::AllThree,
                false => Vary::origin_and(method_copied, headers_copied),
            },
        }
    }

    /// Puts the access headers of the answer to a preflight on `response`.
    pub(crate) fn grant_preflight(&self, reflection: Reflection, response: &mut HeaderMap) {
        reflection.vary.add_to(response);
        self.grant(reflection, response);
    }

    /// Puts the access headers of any other response on `response`, in place of those there.
    pub(crate) fn grant_response(&self, reflection: Reflection, response: &mut HeaderMap) {
        remove_access_headers(response);
        reflection.vary.add_to(response);
        self.grant(reflection, response);
        if let Some(names) = &self.expose_headers {
            response.insert(ACCESS_CONTROL_EXPOSE_HEADERS, names.clone());
        }
    }

    /// The five headers of the article (rules 3 to 7).
    fn grant(&self, reflection: Reflection, response: &mut HeaderMap) {
        let origin = reflection.allow_origin;
        response.insert(
            ACCESS_CONTROL_ALLOW_ORIGIN,
            origin.unwrap_or(HeaderValue::from_static("*")),
        );
        if self.allow_credentials {
            let allowed = HeaderValue::from_static("true");
            response.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, allowed);
        }
        if let Some(methods) = reflection.allow_methods.or(self.allow_methods.clone()) {
            response.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
        }
        match (&self.allow_headers, reflection.allow_headers) {
            (Some(names), _) => {
                response.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
            }
            (None, Lines::None) => {
                let authorization = HeaderValue::from_static("Authorization");
                response.insert(ACCESS_CONTROL_ALLOW_HEADERS, authorization);
            }
            (None, asked) => asked.append_to(response, ACCESS_CONTROL_ALLOW_HEADERS),
        }
        if let Some(seconds) = &self.max_age {
            response.insert(ACCESS_CONTROL_MAX_AGE, seconds.clone());
        }
    }
}

/// Puts the access headers and the `Vary` of `answer` on `response`, in place of those there.
pub(crate) fn transfer(answer: HeaderMap, response: &mut HeaderMap) {
    remove_access_headers(response);
    let mut current = None;
    for (name, value) in answer {
        // A further line of a header comes without its name.
        current = name.or(current);
        match &current {
            Some(name) if *name == http::header::VARY || ACCESS_HEADERS.contains(name) => {
                response.append(name, value);
            }
            _ => {}
        }
    }
    crate::vary::tidy(response);
}

fn remove_access_headers(response: &mut HeaderMap) {
    for name in ACCESS_HEADERS {
        response.remove(name);
    }
}

const fn value(text: Option<&'static str>) -> Option<HeaderValue> {
    match text {
        Some(text) => Some(HeaderValue::from_static(text)),
        None => None,
    }
}

/// The request's own method, as a header value.
fn method_value(method: &Method) -> Option<HeaderValue> {
    let known = cors_grammar::method::METHODS.into_iter();
    match { known }.find(|known| *known == method.as_str()) {
        Some(known) => Some(HeaderValue::from_static(known)),
        None => HeaderValue::from_str(method.as_str()).ok(),
    }
}

/// What a response takes from its request. The values share the request's memory.
#[derive(Debug)]
pub(crate) struct Reflection {
    allow_origin: Option<HeaderValue>,
    allow_methods: Option<HeaderValue>,
    allow_headers: Lines,
    vary: Vary,
}

/// The lines of one request header. More than one is an intermediary's doing, and rare.
#[derive(Debug, Clone)]
pub(crate) enum Lines {
    None,
    One(HeaderValue),
    Several(Vec<HeaderValue>),
}

impl Lines {
    /// The lines of the header called `name`.
    pub(crate) fn of(headers: &HeaderMap, name: HeaderName) -> Self {
        let lines = headers.get_all(name);
        let mut values = lines.iter();
        match (values.next(), values.next()) {
            (None, _) => Self::None,
            (Some(line), None) => Self::One(line.clone()),
            (Some(_), Some(_)) => Self::Several(lines.iter().cloned().collect()),
        }
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
