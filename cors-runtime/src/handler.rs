//! A handler inside its policy.
//!
//! The handler is wrapped, not its body: a rejected extractor answers before the body runs, and
//! its response needs the access headers as much as any other.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{body::Body, extract::Request, handler::Handler, response::Response};
use http::HeaderValue;
use pin_project_lite::pin_project;

use crate::{
    decision::{Decision, PolicyOf},
    headers::{Admission, PolicyHeaders, echo_origin},
    mark,
    passage::Passage,
};

/// The user's handler `H`, whose every response gets the access headers of the policy that `P` tells.
#[derive(Clone)]
pub(crate) struct WithPolicy<H, P> {
    handler: H,
    policy: P,
}

impl<H, P> WithPolicy<H, P> {
    pub(crate) fn new(handler: H, policy: P) -> Self {
        Self { handler, policy }
    }
}

impl<H, T, S, P> Handler<T, S> for WithPolicy<H, P>
where
    H: Handler<T, S>,
    S: Send + Sync + 'static,
    T: 'static,
    P: PolicyOf<S>,
{
    type Future = WithPolicyFuture<H, T, S, P>;

    fn call(self, request: Request, state: S) -> Self::Future {
        let policy = self.policy.tell();
        let step = match policy.admission(request.headers(), request.extensions()) {
            Admission::No => self.proceed(None, request, state),
            Admission::Yes(allow_origin) => self.proceed(Some(allow_origin), request, state),
            Admission::Ask(whom) => {
                let (parts, body) = request.into_parts();
                Step::Deciding {
                    decision: policy.decide(whom, parts, state),
                    rest: Some((self, body)),
                }
            }
        };
        WithPolicyFuture { step }
    }
}

impl<H, P> WithPolicy<H, P> {
    /// Calls the handler, unless the server itself refuses the request.
    fn proceed<T, S>(
        self,
        allow_origin: Option<HeaderValue>,
        request: Request,
        state: S,
    ) -> Step<H, T, S, P>
    where
        H: Handler<T, S>,
        P: PolicyOf<S>,
    {
        let policy = self.policy.tell().headers;
        let watched = mark::is_watched(request.extensions());
        let head = (request.method(), request.uri(), request.headers());
        match Passage::enter(policy, allow_origin, watched, head) {
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
    pub(crate) struct WithPolicyFuture<H, T, S, P>
    where
        H: Handler<T, S>,
    {
        #[pin]
        step: Step<H, T, S, P>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<H, T, S, P>
    where
        H: Handler<T, S>,
    {
        // The handler is called when the decision is there. Nothing is left once it has been.
        Deciding {
            decision: Decision<S>,
            rest: Option<(WithPolicy<H, P>, Body)>,
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

impl<H, T, S, P> Future for WithPolicyFuture<H, T, S, P>
where
    H: Handler<T, S>,
    P: PolicyOf<S>,
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
            let allow_origin = admitted.then(|| echo_origin(request.headers()));
            step.set(handler.proceed(allow_origin, request, question.state));
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
