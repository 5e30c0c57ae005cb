//! From a policy and a request to the access headers of the response.
//!
//! Nothing here knows what a router or a handler is: `http`'s types go in and come out.

use std::sync::OnceLock;

use cors_grammar::method::{METHODS, MethodSet};
use http::{
    Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
        ALLOW, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, ORIGIN, VARY,
    },
};

use crate::{
    origin::Origin,
    policy::{Origins, Policy},
    reflection::{Asked, Lines, Reflection, only_line},
    refusal::{Place, Refusal, Rule},
    sound::assert_sound,
    vary::{self, Vary},
};

/// The response headers of the protocol: on every response they are the policy's alone.
const ACCESS_HEADERS: [HeaderName; 6] = [
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE,
];

/// Lets every origin in (the Fetch standard's *wildcard*).
const EVERY_ORIGIN: HeaderValue = HeaderValue::from_static("*");

/// What a policy without `methods` allows: what needs no allowing. An answer that lists nothing would
/// allow more in some cases.
const SAFELISTED_METHODS: &str = "GET, HEAD, POST";

/// Whether a policy lets the origin of a request in.
pub(crate) enum Admission<Q> {
    No,
    /// Yes, and this is the `Access-Control-Allow-Origin` that says so.
    Yes(HeaderValue),
    /// That is decided at run time: whom or what to ask.
    Ask(Q),
}

/// The `Access-Control-Allow-Origin` of a policy that lets a request's origin in, and looks at it.
pub(crate) fn echo_origin(request: &HeaderMap) -> HeaderValue {
    let origin = request.get(ORIGIN).cloned();
    origin.unwrap_or(EVERY_ORIGIN)
}

/// A policy with its header values, built when the program is compiled.
#[derive(Debug)]
pub struct PolicyHeaders {
    policy: Policy,
    place: Option<Place>,
    /// `None`: what the request asks for.
    allow_methods: Option<HeaderValue>,
    /// `None`: what the request asks for.
    allow_headers: Option<HeaderValue>,
    expose_headers: Option<HeaderValue>,
    max_age: Option<HeaderValue>,
    preflight: OnceLock<HeaderMap>,
}

impl PolicyHeaders {
    /// Builds the values of a policy that is checked; for the expansion of `#[cors]`.
    #[track_caller]
    pub const fn sound(policy: &Policy, place: Option<Place>) -> Self {
        assert_sound(policy);
        Self::new(policy, place)
    }

