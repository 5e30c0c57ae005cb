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
    annotated::{Annotated, Decides},
    decision::HandlerPolicy,
    endpoints::{NotAllowed, Options, PolicyEndpoint},
    handler::{Function, FunctionFuture, WithPolicy},
    head::Reads,
    mark::Watcher,
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
/// All handlers of a path stand in one `routes!`: a plain router panics over the path's second
/// `OPTIONS` where the path is given twice.
///
/// On a plain router the path's answer to `OPTIONS` sits inside every layer: one that demands
/// credentials refuses preflights, which never carry any. On a [`CorsRouter`](crate::CorsRouter) no
/// layer meets them.
#[must_use = "routes do nothing until a router takes them"]
pub struct Routes<S = ()> {
    handlers: Vec<RoutedHandler<S>>,
}

/// A handler, its policy, and the layers between the two.
struct RoutedHandler<S> {
    policy: HandlerPolicy<S>,
    handler: Inside<S>,
}

/// What stands inside a policy.
enum Inside<S> {
    Function(Function<S>),
    /// The function for every method, with layers around it.
    Layered(Box<MethodRouter<S>>),
}

impl<S> RoutedHandler<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// On every method.
    fn on_every_method(&self, watcher: Watcher) -> MethodRouter<S> {
        match self.handler.clone() {
            Inside::Function(function) => any(self.around(function, watcher)),
            Inside::Layered(layered) => any(self.around(*layered, watcher)),
        }
    }

    /// On the methods that the policy names; `OPTIONS` aside, which `Options` answers.
    fn on_its_methods(&self, watcher: Watcher) -> MethodRouter<S> {
        let methods = self.policy.headers.methods();
        if methods.is_every() {
            return self.on_every_method(watcher);
        }
        let Some(filter) = filter(methods) else {
            return MethodRouter::new();
        };
        match self.handler.clone() {
            Inside::Function(function) => on(filter, self.around(function, watcher)),
            Inside::Layered(layered) => on(filter, self.around(*layered, watcher)),
        }
    }

    /// The policy around what stands inside it.
    fn around<H>(&self, handler: H, watcher: Watcher) -> WithPolicy<H, S> {
        WithPolicy {
            handler,
            policy: self.policy,
            watcher,
        }
    }
}

/// For the expansion of `routes!`. These ask nothing of `S`, since it is known only where the router
/// ends, and until then the compiler comes back to each open question at every line.
#[doc(hidden)]
impl<S> Routes<S> {
    /// Routes without a handler.
    pub fn none() -> Self {
        let handlers = Vec::new();
        Self { handlers }
    }

    /// Adds a handler with the policy of its companion `A`.
    pub fn handler<A, H, T>(self, handler: H) -> Self
    where
        A: Annotated + Decides<S>,
        H: Handler<T, S, Future = FunctionFuture>,
    {
        let policy = HandlerPolicy {
            headers: A::headers(),
            decider: A::decider(),
        };
        self.with(policy, Function::new(handler))
    }

    /// Adds a handler with a policy.
    pub fn with(mut self, policy: HandlerPolicy<S>, function: Function<S>) -> Self {
        let handler = Inside::Function(function);
        self.handlers.push(RoutedHandler { policy, handler });
        self
    }
}

impl<S> Routes<S>
where
    S: Clone + Send + Sync + 'static,
{
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
            let inside = match handler.handler.clone() {
                Inside::Function(function) => any(function),
                Inside::Layered(layered) => *layered,
            };
            handler.handler = Inside::Layered(Box::new(inside.layer(layer.clone())));
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

    /// The handlers, the path's `OPTIONS`, and its 405.
    pub(crate) fn into_method_router(self, watcher: Watcher) -> MethodRouter<S> {
        let path = self.policies();
        let handlers = self.without_not_allowed(watcher);
        match path.serves_every_method() {
            true => handlers,
            false => handlers.fallback(NotAllowed(path, watcher)),
        }
    }

    /// The handlers and the path's `OPTIONS`; the 405 is left to whoever takes them.
    pub(crate) fn without_not_allowed(self, watcher: Watcher) -> MethodRouter<S> {
        let path = self.policies();
        let owner = path.owner("OPTIONS").and_then(|owner| {
            let handler = self.handlers.get(owner)?;
            Some(handler.on_every_method(watcher))
        });
        let options = on(MethodFilter::OPTIONS, Options::new(path, watcher, owner));
        let handlers = self.handlers.iter();
        let handlers = handlers.map(|handler| handler.on_its_methods(watcher));
        handlers.fold(options, MethodRouter::merge)
    }
}

impl<S> From<Routes<S>> for MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn from(routes: Routes<S>) -> Self {
        routes.into_method_router(Watcher::Layer)
    }
}

impl<S> Clone for Routes<S> {
    fn clone(&self) -> Self {
        let handlers = self.handlers.iter().map(|handler| RoutedHandler {
            policy: handler.policy,
            handler: handler.handler.clone(),
        });
        Self {
            handlers: handlers.collect(),
        }
    }
}

impl<S> Clone for Inside<S> {
    fn clone(&self) -> Self {
        match self {
            Self::Function(function) => Self::Function(function.clone()),
            Self::Layered(layered) => Self::Layered(layered.clone()),
        }
    }
}

impl<S> fmt::Debug for Routes<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let policies = self.handlers.iter().map(|handler| handler.policy.headers);
        f.debug_list().entries(policies).finish()
    }
}

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
