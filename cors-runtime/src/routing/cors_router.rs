//! [`CorsRouter`]: a router whose policies are outside of all layers.

use std::{collections::HashSet, convert::Infallible, fmt, marker::PhantomData, sync::Arc};

use axum::{
    Router,
    extract::Request,
    handler::Handler,
    response::IntoResponse,
    routing::{MethodRouter, Route},
};
use tower::{Layer, Service};

use crate::origins::OriginSet;

use super::{
    cors_layer::CorsLayer,
    handler::ErasedHandler,
    plain_part::{DefaultPolicy, PlainPart},
    policy_path::{ErasedLayer, PolicyPath},
    routes::Routes,
};

/// An [`axum::Router`] on which the policy of each path is outside of all layers.
///
/// On a plain router the `OPTIONS` of a path sits innermost: an authentication layer outside it
/// answers a preflight with 401, since preflights carry no credentials, and a layer's 401, 408 or
/// 413 leaves without access headers, so that the page sees a network error. Here a request of a path
/// made by [`routes!`](crate::routes) reaches, in this order,
///
/// 1. its policy, which answers a preflight, refuses what
///    [`enforce`](macro@crate::cors#enforce) refuses, and asks a type that decides at run time;
/// 2. the layers, from the last that was added to the first, and the handler.
///
/// On the way back the policy puts the access headers on whatever comes: the handler's response, a
/// layer's 401, 408, 413, 429 or 500, the path's 405. What the handler or a layer has set of these
/// headers is replaced.
///
/// axum alone chooses the endpoint. What has no policy has the
/// [default](CorsRouter::default_policy); without one it is as on any router.
///
/// A layer that has to see preflights and refusals (tracing, limits for each address) goes around
/// the [`Router`] that [`into_router`](CorsRouter::into_router) returns: that is the last call, of the
/// outermost router. A part of an application hands out its `CorsRouter`, to be nested or merged.
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
#[doc(alias = "401", alias = "OPTIONS", alias = "preflight")]
#[must_use = "a router does nothing until it is served"]
#[derive(Clone)]
pub struct CorsRouter<S = ()> {
    /// All that has no policy of its own.
    pub(super) plain: Router<S>,
    /// The policy of all that is in `plain`.
    pub(super) default: DefaultPolicy,
    /// Where the service's own pages are.
    pub(super) own_origins: Option<OriginSet>,
    /// The same of nested and merged routers that say themselves which policy it has.
    pub(super) parts: Vec<PlainPart<S>>,
    /// The paths that have one, and the fallbacks of nested routers that have one.
    pub(super) paths: Vec<PolicyPath<S>>,
    /// What these paths are called.
    names: HashSet<Arc<str>>,
    /// The fallback, where it has a policy. It takes the place of the plain router's.
    pub(super) fallback: Option<PolicyPath<S>>,
    /// Whether paths are checked for the syntax of axum 0.7.
    v07_checks: bool,
}

/// Without bounds on `S`: it is known only where the router ends, and until then rustc would recheck each
/// pending obligation on every route.
impl<S> CorsRouter<S> {
    /// Adds a path with its annotated handlers ([`Routes`]), or with axum's own routes
    /// ([`MethodRouter`]), which have the [default policy](CorsRouter::default_policy).
    ///
    /// # Panics
    ///
    /// As [`Router::route`] does where the path is malformed or overlaps with another. Where a path that
    /// has a policy is given twice, here or in [`into_router`](CorsRouter::into_router).
    #[track_caller]
    pub fn route(self, path: &str, routes: impl PathRoutes<S>) -> Self {
        routes.add_to(self, path)
    }

    /// A router with this one's checks.
    fn empty<S2>(&self) -> Router<S2>
    where
        S2: Clone + Send + Sync + 'static,
    {
        if self.v07_checks {
            Router::new()
        } else {
            Router::new().without_v07_checks()
        }
    }

    /// Adds a path, which axum judges as it does where it routes, nests or merges one.
    #[track_caller]
    fn add_path(&mut self, path: PolicyPath<S>) {
        if let Some(path) = path.path() {
            assert_given_once(path, self.names.insert(Arc::clone(path)));
            if needs_judging(path) {
                let _ = self.empty::<()>().route(path, MethodRouter::new());
            }
        }
        self.paths.push(path);
    }
}

