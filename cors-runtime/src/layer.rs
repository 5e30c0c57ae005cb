//! [`CorsLayer`]: a policy around a service that is no handler.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    headers::{Admission, PolicyHeaders},
    mark,
    passage::Passage,
    path::{asked_method, is_preflight},
    policy::Policy,
    sound::is_sound,
    vary::Vary,
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
/// Do not stack it on a router that has policies: a preflight is then answered by the layer's
/// policy, and not by the handler's. A response that has met its own policy is left alone; with the
/// feature `tracing` a warning says so.
#[derive(Clone, Debug)]
pub struct CorsLayer {
    policy: Policy,
    sound: bool,
}

impl CorsLayer {
    /// A layer with this policy.
    ///
    /// What `policy!` leaves unset has its default here. Where that goes wrong together with what is
    /// written (`expose_headers = "*"` or `enforce` without `origins`, say, or the open policy in a
    /// build that denies it), the layer lets nobody in; with the feature `tracing`, an event at
    /// error level says so.
    pub const fn new(policy: Policy) -> Self {
        Self {
            policy,
            sound: is_sound(&policy),
        }
    }
}

impl<S> Layer<S> for CorsLayer {
    type Service = CorsService<S>;

    fn layer(&self, service: S) -> CorsService<S> {
        if !self.sound {
            report_unsound(&self.policy);
        }
        CorsService {
            service,
            sound: self.sound,
            policy: Arc::new(PolicyHeaders::new(&self.policy, None)),
        }
    }
}

/// A service with a policy around it, made by [`CorsLayer`].
#[derive(Clone, Debug)]
pub struct CorsService<S> {
    service: S,
    sound: bool,
    policy: Arc<PolicyHeaders>,
}

impl<S, B, ResBody> Service<Request<B>> for CorsService<S>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    ResBody: Default,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = CorsFuture<S::Future, ResBody>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let policy = &self.policy;
        let (method, uri, headers) = (request.method(), request.uri(), request.headers());
        let allow_origin = match policy.admission(headers) {
            Admission::Yes(allow_origin) if self.sound => Some(allow_origin),
            _ => None,
        };
        let passage = match is_preflight(method, headers) {
            true => Err(answer_preflight(policy, allow_origin, headers)),
            false => Passage::enter(policy, allow_origin, true, (method, uri, headers))
                .map_err(|refused| refused.answer(ResBody::default())),
        };
        let step = match passage {
            Ok(passage) => {
                mark::watch(request.extensions_mut());
                Step::Service {
                    policy: Arc::clone(policy),
                    passage: Some(passage),
                    response: self.service.call(request),
                }
            }
            Err(answer) => Step::Answer {
                response: Some(answer),
            },
        };
        CorsFuture { step }
    }
}

fn answer_preflight<B: Default>(
    policy: &PolicyHeaders,
    allow_origin: Option<HeaderValue>,
    request: &HeaderMap,
) -> Response<B> {
    let mut response = Response::new(B::default());
    *response.status_mut() = match allow_origin {
        Some(allow_origin) => {
            *response.headers_mut() = policy.answer_preflight(allow_origin, request);
            StatusCode::NO_CONTENT
        }
        None => {
            policy.refuse(request).report(asked_method(request));
            Vary::AllThree.add_to(response.headers_mut());
            StatusCode::FORBIDDEN
        }
    };
    mark::meet(response.extensions_mut());
    response
}

pin_project! {
    /// The response of a [`CorsService`].
    #[derive(Debug)]
    pub struct CorsFuture<F, B> {
        #[pin]
        step: Step<F, B>,
    }
}

pin_project! {
    #[project = StepProjection]
    #[derive(Debug)]
    enum Step<F, B> {
        // The service is not called.
        Answer {
            response: Option<Response<B>>,
        },
        Service {
            #[pin]
            response: F,
            policy: Arc<PolicyHeaders>,
            // Taken when the response is there.
            passage: Option<Passage>,
        },
    }
}

impl<F, B, E> Future for CorsFuture<F, B>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().step.project() {
            // A future is not polled again once it is ready.
            StepProjection::Answer { response } => response
                .take()
                .map_or(Poll::Pending, |response| Poll::Ready(Ok(response))),
            StepProjection::Service {
                response,
                policy,
                passage,
            } => {
                let mut response = ready!(response.poll(context))?;
                warn_if_stacked(&response);
                if let Some(passage) = passage.take() {
                    passage.leave(policy, &mut response);
                }
                Poll::Ready(Ok(response))
            }
        }
    }
}

#[cfg(feature = "tracing")]
fn report_unsound(policy: &Policy) {
    tracing::error!(
        ?policy,
        "what this policy says is wrong together: it lets nobody in"
    );
}

#[cfg(not(feature = "tracing"))]
fn report_unsound(_policy: &Policy) {}

#[cfg(feature = "tracing")]
fn warn_if_stacked<B>(response: &Response<B>) {
    if mark::has_met(response.extensions()) {
        tracing::warn!(
            "a `CorsLayer` is stacked on handlers that have policies of their own: preflights are \
             answered by the layer's policy, and not by the handlers'"
        );
    }
}

#[cfg(not(feature = "tracing"))]
fn warn_if_stacked<B>(_response: &Response<B>) {}
