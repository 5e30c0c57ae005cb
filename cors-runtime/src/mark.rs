//! How a policy that stands outside knows that a response has met its policy already.
//!
//! A [`CorsRouter`](crate::CorsRouter) sees every response last, those of its handlers and those of
//! its layers. Its requests say that they are watched, and a policy that answers a watched request
//! marks the response. Nothing is marked where nobody watches.

use http::Extensions;

use crate::decision::Decisions;

/// In a request's extensions: somebody outside asks whether the response has met a policy.
///
/// It has no size, and so costs no allocation.
#[derive(Clone)]
struct Watched;

/// In a response's extensions: it has met its policy.
#[derive(Clone, Copy)]
struct Met;

/// Says in a request's extensions that its response is watched. `decides` says whether decisions
/// are to be kept with the request; one that has been watched before keeps its own.
pub(crate) fn watch(request: &mut Extensions, decides: bool) {
    request.insert(Watched);
    if decides {
        request.get_or_insert_with(Decisions::default);
    }
}

/// Has one request watched as another is, so that they share their decisions.
pub(crate) fn watch_alike(request: &mut Extensions, decisions: Option<Decisions>) {
    request.insert(Watched);
    if let Some(decisions) = decisions {
        request.insert(decisions);
    }
}

pub(crate) fn is_watched(request: &Extensions) -> bool {
    request.get::<Watched>().is_some()
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