impl<S> CorsRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// A router without paths, which answers every request with 404.
    pub fn new() -> Self {
        Self::from(Router::new())
    }

    /// Allows path segments that begin with `:` or `*`, as [`Router::without_v07_checks`] does.
    pub fn without_v07_checks(mut self) -> Self {
        self.v07_checks = false;
        self.map_plain(Router::without_v07_checks)
            .map_parts(Router::without_v07_checks)
    }

    /// Adds a service at a path, as [`Router::route_service`] does. It has the
    /// [default policy](CorsRouter::default_policy); one of its own is a [`CorsLayer`] around it.
    ///
    /// # Panics
    ///
    /// As [`CorsRouter::route`] does.
    #[track_caller]
    pub fn route_service<T>(mut self, path: &str, service: T) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        self.plain = self.plain.route_service(path, service);
        self
    }

    /// Adds another router's paths under a prefix, as [`Router::nest`] does.
    ///
    /// ```
    /// # use cors_runtime::{CorsRouter, cors, routes};
    /// # #[cors(methods = "GET")] async fn items() {}
    /// fn api() -> CorsRouter {
    ///     CorsRouter::new().route("/items", routes!(items)) // no `into_router` here
    /// }
    ///
    /// let app: axum::Router = CorsRouter::new().nest("/api/v1", api()).into_router();
    /// ```
    ///
    /// Takes a [`CorsRouter`], or an [`axum::Router`], whose paths have the
    /// [default policy](CorsRouter::default_policy): one that [`into_router`](CorsRouter::into_router) has
    /// returned answers inside it, and inside the layers of this one, which its preflights then reach. Nest
    /// the `CorsRouter` itself.
    ///
    /// axum drops a plain fallback that is nested twice, unless the router between the two has a fallback of its
    /// own. An annotated fallback does not count as one: what is nested below it gives its fallback up to it.
    ///
    /// # Panics
    ///
    /// As [`Router::nest`] and [`CorsRouter::route`] do; and where a fallback of annotated handlers is
    /// nested twice, which axum would drop.
    #[track_caller]
    pub fn nest(mut self, prefix: &str, router: impl Into<Self>) -> Self {
        let other = router.into().with_own_origins_told();
        assert!(
            !other.paths.iter().any(PolicyPath::is_nested_fallback),
            "a fallback of `routes!(…)` is nested twice, below `{prefix}` again, where axum drops it. \
             Set it on the router that is nested below `{prefix}`",
        );
        if other.fallback.is_some() {
            assert_default_fallback(&other.plain);
        }
        let nested = |router| Router::new().without_v07_checks().nest(prefix, router);
        match other.default {
            DefaultPolicy::Outer => self.plain = self.plain.nest(prefix, other.plain),
            default => {
                // axum judges the prefix and the paths below it.
                let _ = self.empty().nest(prefix, other.plain.clone());
                let router = nested(other.plain);
                self.parts.push(PlainPart { router, default });
            }
        }
        let parts = other.parts.into_iter();
        self.parts.extend(parts.map(|part| part.map(nested)));
        let prefix: Arc<str> = Arc::from(prefix);
        for mut path in other.paths.into_iter().chain(other.fallback) {
            path.nest(Arc::clone(&prefix));
            self.add_path(path);
        }
        self
    }

    /// Adds a service under a prefix, as [`Router::nest_service`] does. It has the
    /// [default policy](CorsRouter::default_policy).
    ///
    /// # Panics
    ///
    /// As [`Router::nest_service`] does.
    #[track_caller]
    pub fn nest_service<T>(mut self, prefix: &str, service: T) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        self.plain = self.plain.nest_service(prefix, service);
        self
    }

    /// Adds another router's paths, as [`Router::merge`] does.
    ///
    /// Takes a [`CorsRouter`], or an [`axum::Router`], whose paths have no policy here, as with
    /// [`nest`](CorsRouter::nest).
    ///
    /// # Panics
    ///
    /// As [`Router::merge`] and [`CorsRouter::route`] do.
    #[track_caller]
    pub fn merge(mut self, router: impl Into<Self>) -> Self {
        let other = router.into().with_own_origins_told();
        match (&self.fallback, &other.fallback) {
            (None, None) => {}
            (Some(_), None) => assert_default_fallback(&other.plain),
            (None, Some(_)) => assert_default_fallback(&self.plain),
            (Some(_), Some(_)) => assert_default_fallback(&Router::<S>::new().fallback(nothing)),
        }
        self.v07_checks |= other.v07_checks;
        match other.default {
            DefaultPolicy::Outer => self.plain = self.plain.merge(other.plain),
            default => self.parts.push(PlainPart {
                router: other.plain.without_v07_checks(),
                default,
            }),
        }
        self.parts.extend(other.parts);
        for path in other.paths {
            self.add_path(path);
        }
        self.fallback = self.fallback.or(other.fallback);
        self
    }

    /// Sets what answers URLs that no path matches: annotated handlers ([`Routes`]), whose policy
    /// then applies to unknown URLs, or any axum handler. The last call wins.
    ///
    /// ```
    /// # use cors_runtime::{CorsRouter, cors, routes};
    /// #[cors(methods = "*", open)]
    /// async fn unknown() -> axum::http::StatusCode {
    ///     axum::http::StatusCode::NOT_FOUND
    /// }
    ///
    /// let app: axum::Router = CorsRouter::new().fallback(routes!(unknown)).into_router();
    /// ```
    pub fn fallback<F, T>(self, fallback: F) -> Self
    where
        F: FallbackRoutes<T, S>,
    {
        fallback.set(self)
    }

    /// Sets the service that answers URLs that no path matches, as [`Router::fallback_service`] does.
    /// They then have the [default policy](CorsRouter::default_policy).
    pub fn fallback_service<T>(mut self, service: T) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        self.fallback = None;
        self.map_plain(|plain| plain.fallback_service(service))
    }

    /// Puts axum's 404 back in the place of the fallback, and drops those of nested routers, as
    /// [`Router::reset_fallback`] does.
    pub fn reset_fallback(mut self) -> Self {
        self.fallback = None;
        self.paths.retain(|path| !path.is_nested_fallback());
        self.map_plain(Router::reset_fallback)
            .map_parts(Router::reset_fallback)
    }

    /// Sets the policy of all that has none of its own on this router: axum's own routes, closures,
    /// services, merged and nested plain routers, and the answer to unknown URLs. A [`Policy`](crate::Policy)
    /// or a [`CorsLayer`]; one without `methods` allows the
    /// [CORS-safelisted methods](https://fetch.spec.whatwg.org/#cors-safelisted-method).
    ///
    /// It is outside of all layers, as every policy here, wherever it is called; the last call wins. A
    /// nested or merged `CorsRouter` keeps its own for its part, and takes this one where it has none.
    ///
    /// A router that [`into_router`](CorsRouter::into_router) has returned counts as a plain one: this policy
    /// answers its preflights, and the policies of its handlers are inside, where they can only be
    /// stricter.
    ///
    /// ```
    /// use axum::routing::get;
    /// use cors_runtime::{CorsRouter, Policy, cors, policy, routes};
    ///
    /// const PUBLIC: Policy = policy!(origins = "*");
    ///
    /// #[cors(methods = "DELETE", origins = "https://app.example.com", credentials)]
    /// async fn clear() {}
    ///
    /// let app: axum::Router = CorsRouter::new()
    ///     .route("/items", routes!(clear)) // its own policy
    ///     .route("/health", get(|| async { "up" })) // PUBLIC
    ///     .default_policy(PUBLIC)
    ///     .into_router();
    /// ```
    ///
    /// # Panics
    ///
    /// As [`CorsLayer::new`], where the policy says `origins = _`.
    #[track_caller]
    pub fn default_policy(mut self, policy: impl Into<CorsLayer>) -> Self {
        self.default = DefaultPolicy::Policy(Box::new(policy.into()));
        self
    }

    /// Says where the service's own pages are, for [`enforce`](macro@crate::cors#enforce): requests of these
    /// origins pass, whatever their `Host` is, on all of this router; they get access headers only where a
    /// policy lists them too. Without it a page whose origin has the host and port of the request counts as the
    /// service's own, which is wrong behind a proxy that rewrites `Host`, and for a page over `http` of a
    /// service on `https`.
    ///
    /// Its entries are judged as under credentials: `http` beyond loopback, `*`, and patterns that nothing has
    /// checked match nothing. A nested or merged `CorsRouter` keeps its own; the last call wins.
    ///
    /// ```
    /// use cors_runtime::{CorsRouter, OriginSet, cors, routes};
    ///
    /// #[cors(methods = "POST", origins = [])] // own pages only
    /// async fn sign_up() {}
    ///
    /// let pages: OriginSet = "https://www.example.com, https://example.com".parse()?;
    /// let app: axum::Router = CorsRouter::new()
    ///     .route("/sign-up", routes!(sign_up))
    ///     .own_origins(pages)
    ///     .into_router();
    /// # Ok::<(), cors_runtime::OriginError>(())
    /// ```
    pub fn own_origins(mut self, own_origins: OriginSet) -> Self {
        self.own_origins = Some(own_origins);
        self
    }

    /// Leaves all that has no policy of its own on this router without one, also where the router that
    /// takes it has a [default](CorsRouter::default_policy): for what answers CORS itself, as a proxied
    /// API or WebDAV does. A default would answer each of its preflights.
    ///
    /// ```
    /// # use axum::{Router, routing::any};
    /// # use cors_runtime::{CorsRouter, policy};
    /// let files: Router = Router::new().route("/dav/{*path}", any(async || "answers CORS itself"));
    /// let app: Router = CorsRouter::new()
    ///     .merge(CorsRouter::from(files).no_default_policy())
    ///     .default_policy(policy!(origins = "https://app.example.com"))
    ///     .into_router();
    /// ```
    pub fn no_default_policy(mut self) -> Self {
        self.default = DefaultPolicy::None;
        self
    }

    /// Sets what answers a method that no handler of a path serves, on all paths added so far, as
    /// [`Router::method_not_allowed_fallback`] does. Under a policy its response gets the access
    /// headers, and an `Allow` where it has none.
    pub fn method_not_allowed_fallback<H, T>(mut self, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        let erased = ErasedHandler::new(handler.clone());
        for path in &mut self.paths {
            path.method_not_allowed_fallback(erased.clone());
        }
        self = self.map_parts(|part| part.method_not_allowed_fallback(handler.clone()));
        self.map_plain(|plain| plain.method_not_allowed_fallback(handler))
    }

    /// Puts a layer around everything added so far, as [`Router::layer`] does. No preflight of a path
    /// that has a policy reaches it.
    ///
    /// ```
    /// # use axum::{extract::Request, middleware::{Next, from_fn}, response::Response};
    /// # use cors_runtime::{CorsRouter, cors, routes};
    /// # #[cors(methods = "GET", origins = "https://app.example.com")] async fn account() {}
    /// async fn authenticate(request: Request, next: Next) -> Response {
    ///     next.run(request).await // or a 401, which the page can read
    /// }
    ///
    /// let app: axum::Router = CorsRouter::new()
    ///     .route("/account", routes!(account))
    ///     .layer(from_fn(authenticate))
    ///     .into_router();
    /// ```
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        let erased: Arc<dyn ErasedLayer> = Arc::new(layer.clone());
        for path in self.paths.iter_mut().chain(&mut self.fallback) {
            path.layer(Arc::clone(&erased));
        }
        self.map_parts(|part| part.layer(layer.clone()))
            .map_plain(|plain| plain.layer(layer))
    }

    /// Puts a layer around the paths added so far, and not around fallbacks, as
    /// [`Router::route_layer`] does. No preflight of a path that has a policy reaches it.
    ///
    /// # Panics
    ///
    /// As [`Router::route_layer`] does, where there is no path.
    #[track_caller]
    pub fn route_layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        let erased: Arc<dyn ErasedLayer> = Arc::new(layer.clone());
        let mut has_other_paths = self.parts.iter().any(|part| part.router.has_routes());
        for path in self
            .paths
            .iter_mut()
            .filter(|path| !path.is_nested_fallback())
        {
            has_other_paths = true;
            path.layer(Arc::clone(&erased));
        }
        self = self.map_parts(|part| {
            if part.has_routes() {
                part.route_layer(layer.clone())
            } else {
                part
            }
        });
        if has_other_paths && !self.plain.has_routes() {
            return self;
        }
        self.plain = self.plain.route_layer(layer);
        self
    }

    /// Provides the state, as [`Router::with_state`] does.
    pub fn with_state<S2>(self, state: S) -> CorsRouter<S2> {
        let paths = self.paths.into_iter();
        let parts = self.parts.into_iter();
        let parts = parts.map(|part| part.map(|router| router.with_state(state.clone())));
        CorsRouter {
            parts: parts.collect(),
            default: self.default,
            own_origins: self.own_origins,
            paths: paths.map(|path| path.with_state(&state)).collect(),
            names: self.names,
            fallback: self.fallback.map(|path| path.with_state(&state)),
            plain: self.plain.with_state(state),
            v07_checks: self.v07_checks,
        }
    }

    /// Tells all that is on this router where the service's own pages are.
    pub(super) fn with_own_origins_told(mut self) -> Self {
        let own_origins = self.own_origins.as_ref();
        for path in self.paths.iter_mut().chain(&mut self.fallback) {
            path.own_origins(own_origins);
        }
        let parts = self.parts.into_iter().map(|part| PlainPart {
            router: part.router,
            default: part.default.or_own_origins(own_origins),
        });
        self.parts = parts.collect();
        self.default = self.default.or_own_origins(own_origins);
        self
    }

    fn map_plain(mut self, map: impl FnOnce(Router<S>) -> Router<S>) -> Self {
        self.plain = map(self.plain);
        self
    }

    fn map_parts(mut self, map: impl Fn(Router<S>) -> Router<S>) -> Self {
        let parts = self.parts.into_iter();
        self.parts = parts.map(|part| part.map(&map)).collect();
        self
    }
}

