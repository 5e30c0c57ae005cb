//! What has no policy of its own on a part of an application, and the default that it has.

use axum::Router;

use super::cors_layer::CorsLayer;
use crate::origins::OriginSet;

/// The policy of all that has none of its own.
#[derive(Clone)]
pub(crate) enum DefaultPolicy {
    /// That of the router that takes this one; none, where this is the outermost.
    Outer,
    None,
    Policy(Box<CorsLayer>),
}

/// All that has no policy of its own on a part of the application.
#[derive(Clone)]
pub(crate) struct PlainPart<S> {
    pub(crate) router: Router<S>,
    pub(crate) default: DefaultPolicy,
}

impl DefaultPolicy {
    /// Says where the service's own pages are, where that has not been said.
    pub(crate) fn or_own_origins(self, own_origins: Option<&OriginSet>) -> Self {
        match self {
            Self::Policy(policy) => Self::Policy(Box::new(policy.or_own_origins(own_origins))),
            other => other,
        }
    }

    /// Puts the policy around a router, outside of its layers.
    pub(crate) fn around(self, router: Router) -> Router {
        match self {
            Self::Outer | Self::None => router,
            Self::Policy(policy) => router.layer(*policy),
        }
    }
}

impl<S> PlainPart<S> {
    pub(crate) fn map<S2>(self, map: impl FnOnce(Router<S>) -> Router<S2>) -> PlainPart<S2> {
        PlainPart {
            router: map(self.router),
            default: self.default,
        }
    }
}
