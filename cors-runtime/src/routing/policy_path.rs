//! A path that has a policy, until its router is finished.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Router,
    extract::Request,
    handler::Handler,
    response::IntoResponse,
    routing::{MethodRouter, Route},
};
use http::{StatusCode, header::ALLOW};
use tower::{Layer, Service};

use super::{
    handler::{ErasedHandler, WithPolicy},
    routes::{NotAllowed, PolicyPlace, Routes},
    shared::{OutermostLayer, SharedLayer},
};
use crate::{origins::OriginSet, protocol::EndpointPolicies};

/// The handlers of one path, or of a fallback, and the calls on the router since they were added.
///
/// The steps are taken when the router is finished: only then is it known which layer is the
/// outermost, and the policies go around that one.
#[derive(Clone)]
pub(crate) struct PolicyPath<S> {
    /// As it was given; `None` for a fallback.
    path: Option<Arc<str>>,
    /// With the prefixes under which it is nested.
    whole: Option<Arc<str>>,
    routes: Routes<S>,
    steps: Vec<Step<S>>,
    /// Where the service's own pages are, as the router says that it was nested or merged with.
    own_origins: Option<OriginSet>,
}

/// A call on a router that concerns all of its paths.
#[derive(Clone)]
enum Step<S> {
    Layer(Arc<dyn ErasedLayer>),
    Nest(Arc<str>),
    /// The first [`Router::method_not_allowed_fallback`]: axum ignores the others.
    NotAllowed(ErasedHandler<S>),
}

impl<S> PolicyPath<S> {
    pub(crate) fn new(path: Option<&str>, routes: Routes<S>) -> Self {
        let path: Option<Arc<str>> = path.map(Arc::from);
        Self {
            whole: path.clone(),
            path,
            routes,
            steps: Vec::new(),
            own_origins: None,
        }
    }

    /// The path with the prefixes under which it is nested; `None` for a fallback.
    pub(crate) fn path(&self) -> Option<&Arc<str>> {
        self.whole.as_ref()
    }

    /// Whether it is the fallback of a router that is nested.
    pub(crate) fn is_nested_fallback(&self) -> bool {
        let is_nested = |step: &Step<S>| matches!(step, Step::Nest(_));
        self.path.is_none() && self.steps.iter().any(is_nested)
    }

    /// Says where the service's own pages are, where that has not been said.
    pub(crate) fn own_origins(&mut self, own_origins: Option<&OriginSet>) {
        self.own_origins = self.own_origins.take().or_else(|| own_origins.cloned());
    }
}

impl<S> PolicyPath<S>
where
    S: Clone + Send + Sync + 'static,
{
    pub(crate) fn layer(&mut self, layer: Arc<dyn ErasedLayer>) {
        self.steps.push(Step::Layer(layer));
    }

    pub(crate) fn nest(&mut self, prefix: Arc<str>) {
        self.whole = self.whole.take().map(|path| join(&prefix, &path).into());
        self.steps.push(Step::Nest(prefix));
    }

    /// Takes what answers in place of the path's 405, unless it has one of its own already.
    pub(crate) fn method_not_allowed_fallback(&mut self, handler: ErasedHandler<S>) {
        let is_free = !self.has_not_allowed() && !self.routes.serve_every_method();
        if self.path.is_some() && is_free {
            self.steps.push(Step::NotAllowed(handler));
        }
    }

    fn has_not_allowed(&self) -> bool {
        let mut steps = self.steps.iter();
        steps.any(|step| matches!(step, Step::NotAllowed(_)))
    }

    pub(crate) fn with_state<S2>(self, state: &S) -> PolicyPath<S2> {
        let steps = self.steps.into_iter().map(|step| match step {
            Step::Layer(layer) => Step::Layer(layer),
            Step::Nest(prefix) => Step::Nest(prefix),
            Step::NotAllowed(handler) => Step::NotAllowed(handler.with_state(state.clone())),
        });
        PolicyPath {
            path: self.path,
            whole: self.whole,
            own_origins: self.own_origins,
            steps: steps.collect(),
            routes: self.routes.with_state(state),
        }
    }
}

impl PolicyPath<()> {
    /// The handlers with their layers and, outside of all, their policies.
    pub(crate) fn build(self) -> BuiltPath {
        let is_layer = |step: &Step<()>| matches!(step, Step::Layer(_));
        let outermost = self.steps.iter().rposition(is_layer);
        let place = match outermost {
            None => PolicyPlace::AroundHandlers,
            Some(_) => PolicyPlace::AroundLayers,
        };
        let not_allowed = if self.has_not_allowed() {
            NotAllowed::Default
        } else {
            NotAllowed::Own
        };
        let routes = self.routes.or_own_origins(self.own_origins.as_ref());
        let policies = routes.policies();
        let handlers = routes.method_router(&policies, place, not_allowed);
        // With their state axum puts layers around them at once, and not by closures kept for later.
        let handlers = handlers.with_state(());
        let path = self.path;
        let mut built = BuiltPath::Handlers { path, handlers };
        for (position, step) in self.steps.into_iter().enumerate() {
            built = match step {
                Step::Nest(prefix) => built.nest(&prefix),
                Step::Layer(layer) if outermost == Some(position) => {
                    built.layer(layer.as_ref(), Some(&policies))
                }
                Step::Layer(layer) => built.layer(layer.as_ref(), None),
                Step::NotAllowed(handler) if outermost > Some(position) => {
                    built.not_allowed(handler, None, &policies)
                }
                Step::NotAllowed(handler) => built.not_allowed(handler, Some(&policies), &policies),
            };
        }
        built
    }
}