/// Whether axum could refuse a path by itself. To ask for each would cost more than to add it.
fn needs_judging(path: &str) -> bool {
    !path.starts_with('/') || path.contains(['{', '}', ':', '*'])
}

/// Panics where a path that has a policy is not the only one of its name.
#[track_caller]
pub(super) fn assert_given_once(path: &str, is_only: bool) {
    assert!(
        is_only,
        "Overlapping route: `{path}` is given twice, and has a policy. Name all handlers of a path in \
         one `routes!(…)`, or put two together by `Routes::merge`",
    );
}

/// Panics, in axum's words, where a router has a fallback of its own beside an annotated one.
#[track_caller]
fn assert_default_fallback<S>(router: &Router<S>)
where
    S: Clone + Send + Sync + 'static,
{
    let _ = Router::new().fallback(nothing).merge(router.clone());
}

async fn nothing() {}

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
    /// A router without policies.
    fn from(plain: Router<S>) -> Self {
        Self {
            plain,
            default: DefaultPolicy::Outer,
            own_origins: None,
            parts: Vec::new(),
            paths: Vec::new(),
            names: HashSet::new(),
            fallback: None,
            v07_checks: true,
        }
    }
}

impl<S> fmt::Debug for CorsRouter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CorsRouter")
            .field("policies", &self.names)
            .field("plain", &self.plain)
            .finish_non_exhaustive()
    }
}

