//! How a policy asks a type whether it allows an origin.

use std::{
    future::ready,
    marker::PhantomData,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::request::Parts;
use pin_project_lite::pin_project;

use super::{allow_origin::AllowOrigin, origin::Origin, origin_set::OriginSet, state::Is};
use crate::policy::Policy;

/// What a type says of an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The origin is allowed.
    Allowed,
    /// It is not.
    NotAllowed,
    /// The type panicked, which allows nobody.
    Panicked,
}

impl From<bool> for Verdict {
    fn from(allowed: bool) -> Self {
        if allowed {
            Self::Allowed
        } else {
            Self::NotAllowed
        }
    }
}

/// A decision under way. It returns the head of the request, which the type looks at meanwhile.
pub(crate) type DecisionFuture = Pin<Box<dyn Future<Output = (Verdict, Parts)> + Send>>;

/// Something that decides on origins with the state `S`.
trait Decide<S>: Send + Sync {
    /// The set that decides, where it is one.
    fn set(&self, state: &S) -> Option<OriginSet>;

    /// The decision of a type, which may have to wait.
    fn decide_later(&self, origin: Origin, request: Parts, state: &S) -> DecisionFuture;
}

/// A type that decides on origins with the state `S`, whatever its own type is.
#[expect(missing_debug_implementations, reason = "it is a function, and hidden")]
pub struct Decider<S>(Arc<dyn Decide<S>>);

/// The decider that asks the type `T`.
pub fn decided_by<T, S>() -> Decider<S>
where
    T: AllowOrigin<S>,
    S: Clone + Send + Sync + 'static,
{
    Decider(Arc::new(DecidedBy::<T>(PhantomData)))
}

/// The decider that asks the set which `get` finds in the state.
pub fn decided_by_set<T: 'static, S: Is<T>>(get: fn(&T) -> &OriginSet) -> Decider<S> {
    Decider(Arc::new(FromState(get)))
}

impl<S> Decider<S> {
    /// The decider that asks this set.
    pub(crate) fn of_set(set: OriginSet) -> Self {
        Self(Arc::new(set))
    }

    /// The decision, where it needs no waiting.
    pub(crate) fn decide_now(
        &self,
        policy: &Policy,
        origin: &Origin,
        state: &S,
    ) -> Option<Verdict> {
        let decision = || {
            let set = self.0.set(state)?;
            Some(Verdict::from(set.admits(policy, origin)))
        };
        catch_unwind(AssertUnwindSafe(decision)).unwrap_or(Some(Verdict::Panicked))
    }

    /// The set that decides, where it is one; for explanations, which must not panic where the decision did.
    pub(crate) fn set(&self, state: &S) -> Option<OriginSet> {
        catch_unwind(AssertUnwindSafe(|| self.0.set(state))).unwrap_or_default()
    }

    /// The decision of a type, which may have to wait.
    pub(crate) fn decide_later(&self, origin: Origin, request: Parts, state: &S) -> DecisionFuture {
        self.0.decide_later(origin, request, state)
    }

    /// Closes over the state, so that none is needed any more.
    pub(crate) fn with_state<S2>(self, state: S) -> Decider<S2>
    where
        S: Send + Sync + 'static,
    {
        Decider(Arc::new(WithState {
            decider: self,
            state,
        }))
    }
}

impl<S> Clone for Decider<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Asks the type `T`.
struct DecidedBy<T>(PhantomData<fn() -> T>);

impl<T, S> Decide<S> for DecidedBy<T>
where
    T: AllowOrigin<S>,
    S: Clone + Send + Sync + 'static,
{
    fn set(&self, state: &S) -> Option<OriginSet> {
        T::set(state)
    }

    fn decide_later(&self, origin: Origin, request: Parts, state: &S) -> DecisionFuture {
        let state = state.clone();
        Box::pin(async move {
            let decision = async { T::allows(&origin, &request, &state).await };
            let verdict = CatchPanic::new(decision).await;
            (verdict.map_or(Verdict::Panicked, Verdict::from), request)
        })
    }
}

/// Asks a set that is in the state.
struct FromState<T>(fn(&T) -> &OriginSet);

impl<T, S: Is<T>> Decide<S> for FromState<T> {
    fn set(&self, state: &S) -> Option<OriginSet> {
        Some((self.0)(state.is()).clone())
    }

    fn decide_later(&self, _: Origin, request: Parts, _: &S) -> DecisionFuture {
        decided_already(request)
    }
}

impl<S> Decide<S> for OriginSet {
    fn set(&self, _: &S) -> Option<OriginSet> {
        Some(self.clone())
    }

    fn decide_later(&self, _: Origin, request: Parts, _: &S) -> DecisionFuture {
        decided_already(request)
    }
}

/// A set is asked at once; nobody waits for it.
fn decided_already(request: Parts) -> DecisionFuture {
    Box::pin(ready((Verdict::NotAllowed, request)))
}

/// Asks a type with a state that the router no longer has.
struct WithState<S> {
    decider: Decider<S>,
    state: S,
}

impl<S, S2> Decide<S2> for WithState<S>
where
    S: Send + Sync,
{
    fn set(&self, _: &S2) -> Option<OriginSet> {
        self.decider.set(&self.state)
    }

    fn decide_later(&self, origin: Origin, request: Parts, _: &S2) -> DecisionFuture {
        self.decider.decide_later(origin, request, &self.state)
    }
}

pin_project! {
    /// A future of the application's that may panic: it is polled and dropped where the panic is
    /// caught. A preflight reaches no layer, so no `CatchPanicLayer` could do it.
    struct CatchPanic<F> {
        // `None` once it is ready, or has panicked.
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for CatchPanic<F> {
        fn drop(this: Pin<&mut Self>) {
            // An error here is a panic while a cancelled future is dropped: nobody waits for it.
            let _ = this.drop_future();
        }
    }
}

impl<F> CatchPanic<F> {
    fn new(future: F) -> Self {
        let future = Some(future);
        Self { future }
    }

    fn drop_future(self: Pin<&mut Self>) -> std::thread::Result<()> {
        let mut future = self.project().future;
        catch_unwind(AssertUnwindSafe(|| future.set(None)))
    }
}

impl<F: Future> Future for CatchPanic<F> {
    /// `None` where the future panicked.
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let future = self.as_mut().project().future;
        let poll = || future.as_pin_mut().map(|future| future.poll(context));
        let output = match catch_unwind(AssertUnwindSafe(poll)) {
            Ok(Some(Poll::Pending)) => return Poll::Pending,
            Ok(Some(Poll::Ready(output))) => Some(output),
            Ok(None) | Err(_) => None,
        };
        let dropped = self.drop_future();
        Poll::Ready(output.filter(|_| dropped.is_ok()))
    }
}
