//! The one way of a request through its policy: in, unless it is answered or refused, and its
//! response's way out.

use std::{
    future::ready,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::{
    body::Body,
    extract::OriginalUri,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, Request, Uri, request::Parts};
use pin_project_lite::pin_project;

use crate::{
    origins::{DecisionFuture, Origin, Verdict},
    protocol::{
        Candidates, EndpointPolicies, Entry, HandlerPolicy, Progress, RequestHead, ResponseContext,
        enter,
    },
};

/// The policies of one endpoint, with the state `S`.
pub(crate) trait Policies<S>: Clone + Send + Sync + 'static {
    /// Those that may apply to a request.
    fn candidates(&self, method: &Method, headers: &HeaderMap) -> Candidates<'_, S>;
}

/// A handler's own, where the router has chosen the handler already.
impl<S: 'static> Policies<S> for HandlerPolicy<S> {
    fn candidates(&self, _: &Method, _: &HeaderMap) -> Candidates<'_, S> {
        Candidates::Handled(self)
    }
}

impl<S: 'static> Policies<S> for Arc<EndpointPolicies<S>> {
    fn candidates(&self, method: &Method, headers: &HeaderMap) -> Candidates<'_, S> {
        EndpointPolicies::candidates(self, method, headers)
    }
}

/// What is inside a policy, ready to be called once: a handler with its state, or a service.
pub(crate) trait Inner: Sized {
    type State;
    type Policies: Policies<Self::State>;
    type RequestBody;
    type Output;
    type Future: Future<Output = Self::Output>;

    fn state(&self) -> &Self::State;

    fn call(self, request: Request<Self::RequestBody>) -> Self::Future;

    /// An answer that the policy gives by itself, whose body is for the developer.
    fn answer(response: http::Response<String>) -> Self::Output;

    /// Puts the access headers on what the call has returned.
    fn finish(context: ResponseContext, output: &mut Self::Output);
}

/// An answer with its text as axum's body.
pub(crate) fn axum_response(answer: http::Response<String>) -> Response {
    let (mut head, text) = answer.into_parts();
    if text.is_empty() {
        return Response::from_parts(head, Body::empty());
    }
    let (text_head, body) = text.into_response().into_parts();
    head.headers.extend(text_head.headers);
    Response::from_parts(head, body)
}

