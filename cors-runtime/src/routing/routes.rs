//! [`Routes`]: the annotated handlers of one path.

use std::{convert::Infallible, fmt, sync::Arc};

use axum::{
    extract::Request,
    handler::Handler,
    response::IntoResponse,
    routing::{MethodFilter, MethodRouter, Route, any},
};
use cors_grammar::method::{Method, MethodSet};
use http::{HeaderValue, StatusCode, header::ALLOW};
use tower::{Layer, Service};

use super::{
    companion::{AnnotatedBy, assert_one_item},
    handler::{ErasedHandler, WithPolicy},
    with_policy::Policies,
};
use crate::{
    origins::OriginSet,
    protocol::{EndpointPolicies, HandlerPolicy, LocatedPolicy, PolicyHeaders},
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
/// Name all handlers of a path in one `routes!`: a plain router panics over the path's second
/// `OPTIONS` where the path is given twice.
///
/// On a plain router the path's answer to `OPTIONS` sits inside every layer: one that demands
/// credentials refuses preflights, which never carry any. On a [`CorsRouter`](crate::CorsRouter) no
/// layer sees them.
#[must_use = "routes do nothing until a router takes them"]
pub struct Routes<S = ()> {
    handlers: Vec<RoutedHandler<S>>,
}

/// A handler, and the policy around it.
#[derive(Clone)]
struct RoutedHandler<S> {
    policy: HandlerPolicy<S>,
    handler: ErasedHandler<S>,
}

/// What the policies of a path go around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PolicyPlace {
    /// Around each handler, the path's `OPTIONS` and its 405.
    AroundHandlers,
    /// Around the layers that are still to come.
    AroundLayers,
}

/// What answers a method that no handler of a path serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotAllowed {
    /// The path itself.
    Own,
    /// axum, until something takes its place.
    Default,
}

/// Routes without a handler; for the expansion of `routes!`.
///
/// There are no bounds on `S` here: it is known only where the router ends, and until then rustc would
/// recheck each pending obligation on every route.
pub fn no_routes<S>() -> Routes<S> {
    let handlers = Vec::new();
    Routes { handlers }
}

/// A function that is a handler of axum's, with words of its own where it is none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler for the state `{S}`",
    label = "not a handler for this state",
    note = "all handlers of a router take one state, or a part of it by `FromRef`",
    note = "each argument must be an extractor, and the result a response: `#[axum::debug_handler]` (axum's feature \
            `macros`) says which is not",
    note = "a local variable with the name of a handler hides it: rename the variable"
)]
pub trait RoutedFunction<T, S>: Handler<T, S> {}

#[diagnostic::do_not_recommend]
impl<H, T, S> RoutedFunction<T, S> for H where H: Handler<T, S> {}

/// The routes of one handler, with the policy of its companion `A`.
///
/// Most paths have one, and so one call: rustc rechecks what is pending at each.
///
/// # Panics
///
/// Where the two are not of one item.
#[track_caller]
pub fn routes_of<A, H, T, S>(handler: H, policy: LocatedPolicy) -> Routes<S>
where
    H: RoutedFunction<T, S> + AnnotatedBy<A, S>,
{
    add_handler::<A, H, T, S>(no_routes(), handler, policy)
}

/// Adds a handler with the policy of its companion `A`.
///
/// # Panics
///
/// As [`routes_of`] does.
#[track_caller]
pub fn add_handler<A, H, T, S>(routes: Routes<S>, handler: H, policy: LocatedPolicy) -> Routes<S>
where
    H: RoutedFunction<T, S> + AnnotatedBy<A, S>,
{
    assert_one_item::<A, H>();
    let LocatedPolicy { policy, location } = policy;
    let headers = PolicyHeaders::new(&policy, location);
    let policy = HandlerPolicy::new(headers, H::decider(), None);
    add_function(routes, policy, ErasedHandler::new(handler))
}

