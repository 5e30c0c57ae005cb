//! Who decides whether an origin is let in: the policy by itself, or a type at run time.

use std::{
    pin::Pin,
    ptr,
    sync::{Arc, Mutex, PoisonError},
};

use http::{Extensions, HeaderMap, request::Parts};

use crate::{
    allow_origin::AllowOrigin,
    headers::{Admission, PolicyHeaders, echo_origin},
    mark,
    origin::Origin,
};

/// The policy of a handler, and the type that decides for it, if it has one.
#[derive(Debug)]
pub struct HandlerPolicy<S> {
    /// The policy with its header values.
    pub headers: &'static PolicyHeaders,
    /// Asks the type.
    pub decider: Option<Decider<S>>,
}

impl<S> Clone for HandlerPolicy<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for HandlerPolicy<S> {}

/// Asks a type that decides at run time.
pub type Decider<S> = fn(Question<S>) -> Decision<S>;

/// A decision under way. It gives the question back.
pub type Decision<S> = Pin<Box<dyn Future<Output = (bool, Question<S>)> + Send>>;

/// What a decision is made from.
#[derive(Debug)]
pub struct Question<S> {
    policy: &'static PolicyHeaders,
    origin: Origin,
    pub(crate) parts: Parts,
    pub(crate) state: S,
}

/// The [`Decider`] that asks `T`.
pub fn ask<T, S>(question: Question<S>) -> Decision<S>
where
    T: AllowOrigin<S>,
    S: Send + Sync + 'static,
{
    Box::pin(async move {
        let Question {
            policy,
            origin,
            parts,
            state,
        } = &question;
        let allowed = T::allows_under(policy.policy(), origin, parts, state).await;
        if let Some(decisions) = mark::decisions(&parts.extensions) {
            decisions.settle(policy, allowed);
        }
        (allowed, question)
    })
}

impl<S> HandlerPolicy<S> {
    /// Whether the policy lets the origin of a request in, or whom to ask.
    pub(crate) fn admission(
        &self,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Admission<(Decider<S>, Origin)> {
        let origin = match self.headers.admission(headers) {
            Admission::Ask(origin) => origin,
            Admission::Yes(allow_origin) => return Admission::Yes(allow_origin),
            Admission::No => return Admission::No,
        };
        let decisions = mark::decisions(extensions);
        match (
            decisions.and_then(|it| it.begin(self.headers)),
            self.decider,
        ) {
            (Some(true), _) => Admission::Yes(echo_origin(headers)),
            (None, Some(decider)) => Admission::Ask((decider, origin)),
            (Some(false), _) | (None, None) => Admission::No,
        }
    }

    /// Begins a decision.
    pub(crate) fn decide(
        &self,
        (decider, origin): (Decider<S>, Origin),
        parts: Parts,
        state: S,
    ) -> Decision<S> {
        decider(Question {
            policy: self.headers,
            origin,
            parts,
            state,
        })
    }
}

/// The decisions of one request, by policy: at most one each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Decisions(Arc<Mutex<Vec<Begun>>>);

/// A policy, and what was decided for it; `None` while it has not been.
type Begun = (&'static PolicyHeaders, Option<bool>);

impl Decisions {
    /// Begins the decision of a policy, and returns `None`; or what was decided already. One that
    /// was begun and has not ended was cancelled, and lets nobody in.
    fn begin(&self, policy: &'static PolicyHeaders) -> Option<bool> {
        let mut decisions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, decided)) = decisions.iter().find(|(known, _)| ptr::eq(*known, policy)) {
            return Some(decided.unwrap_or(false));
        }
        decisions.push((policy, None));
        None
    }

    fn settle(&self, policy: &'static PolicyHeaders, allowed: bool) {
        let mut decisions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (known, decided) in decisions.iter_mut() {
            if ptr::eq(*known, policy) {
                *decided = Some(allowed);
            }
        }
    }
}