/// What [`CorsRouter::route`] takes: [`Routes`] or [`MethodRouter`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what `CorsRouter::route` takes",
    note = "write `routes!(…)` around handlers that have `#[cors(…)]`, and axum's `get(…)`, `post(…)` and the like \
            around others"
)]
pub trait PathRoutes<S> {
    /// Adds a path with these handlers.
    #[doc(hidden)]
    fn add_to(self, router: CorsRouter<S>, path: &str) -> CorsRouter<S>;
}

impl<S> PathRoutes<S> for Routes<S> {
    #[track_caller]
    fn add_to(self, mut router: CorsRouter<S>, path: &str) -> CorsRouter<S> {
        router.add_path(PolicyPath::new(Some(path), self));
        router
    }
}

impl<S> PathRoutes<S> for MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    #[track_caller]
    fn add_to(self, mut router: CorsRouter<S>, path: &str) -> CorsRouter<S> {
        router.plain = router.plain.route(path, self);
        router
    }
}

/// What [`CorsRouter::fallback`] takes: [`Routes`] or any axum handler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what `CorsRouter::fallback` takes",
    note = "it takes `routes!(…)` of annotated handlers, and any axum handler"
)]
pub trait FallbackRoutes<T, S> {
    /// Sets the fallback.
    #[doc(hidden)]
    fn set(self, router: CorsRouter<S>) -> CorsRouter<S>;
}

impl<S> FallbackRoutes<(), S> for Routes<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn set(self, mut router: CorsRouter<S>) -> CorsRouter<S> {
        router.fallback = Some(PolicyPath::new(None, self));
        router
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
    fn set(self, mut router: CorsRouter<S>) -> CorsRouter<S> {
        router.fallback = None;
        router.map_plain(|plain| plain.fallback(self))
    }
}