type Policies = Arc<EndpointPolicies<()>>;

/// The endpoint of a path, on its way to be finished.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and most are never nested"
)]
pub(crate) enum BuiltPath {
    Handlers {
        /// `None` for a fallback.
        path: Option<Arc<str>>,
        handlers: MethodRouter,
    },
    /// A router with that one path, or nothing but a fallback.
    Nested(Router),
}

impl BuiltPath {
    /// The router with this path, or fallback, added.
    pub(crate) fn add_to(self, router: Router) -> Router {
        match self {
            Self::Handlers { path, handlers } => match path {
                Some(path) => router.route(&path, handlers),
                None => router.fallback(handlers),
            },
            Self::Nested(nested) => router.merge(nested),
        }
    }

    fn nest(self, prefix: &str) -> Self {
        // A path is judged when it is added. To judge it here again would switch the checks on
        // for the whole router.
        let empty = || Router::new().without_v07_checks();
        Self::Nested(empty().nest(prefix, self.add_to(empty())))
    }

    fn layer(self, layer: &dyn ErasedLayer, policies: Option<&Policies>) -> Self {
        match self {
            Self::Handlers { path, handlers } => Self::Handlers {
                path,
                handlers: layer.around_handlers(handlers, policies),
            },
            Self::Nested(router) => Self::Nested(layer.around_router(router, policies)),
        }
    }

    /// Has a handler answer in place of the 405; inside `around`, if it is there.
    fn not_allowed(
        self,
        handler: ErasedHandler<()>,
        around: Option<&Policies>,
        policies: &Policies,
    ) -> Self {
        let handler = with_allow(handler, policies);
        match around {
            None => self.replace_not_allowed(handler),
            Some(policies) => self.replace_not_allowed(WithPolicy {
                policies: Arc::clone(policies),
                handler,
            }),
        }
    }

    fn replace_not_allowed(self, handler: impl Handler<(), ()>) -> Self {
        match self {
            Self::Handlers { path, handlers } => Self::Handlers {
                path,
                handlers: handlers.fallback(handler),
            },
            Self::Nested(router) => Self::Nested(router.method_not_allowed_fallback(handler)),
        }
    }
}

/// Adds an `Allow` to a 405 that has none.
fn with_allow(handler: ErasedHandler<()>, policies: &Policies) -> ErasedHandler<()> {
    let allow = policies.allow();
    handler.map_response(move |response| {
        if response.status() == StatusCode::METHOD_NOT_ALLOWED {
            let headers = response.headers_mut();
            headers.entry(ALLOW).or_insert_with(|| allow.clone());
        }
    })
}

/// A layer, whatever its own type is. Inside `policies`, if they are there.
pub(crate) trait ErasedLayer: Send + Sync {
    fn around_handlers(&self, handlers: MethodRouter, policies: Option<&Policies>) -> MethodRouter;

    fn around_router(&self, router: Router, policies: Option<&Policies>) -> Router;
}

impl<L> ErasedLayer for L
where
    L: Layer<Route> + Clone + Send + Sync + 'static,
    L::Service: Service<Request> + Clone + Send + Sync + 'static,
    <L::Service as Service<Request>>::Response: IntoResponse + 'static,
    <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
    <L::Service as Service<Request>>::Future: Send + 'static,
{
    fn around_handlers(&self, handlers: MethodRouter, policies: Option<&Policies>) -> MethodRouter {
        match policies.map(Arc::clone).map(OutermostLayer) {
            Some(policies) => handlers.layer((policies, SharedLayer, self.clone())),
            None => handlers.layer((SharedLayer, self.clone())),
        }
    }

    fn around_router(&self, router: Router, policies: Option<&Policies>) -> Router {
        match policies.map(Arc::clone).map(OutermostLayer) {
            Some(policies) => router.layer((policies, SharedLayer, self.clone())),
            None => router.layer((SharedLayer, self.clone())),
        }
    }
}

/// Joins a prefix and a path as axum does where it nests.
fn join(prefix: &str, path: &str) -> String {
    match path {
        _ if prefix.ends_with('/') => format!("{prefix}{}", path.trim_start_matches('/')),
        "/" => prefix.to_owned(),
        _ => format!("{prefix}{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_as_axum_joins_them() {
        for (prefix, path, whole) in [
            ("/api", "/", "/api"),
            ("/api", "/items", "/api/items"),
            ("/api/", "/", "/api/"),
            ("/api/", "/items", "/api/items"),
        ] {
            assert_eq!(join(prefix, path), whole, "{prefix:?} {path:?}");
        }
    }
}
