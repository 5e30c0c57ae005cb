//! The policies of one path, and the answers that no handler gives.

use cors_grammar::method::{METHODS, MethodSet};
use http::{
    Method, Response, StatusCode,
    header::{ACCESS_CONTROL_REQUEST_METHOD, ALLOW, HeaderMap, HeaderValue, ORIGIN},
};

use crate::{headers::PolicyHeaders, vary::Vary};

/// The policies of a path's handlers, in the order in which `routes!` lists them.
#[derive(Debug)]
pub(crate) struct PathPolicies {
    policies: Vec<&'static PolicyHeaders>,
    allow: HeaderValue,
}

impl PathPolicies {
    pub(crate) fn new(policies: Vec<&'static PolicyHeaders>) -> Self {
        let allow = allow(policies.iter().map(|policy| policy.methods()));
        Self { policies, allow }
    }

    /// Whether a handler serves every method that no other handler lists.
    pub(crate) fn serves_every_method(&self) -> bool {
        self.policies
            .iter()
            .any(|policy| policy.methods().is_every())
    }

    /// Answers a preflight: 204 under the policy of the handler that owns the method asked for, or
    /// 403 if that does not let the origin in.
    ///
    /// Where none owns it, the first handler whose policy lets the origin in answers for the path.
    /// Its list lacks the method, which the browser then names in its console.
    pub(crate) fn answer_preflight(&self, request: &HeaderMap) -> Response<()> {
        let asked = request.get(ACCESS_CONTROL_REQUEST_METHOD);
        let asked = asked.and_then(|method| method.to_str().ok());
        let mut response = Response::new(());
        *response.status_mut() = match self.admitting(asked.unwrap_or_default(), request) {
            Some(policy) => {
                let reflection = policy.reflect(&Method::OPTIONS, request);
                policy.grant_preflight(reflection, response.headers_mut());
                StatusCode::NO_CONTENT
            }
            None => StatusCode::FORBIDDEN,
        };
        Vary::AllThree.add_to(response.headers_mut());
        response
    }

    /// Answers an `OPTIONS` that is no preflight, on a path where no handler owns that method.
    pub(crate) fn answer_options(&self, request: &HeaderMap) -> Response<()> {
        self.answer_unowned(StatusCode::NO_CONTENT, &Method::OPTIONS, request)
    }

    /// Answers a method that no handler owns.
    pub(crate) fn answer_not_allowed(&self, method: &Method, request: &HeaderMap) -> Response<()> {
        self.answer_unowned(StatusCode::METHOD_NOT_ALLOWED, method, request)
    }

    fn answer_unowned(
        &self,
        status: StatusCode,
        method: &Method,
        request: &HeaderMap,
    ) -> Response<()> {
        let mut response = Response::new(());
        *response.status_mut() = status;
        response.headers_mut().insert(ALLOW, self.allow.clone());
        self.grant(method, request, response.headers_mut());
        response
    }

    /// Puts the access headers on a response that comes from no handler of this path.
    pub(crate) fn grant(&self, method: &Method, request: &HeaderMap, response: &mut HeaderMap) {
        let mut vary = match self.candidates(method.as_str()) {
            candidates
                if candidates
                    .iter()
                    .all(|policy| policy.lets_every_origin_in()) =>
            {
                Vary::Nothing
            }
            _ => Vary::Origin,
        };
        if let Some(policy) = self.admitting(method.as_str(), request) {
            let reflection = policy.reflect(method, request);
            vary = vary.max(policy.vary(&reflection));
            policy.grant_response(reflection, response);
        }
        if *method == Method::OPTIONS {
            vary = Vary::AllThree;
        }
        vary.add_to(response);
    }

    /// Who answers for a method: the first of the candidates that lets the request's origin in.
    fn admitting(&self, method: &str, request: &HeaderMap) -> Option<&'static PolicyHeaders> {
        let mut candidates = self.candidates(method).iter();
        candidates.find(|policy| policy.admits(request)).copied()
    }

    /// Who may answer for a method: the handler that owns it, else any of the path.
    fn candidates(&self, method: &str) -> &[&'static PolicyHeaders] {
        self.owner(method)
            .and_then(|owner| self.policies.get(owner..=owner))
            .unwrap_or(&self.policies)
    }

    /// The position of the handler that owns a method: the one that lists it; for `HEAD` else the
    /// one that lists `GET`; else the one that takes every method.
    pub(crate) fn owner(&self, method: &str) -> Option<usize> {
        let position = |owns: &dyn Fn(MethodSet) -> bool| {
            let mut methods = self.policies.iter().map(|policy| policy.methods());
            methods.position(owns)
        };
        position(&|set| set.names(method))
            .or_else(|| position(&|set| method == "HEAD" && set.names("GET")))
            .or_else(|| position(&MethodSet::is_every))
    }
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
