//! [`CorsRouter`]: a router on which no layer meets a preflight.

use std::{convert::Infallible, fmt, marker::PhantomData};

use axum::{
    Router,
    extract::Request,
    handler::Handler,
    response::IntoResponse,
    routing::{MethodRouter, Route},
};
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    head::Reads, mark::Watcher, policies_first::PoliciesFirstLayer, policy_side::PolicySide,
    routes::Routes,
};

/// An [`axum::Router`] whose annotated paths answer preflights before any layer, and whose layers'
/// own answers carry access headers.
///
/// On a plain router the `OPTIONS` of a path sits innermost: an authentication layer outside it
/// answers a preflight with 401, since preflights carry no credentials, and a layer's 401, 408 or
/// 413 leaves without access headers, so that the page sees a network error. Here
///
/// - a preflight of a path made by [`routes!`](crate::routes) is answered by the path's policies
///   alone; no layer and no handler meets it;
/// - a response that comes back without having met its policy, because a layer made it, is given
///   the policy's access headers;
/// - everything else is the application's business, as on any router. A path without a policy gets
///   its preflights like any request, so nothing goes round a layer.
///
/// No other CORS layer belongs on it: what a layer outside the handlers sets of the access headers
/// stands beside the policy's, or in its place, and browsers refuse two values.
///
/// All of this holds for the layers that are put on it, and not for those around the [`Router`] that
/// [`into_router`](CorsRouter::into_router) makes of it: that is the last call, of the outermost router. A
/// part of an application hands out its `CorsRouter`, to be nested or merged.
///
/// ```
/// use axum::routing::get;
/// use cors_runtime::{CorsRouter, cors, routes};
///
/// #[cors(methods = "GET, POST", debug_max_age)]
/// async fn items() -> &'static str {
///     "[]"
/// }
///
/// let app: axum::Router = CorsRouter::new()
///     .route("/items", routes!(items))
///     .route("/health", get(|| async { "up" }))
///     .into_router();
/// ```
#[must_use = "a router does nothing until it is served"]
pub struct CorsRouter<S = ()> {
    application: Router<S>,
    policies: PolicySide<S>,
}

impl<S> CorsRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// A router without paths, which answers every request with 404.
    pub fn new() -> Self {
        Self {
            application: Router::new(),
            policies: PolicySide::new(),
        }
    }

    /// Adds a path with its annotated handlers ([`Routes`]), or with axum's own routes
    /// ([`MethodRouter`]), which get no access headers.
    ///
    /// # Panics
    ///
    /// As [`Router::route`] does where the path is malformed or overlaps with another; also where
    /// the path is given twice, once by `routes!`.
    #[track_caller]
    pub fn route(self, path: &str, routes: impl PathRoutes<S>) -> Self {
        let PathParts {
            routes,
            policy,
            reads,
        } = routes.split();
        Self {
            policies: self.policies.route(path, policy).reading(reads),
            application: self.application.route(path, routes),
        }
    }

    /// Adds a service at a path, as [`Router::route_service`] does. It gets no access headers; for a
    /// service of another kind than a handler's there is [`CorsLayer`](crate::CorsLayer).
    ///
    /// # Panics
    ///
    /// As [`CorsRouter::route`] does.
    #[track_caller]
    pub fn route_service<T>(self, path: &str, service: T) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        Self {
            policies: self.policies.route(path, None),
            application: self.application.route_service(path, service),
        }
    }

    /// Adds another router's paths under a prefix, as [`Router::nest`] does.
    ///
    /// Takes a [`CorsRouter`], or an [`axum::Router`], whose paths have no policy here: one that
    /// [`into_router`](CorsRouter::into_router) has made answers for itself, inside the layers of this one,
    /// which then meet its preflights. Nest the `CorsRouter` itself.
    ///
    /// # Panics
    ///
    /// As [`Router::nest`] and [`CorsRouter::route`] do.
    #[track_caller]
    pub fn nest(self, prefix: &str, router: impl Into<Self>) -> Self {
        let other = router.into();
        Self {
            policies: self.policies.nest(prefix, other.policies),
            application: self.application.nest(prefix, other.application),
        }
    }

    /// Adds a service under a prefix, as [`Router::nest_service`] does. It gets no access headers.
    ///
    /// # Panics
    ///
    /// As [`Router::nest_service`] does.
    #[track_caller]
    pub fn nest_service<T>(self, prefix: &str, service: T) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        Self {
            policies: self.policies.nest_service(prefix),
            application: self.application.nest_service(prefix, service),
        }
    }

    /// Adds another router's paths, as [`Router::merge`] does.
    ///
    /// Takes a [`CorsRouter`], or an [`axum::Router`], whose paths have no policy here, as with
    /// [`nest`](CorsRouter::nest). Since nobody can list the paths of an `axum::Router`, an annotated
    /// [`fallback`](CorsRouter::fallback) no longer answers preflights of unknown URLs beside one:
    /// they go through the layers like any request.
    ///
    /// # Panics
    ///
    /// As [`Router::merge`] and [`CorsRouter::route`] do.
    #[track_caller]
    pub fn merge(self, router: impl Into<Self>) -> Self {
        let other = router.into();
        Self {
            policies: self.policies.merge(other.policies),
            application: self.application.merge(other.application),
        }
    }

    /// Sets what answers URLs that no path matches: annotated handlers ([`Routes`]), whose policy
    /// then stands for unknown URLs, or any axum handler.
    pub fn fallback<F, T>(self, fallback: F) -> Self
    where
        F: FallbackRoutes<T, S>,
    {
        fallback.set(self)
    }

    /// Sets the service that answers URLs that no path matches, as [`Router::fallback_service`] does.
    /// They then have no policy.
    pub fn fallback_service<T>(self, service: T) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        Self {
            policies: self.policies.fallback(None),
            application: self.application.fallback_service(service),
        }
    }

    /// Sets what answers a method that no handler of a path serves, on all paths added so far, as
    /// [`Router::method_not_allowed_fallback`] does. Under a policy its response gets the access
    /// headers, and an `Allow` where it has none.
    pub fn method_not_allowed_fallback<H, T>(self, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        Self {
            application: self.application.method_not_allowed_fallback(handler),
            policies: self.policies,
        }
    }

    /// Puts a layer around everything added so far, as [`Router::layer`] does. It never meets the
    /// preflight of an annotated path.
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        Self {
            application: self.application.layer(layer),
            policies: self.policies,
        }
    }

    /// Puts a layer around the paths added so far, and not around the fallback, as
    /// [`Router::route_layer`] does. It never meets the preflight of an annotated path.
    ///
    /// # Panics
    ///
    /// As [`Router::route_layer`] does, where there is no path.
    #[track_caller]
    pub fn route_layer<L>(self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        Self {
            application: self.application.route_layer(layer),
            policies: self.policies,
        }
    }

    /// Does to the application's router what this router has no method for.
    ///
    /// Since `map` may add paths that nobody can list, it counts as a merged plain router: an
    /// annotated fallback no longer answers preflights of unknown URLs.
    pub fn map_router(self, map: impl FnOnce(Router<S>) -> Router<S>) -> Self {
        Self {
            policies: self.policies.uneven(),
            application: map(self.application),
        }
    }

    /// Provides the state, as [`Router::with_state`] does.
    pub fn with_state<S2>(self, state: S) -> CorsRouter<S2> {
        CorsRouter {
            policies: self.policies.with_state(state.clone()),
            application: self.application.with_state(state),
        }
    }
}

