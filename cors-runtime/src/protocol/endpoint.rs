//! The policies of one endpoint, and which of them a request is for.

use std::slice;

use cors_grammar::method::METHODS;
use http::{HeaderMap, HeaderValue, Method};

use super::{
    handler_policy::HandlerPolicy,
    preflight::{is_preflight, requested_method},
};

/// What a request is for an endpoint, and the policies that may apply to it: the first that allows
/// its origin does.
pub(crate) enum Candidates<'a, S> {
    /// A preflight.
    Preflight(&'a [HandlerPolicy<S>]),
    /// A request whose method a handler owns.
    Handled(&'a HandlerPolicy<S>),
    /// Any other: an `OPTIONS` that is not a preflight, or what is answered by 405.
    Unhandled(&'a [HandlerPolicy<S>]),
}

impl<'a, S> Candidates<'a, S> {
    pub(crate) fn policies(&self) -> &'a [HandlerPolicy<S>] {
        match self {
            Self::Preflight(policies) | Self::Unhandled(policies) => policies,
            Self::Handled(policy) => slice::from_ref(policy),
        }
    }
}

/// The policies of an endpoint's handlers, in the order in which `routes!` lists them.
#[derive(Debug)]
pub(crate) struct EndpointPolicies<S> {
    policies: Vec<HandlerPolicy<S>>,
    /// The position of the handler that owns each of [`METHODS`].
    owners: [Option<usize>; METHODS.len()],
    /// The position of the handler that owns every other method.
    others: Option<usize>,
}

impl<S> EndpointPolicies<S> {
    /// A method belongs to the handler that lists it; `HEAD` else to the one that lists `GET`; any else
    /// to the one that serves every method.
    pub(crate) fn new(policies: Vec<HandlerPolicy<S>>) -> Self {
        let sets: Vec<_> = policies
            .iter()
            .map(|policy| policy.headers.methods())
            .collect();
        let lists = |method| sets.iter().position(|set| set.names(method));
        let others = sets.iter().position(|set| set.is_every());
        let owners = METHODS.map(|method| {
            let lists_get = || lists("GET").filter(|_| method == "HEAD");
            lists(method).or_else(lists_get).or(others)
        });
        Self {
            policies,
            owners,
            others,
        }
    }

    /// Who may answer a request: the policy of the handler that owns the method that it is about, else
    /// any of the endpoint's.
    pub(crate) fn candidates(&self, method: &Method, headers: &HeaderMap) -> Candidates<'_, S> {
        if is_preflight(method, headers) {
            return Candidates::Preflight(match self.policies.as_slice() {
                only @ [_] => only,
                policies => match self.owned(requested_method(headers)) {
                    Some(owner) => slice::from_ref(owner),
                    None => policies,
                },
            });
        }
        match self.owned(method.as_str()) {
            Some(owner) => Candidates::Handled(owner),
            None => Candidates::Unhandled(&self.policies),
        }
    }

    fn owned(&self, method: &str) -> Option<&HandlerPolicy<S>> {
        self.policies.get(self.owner(method)?)
    }

    /// The position of the handler that owns a method.
    pub(crate) fn owner(&self, method: &str) -> Option<usize> {
        let mut owners = METHODS.iter().zip(self.owners);
        match owners.find(|(known, _)| **known == method) {
            Some((_, owner)) => owner,
            None => self.others,
        }
    }

    /// The value of `Allow`: what the handlers list, `HEAD` where `GET` is served, and `OPTIONS`,
    /// which every endpoint answers (RFC 9110, section 10.2.1).
    pub(crate) fn allow(&self) -> HeaderValue {
        let sets = || self.policies.iter().map(|policy| policy.headers.methods());
        let served = |method| sets().any(|set| set.names(method));
        let methods: Vec<_> = METHODS
            .into_iter()
            .filter(|method| match *method {
                "HEAD" => served("HEAD") || served("GET"),
                "OPTIONS" => true,
                other => served(other),
            })
            .collect();
        // Method names and `, ` are visible ASCII, all that a header value needs.
        HeaderValue::from_str(&methods.join(", ")).unwrap_or(HeaderValue::from_static("OPTIONS"))
    }
}
