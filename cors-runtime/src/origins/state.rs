//! The state of a router, where `rustc` does not know it yet.
//!
//! The state is known where the chain of calls on a router ends. Were there but one implementation that
//! could be meant before, `rustc` would take it, and infer the state from it; the error would then be that
//! two routers differ. So there are two.

use std::{convert::Infallible, marker::PhantomData};

/// A state that is a `T`: what a closure in `origins` takes.
#[diagnostic::on_unimplemented(
    message = "the closure in `origins` takes `&{T}`, and the state of the router is `{Self}`",
    label = "its closure in `origins` takes another state",
    note = "write `origins = |state: &…| …` with the type of the state that `with_state` provides (`()` if it is \
            not called)"
)]
pub trait Is<T>: 'static {
    /// The state.
    fn is(&self) -> &T;
}

impl<T: 'static> Is<T> for T {
    fn is(&self) -> &T {
        self
    }
}

/// A state that no router has.
#[expect(dead_code, reason = "nobody can make one")]
pub(crate) enum NoState<T> {
    Never(Infallible, PhantomData<T>),
}

impl<T: 'static> Is<T> for NoState<T> {
    fn is(&self) -> &T {
        match *self {
            Self::Never(never, _) => match never {},
        }
    }
}