/// Adds a handler with a policy.
pub fn add_function<S>(
    mut routes: Routes<S>,
    policy: HandlerPolicy<S>,
    handler: ErasedHandler<S>,
) -> Routes<S> {
    routes.handlers.push(RoutedHandler { policy, handler });
    routes
}

impl<S> Routes<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Puts a [`tower::Layer`](Layer) around the handlers, inside their policies.
    ///
    /// What the layer answers by itself (a 401, a 408, …) gets the access headers too. No preflight
    /// reaches it, and none of the requests that the path answers without a handler.
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
        for RoutedHandler { handler, .. } in &mut self.handlers {
            let layered = any(handler.clone()).layer(layer.clone());
            *handler = ErasedHandler::new(layered);
        }
        self
    }

    /// The handlers of both, in this order, as those of one path: so that a layer goes around some
    /// handlers of a path only.
    ///
    /// ```
    /// # use cors_runtime::{CorsRouter, cors, routes};
    /// # #[cors(methods = "GET")] async fn list() {}
    /// # #[cors(methods = "POST")] async fn add() {}
    /// # let auth = tower::layer::util::Identity::new();
    /// let items = routes!(add).layer(auth).merge(routes!(list));
    /// let app: axum::Router = CorsRouter::new().route("/items", items).into_router();
    /// ```
    ///
    /// # Panics
    ///
    /// Where two handlers list one method, as [`MethodRouter::merge`] does. Within one `routes!` the
    /// compiler says so.
    #[track_caller]
    pub fn merge(mut self, other: Self) -> Self {
        for new in &other.handlers {
            for known in &self.handlers {
                let methods = known.policy.headers.methods();
                let clash = methods.clash(new.policy.headers.methods());
                assert!(
                    clash.is_none(),
                    "Overlapping method route. Two handlers list the method `{}`",
                    clash.unwrap_or_default(),
                );
            }
        }
        self.handlers.extend(other.handlers);
        self
    }

    /// The policies of the handlers, as those of one endpoint.
    pub(crate) fn policies(&self) -> Arc<EndpointPolicies<S>> {
        let policies = self.handlers.iter().map(|handler| handler.policy.clone());
        Arc::new(EndpointPolicies::new(policies.collect()))
    }

    /// Says where the service's own pages are, to all policies.
    pub(crate) fn or_own_origins(mut self, own_origins: Option<&OriginSet>) -> Self {
        for handler in &mut self.handlers {
            let policy = handler.policy.clone();
            handler.policy = policy.or_own_origins(own_origins);
        }
        self
    }

    /// Whether a handler serves every method that no other handler lists.
    pub(crate) fn serve_every_method(&self) -> bool {
        let mut policies = self.handlers.iter().map(|handler| &handler.policy);
        policies.any(|policy| policy.headers.methods().is_every())
    }

    /// Closes over the state, so that none is needed any more.
    pub(crate) fn with_state<S2>(self, state: &S) -> Routes<S2> {
        let handlers = self.handlers.into_iter();
        let handlers = handlers.map(|RoutedHandler { policy, handler }| RoutedHandler {
            policy: policy.with_state(state),
            handler: handler.with_state(state.clone()),
        });
        Routes {
            handlers: handlers.collect(),
        }
    }

    /// The handlers on their methods, the path's `OPTIONS`, and its 405.
    pub(crate) fn method_router(
        self,
        policies: &Arc<EndpointPolicies<S>>,
        place: PolicyPlace,
        not_allowed: NotAllowed,
    ) -> MethodRouter<S> {
        let around_handlers = place == PolicyPlace::AroundHandlers;
        let of_path = || around_handlers.then(|| Arc::clone(policies));
        let allow = policies.allow();
        let owner = policies.owner("OPTIONS");
        let options = match owner.and_then(|owner| self.handlers.get(owner)) {
            Some(owner) => owner.handler.clone(),
            None => answer(StatusCode::NO_CONTENT, &allow),
        };
        let serves_every_method = self.serve_every_method();
        let options_only = Serves::Some(MethodFilter::OPTIONS);
        let mut router = options_only.add(MethodRouter::new(), of_path(), options);
        for RoutedHandler { policy, handler } in self.handlers {
            let of_handler = around_handlers.then(|| policy.clone());
            if let Some(serves) = Serves::these(policy.headers.methods()) {
                router = serves.add(router, of_handler, handler);
            }
        }
        if serves_every_method || not_allowed == NotAllowed::Default {
            return router;
        }
        let not_allowed = answer(StatusCode::METHOD_NOT_ALLOWED, &allow);
        Serves::TheRest.add(router, of_path(), not_allowed)
    }
}