    /// Builds the values. `place` is where the policy was written, in a build with
    /// `debug_assertions`.
    pub const fn new(policy: &Policy, place: Option<Place>) -> Self {
        Self {
            policy: *policy,
            place,
            allow_methods: match policy.methods {
                Some(methods) if methods.set.is_every() => None,
                Some(methods) => Some(HeaderValue::from_static(methods.text)),
                None => Some(HeaderValue::from_static(SAFELISTED_METHODS)),
            },
            allow_headers: value(policy.allow_headers),
            expose_headers: value(policy.expose_headers),
            max_age: match policy.effective_max_age() {
                Some(seconds) => Some(HeaderValue::from_static(seconds.digits)),
                None => None,
            },
            preflight: OnceLock::new(),
        }
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Whether a type decides at run time whom the policy lets in.
    pub(crate) fn decides(&self) -> bool {
        matches!(self.policy.origins, Some(Origins::Decided))
    }

    /// Whether this is the open policy.
    pub(crate) fn is_open(&self) -> bool {
        self.policy.origins.is_none()
    }

    pub(crate) fn methods(&self) -> MethodSet {
        self.policy.method_set()
    }

    pub(crate) fn enforces(&self) -> bool {
        self.policy.enforces()
    }

    /// Whether every response says the same of `Access-Control-Allow-Origin`.
    pub(crate) fn lets_every_origin_in(&self) -> bool {
        matches!(self.policy.origins, Some(Origins::Every))
    }

    /// Whether the policy lets the origin of a request in, or which origin its type has to be asked
    /// for. Both a list and a type know exactly one `Origin`; what is not serialized as browsers do
    /// is in no list, nor is `null`, and a type is never asked for either.
    pub(crate) fn admission(&self, request: &HeaderMap) -> Admission<Origin> {
        let origins = match &self.policy.origins {
            None => return Admission::Yes(echo_origin(request)),
            Some(Origins::Every) => return Admission::Yes(EVERY_ORIGIN),
            Some(origins) => origins,
        };
        let Some(line) = only_line(request, ORIGIN) else {
            return Admission::No;
        };
        match origins {
            Origins::Listed(list) if list.has(line.as_bytes()) => Admission::Yes(line.clone()),
            _ if self.policy.debug_origins_have(line.as_bytes()) => Admission::Yes(line.clone()),
            Origins::Decided => match str::from_utf8(line.as_bytes()).map(Origin::recognise) {
                Ok(Some(origin)) if origin.scheme().is_some() => Admission::Ask(origin),
                _ => Admission::No,
            },
            _ => Admission::No,
        }
    }

    /// The refusal of a request that the policy does not let in.
    pub(crate) fn refuse<'a>(&self, request: &'a HeaderMap) -> Refusal<'a> {
        let rule = match self.decides() {
            true => Rule::Decided,
            false => Rule::Listed,
        };
        Refusal {
            place: self.place,
            rule,
            request,
        }
    }

    /// What the open policy copies from a request to its response, besides the origin. The request
    /// itself is gone when the response is there.
    pub(crate) fn reflect(&self, method: &Method, request: &HeaderMap) -> Reflection {
        if !self.is_open() {
            return Reflection::NOTHING;
        }
        let asked = self.asked(request);
        Reflection {
            own_method: self.allow_methods.is_none().then(|| method.clone()),
            asked: (!asked.is_nothing()).then(|| Box::new(asked)),
        }
    }

    /// What a request asks for and the policy copies.
    fn asked(&self, request: &HeaderMap) -> Asked {
        let echoes_methods = self.allow_methods.is_none();
        let method = echoes_methods.then(|| request.get(ACCESS_CONTROL_REQUEST_METHOD));
        let headers = match self.allow_headers {
            Some(_) => Lines::None,
            None => Lines::of(request, ACCESS_CONTROL_REQUEST_HEADERS),
        };
        Asked {
            method: method.flatten().cloned(),
            headers,
        }
    }

    /// What a response that is no answer to `OPTIONS` depends on, whether the policy lets the
    /// origin in or not.
    pub(crate) fn vary(&self, reflection: &Reflection) -> Vary {
        match &reflection.asked {
            _ if self.lets_every_origin_in() => Vary::Nothing,
            None => Vary::Origin,
            Some(asked) => Vary::origin_and(asked.method.is_some(), !asked.headers.is_none()),
        }
    }

    /// The headers of the answer to a preflight, for a policy that lets its origin in.
    ///
    /// They are the same for all but for what the request puts in: to copy a map that is prepared is
    /// cheaper than to fill one. A map cannot be a constant, so the first preflight prepares it.
    pub(crate) fn answer_preflight(
        &self,
        allow_origin: HeaderValue,
        request: &HeaderMap,
    ) -> HeaderMap {
        let mut headers = self.preflight.get_or_init(|| self.prepare()).clone();
        if let Some(place) = headers.get_mut(ACCESS_CONTROL_ALLOW_ORIGIN) {
            *place = allow_origin;
        }
        let asked = self.asked(request);
        if let Some(method) = asked.method {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, method);
        }
        match asked.headers {
            Lines::None => {}
            Lines::One(names) => {
                headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
            }
            several @ Lines::Several(_) => {
                headers.remove(ACCESS_CONTROL_ALLOW_HEADERS);
                several.append_to(&mut headers, ACCESS_CONTROL_ALLOW_HEADERS);
            }
        }
        headers
    }

    /// The headers of the answer to a preflight that asks for nothing.
    fn prepare(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        self.grant_origin(EVERY_ORIGIN, &mut headers);
        self.grant_request(Asked::NOTHING, &mut headers);
        Vary::AllThree.add_to(&mut headers);
        // axum would add it, and a copy of a map has no room for one more. No status 204 is sent
        // with it: the HTTP implementations take it off.
        headers.insert(CONTENT_LENGTH, const { HeaderValue::from_static("0") });
        headers
    }

    /// Puts the access headers of any other response on `response`, where there are none.
    ///
    /// The open policy's are the five of the article (rules 3 to 7), on every response. Any other
    /// policy keeps to itself what browsers read on preflights only.
    pub(crate) fn grant_response(
        &self,
        allow_origin: HeaderValue,
        reflection: Reflection,
        response: &mut HeaderMap,
    ) {
        self.grant_origin(allow_origin, response);
        if self.is_open() {
            let mut asked = reflection.asked.map_or(Asked::NOTHING, |asked| *asked);
            if asked.method.is_none() {
                asked.method = reflection.own_method.as_ref().and_then(method_value);
            }
            self.grant_request(asked, response);
        }
        if let Some(names) = &self.expose_headers {
            response.insert(ACCESS_CONTROL_EXPOSE_HEADERS, names.clone());
        }
    }

    /// Who may read the response.
    fn grant_origin(&self, allow_origin: HeaderValue, response: &mut HeaderMap) {
        response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allow_origin);
        if self.policy.allows_credentials() {
            let allowed = const { HeaderValue::from_static("true") };
            response.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, allowed);
        }
    }

    /// What a request may be like, and how long that holds.
    fn grant_request(&self, asked: Asked, response: &mut HeaderMap) {
        if let Some(methods) = asked.method.or_else(|| self.allow_methods.clone()) {
            response.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
        }
        match (&self.allow_headers, asked.headers) {
            (Some(names), _) => {
                response.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
            }
            (None, Lines::None) => {
                let authorization = const { HeaderValue::from_static("Authorization") };
                response.insert(ACCESS_CONTROL_ALLOW_HEADERS, authorization);
            }
            (None, asked) => asked.append_to(response, ACCESS_CONTROL_ALLOW_HEADERS),
        }
        if let Some(seconds) = &self.max_age {
            response.insert(ACCESS_CONTROL_MAX_AGE, seconds.clone());
        }
    }
}

