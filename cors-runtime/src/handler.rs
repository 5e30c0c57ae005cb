//! A handler inside its policy.
//!
//! The handler is wrapped, not its body: a rejected extractor answers before the body runs, and
//! its response needs the access headers as much as any other.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{extract::Request, handler::Handler, response::Response};
use pin_project_lite::pin_project;

use crate::{
    headers::{PolicyHeaders, Reflection},
    mark,
};

/// The user's handler `H`, whose every response gets its policy's access headers.
#[derive(Clone)]
pub(crate) struct WithPolicy<H> {
    handler: H,
    policy: &'static PolicyHeaders,
}

impl<H> WithPolicy<H> {
    pub(crate) fn new(handler: H, policy: &'static PolicyHeaders) -> Self {
        Self { handler, policy }
    }
}

impl<H, T, S> Handler<T, S> for WithPolicy<H>
where
    H: Handler<T, S>,
{
    type Future = WithPolicyFuture<H::Future>;

    fn call(self, request: Request, state: S) -> Self::Future {
        WithPolicyFuture {
            policy: self.policy,
            reflection: Some(self.policy.reflect(request.method(), request.headers())),
            watched: mark::is_watched(request.extensions()),
            response: self.handler.call(request, state),
        }
    }
}

pin_project! {
    /// The response of a handler on its way through the policy.
    pub(crate) struct WithPolicyFuture<F> {
        #[pin]
        response: F,
        policy: &'static PolicyHeaders,
        // Taken when the response is there.
        reflection: Option<Reflection>,
        watched: bool,
    }
}

impl<F: Future<Output = Response>> Future for WithPolicyFuture<F> {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        let this = self.project();
        let mut response = ready!(this.response.poll(context));
        if *this.watched && mark::has_met(response.extensions()) {
            return Poll::Ready(response);
        }
        if let Some(reflection) = this.reflection.take() {
            this.policy
                .grant_response(reflection, response.headers_mut());
        }
        if *this.watched {
            mark::meet(response.extensions_mut());
        }
        Poll::Ready(response)
    }
}
