//! What has no policy of its own on a part of an application, and the default that it has.

use axum::Router;

use super::cors_layer::CorsLayer;

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
