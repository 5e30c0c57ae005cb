//! A handler inside its policy.
//!
//! The handler is wrapped, not its body: a rejected extractor answers before the body runs, and
//! its response needs the access headers as much as any other.
//!
//! What the compiler makes anew for each handler is kept small, since applications have hundreds: one
//! call. The future is the same type for all handlers whose own futures are.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{
    body::Body, extract::Request, handler::Handler, response::Response, routing::MethodRouter,
};
use http::HeaderValue;
use pin_project_lite::pin_project;

use crate::{
    decision::{Decider, Decision, HandlerPolicy, PolicyOf},
    headers::{Admission, PolicyHeaders, echo_origin},
    mark,
    origin::Origin,
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
    type Future = WithPolicyFuture<H::Future, S>;

    fn call(self, request: Request, state: S) -> Self::Future {
        let policy = self.policy.tell();
        let handler = self.handler;
        match Entry::of(&policy, &request) {
            Entry::Passes(passage) => {
                let response = handler.call(request, state);
                WithPolicyFuture::handled(policy.headers, passage, response)
            }
            Entry::Refused(response) => WithPolicyFuture::refused(response),
            Entry::Ask(whom) => {
                let call = |request, state| handler.call(request, state);
                WithPolicyFuture::deciding(policy, whom, request, state, Box::new(call))
            }
        }
    }
}

/// Handlers with layers around them, which have the policy that is put around it all.
#[derive(Clone)]
pub(crate) struct Layered<S> {
    handlers: MethodRouter<S>,
    policy: &'static PolicyHeaders,
}

impl<S> Layered<S> {
    pub(crate) fn new(handlers: MethodRouter<S>, policy: &'static PolicyHeaders) -> Self {
        Self { handlers, policy }
    }
}

impl<S> Handler<(), S> for Layered<S>
where
    S: Clone + Send + Sync + 'static,
{
    type Future = <MethodRouter<S> as Handler<(), S>>::Future;

    fn call(self, mut request: Request, state: S) -> Self::Future {
        mark::enter(request.extensions_mut(), self.policy);
        self.handlers.call(request, state)
    }
}

/// What becomes of a request.
enum Entry<S> {
    /// The handler gets it; under no policy where it is inside this one already.
    Passes(Option<Passage>),
    /// The server itself refuses it.
    Refused(Response),
    /// That is decided at run time.
    Ask((Decider<S>, Origin)),
}

impl<S> Entry<S> {
    fn of(policy: &HandlerPolicy<S>, request: &Request) -> Self {
        let watched = mark::is_watched(request.extensions());
        if watched && mark::is_inside(request.extensions(), policy.headers) {
            return Self::Passes(None);
        }
        let entered = match policy.admission(request.headers(), request.extensions()) {
            Admission::No => enter(policy.headers, None, watched, request),
            Admission::Yes(allow_origin) => {
                enter(policy.headers, Some(allow_origin), watched, request)
            }
            Admission::Ask(whom) => return Self::Ask(whom),
        };
        match entered {
            Ok(passage) => Self::Passes(Some(passage)),
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
    /// A request on its way through the policy to the handler, and its response on the way back.
    pub(crate) struct WithPolicyFuture<F, S> {
        #[pin]
        step: Step<F, S>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<F, S> {
        // The handler is called when the decision is there. Nothing is left once it has been.
        Deciding {
            decision: Decision<S>,
            policy: &'static PolicyHeaders,
            rest: Option<(Body, Call<F, S>)>,
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

/// The handler that waits. Functions have no size, and take no room in a box.
type Call<F, S> = Box<dyn FnOnce(Request, S) -> F + Send>;

impl<F, S> WithPolicyFuture<F, S> {
    fn handled(policy: &'static PolicyHeaders, passage: Option<Passage>, response: F) -> Self {
        Self {
            step: Step::Handled {
                response,
                policy,
                passage,
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
        call: Call<F, S>,
    ) -> Self {
        let (parts, body) = request.into_parts();
        Self {
            step: Step::Deciding {
                decision: policy.decide(whom, parts, state),
                policy: policy.headers,
                rest: Some((body, call)),
            },
        }
    }
}

impl<F, S> Future for WithPolicyFuture<F, S>
where
    F: Future<Output = Response>,
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
            let Some((body, call)) = rest.take() else {
                return Poll::Pending;
            };
            let policy = *policy;
            let request = Request::from_parts(question.parts, body);
            let watched = mark::is_watched(request.extensions());
            let allow_origin = admitted.then(|| echo_origin(request.headers()));
            let next = match enter(policy, allow_origin, watched, &request) {
                Ok(passage) => Self::handled(policy, Some(passage), call(request, question.state)),
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
