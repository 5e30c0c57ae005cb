//! The policies of one path, and the answers that no handler gives.

use cors_grammar::method::{METHODS, MethodSet};
use http::{
    Method, Response, StatusCode,
    header::{ACCESS_CONTROL_REQUEST_METHOD, ALLOW, HeaderMap, HeaderValue, ORIGIN},
    request::Parts,
};

use crate::{
    decision::HandlerPolicy,
    headers::{Admission, PolicyHeaders, echo_origin},
    vary::Vary,
};

/// The policies of a path's handlers, in the order in which `routes!` lists them.
pub(crate) struct PathPolicies<S> {
    policies: Vec<HandlerPolicy<S>>,
    allow: HeaderValue,
}

/// A policy that lets a request's origin in, and its `Access-Control-Allow-Origin`.
pub(crate) type Admitting = (&'static PolicyHeaders, HeaderValue);

/// What a path is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The answer to a preflight.
    Preflight,
    /// The answer to an `OPTIONS` that is no preflight, on a path where no handler owns that method.
    Options,
    /// The answer to any other method that no handler owns.
    NotAllowed,
    /// The access headers of a response that has not met its policy.
    AccessHeaders,
}

impl Answer {
    /// The method that a request is about: its own, or of a preflight the one that is asked for.
    fn method<'a>(self, method: &'a Method, request: &'a HeaderMap) -> &'a str {
        match self {
            Self::Preflight => asked_method(request),
            _ => method.as_str(),
        }
    }
}

impl<S> PathPolicies<S> {
    pub(crate) fn new(policies: Vec<HandlerPolicy<S>>) -> Self {
        let allow = allow(policies.iter().map(|policy| policy.headers.methods()));
        Self { policies, allow }
    }

    /// Whether a handler serves every method that no other handler lists.
    pub(crate) fn serves_every_method(&self) -> bool {
        let mut policies = self.policies.iter();
        policies.any(|policy| policy.headers.methods().is_every())
    }

    /// Whether the policy of any handler decides at run time.
    pub(crate) fn decides(&self) -> bool {
        self.policies.iter().any(|policy| policy.headers.decides())
    }

    /// Who answers a request, where no policy decides at run time: the first candidate that lets
    /// its origin in.
    pub(crate) fn admitting(
        &self,
        answer: Answer,
        method: &Method,
        request: &HeaderMap,
    ) -> Option<Admitting> {
        let mut candidates = self.candidates(answer, method, request).iter();
        candidates.find_map(|policy| match policy.headers.admission(request) {
            Admission::Yes(allow_origin) => Some((policy.headers, allow_origin)),
            Admission::No | Admission::Ask(_) => None,
        })
    }

    /// Who answers a request: the first candidate that lets its origin in.
    pub(crate) async fn decide(
        &self,
        answer: Answer,
        mut request: Parts,
        mut state: S,
    ) -> (Option<Admitting>, Parts) {
        for policy in self.candidates(answer, &request.method, &request.headers) {
            let allow_origin = match policy.admission(&request.headers, &request.extensions) {
                Admission::No => None,
                Admission::Yes(allow_origin) => Some(allow_origin),
                Admission::Ask(whom) => {
                    let (admitted, question) = policy.decide(whom, request, state).await;
                    (request, state) = (question.parts, question.state);
                    admitted.then(|| echo_origin(&request.headers))
                }
            };
            if let Some(allow_origin) = allow_origin {
                return (Some((policy.headers, allow_origin)), request);
            }
        }
        (None, request)
    }

    /// Answers a request under the policy that lets its origin in, if any does.
    pub(crate) fn answer(
        &self,
        answer: Answer,
        admitting: Option<Admitting>,
        method: &Method,
        request: &HeaderMap,
    ) -> Response<String> {
        let mut response = Response::new(String::new());
        *response.status_mut() = match (answer, &admitting) {
            (Answer::Preflight, None) => StatusCode::FORBIDDEN,
            (Answer::Preflight | Answer::Options, _) => StatusCode::NO_CONTENT,
            (Answer::NotAllowed, _) => StatusCode::METHOD_NOT_ALLOWED,
            (Answer::AccessHeaders, _) => StatusCode::OK,
        };
        if answer == Answer::Preflight {
            match admitting {
                Some((policy, allow_origin)) => {
                    *response.headers_mut() = policy.answer_preflight(allow_origin, request);
                }
                None => {
                    *response.body_mut() = self.refuse(method, request);
                    Vary::AllThree.add_to(response.headers_mut());
                }
            }
            return response;
        }
        if self.owner(method.as_str()).is_none() {
            response.headers_mut().insert(ALLOW, self.allow.clone());
        }
        self.grant(answer, admitting, (method, request), response.headers_mut());
        response
    }

