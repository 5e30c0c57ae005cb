//! The application behind its policies: what [`CorsRouter`](crate::CorsRouter) puts before each
//! endpoint.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{
    Router,
    extract::{MatchedPath, NestedPath, Request},
    response::Response,
    routing::{Route, future::RouteFuture},
};
use http::Extensions;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    head::{Head, Reads},
    headers, mark,
    path::is_preflight,
    policy_side::join,
    vary,
};

/// Puts the policies before an endpoint of the application.
#[derive(Clone)]
pub(crate) struct PoliciesFirstLayer {
    pub(crate) policies: Router,
    /// What any of the policies reads of a request.
    pub(crate) reads: Reads,
    /// Whether the application may have paths that the policies do not know.
    pub(crate) uneven: bool,
}

impl PoliciesFirstLayer {
    /// The path that the application has matched, for a comparison where the two sides may differ.
    fn matched_path(&self, request: &Extensions) -> Option<Box<Matched>> {
        if !self.uneven {
            return None;
        }
        Some(Box::new(Matched {
            nested: request.get().cloned(),
            path: request.get().cloned(),
        }))
    }

    /// Whether the answer of the policies is for the path that the application has matched. The two
    /// sides have the same paths, unless the application has got some by `map_router`.
    fn applies(&self, answer: &Extensions, matched: Option<&Matched>) -> bool {
        let is_for = |matched: &Matched| matched.is(answer.get());
        mark::has_met(answer) && matched.is_none_or(is_for)
    }
}

/// The path that the application has matched, and the prefix of routers outside this one in it.
struct Matched {
    nested: Option<NestedPath>,
    path: Option<MatchedPath>,
}

impl Matched {
    /// Whether it is the path that the policies have matched, who see none of the prefix.
    fn is(&self, policy: Option<&MatchedPath>) -> bool {
        let nested = self.nested.as_ref().map_or("", NestedPath::as_str);
        let policy = policy.map(|path| join(nested, path.as_str()));
        policy.as_deref() == self.path.as_ref().map(MatchedPath::as_str)
    }
}

impl Layer<Route> for PoliciesFirstLayer {
    type Service = PoliciesFirst;

    fn layer(&self, application: Route) -> PoliciesFirst {
        PoliciesFirst {
            layer: self.clone(),
            application,
        }
    }
}

/// An endpoint of the application, with its layers, behind the policies.
#[derive(Clone)]
pub(crate) struct PoliciesFirst {
    layer: PoliciesFirstLayer,
    application: Route,
}

impl Service<Request> for PoliciesFirst {
    type Response = Response;
    type Error = Infallible;
    type Future = PoliciesFirstFuture;

    /// Routes are always ready.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> PoliciesFirstFuture {
        if self.layer.reads.decides {
            mark::keep_decisions(request.extensions_mut());
        }
        let matched = self.layer.matched_path(request.extensions());
        let head = Head::of(&request, self.layer.reads);
        let step = match is_preflight(request.method(), request.headers()) {
            true => Step::Preflight {
                answer: self.layer.policies.call(head.into_request()),
                rest: Some((request, self.application.clone())),
            },
            false => Step::Application {
                response: self.application.call(request),
                head: Some(head),
            },
        };
        PoliciesFirstFuture {
            layer: self.layer.clone(),
            matched,
            step,
        }
    }
}

pin_project! {
    /// A request on its way: first to the policies if it is a preflight; to the application if
    /// they have no answer; and to the policies if the response comes back without having met one.
    pub(crate) struct PoliciesFirstFuture {
        layer: PoliciesFirstLayer,
        // In a box, because most routers have no use for it.
        matched: Option<Box<Matched>>,
        #[pin]
        step: Step,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step {
        Preflight {
            #[pin]
            answer: RouteFuture<Infallible>,
            // Where the request goes if the policies have no answer.
            rest: Option<(Request, Route)>,
        },
        Application {
            #[pin]
            response: RouteFuture<Infallible>,
            // `None`: the policies have said that they have no answer.
            head: Option<Head>,
        },
        AccessHeaders {
            #[pin]
            answer: RouteFuture<Infallible>,
            response: Option<Response>,
        },
    }
}

impl Future for PoliciesFirstFuture {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.step.as_mut().project() {
                StepProjection::Preflight { answer, rest } => {
                    let Ok(answer) = ready!(answer.poll(context));
                    let matched = this.matched.as_deref();
                    let applies = this.layer.applies(answer.extensions(), matched);
                    match rest.take() {
                        Some((request, mut application)) if !applies => Step::Application {
                            response: application.call(request),
                            head: None,
                        },
                        _ => return Poll::Ready(Ok(answer)),
                    }
                }
                StepProjection::Application { response, head } => {
                    let Ok(mut response) = ready!(response.poll(context));
                    match head.take() {
                        Some(head) if !mark::has_met(response.extensions()) => {
                            Step::AccessHeaders {
                                answer: this.layer.policies.call(head.into_request()),
                                response: Some(response),
                            }
                        }
                        _ => {
                            vary::tidy(response.headers_mut());
                            return Poll::Ready(Ok(response));
                        }
                    }
                }
                StepProjection::AccessHeaders { answer, response } => {
                    let Ok(answer) = ready!(answer.poll(context));
                    // A future is not polled again once it is ready.
                    let Some(mut response) = response.take() else {
                        return Poll::Pending;
                    };
                    let matched = this.matched.as_deref();
                    if this.layer.applies(answer.extensions(), matched) {
                        let (answer, _) = answer.into_parts();
                        let status = response.status();
                        headers::transfer(answer.headers, status, response.headers_mut());
                        mark::meet(response.extensions_mut());
                    }
                    return Poll::Ready(Ok(response));
                }
            };
            this.step.set(next);
        }
    }
}
