//! A policy, and who decides on origins for it.

use std::{fmt, sync::Arc};

use http::{HeaderMap, HeaderValue};

use super::policy_headers::{Admission, PolicyHeaders, echo_origin};
use crate::origins::{Decider, Origin, OriginSet, Verdict};

/// The policy of a handler or a service, and the type that decides for it with the state `S`, if
/// it has one.
pub struct HandlerPolicy<S> {
    /// Shared, as is the rest: axum clones a handler's policy for each request.
    pub(crate) headers: Arc<PolicyHeaders>,
    /// `None`: nothing.
    rest: Option<Arc<Rest<S>>>,
}

/// What few policies have.
struct Rest<S> {
    decider: Option<Decider<S>>,
    /// Where the service's own pages are, for `enforce`.
    own_origins: Option<OriginSet>,
}

impl<S> Rest<S> {
    fn new(decider: Option<Decider<S>>, own_origins: Option<OriginSet>) -> Option<Arc<Self>> {
        let rest = Self {
            decider,
            own_origins,
        };
        (rest.decider.is_some() || rest.own_origins.is_some()).then(|| Arc::new(rest))
    }
}

/// Whether a policy allows the origin of a request.
pub(crate) enum OriginDecision {
    /// Yes, and this is the `Access-Control-Allow-Origin` that says so.
    Allowed(HeaderValue),
    NotAllowed,
    /// The type that decides has panicked.
    Panicked,
    /// The type that decides has to be awaited.
    Later(Origin),
}

impl<S> HandlerPolicy<S> {
    /// A policy with who decides for it, and with where the service's own pages are.
    pub fn new(
        headers: PolicyHeaders,
        decider: Option<Decider<S>>,
        own_origins: Option<OriginSet>,
    ) -> Self {
        Self {
            headers: Arc::new(headers),
            rest: Rest::new(decider, own_origins),
        }
    }

    /// Says where the service's own pages are, where that has not been said.
    pub(crate) fn or_own_origins(self, own_origins: Option<&OriginSet>) -> Self {
        let decider = self.decider().cloned();
        let own_origins = self.own_origins().or(own_origins).cloned();
        Self {
            headers: self.headers,
            rest: Rest::new(decider, own_origins),
        }
    }

    pub(super) fn own_origins(&self) -> Option<&OriginSet> {
        self.rest.as_ref()?.own_origins.as_ref()
    }

    /// The type that decides, where there is one.
    pub(crate) fn decider(&self) -> Option<&Decider<S>> {
        self.rest.as_ref()?.decider.as_ref()
    }

    /// Whether the policy allows the origin of a request.
    pub(crate) fn decide(&self, request: &HeaderMap, state: &S) -> OriginDecision {
        let origin = match self.headers.admission(request) {
            Admission::Allowed(allow_origin) => return OriginDecision::Allowed(allow_origin),
            Admission::NotAllowed => return OriginDecision::NotAllowed,
            Admission::Ask(origin) => origin,
        };
        let Some(decider) = self.decider() else {
            return OriginDecision::NotAllowed;
        };
        match decider.decide_now(self.headers.policy(), &origin, state) {
            Some(Verdict::Allowed) => OriginDecision::Allowed(echo_origin(request)),
            Some(Verdict::NotAllowed) => OriginDecision::NotAllowed,
            Some(Verdict::Panicked) => OriginDecision::Panicked,
            None => OriginDecision::Later(origin),
        }
    }

    /// Closes over the state, so that none is needed any more.
    pub(crate) fn with_state<S2>(self, state: &S) -> HandlerPolicy<S2>
    where
        S: Clone + Send + Sync + 'static,
    {
        let decider = self.decider().cloned();
        let decider = decider.map(|decider| decider.with_state(state.clone()));
        let own_origins = self.own_origins().cloned();
        HandlerPolicy {
            headers: self.headers,
            rest: Rest::new(decider, own_origins),
        }
    }
}

impl<S> Clone for HandlerPolicy<S> {
    fn clone(&self) -> Self {
        Self {
            headers: Arc::clone(&self.headers),
            rest: self.rest.clone(),
        }
    }
}

impl<S> fmt::Debug for HandlerPolicy<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.headers.policy().fmt(f)
    }
}
