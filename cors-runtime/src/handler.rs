//! A handler inside its policy.
//!
//! The handler is wrapped, not its body: a rejected extractor answers before the body runs, and
//! its response needs the access headers as much as any other.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{body::Body, extract::Request, handler::Handler, response::Response};
use pin_project_lite::pin_project;

use crate::{
    decision::{Decision, HandlerPolicy},
    headers::{Admission, PolicyHeaders},
    mark,
    passage::Passage,
};

/// The user's handler `H`, whose every response gets its policy's access headers.
pub(crate) struct WithPolicy<H, S> {
    handler: H,
    policy: HandlerPolicy<S>,
}

impl<H, S> WithPolicy<H, S> {
    pub(crate) fn new(handler: H, policy: HandlerPolicy<S>) -> Self {
        Self { handler, policy }
    }
}

impl<H: Clone, S> Clone for WithPolicy<H, S> {
    fn clone(&self) -> Self {
        let handler = self.handler.clone();
        Self { handler, ..*self }
    }
}

impl<H, T, S> Handler<T, S> for WithPolicy<H, S>
where
    H: Handler<T, S>,
    S: Send + Sync + 'static,
    T: 'static,
{
    type Future = WithPolicyFuture<H, T, S>;

    fn call(self, request: Request, state: S) -> Self::Future {
        let admission = self
            .policy
            .admission(request.headers(), request.extensions());
        let step = match admission {
            Admission::Known(admitted) => self.proceed(admitted, request, state),
            Admission::Ask(whom) => {
                let (parts, body) = request.into_parts();
                Step::Deciding {
                    decision: self.policy.decide(whom, parts, state),
                    rest: Some((self, body)),
                }
            }
        };
        WithPolicyFuture { step }
    }
}

impl<H, S> WithPolicy<H, S> {
    /// Calls the handler, unless the server itself refuses the request.
    fn proceed<T>(self, admitted: bool, request: Request, state: S) -> Step<H, T, S>
    where
        H: Handler<T, S>,
    {
        let policy = self.policy.headers;
        let watched = mark::is_watched(request.extensions());
        let head = (request.method(), request.uri(), request.headers());
        match Passage::enter(policy, admitted, watched, head) {
            Ok(passage) => Step::Handled {
                policy,
                passage: Some(passage),
                response: self.handler.call(request, state),
            },
            Err(refused) => Step::Refused {
                response: Some(refused.map(|()| Body::empty())),
            },
        }
    }
}

pin_project! {
    /// A request on its way through the policy to the handler, and its response on the way back.
    pub(crate) struct WithPolicyFuture<H, T, S>
    where
        H: Handler<T, S>,
    {
        #[pin]
        step: Step<H, T, S>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<H, T, S>
    where
        H: Handler<T, S>,
    {
        // The handler is called when the decision is there. Nothing is left once it has been.
        Deciding {
            decision: Decision<S>,
            rest: Option<(WithPolicy<H, S>, Body)>,
        },
        // The handler is not called.
        Refused {
            response: Option<Response>,
        },
        Handled {
            #[pin]
            response: H::Future,
            policy: &'static PolicyHeaders,
            // Taken when the response is there.
            passage: Option<Passage>,
        },
    }
}

impl<H, T, S> Future for WithPolicyFuture<H, T, S>
where
    H: Handler<T, S>,
{
    type Output = Response;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        let mut step = self.project().step;
        if let StepProjection::Deciding { decision, rest } = step.as_mut().project() {
            let (admitted, question) = ready!(decision.as_mut().poll(context));
            // A future is not polled again once it is ready.
            let Some((handler, body)) = rest.take() else {
                return Poll::Pending;
            };
            let request = Request::from_parts(question.parts, body);
            step.set(handler.proceed(admitted, request, question.state));
        }
        match step.project() {
            StepProjection::Deciding { .. } => Poll::Pending,
            StepProjection::Refused { response } => {
                response.take().map_or(Poll::Pending, Poll::Ready)
            }
            StepProjection::Handled {
                response,
                policy,
                passage,
            } => {
                let mut response = ready!(response.poll(context));
                if let Some(passage) = passage.take() {
                    passage.leave(policy, &mut response);
                }
                Poll::Ready(response)
            }
        }
    }
}
