//! The layers around an endpoint that has a policy.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use pin_project_lite::pin_project;
use tower::{Layer, Service, util::Oneshot};

use super::with_policy::{Inner, WithPolicyFuture, axum_response};
use crate::protocol::{EndpointPolicies, ResponseContext};

/// Puts a service in shared memory, so that axum, which clones a route for each request, does not clone
/// every layer inside it each time.
#[derive(Clone)]
pub(crate) struct SharedLayer;

impl<T> Layer<T> for SharedLayer {
    type Service = Shared<T>;

    fn layer(&self, service: T) -> Shared<T> {
        Shared(Arc::new(service))
    }
}

/// A service that its clones share, and that each request clones once.
pub(crate) struct Shared<T>(Arc<T>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Service<Request> for Shared<T>
where
    T: Service<Request, Response: IntoResponse, Error: Into<Infallible>> + Clone,
{
    type Response = Response;
    type Error = Infallible;
    type Future = SharedFuture<T>;

    /// Always ready: the future waits until the service is.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> SharedFuture<T> {
        SharedFuture {
            response: Oneshot::new(T::clone(&self.0), request),
        }
    }
}

pin_project! {
    /// The response of a service as axum's.
    pub(crate) struct SharedFuture<T: Service<Request>> {
        #[pin]
        response: Oneshot<T, Request>,
    }
}

impl<T> Future for SharedFuture<T>
where
    T: Service<Request, Response: IntoResponse, Error: Into<Infallible>>,
{
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let response = ready!(self.project().response.poll(context));
        Poll::Ready(
            response
                .map(T::Response::into_response)
                .map_err(T::Error::into),
        )
    }
}

/// Puts the policies of an endpoint around the outermost of its layers.
#[derive(Clone)]
pub(crate) struct OutermostLayer(pub(crate) Arc<EndpointPolicies<()>>);

impl<T> Layer<Shared<T>> for OutermostLayer {
    type Service = Outermost<T>;

    fn layer(&self, layers: Shared<T>) -> Outermost<T> {
        Outermost {
            policies: Arc::clone(&self.0),
            layers,
        }
    }
}

/// The policies of an endpoint, and all that is inside them.
pub(crate) struct Outermost<T> {
    policies: Arc<EndpointPolicies<()>>,
    layers: Shared<T>,
}

impl<T> Clone for Outermost<T> {
    fn clone(&self) -> Self {
        Self {
            policies: Arc::clone(&self.policies),
            layers: self.layers.clone(),
        }
    }
}

impl<T> Service<Request> for Outermost<T>
where
    T: Service<Request, Response: IntoResponse, Error: Into<Infallible>> + Clone,
{
    type Response = Response;
    type Error = Infallible;
    type Future = WithPolicyFuture<Shared<T>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        WithPolicyFuture::new(&self.policies, request, self.layers.clone())
    }
}

impl<T> Inner for Shared<T>
where
    T: Service<Request, Response: IntoResponse, Error: Into<Infallible>> + Clone,
{
    type State = ();
    type Policies = Arc<EndpointPolicies<()>>;
    type RequestBody = Body;
    type Output = Result<Response, Infallible>;
    type Future = SharedFuture<T>;

    fn state(&self) -> &() {
        &()
    }

    fn call(mut self, request: Request) -> SharedFuture<T> {
        Service::call(&mut self, request)
    }

    fn answer(response: http::Response<String>) -> Self::Output {
        Ok(axum_response(response))
    }

    fn finish(context: ResponseContext, output: &mut Self::Output) {
        if let Ok(response) = output {
            context.finish(response);
        }
    }
}
