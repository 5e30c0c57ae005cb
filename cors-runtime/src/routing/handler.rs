//! A handler inside its policy.
//!
//! The handler is wrapped, not its body: a rejected extractor answers before the body runs, and
//! its response needs the access headers as much as any other.
//!
//! Applications have hundreds of handlers, and axum's boxes around a handler are compiled anew for
//! each type. So a handler's type is erased before axum sees it: all handlers of a program are one
//! [`ErasedHandler`], and what the compiler makes for each is one call.

use std::{any::Any, future::pending, marker::PhantomData, pin::Pin, sync::Arc};

use axum::{body::Body, extract::Request, handler::Handler, response::Response};

use super::with_policy::{Inner, Policies, WithPolicyFuture, axum_response};
use crate::protocol::ResponseContext;

/// The future of a function that is a handler: axum boxes that of each.
type HandlerFuture = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A handler, whatever its own type is.
#[expect(missing_debug_implementations, reason = "it is a function, and hidden")]
pub struct ErasedHandler<S>(Arc<dyn Fn(Request, S) -> HandlerFuture + Send + Sync>);

impl<S> ErasedHandler<S> {
    /// Erases the type of a handler.
    pub fn new<H, T>(handler: H) -> Self
    where
        H: Handler<T, S>,
    {
        Self(Arc::new(move |request, state| {
            boxed(handler.clone().call(request, state))
        }))
    }

    /// The same with something done to each response.
    pub(crate) fn map_response(
        self,
        map: impl Fn(&mut Response) + Clone + Send + Sync + 'static,
    ) -> Self
    where
        S: 'static,
    {
        Self(Arc::new(move |request, state| {
            let response = (self.0)(request, state);
            let map = map.clone();
            Box::pin(async move {
                let mut response = response.await;
                map(&mut response);
                response
            })
        }))
    }

    /// Closes over the state, so that none is needed any more.
    pub(crate) fn with_state<S2>(self, state: S) -> ErasedHandler<S2>
    where
        S: Clone + Send + Sync + 'static,
    {
        ErasedHandler(Arc::new(move |request, _| (self.0)(request, state.clone())))
    }
}

/// The future of a handler in a box: axum has put that of a function in one already.
///
/// A bound on its type would say so too, and rustc would check it for each handler.
fn boxed<F>(future: F) -> HandlerFuture
where
    F: Future<Output = Response> + Send + 'static,
{
    // Of no size, so nothing is allocated for it.
    let mut boxed: HandlerFuture = Box::pin(pending());
    let any: &mut dyn Any = &mut boxed;
    match any.downcast_mut::<F>() {
        Some(same) => *same = future,
        None => boxed = Box::pin(future),
    }
    boxed
}

impl<S> Clone for ErasedHandler<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: 'static> Handler<(), S> for ErasedHandler<S> {
    type Future = HandlerFuture;

    fn call(self, request: Request, state: S) -> HandlerFuture {
        (self.0)(request, state)
    }
}

/// The handler `H`, whose every response gets the access headers of its policy.
#[derive(Clone)]
pub(crate) struct WithPolicy<P, H> {
    pub(crate) policies: P,
    pub(crate) handler: H,
}

impl<P, H, S> Handler<(), S> for WithPolicy<P, H>
where
    P: Policies<S>,
    H: Handler<(), S>,
    S: Clone + Send + Sync + 'static,
{
    type Future = WithPolicyFuture<HandlerCall<P, H, S>>;

    fn call(self, request: Request, state: S) -> Self::Future {
        let call = HandlerCall {
            handler: self.handler,
            state,
            policies: PhantomData,
        };
        WithPolicyFuture::new(&self.policies, request, call)
    }
}

/// A handler with the state that it is called with.
pub(crate) struct HandlerCall<P, H, S> {
    handler: H,
    state: S,
    policies: PhantomData<fn() -> P>,
}

impl<P, H, S> Inner for HandlerCall<P, H, S>
where
    P: Policies<S>,
    H: Handler<(), S>,
{
    type State = S;
    type Policies = P;
    type RequestBody = Body;
    type Output = Response;
    type Future = H::Future;

    fn state(&self) -> &S {
        &self.state
    }

    fn call(self, request: Request) -> H::Future {
        self.handler.call(request, self.state)
    }

    fn answer(response: http::Response<String>) -> Response {
        axum_response(response)
    }

    fn finish(context: ResponseContext, response: &mut Response) {
        context.finish(response);
    }
}