pin_project! {
    /// A request on its way through a policy to `I`, and its response on the way back.
    pub(crate) struct WithPolicyFuture<I: Inner> {
        #[pin]
        step: Step<I>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<I: Inner> {
        Awaiting {
            decision: DecisionFuture,
            // Taken when the decision is there.
            waiting: Option<Waiting<I>>,
        },
        // `I` is not called.
        Answered {
            output: Option<I::Output>,
        },
        Called {
            #[pin]
            response: I::Future,
            // Taken when the response is there.
            context: Option<ResponseContext>,
        },
    }
}

/// What waits for a decision, besides the head of the request.
struct Waiting<I: Inner> {
    policies: I::Policies,
    progress: Progress,
    body: I::RequestBody,
    inner: I,
    /// The URI without the prefixes that nested routers strip, where it is not what was requested.
    stripped: Option<Uri>,
}

impl<I: Inner> WithPolicyFuture<I> {
    /// Takes a request to `inner`, where the policy lets it.
    pub(crate) fn new(policies: &I::Policies, request: Request<I::RequestBody>, inner: I) -> Self {
        match begin(policies, &request, inner.state()) {
            Entry::Proceed(context) => Self::called(inner.call(request), context),
            Entry::Answer(answer) => Self::answered(answer),
            Entry::Await(origin, progress) => {
                Self::awaiting(policies.clone(), request, inner, origin, progress)
            }
        }
    }

    /// After the policy has let the request through.
    pub(crate) fn called(response: I::Future, context: ResponseContext) -> Self {
        let context = Some(context);
        let step = Step::Called { response, context };
        Self { step }
    }

    /// After the policy has answered by itself.
    pub(crate) fn answered(answer: http::Response<String>) -> Self {
        let output = Some(I::answer(answer));
        let step = Step::Answered { output };
        Self { step }
    }

    /// While the type that decides for one of the policies is awaited.
    pub(crate) fn awaiting(
        policies: I::Policies,
        request: Request<I::RequestBody>,
        inner: I,
        origin: Origin,
        progress: Progress,
    ) -> Self {
        let (parts, body) = request.into_parts();
        let waiting = Waiting {
            policies,
            progress,
            body,
            inner,
            stripped: None,
        };
        Self {
            step: waiting.step(origin, parts),
        }
    }
}

/// What becomes of a request that has just come.
pub(crate) fn begin<S, B>(policies: &impl Policies<S>, request: &Request<B>, state: &S) -> Entry {
    let head = RequestHead::of(request);
    let candidates = policies.candidates(head.method, head.headers);
    enter(candidates, head, state, Progress::default())
}

impl<I: Inner> Waiting<I> {
    /// Asks the type that decides for the next policy, which sees the URI that was requested.
    fn step(mut self, origin: Origin, mut request: Parts) -> Step<I> {
        let original = request.extensions.get().map(|OriginalUri(uri)| uri);
        let original = original.filter(|uri| **uri != request.uri).cloned();
        self.stripped = original.map(|uri| mem::replace(&mut request.uri, uri));
        let state = self.inner.state();
        let candidates = self.policies.candidates(&request.method, &request.headers);
        let policy = candidates.policies().get(self.progress.position);
        let decision = match policy.and_then(HandlerPolicy::decider) {
            Some(decider) => decider.decide_later(origin, request, state),
            None => Box::pin(ready((Verdict::NotAllowed, request))),
        };
        Step::Awaiting {
            decision,
            waiting: Some(self),
        }
    }

    /// Goes on with the decision that was awaited.
    fn resume(mut self, verdict: Verdict, mut parts: Parts) -> Step<I> {
        if let Some(stripped) = self.stripped.take() {
            parts.uri = stripped;
        }
        let head = RequestHead::of_parts(&parts);
        let candidates = self.policies.candidates(head.method, head.headers);
        let progress = self.progress.after(verdict);
        match enter(candidates, head, self.inner.state(), progress) {
            Entry::Proceed(context) => Step::Called {
                response: self.inner.call(Request::from_parts(parts, self.body)),
                context: Some(context),
            },
            Entry::Answer(answer) => Step::Answered {
                output: Some(I::answer(answer)),
            },
            Entry::Await(origin, progress) => {
                self.progress = progress;
                self.step(origin, parts)
            }
        }
    }
}

impl<I: Inner> Future for WithPolicyFuture<I> {
    type Output = I::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<I::Output> {
        let mut step = self.project().step;
        while let StepProjection::Awaiting { decision, waiting } = step.as_mut().project() {
            let (verdict, parts) = ready!(decision.as_mut().poll(context));
            match waiting.take() {
                Some(waiting) => step.set(waiting.resume(verdict, parts)),
                None => polled_after_ready(),
            }
        }
        match step.project() {
            StepProjection::Awaiting { .. } => Poll::Pending,
            StepProjection::Answered { output } => match output.take() {
                Some(output) => Poll::Ready(output),
                None => polled_after_ready(),
            },
            StepProjection::Called {
                response,
                context: policy,
            } => {
                if policy.is_none() {
                    polled_after_ready();
                }
                let mut output = ready!(response.poll(context));
                if let Some(policy) = policy.take() {
                    I::finish(policy, &mut output);
                }
                Poll::Ready(output)
            }
        }
    }
}

/// Futures of the standard library panic as well.
#[cold]
#[expect(
    clippy::panic,
    reason = "to poll again is a mistake of the caller's code"
)]
fn polled_after_ready() -> ! {
    panic!("the future of a request under a CORS policy was polled after it was ready")
}
