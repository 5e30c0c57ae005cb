//! [`Routes`]: the annotated handlers of one path.

use std::{convert::Infallible, fmt, sync::Arc};

use axum::{
    extract::Request,
    handler::Handler,
    response::IntoResponse,
    routing::{MethodFilter, MethodRouter, Route, any, on},
};
use cors_grammar::method::MethodSet;
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    decision::{HandlerPolicy, PolicyOf},
    endpoints::{NotAllowed, Options, PolicyEndpoint},
    handler::{Layered, WithPolicy},
    head::Reads,
    path::PathPolicies,
};

/// The annotated handlers of one path, made by [`routes!`](crate::routes).
///
/// Each handler serves the methods that its own [`#[cors]`](macro@crate::cors) names. The path
/// answers `OPTIONS` itself, and every other method with 405 and an `Allow`; all of these carry
/// access headers.
///
/// [`CorsRouter::route`](crate::CorsRouter::route) takes it as it is. For a plain
/// [`axum::Router`], `.into()` makes an ordinary [`MethodRouter`] of it:
///
/// ```
/// use cors_runtime::{cors, routes};
///
/// #[cors(methods = "GET")]
/// async fn hello() -> &'static str {
///     "hello"
/// }
///
/// let app: axum::Router = axum::Router::new().route("/hello", routes!(hello).into());
/// ```
///
/// There the path's answer to `OPTIONS` sits inside every layer of the router: a layer that
/// demands credentials refuses preflights, which never carry any. On a
/// [`CorsRouter`](crate::CorsRouter) no layer meets them.
#[must_use = "routes do nothing until a router takes them"]
pub struct Routes<S = ()> {
    handlers: Vec<RoutedHandler<S>>,
}

struct RoutedHandler<S> {
    policy: HandlerPolicy<S>,
    /// The user's handler and its layers inside the policy, for any method.
    every: MethodRouter<S>,
    /// The same for the methods that the policy names.
    routed: MethodRouter<S>,
}

impl<S> Routes<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Routes without a handler; for the expansion of `routes!`.
    #[doc(hidden)]
    pub fn new() -> Self {
        let handlers = Vec::new();
        Self { handlers }
    }

    /// Adds a handler with the policy of its companion; for the expansion of `routes!`.
    #[doc(hidden)]
    pub fn handler<P, H, T>(mut self, companion: P, handler: H) -> Self
    where
        P: PolicyOf<S>,
        H: Handler<T, S>,
        T: 'static,
    {
        let policy = companion.tell();
        let inside = WithPolicy::new(handler, companion);
        self.handlers.push(RoutedHandler {
            policy,
            every: any(inside.clone()),
            routed: routed(inside, policy.headers.methods()),
        });
        self
    }

    /// Puts a [`tower::Layer`](Layer) around the handlers, inside their policies.
    ///
    /// What the layer answers by itself (a 401, a 408, …) gets the access headers too. It meets no
    /// preflight, and none of the answers that the path gives without a handler.
    ///
    /// As with [`MethodRouter::layer`], the layer of the last call is the outermost.
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        for handler in &mut self.handlers {
            let policy = handler.policy;
            let layered = std::mem::take(&mut handler.every).layer(layer.clone());
            let inside = WithPolicy::new(Layered::new(layered, policy.headers), policy);
            handler.every = any(inside.clone());
            handler.routed = routed(inside, policy.headers.methods());
        }
        self
    }

    /// The endpoint that answers for this path from its policies alone; for `CorsRouter`.
    pub(crate) fn policy_endpoint(&self) -> MethodRouter<S> {
        any(PolicyEndpoint(self.policies()))
    }

    /// What the policies of the handlers read of a request.
    pub(crate) fn reads(&self) -> Reads {
        let handlers = self.handlers.iter();
        let each = handlers.map(|handler| Reads::of(handler.policy.headers));
        each.fold(Reads::default(), Reads::or)
    }

    fn policies(&self) -> Arc<PathPolicies<S>> {
        let policies = self.handlers.iter().map(|handler| handler.policy);
        Arc::new(PathPolicies::new(policies.collect()))
    }

    /// The handlers and the path's `OPTIONS`; the 405 is left to whoever takes them.
    pub(crate) fn without_not_allowed(self) -> MethodRouter<S> {
        let path = self.policies();
        let owner = path.owner("OPTIONS").and_then(|owner| {
            let handler = self.handlers.get(owner)?;
            Some(handler.every.clone())
        });
        let options = on(MethodFilter::OPTIONS, Options::new(path, owner));
        let handlers = self.handlers.into_iter();
        handlers.fold(options, |path, handler| path.merge(handler.routed))
    }
}

impl<S> From<Routes<S>> for MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn from(routes: Routes<S>) -> Self {
        let path = routes.policies();
        let handlers = routes.without_not_allowed();
        match path.serves_every_method() {
            true => handlers,
            false => handlers.fallback(NotAllowed(path)),
        }
    }
}

impl<S> Clone for Routes<S> {
    fn clone(&self) -> Self {
        let handlers = self.handlers.iter().map(|handler| RoutedHandler {
            policy: handler.policy,
            every: handler.every.clone(),
            routed: handler.routed.clone(),
        });
        Self {
            handlers: handlers.collect(),
        }
    }
}

impl<S> fmt::Debug for Routes<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let policies = self.handlers.iter().map(|handler| handler.policy.headers);
        f.debug_list().entries(policies).finish()
    }
}

/// Routes a handler on the methods of a set; `OPTIONS` aside, which `Options` answers.
fn routed<H, T, S>(handler: H, methods: MethodSet) -> MethodRouter<S>
where
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    match filter(methods) {
        _ if methods.is_every() => any(handler),
        Some(filter) => on(filter, handler),
        None => MethodRouter::new(),
    }
}

/// Apart from the handler, so that it is compiled once and not for each.
fn filter(methods: MethodSet) -> Option<MethodFilter> {
    let filters = methods.iter().filter_map(|method| match method {
        "GET" => Some(MethodFilter::GET),
        "HEAD" => Some(MethodFilter::HEAD),
        "POST" => Some(MethodFilter::POST),
        "PUT" => Some(MethodFilter::PUT),
        "PATCH" => Some(MethodFilter::PATCH),
        "DELETE" => Some(MethodFilter::DELETE),
        _ => None,
    });
    filters.reduce(MethodFilter::or)
}