    fn grant(
        &self,
        answer: Answer,
        admitting: Option<Admitting>,
        (method, request): (&Method, &HeaderMap),
        response: &mut HeaderMap,
    ) {
        let mut candidates = self.candidates(answer, method, request).iter();
        let mut vary = match candidates.all(|policy| policy.headers.lets_every_origin_in()) {
            true => Vary::Nothing,
            false => Vary::Origin,
        };
        if let Some((policy, allow_origin)) = admitting {
            let reflection = policy.reflect(method, request);
            vary = vary.max(policy.vary(&reflection));
            policy.grant_response(allow_origin, reflection, response);
        }
        if *method == Method::OPTIONS {
            vary = Vary::AllThree;
        }
        vary.add_to(response);
    }

    /// Reports the refusal of a preflight by each policy that could have let it in. Returns what to
    /// tell the developer: nothing in a release build.
    fn refuse(&self, method: &Method, request: &HeaderMap) -> String {
        let asked = asked_method(request);
        let candidates = self.candidates(Answer::Preflight, method, request).iter();
        let refusals = candidates.map(|policy| {
            let refusal = policy.headers.refuse(request);
            refusal.report(asked);
            refusal.told()
        });
        refusals.collect()
    }

    /// Who may answer a request: the handler that owns the method that it is about, else any of the
    /// path. Most paths have one.
    fn candidates(
        &self,
        answer: Answer,
        method: &Method,
        request: &HeaderMap,
    ) -> &[HandlerPolicy<S>] {
        if self.policies.len() == 1 {
            return &self.policies;
        }
        self.owner(answer.method(method, request))
            .and_then(|owner| self.policies.get(owner..=owner))
            .unwrap_or(&self.policies)
    }

    /// The position of the handler that owns a method: the one that lists it; for `HEAD` else the
    /// one that lists `GET`; else the one that takes every method.
    pub(crate) fn owner(&self, method: &str) -> Option<usize> {
        let position = |owns: &dyn Fn(MethodSet) -> bool| {
            let mut methods = self.policies.iter().map(|policy| policy.headers.methods());
            methods.position(owns)
        };
        position(&|set| set.names(method))
            .or_else(|| position(&|set| method == "HEAD" && set.names("GET")))
            .or_else(|| position(&MethodSet::is_every))
    }
}

/// The method that a preflight asks for; the empty text where it is none.
pub(crate) fn asked_method(request: &HeaderMap) -> &str {
    let asked = request.get(ACCESS_CONTROL_REQUEST_METHOD);
    asked
        .and_then(|method| method.to_str().ok())
        .unwrap_or_default()
}

/// Whether a request is a preflight: an `OPTIONS` that says for which origin and method it asks
/// (the Fetch standard's *CORS-preflight request*).
pub(crate) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::OPTIONS
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        && headers.contains_key(ORIGIN)
}

/// The value of `Allow`: what the handlers list, `HEAD` where `GET` is served, and `OPTIONS`, which
/// every path answers (RFC 9110, section 10.2.1).
fn allow(sets: impl Iterator<Item = MethodSet>) -> HeaderValue {
    let sets: Vec<_> = sets.collect();
    let served = |method| sets.iter().any(|set| set.names(method));
    let methods: Vec<_> = METHODS
        .into_iter()
        .filter(|method| match *method {
            "HEAD" => served("HEAD") || served("GET"),
            "OPTIONS" => true,
            other => served(other),
        })
        .collect();
    // Method names and `, ` are visible ASCII, all that a header value asks for.
    HeaderValue::from_str(&methods.join(", ")).unwrap_or(HeaderValue::from_static("OPTIONS"))
}
