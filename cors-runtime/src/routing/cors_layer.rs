//! [`CorsLayer`]: a policy around a service that is not a handler.

use std::{
    fmt,
    marker::PhantomData,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use cors_grammar::rules::UNNAMED_ORIGINS_OF_LAYER;
use http::{HeaderMap, Method, Request, Response};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use super::with_policy::{Inner, Policies, WithPolicyFuture, begin};
use crate::{
    origins::OriginSet,
    policy::{Policy, assert_origins_named},
    protocol::{
        Candidates, Entry, HandlerPolicy, OuterPolicy, PolicyHeaders, ResponseContext, is_preflight,
    },
};

/// A [`tower::Layer`](Layer) that puts a policy around a service: `ServeDir`, a reverse proxy, a gRPC
/// service.
///
/// Handlers have [`#[cors]`](macro@crate::cors), which knows their methods. Here the policy is one for
/// the whole service; one without `methods` allows those that need no allowing (`GET`, `HEAD` and
/// `POST`).
///
/// ```
/// use axum::Router;
/// use cors_runtime::{CorsLayer, policy};
/// use tower_http::services::ServeDir;
///
/// const PUBLIC: CorsLayer = CorsLayer::new(policy!(origins = "*", max_age = 600));
///
/// let files = tower::ServiceBuilder::new().layer(PUBLIC).service(ServeDir::new("public"));
/// let app: Router = Router::new().nest_service("/files", files);
/// ```
///
/// A preflight is answered by the layer; an `OPTIONS` that is none, and everything else that the
/// policy does not [refuse](macro@crate::cors#enforce), goes to the service.
///
/// The outermost policy decides the headers of a response: around a router that has policies, this
/// one answers all preflights, and replaces the access headers of the handlers. It opens nothing, though:
/// a closed policy inside it refuses (403) whom it does not allow.
#[derive(Clone, Debug)]
#[doc(alias = "403", alias = "permissive", alias = "very_permissive")]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct CorsLayer {
    policy: LayerSource,
    own_origins: Option<OriginSet>,
}

/// Where the policy of a layer comes from.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a constant cannot box its policy"
)]
enum LayerSource {
    Constant(Policy),
    Built(HandlerPolicy<()>),
}

impl CorsLayer {
    /// A layer with this policy. What `policy!` leaves unset has its default here.
    ///
    /// # Panics
    ///
    /// Where the policy says `origins = _`: nothing names them. In a constant that is an error of the
    /// compiler.
    #[track_caller]
    pub const fn new(policy: Policy) -> Self {
        assert_origins_named(&policy, UNNAMED_ORIGINS_OF_LAYER);
        Self {
            policy: LayerSource::Constant(policy),
            own_origins: None,
        }
    }

    pub(crate) fn built(policy: HandlerPolicy<()>) -> Self {
        Self {
            policy: LayerSource::Built(policy),
            own_origins: None,
        }
    }

    /// Says where the service's own pages are, where that has not been said.
    pub(crate) fn or_own_origins(mut self, own_origins: Option<&OriginSet>) -> Self {
        self.own_origins = self.own_origins.or_else(|| own_origins.cloned());
        self
    }
}

impl From<Policy> for CorsLayer {
    /// As [`CorsLayer::new`].
    ///
    /// # Panics
    ///
    /// As it does, where the policy says `origins = _`.
    #[track_caller]
    fn from(policy: Policy) -> Self {
        Self::new(policy)
    }
}

impl<S> Layer<S> for CorsLayer {
    type Service = CorsService<S>;

    fn layer(&self, service: S) -> CorsService<S> {
        let policy = match &self.policy {
            LayerSource::Constant(policy) => {
                HandlerPolicy::new(PolicyHeaders::new(policy, None), None, None)
            }
            LayerSource::Built(policy) => policy.clone(),
        };
        let policy = LayerPolicy(policy.or_own_origins(self.own_origins.as_ref()));
        CorsService { service, policy }
    }
}

/// The policy of a whole service, which owns every method.
#[derive(Clone, Debug)]
pub(crate) struct LayerPolicy(HandlerPolicy<()>);

impl Policies<()> for LayerPolicy {
    fn candidates(&self, method: &Method, headers: &HeaderMap) -> Candidates<'_, ()> {
        if is_preflight(method, headers) {
            Candidates::Preflight(std::slice::from_ref(&self.0))
        } else {
            Candidates::Handled(&self.0)
        }
    }
}

/// A service with a policy around it, made by [`CorsLayer`].
///
/// It is ready when the service is.
#[derive(Clone, Debug)]
pub struct CorsService<S> {
    service: S,
    policy: LayerPolicy,
}

impl<S, B, ResBody> Service<Request<B>> for CorsService<S>
where
    S: Service<Request<B>, Response = Response<ResBody>> + Clone,
    ResBody: Default,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = CorsFuture<S, B>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let future = match begin(&self.policy, &request, &()) {
            Entry::Proceed(context) => {
                request.extensions_mut().insert(OuterPolicy);
                WithPolicyFuture::called(self.service.call(request), context)
            }
            Entry::Answer(answer) => WithPolicyFuture::answered(answer),
            Entry::Await(origin, progress) => {
                // The clone that takes its place has not been asked whether it is ready.
                let clone = self.service.clone();
                let service = mem::replace(&mut self.service, clone);
                let ready = ReadyService(service, PhantomData);
                WithPolicyFuture::awaiting(self.policy.clone(), request, ready, origin, progress)
            }
        };
        CorsFuture { future }
    }
}

pin_project! {
    #[must_use = "a future does nothing until it is polled"]
    /// The response of a [`CorsService`] around the service `S`, to a request with the body `B`.
    ///
    /// # Panics
    ///
    /// Where it is polled again after it was ready.
    pub struct CorsFuture<S, B>
    where
        S: Service<Request<B>>,
        ReadyService<S, B>: Inner,
    {
        #[pin]
        future: WithPolicyFuture<ReadyService<S, B>>,
    }
}

impl<S, B> fmt::Debug for CorsFuture<S, B>
where
    S: Service<Request<B>>,
    ReadyService<S, B>: Inner,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CorsFuture").finish_non_exhaustive()
    }
}

impl<S, B, ResBody> Future for CorsFuture<S, B>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    ResBody: Default,
{
    type Output = Result<Response<ResBody>, S::Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().future.poll(context)
    }
}

/// A service that is ready to be called with a body `B`.
pub(crate) struct ReadyService<S, B>(S, PhantomData<fn(B)>);

impl<S, B, ResBody> Inner for ReadyService<S, B>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    ResBody: Default,
{
    type State = ();
    type Policies = LayerPolicy;
    type RequestBody = B;
    type Output = Result<Response<ResBody>, S::Error>;
    type Future = S::Future;

    fn state(&self) -> &() {
        &()
    }

    fn call(mut self, mut request: Request<B>) -> S::Future {
        request.extensions_mut().insert(OuterPolicy);
        self.0.call(request)
    }

    fn answer(response: Response<String>) -> Self::Output {
        Ok(response.map(|_| ResBody::default()))
    }

    fn finish(context: ResponseContext, output: &mut Self::Output) {
        if let Ok(response) = output {
            context.finish(response);
        }
    }
}
