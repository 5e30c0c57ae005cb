//! How a policy that stands outside knows that a response has met its policy already.
//!
//! A [`CorsRouter`](crate::CorsRouter) sees every response last, those of its handlers and those of
//! its layers, and the policies on it mark theirs. A [`CorsLayer`](crate::CorsLayer) may stand around
//! anything and inside of anything: it marks all of its responses, and its requests say that they are
//! watched. Nothing else is marked, where nobody watches.

use http::Extensions;

use crate::decision::Decisions;

/// Who may ask whether a response has met its policy.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Watcher {
    /// The `CorsRouter` that the policy is on.
    Router,
    /// A `CorsLayer`, if there is one: then the request says so.
    Layer,
}

impl Watcher {
    /// Whether the response to a request is to be marked.
    pub(crate) fn watches(self, request: &Extensions) -> bool {
        match self {
            Self::Router => true,
            Self::Layer => request.get::<Watched>().is_some(),
        }
    }
}

/// In a request's extensions: a `CorsLayer` outside asks whether the response has met a policy.
///
/// It has no size, and so costs no allocation.
#[derive(Clone)]
struct Watched;

/// In a response's extensions: it has met its policy.
#[derive(Clone, Copy)]
struct Met;

/// Says in a request's extensions that its response is watched.
pub(crate) fn watch(request: &mut Extensions) {
    request.insert(Watched);
}

/// Has a request keep the decisions that are made about it: its own, where it has some already.
pub(crate) fn keep_decisions(request: &mut Extensions) {
    request.get_or_insert_with(Decisions::default);
}

/// Has a request share the decisions of another.
pub(crate) fn share_decisions(request: &mut Extensions, decisions: Decisions) {
    request.insert(decisions);
}

/// The decisions that are kept with a request.
pub(crate) fn decisions(request: &Extensions) -> Option<&Decisions> {
    request.get()
}

/// Says in a response's extensions that it has met its policy.
pub(crate) fn meet(response: &mut Extensions) {
    response.insert(Met);
}

pub(crate) fn has_met(response: &Extensions) -> bool {
    response.get::<Met>().is_some()
}
