//! A handler inside its policy.
//!
//! The handler is wrapped, not its body: a rejected extractor answers before the body runs, and
//! its response needs the access headers as much as any other.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{body::Body, extract::Request, handler::Handler, response::Response};
use http::{
    Method, StatusCode,
    header::{CACHE_CONTROL, HeaderValue},
};
use pin_project_lite::pin_project;

use crate::{
    enforcement,
    headers::{PolicyHeaders, Reflection, remove_access_headers},
    mark,
    vary::Vary,
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
        let (method, headers) = (request.method(), request.headers());
        let watched = mark::is_watched(request.extensions());
        let admitted = self.policy.admits(headers);
        let mut vary = None;
        if self.policy.enforces() {
            let verdict = enforcement::judge(admitted, method, request.uri(), headers);
            if !verdict.passes {
                let response = Some(refuse(verdict.vary, watched));
                return WithPolicyFuture::Refused { response };
            }
            vary = Some(verdict.vary);
        }
        let reflection = self.policy.reflect(method, headers);
        let vary = match *method {
            Method::OPTIONS => Vary::AllThree,
            _ => vary.unwrap_or_else(|| self.policy.vary(&reflection)),
        };
        WithPolicyFuture::Handled {
            policy: self.policy,
            reflection: admitted.then_some(reflection),
            vary,
            watched,
            response: self.handler.call(request, state),
        }
    }
}

pin_project! {
    /// The response of a handler on its way through the policy.
    #[project = WithPolicyProjection]
    pub(crate) enum WithPolicyFuture<F> {
        // The handler was not called.
        Refused { response: Option<Response> },
        Handled {
            #[pin]
            response: F,
            policy: &'static PolicyHeaders,
            // `None`: the policy does not let the origin in. Taken when the response is there.
            reflection: Option<Reflection>,
            vary: Vary,
            watched: bool,
        },
    }
}

impl<F: Future<Output = Response>> Future for WithPolicyFuture<F> {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        match self.project() {
            // A future is not polled again once it is ready.
            WithPolicyProjection::Refused { response } => {
                response.take().map_or(Poll::Pending, Poll::Ready)
            }
            WithPolicyProjection::Handled {
                response,
                policy,
                reflection,
                vary,
                watched,
            } => {
                let mut response = ready!(response.poll(context));
                if *watched && mark::has_met(response.extensions()) {
                    return Poll::Ready(response);
                }
                remove_access_headers(response.headers_mut());
                if let Some(reflection) = reflection.take() {
                    policy.grant_response(reflection, response.headers_mut());
                }
                vary.add_to(response.headers_mut());
                if *watched {
                    mark::meet(response.extensions_mut());
                }
                Poll::Ready(response)
            }
        }
    }
}

/// The answer to a request that the server refuses by itself: no extractor and no handler has seen
/// it, nor has its body been read.
fn refuse(vary: Vary, watched: bool) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FORBIDDEN;
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, no_store);
    vary.add_to(response.headers_mut());
    if watched {
        mark::meet(response.extensions_mut());
    }
    response
}
