//! A handler inside its policy.
//!
//! The handler is wrapped, not its body: a rejected extractor answers before the body runs, and
//! its response needs the access headers as much as any other.
//!
//! Applications have hundreds of handlers, and axum's boxes around a handler are compiled anew for
//! each type. So a handler's type is forgotten before axum sees it: all handlers of a program are one
//! [`Function`], and what the compiler makes for each is one call.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::{body::Body, extract::Request, handler::Handler, response::Response};
use http::HeaderValue;
use pin_project_lite::pin_project;

use crate::{
    answer::tell,
    decision::{Decision, HandlerPolicy},
    headers::{Admission, PolicyHeaders, echo_origin},
    mark::Watcher,
    passage::Passage,
};

/// The response of a function that is a handler: axum gives that of each in a box.
pub type FunctionFuture = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A user's handler, of whatever type.
pub struct Function<S>(Arc<dyn Fn(Request, S) -> FunctionFuture + Send + Sync>);

impl<S> Function<S> {
    /// Forgets the type of a handler.
    pub fn new<H, T>(handler: H) -> Self
    where
        H: Handler<T, S, Future = FunctionFuture>,
    {
        Self(Arc::new(move |request, state| {
            handler.clone().call(request, state)
        }))
    }
}

impl<S> Clone for Function<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: 'static> Handler<(), S> for Function<S> {
    type Future = FunctionFuture;

    fn call(self, request: Request, state: S) -> FunctionFuture {
        (self.0)(request, state)
    }
}

/// The handler `H`, whose every response gets the access headers of the policy.
#[derive(Clone)]
pub(crate) struct WithPolicy<H, S> {
    pub(crate) handler: H,
    pub(crate) policy: HandlerPolicy<S>,
    pub(crate) watcher: Watcher,
}

impl<H, S> Handler<(), S> for WithPolicy<H, S>
where
    H: Handler<(), S>,
    S: Clone + Send + Sync + 'static,
{
    type Future = WithPolicyFuture<H, H::Future, S>;

    fn call(self, request: Request, state: S) -> Self::Future {
        let Self {
            handler,
            policy,
            watcher,
        } = self;
        let allow_origin = match policy.admission(request.headers(), request.extensions()) {
            Admission::No => None,
            Admission::Yes(allow_origin) => Some(allow_origin),
            Admission::Ask(whom) => {
                let (parts, body) = request.into_parts();
                let step = Step::Deciding {
                    decision: policy.decide(whom, parts, state),
                    policy: policy.headers,
                    watcher,
                    rest: Some((body, handler)),
                };
                return WithPolicyFuture { step };
            }
        };
        let policy = policy.headers;
        WithPolicyFuture::decided(policy, watcher, allow_origin, request, state, handler)
    }
}

pin_project! {
    /// A request on its way through the policy to the handler `H`, and its response, which `F` gives,
    /// on the way back.
    pub(crate) struct WithPolicyFuture<H, F, S> {
        #[pin]
        step: Step<H, F, S>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<H, F, S> {
        // The handler is called when the decision is there. Nothing is left once it has been.
        Deciding {
            decision: Decision<S>,
            policy: &'static PolicyHeaders,
            watcher: Watcher,
            rest: Option<(Body, H)>,
        },
        // The handler is not called.
        Refused {
            response: Option<Response>,
        },
        Handled {
            #[pin]
            response: F,
            policy: &'static PolicyHeaders,
            // Taken when the response is there.
            passage: Option<Passage>,
        },
    }
}

impl<H, S> WithPolicyFuture<H, H::Future, S>
where
    H: Handler<(), S>,
{
    /// Calls the handler, unless the server itself refuses the request.
    fn decided(
        policy: &'static PolicyHeaders,
        watcher: Watcher,
        allow_origin: Option<HeaderValue>,
        request: Request,
        state: S,
        handler: H,
    ) -> Self {
        let watched = watcher.watches(request.extensions());
        let head = (request.method(), request.uri(), request.headers());
        let step = match Passage::enter(policy, allow_origin, watched, head) {
            Ok(passage) => Step::Handled {
                response: handler.call(request, state),
                policy,
                passage: Some(passage),
            },
            Err(refused) => {
                let mut response = refused.answer(Body::empty());
                tell(&mut response, refused.why);
                let response = Some(response);
                Step::Refused { response }
            }
        };
        Self { step }
    }
}

impl<H, S> Future for WithPolicyFuture<H, H::Future, S>
where
    H: Handler<(), S>,
{
    type Output = Response;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        let mut this = self.project();
        if let StepProjection::Deciding {
            decision,
            policy,
            watcher,
            rest,
        } = this.step.as_mut().project()
        {
            let (admitted, question) = ready!(decision.as_mut().poll(context));
            // A future is not polled again once it is ready.
            let Some((body, handler)) = rest.take() else {
                return Poll::Pending;
            };
            let (policy, watcher) = (*policy, *watcher);
            let request = Request::from_parts(question.parts, body);
            let allow_origin = admitted.then(|| echo_origin(request.headers()));
            let state = question.state;
            let next = Self::decided(policy, watcher, allow_origin, request, state, handler);
            this.step.set(next.step);
        }
        match this.step.project() {
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
