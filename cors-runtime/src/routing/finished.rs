//! The end of a [`CorsRouter`]: each policy around its path, and one router of all.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use axum::Router;
use tower::Service;

use super::{
    cors_router::{CorsRouter, assert_given_once},
    paths::Paths,
    plain_part::PlainPart,
    policy_path::PolicyPath,
};

impl<S> CorsRouter<S> {
    /// The router as an [`axum::Router`], to be served: the last call.
    ///
    /// It may be nested or merged like any router, but what is layered on *it*, also by a `CorsRouter` that
    /// it is nested in, sees preflights too: by choice for rate limits, tracing, an overall timeout;
    /// by mistake for authentication. `NormalizePath` goes around it, as around any router. Call
    /// [`method_not_allowed_fallback`](CorsRouter::method_not_allowed_fallback) before: on the result
    /// it concerns the paths without a policy.
    ///
    /// # Panics
    ///
    /// Where a path that has a policy is given twice: one's preflights would be answered by the
    /// policy of the other. (Nobody can see it where two finished routers are merged.) And as
    /// [`Router::merge`] does, where two paths overlap (`/{a}` and `/{b}`).
    #[track_caller]
    pub fn into_router(self) -> Router
    where
        (): Finishes<S>,
    {
        <() as Finishes<S>>::finished(self)
            .with_own_origins_told()
            .build()
    }
}

impl CorsRouter {
    #[track_caller]
    fn build(self) -> Router {
        let parts = self.parts.iter().map(|part| &part.router);
        for router in parts
            .chain([&self.plain])
            .filter(|router| router.has_routes())
        {
            let plain = Paths::of(router);
            for path in self.paths.iter().filter_map(PolicyPath::path) {
                assert_given_once(path, !plain.have(path));
            }
        }
        // Each path has been checked already.
        let empty = Router::new().without_v07_checks();
        let paths = self.paths.into_iter().map(PolicyPath::build);
        let mut router = paths.fold(empty, |router, path| path.add_to(router));
        for PlainPart {
            router: part,
            default,
        } in self.parts
        {
            router = router.merge(default.around(part));
        }
        // Of two default 404s axum keeps the second: the one with the layers.
        let router = router.merge(self.default.around(self.plain));
        let router = match self.fallback {
            Some(fallback) => fallback.build().add_to(router),
            None => router,
        };
        // axum builds an endpoint without its state anew for each request, with all of its layers.
        router.with_state(())
    }
}

impl From<CorsRouter> for Router {
    /// As [`CorsRouter::into_router`].
    ///
    /// # Panics
    ///
    /// As it does.
    #[track_caller]
    fn from(router: CorsRouter) -> Self {
        router.into_router()
    }
}

/// A router whose handlers still take the state `S` is finished with `()`: where `S` is `()` itself.
///
/// There is one implementation, which `rustc` takes where nothing else says what the state is.
#[diagnostic::on_unimplemented(
    message = "this router's handlers take the state `{S}`, and it has not been given",
    label = "call `.with_state(…)` before this",
    note = "`CorsRouter::with_state` takes the state, and leaves a router without one"
)]
pub trait Finishes<S> {
    /// The router, which has its state.
    fn finished(router: CorsRouter<S>) -> CorsRouter;
}

impl Finishes<()> for () {
    fn finished(router: CorsRouter) -> CorsRouter {
        router
    }
}

/// What a router that is not finished could serve: nothing.
#[diagnostic::on_unimplemented(
    message = "a `CorsRouter` cannot be served before it is finished",
    label = "call `.into_router()` on it",
    note = "`CorsRouter::into_router` puts the policies around their paths, and gives an `axum::Router`"
)]
pub trait Unserved {}

/// For the message alone: nothing implements [`Unserved`].
#[doc(hidden)]
impl<S, R: Unserved> Service<R> for CorsRouter<S> {
    type Response = Router;
    type Error = Infallible;
    type Future = Ready<Result<Router, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: R) -> Self::Future {
        ready(Ok(Router::new()))
    }
}
