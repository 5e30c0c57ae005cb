//! The endpoints of a path that are no handler of the user's.

use std::{
    future::Ready,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    extract::{MatchedPath, Request},
    handler::Handler,
    response::Response,
    routing::MethodRouter,
};
use http::Extensions;
use pin_project_lite::pin_project;

use crate::{
    answer::tell,
    mark::{self, Watcher},
    path::{Answer, PathPolicies, is_preflight},
};

/// The path's `OPTIONS`.
pub(crate) struct Options<S>(Arc<OptionsOf<S>>);

struct OptionsOf<S> {
    path: Arc<PathPolicies<S>>,
    watcher: Watcher,
    /// The handler that answers an `OPTIONS` that is no preflight, inside its policy.
    owner: Option<MethodRouter<S>>,
}

impl<S> Options<S> {
    pub(crate) fn new(
        path: Arc<PathPolicies<S>>,
        watcher: Watcher,
        owner: Option<MethodRouter<S>>,
    ) -> Self {
        Self(Arc::new(OptionsOf {
            path,
            watcher,
            owner,
        }))
    }
}

/// The path's 405.
pub(crate) struct NotAllowed<S>(pub(crate) Arc<PathPolicies<S>>, pub(crate) Watcher);

/// Answers from the policies alone: a preflight as the path does, any other request with the access
/// headers that its response should carry.
pub(crate) struct PolicyEndpoint<S>(pub(crate) Arc<PathPolicies<S>>);

impl<S> Handler<(), S> for Options<S>
where
    S: Clone + Send + Sync + 'static,
{
    type Future = PathFuture<<MethodRouter<S> as Handler<(), S>>::Future>;

    fn call(self, request: Request, state: S) -> Self::Future {
        let answer = match is_preflight(request.method(), request.headers()) {
            true => Answer::Preflight,
            false => Answer::Options,
        };
        match &self.0.owner {
            Some(owner) if answer == Answer::Options => PathFuture::Handler {
                response: owner.clone().call(request, state),
            },
            _ => respond(&self.0.path, self.0.watcher, answer, request, state),
        }
    }
}

impl<S> Handler<(), S> for NotAllowed<S>
where
    S: Send + Sync + 'static,
{
    type Future = PathFuture<Ready<Response>>;

    fn call(self, request: Request, state: S) -> Self::Future {
        respond(&self.0, self.1, Answer::NotAllowed, request, state)
    }
}

impl<S> Handler<(), S> for PolicyEndpoint<S>
where
    S: Send + Sync + 'static,
{
    type Future = PathFuture<Ready<Response>>;

    fn call(self, request: Request, state: S) -> Self::Future {
        let answer = match is_preflight(request.method(), request.headers()) {
            true => Answer::Preflight,
            false => Answer::AccessHeaders,
        };
        respond(&self.0, Watcher::Router, answer, request, state)
    }
}

/// Answers as the path does: at once, or where a policy decides at run time, when it has.
fn respond<S, F>(
    path: &Arc<PathPolicies<S>>,
    watcher: Watcher,
    answer: Answer,
    request: Request,
    state: S,
) -> PathFuture<F>
where
    S: Send + Sync + 'static,
{
    if !path.decides() {
        let (method, headers) = (request.method(), request.headers());
        let admitting = path.admitting(answer, method, headers);
        let response = path.answer(answer, admitting, method, headers);
        return PathFuture::Path {
            response: Some(finish(response, watcher, request.extensions())),
        };
    }
    let (request, _) = request.into_parts();
    let path = Arc::clone(path);
    let response = Box::pin(async move {
        let (admitting, request) = path.decide(answer, request, state).await;
        let response = path.answer(answer, admitting, &request.method, &request.headers);
        finish(response, watcher, &request.extensions)
    });
    PathFuture::Decided { response }
}

/// An answer of the path as a response.
fn finish(answer: http::Response<String>, watcher: Watcher, request: &Extensions) -> Response {
    let (head, text) = answer.into_parts();
    let mut response = Response::from_parts(head, Body::empty());
    tell(&mut response, text);
    if watcher.watches(request) {
        mark::meet(response.extensions_mut());
        // For the router that asks, where its paths may not be the application's.
        if let Some(path) = request.get::<MatchedPath>() {
            response.extensions_mut().insert(path.clone());
        }
    }
    response
}

pin_project! {
    /// The response of a path: its own, or that of the handler that owns `OPTIONS`.
    #[project = PathFutureProjection]
    pub(crate) enum PathFuture<F> {
        Path { response: Option<Response> },
        Decided { response: Pin<Box<dyn Future<Output = Response> + Send>> },
        Handler { #[pin] response: F },
    }
}

impl<F: Future<Output = Response>> Future for PathFuture<F> {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        match self.project() {
            // A future is not polled again once it is ready.
            PathFutureProjection::Path { response } => {
                response.take().map_or(Poll::Pending, Poll::Ready)
            }
            PathFutureProjection::Decided { response } => response.as_mut().poll(context),
            PathFutureProjection::Handler { response } => response.poll(context),
        }
    }
}

impl<S> Clone for Options<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S> Clone for NotAllowed<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0), self.1)
    }
}

impl<S> Clone for PolicyEndpoint<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
