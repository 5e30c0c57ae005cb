//! The endpoints of a path that are no handler of the user's.

use std::{
    future::{Ready, ready},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    body::Body, extract::Request, handler::Handler, response::Response, routing::MethodRouter,
};
use pin_project_lite::pin_project;

use crate::{
    mark,
    path::{PathPolicies, is_preflight},
};

/// The path's `OPTIONS`.
#[derive(Clone)]
pub(crate) struct Options<S> {
    pub(crate) path: Arc<PathPolicies>,
    /// The handler that answers an `OPTIONS` that is no preflight, inside its policy.
    pub(crate) owner: Option<MethodRouter<S>>,
}

impl<S> Handler<(), S> for Options<S>
where
    S: Clone + Send + Sync + 'static,
{
    type Future = OptionsFuture<<MethodRouter<S> as Handler<(), S>>::Future>;

    fn call(self, request: Request, state: S) -> Self::Future {
        let answer = match self.owner {
            _ if is_preflight(request.method(), request.headers()) => {
                self.path.answer_preflight(request.headers())
            }
            None => self.path.answer_options(request.headers()),
            Some(owner) => {
                return OptionsFuture::Handler {
                    response: owner.call(request, state),
                };
            }
        };
        OptionsFuture::Path {
            response: Some(answered(answer, &request)),
        }
    }
}

pin_project! {
    /// The answer to an `OPTIONS`: the path's own, or that of the handler that owns the method.
    #[project = OptionsFutureProjection]
    pub(crate) enum OptionsFuture<F> {
        Path { response: Option<Response> },
        Handler { #[pin] response: F },
    }
}

impl<F: Future<Output = Response>> Future for OptionsFuture<F> {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        match self.project() {
            // A future is not polled again once it is ready.
            OptionsFutureProjection::Path { response } => match response.take() {
                Some(response) => Poll::Ready(response),
                None => Poll::Pending,
            },
            OptionsFutureProjection::Handler { response } => response.poll(context),
        }
    }
}

/// The 405 of a path.
#[derive(Clone)]
pub(crate) struct NotAllowed(pub(crate) Arc<PathPolicies>);

impl<S> Handler<(), S> for NotAllowed {
    type Future = Ready<Response>;

    fn call(self, request: Request, _: S) -> Self::Future {
        let answer = self
            .0
            .answer_not_allowed(request.method(), request.headers());
        ready(answered(answer, &request))
    }
}

/// Answers from the policies alone: a preflight as the path does, any other request with the access
/// headers that its response should carry.
#[derive(Clone)]
pub(crate) struct PolicyEndpoint(pub(crate) Arc<PathPolicies>);

impl<S> Handler<(), S> for PolicyEndpoint {
    type Future = Ready<Response>;

    fn call(self, request: Request, _: S) -> Self::Future {
        let (method, headers) = (request.method(), request.headers());
        let answer = match is_preflight(method, headers) {
            true => self.0.answer_preflight(headers),
            false => {
                let mut answer = http::Response::new(());
                self.0.grant(method, headers, answer.headers_mut());
                answer
            }
        };
        let mut answer = answer.map(|()| Body::empty());
        mark::meet(answer.extensions_mut());
        ready(answer)
    }
}

/// An answer of the policies as a response.
fn answered(answer: http::Response<()>, request: &Request) -> Response {
    let mut response = answer.map(|()| Body::empty());
    if mark::is_watched(request.extensions()) {
        mark::meet(response.extensions_mut());
    }
    response
}