/// Puts the access headers and the `Vary` of `answer` on `response`, in place of those there; and its
/// `Allow`, where a method was refused and the response does not say which are not.
pub(crate) fn transfer(mut answer: HeaderMap, status: StatusCode, response: &mut HeaderMap) {
    if let (StatusCode::METHOD_NOT_ALLOWED, Some(allow)) = (status, answer.remove(ALLOW)) {
        response.entry(ALLOW).or_insert(allow);
    }
    remove_access_headers(response);
    let mut current = None;
    for (name, value) in answer {
        // A further line of a header comes without its name.
        current = name.or(current);
        match &current {
            Some(name) if *name == VARY || is_access_header(name) => {
                response.append(name, value);
            }
            _ => {}
        }
    }
    vary::tidy(response);
}

pub(crate) fn remove_access_headers(response: &mut HeaderMap) {
    // Most responses have none, and few headers at all: to look at those is cheaper than to search
    // for six.
    if response.keys().any(is_access_header) {
        for name in ACCESS_HEADERS {
            response.remove(name);
        }
    }
}

fn is_access_header(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-")
}

const fn value(text: Option<&'static str>) -> Option<HeaderValue> {
    match text {
        Some(text) => Some(HeaderValue::from_static(text)),
        None => None,
    }
}

/// The request's own method, as a header value.
fn method_value(method: &Method) -> Option<HeaderValue> {
    match METHODS.iter().find(|known| **known == method.as_str()) {
        Some(known) => Some(HeaderValue::from_static(known)),
        None => HeaderValue::from_str(method.as_str()).ok(),
    }
}
