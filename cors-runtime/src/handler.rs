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
    decision::{Decider, Decision, HandlerPolicy},
    headers::{Admission, PolicyHeaders, echo_origin},
    mark,
    origin::Origin,
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
    handler: H,
    policy: HandlerPolicy<S>,
}

impl<H, S> WithPolicy<H, S> {
    pub(crate) fn new(handler: H, policy: HandlerPolicy<S>) -> Self {
        Self { handler, policy }
    }
}

impl<H, S> Handler<(), S> for WithPolicy<H, S>
where
    H: Handler<(), S>,
    S: Clone + Send + Sync + 'static,
{
    type Future = WithPolicyFuture<H, H::Future, S>;

    fn call(self, request: Request, state: S) -> Self::Future {
        let Self { handler, policy } = self;
        match Entry::of(&policy, &request) {
            Entry::Passes(passage) => {
                let response = handler.call(request, state);
                WithPolicyFuture::handled(policy.headers, passage, response)
            }
            Entry::Refused(response) => WithPolicyFuture::refused(response),
            Entry::Ask(whom) => WithPolicyFuture::deciding(policy, whom, request, state, handler),
        }
    }
}

/// What becomes of a request.
enum Entry<S> {
    /// The handler gets it.
    Passes(Passage),
    /// The server itself refuses it.
    Refused(Response),
    /// That is decided at run time.
    Ask((Decider<S>, Origin)),
}

impl<S> Entry<S> {
    fn of(policy: &HandlerPolicy<S>, request: &Request) -> Self {
        let watched = mark::is_watched(request.extensions());
        let entered = match policy.admission(request.headers(), request.extensions()) {
            Admission::No => enter(policy.headers, None, watched, request),
            Admission::Yes(allow_origin) => {
                enter(policy.headers, Some(allow_origin), watched, request)
            }
            Admission::Ask(whom) => return Self::Ask(whom),
        };
        match entered {
            Ok(passage) => Self::Passes(passage),
            Err(response) => Self::Refused(response),
        }
    }
}

/// Lets a request in, or returns the answer of a server that refuses it by itself.
#[expect(clippy::result_large_err, reason = "a box would cost an allocation")]
fn enter(
    policy: &PolicyHeaders,
    allow_origin: Option<HeaderValue>,
    watched: bool,
    request: &Request,
) -> Result<Passage, Response> {
    let head = (request.method(), request.uri(), request.headers());
    let entered = Passage::enter(policy, allow_origin, watched, head);
    entered.map_err(|refused| refused.map(|()| Body::empty()))
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

impl<H, F, S> WithPolicyFuture<H, F, S> {
    fn handled(policy: &'static PolicyHeaders, passage: Passage, response: F) -> Self {
        Self {
            step: Step::Handled {
                response,
                policy,
                passage: Some(passage),
            },
        }
    }

    fn refused(response: Response) -> Self {
        let response = Some(response);
        Self {
            step: Step::Refused { response },
        }
    }

    fn deciding(
        policy: HandlerPolicy<S>,
        whom: (Decider<S>, Origin),
        request: Request,
        state: S,
        handler: H,
    ) -> Self {
        let (parts, body) = request.into_parts();
        Self {
            step: Step::Deciding {
                decision: policy.decide(whom, parts, state),
                policy: policy.headers,
                rest: Some((body, handler)),
            },
        }
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
            rest,
        } = this.step.as_mut().project()
        {
            let (admitted, question) = ready!(decision.as_mut().poll(context));
            // A future is not polled again once it is ready.
            let Some((body, handler)) = rest.take() else {
                return Poll::Pending;
            };
            let policy = *policy;
            let request = Request::from_parts(question.parts, body);
            let watched = mark::is_watched(request.extensions());
            let allow_origin = admitted.then(|| echo_origin(request.headers()));
            let next = match enter(policy, allow_origin, watched, &request) {
                Ok(passage) => {
                    Self::handled(policy, passage, handler.call(request, question.state))
                }
                Err(response) => Self::refused(response),
            };
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