/// Which methods of a path a handler serves.
#[derive(Clone, Copy)]
enum Serves {
    Some(MethodFilter),
    /// Every method that no other handler serves: the path has no 405.
    Every,
    /// The same, by answering 405.
    TheRest,
}

impl Serves {
    /// These methods; `OPTIONS` aside, which the path answers.
    fn these(methods: MethodSet) -> Option<Self> {
        if methods.is_every() {
            return Some(Self::Every);
        }
        filter(methods).map(Self::Some)
    }

    /// Adds a handler, inside policies, if they are there.
    fn add<P, S>(
        self,
        router: MethodRouter<S>,
        policies: Option<P>,
        handler: ErasedHandler<S>,
    ) -> MethodRouter<S>
    where
        P: Policies<S>,
        S: Clone + Send + Sync + 'static,
    {
        match policies {
            Some(policies) => self.add_handler(router, WithPolicy { policies, handler }),
            None => self.add_handler(router, handler),
        }
    }

    fn add_handler<H, S>(self, router: MethodRouter<S>, handler: H) -> MethodRouter<S>
    where
        H: Handler<(), S>,
        S: Clone + Send + Sync + 'static,
    {
        match self {
            Self::Some(methods) => router.on(methods, handler),
            Self::Every => router.merge(any(handler)),
            Self::TheRest => router.fallback(handler),
        }
    }
}

/// An answer of the path itself.
fn answer<S>(status: StatusCode, allow: &HeaderValue) -> ErasedHandler<S>
where
    S: Clone + Send + Sync + 'static,
{
    let allow = allow.clone();
    ErasedHandler::new(async move || (status, [(ALLOW, allow.clone())]))
}

impl<S> From<Routes<S>> for MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn from(routes: Routes<S>) -> Self {
        let policies = routes.policies();
        routes.method_router(&policies, PolicyPlace::AroundHandlers, NotAllowed::Own)
    }
}

impl<S> Clone for Routes<S> {
    fn clone(&self) -> Self {
        let handlers = self.handlers.iter().map(|handler| RoutedHandler {
            policy: handler.policy.clone(),
            handler: handler.handler.clone(),
        });
        Self {
            handlers: handlers.collect(),
        }
    }
}

impl<S> fmt::Debug for Routes<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let policies = self.handlers.iter().map(|handler| &handler.policy);
        f.debug_list().entries(policies).finish()
    }
}

/// The filter of methods that axum routes to handlers: without `OPTIONS`, which the path answers.
fn filter(methods: MethodSet) -> Option<MethodFilter> {
    let filters = methods.iter().filter_map(|method| match method {
        Method::Get => Some(MethodFilter::GET),
        Method::Head => Some(MethodFilter::HEAD),
        Method::Post => Some(MethodFilter::POST),
        Method::Put => Some(MethodFilter::PUT),
        Method::Patch => Some(MethodFilter::PATCH),
        Method::Delete => Some(MethodFilter::DELETE),
        Method::Connect => Some(MethodFilter::CONNECT),
        Method::Options => None,
    });
    filters.reduce(MethodFilter::or)
}