impl CorsRouter {
    /// The router as an [`axum::Router`], to be served: the last call.
    ///
    /// It may be nested or merged like any router, but what is layered on *it*, also by a `CorsRouter` that
    /// it is nested in, meets preflights too: by choice for rate limits, tracing, an overall timeout;
    /// by mistake for authentication. `NormalizePath` goes around it, as around any router. Call
    /// [`method_not_allowed_fallback`](CorsRouter::method_not_allowed_fallback) before: on the result
    /// it would take the place of the 405 and of its access headers.
    pub fn into_router(self) -> Router {
        self.application.layer(PoliciesFirstLayer {
            reads: self.policies.reads(),
            uneven: self.policies.is_uneven(),
            // With its state, so that axum does not make its endpoints anew for each request.
            policies: self.policies.into_router().with_state(()),
        })
    }
}

impl<S> Default for CorsRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn default() -> Self {
        Self::new()
    }
}

impl<S> From<Router<S>> for CorsRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// A router without policies, whose paths nobody can list.
    fn from(application: Router<S>) -> Self {
        Self {
            policies: PolicySide::plain(&application),
            application,
        }
    }
}

impl<S> fmt::Debug for CorsRouter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("CorsRouter");
        debug.field("application", &self.application);
        debug.finish_non_exhaustive()
    }
}

/// What [`CorsRouter::route`] takes: [`Routes`] or [`MethodRouter`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what `CorsRouter::route` takes",
    note = "it takes `routes!(…)` of annotated handlers, and axum's `get(…)`, `post(…)` and the like"
)]
pub trait PathRoutes<S> {
    /// The application's part, and that of the policies.
    #[doc(hidden)]
    fn split(self) -> PathParts<S>;
}

/// A path's two sides.
#[derive(Debug)]
pub struct PathParts<S> {
    routes: MethodRouter<S>,
    /// The endpoint that answers from the policies.
    policy: Option<MethodRouter<S>>,
    /// What its policies read of a request.
    reads: Reads,
}

impl<S> PathRoutes<S> for Routes<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// The 405 is axum's, so that `method_not_allowed_fallback` means what it means in axum. Its access
    /// headers come from the policies, as those of every response that no policy has made.
    fn split(self) -> PathParts<S> {
        PathParts {
            policy: Some(self.policy_endpoint()),
            reads: self.reads(),
            routes: self.without_not_allowed(Watcher::Router),
        }
    }
}

impl<S> PathRoutes<S> for MethodRouter<S> {
    fn split(self) -> PathParts<S> {
        PathParts {
            routes: self,
            policy: None,
            reads: Reads::default(),
        }
    }
}

/// What [`CorsRouter::fallback`] takes: [`Routes`] or any axum handler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what `CorsRouter::fallback` takes",
    note = "it takes `routes!(…)` of annotated handlers, and any axum handler"
)]
pub trait FallbackRoutes<T, S> {
    /// Sets the fallback and its policy.
    #[doc(hidden)]
    fn set(self, router: CorsRouter<S>) -> CorsRouter<S>;
}

impl<S> FallbackRoutes<(), S> for Routes<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn set(self, router: CorsRouter<S>) -> CorsRouter<S> {
        let policies = router.policies.fallback(Some(self.policy_endpoint()));
        CorsRouter {
            policies: policies.reading(self.reads()),
            application: router
                .application
                .fallback(self.into_method_router(Watcher::Router)),
        }
    }
}

/// Tells axum's handlers, whose extractors are `T`, from [`Routes`].
#[derive(Debug)]
pub struct PlainHandler<T>(PhantomData<T>);

impl<H, T, S> FallbackRoutes<PlainHandler<T>, S> for H
where
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    fn set(self, router: CorsRouter<S>) -> CorsRouter<S> {
        CorsRouter {
            policies: router.policies.fallback(None),
            application: router.application.fallback(self),
        }
    }
}
