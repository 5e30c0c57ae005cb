//! How a policy that stands outside knows that a response has met its policy already.
//!
//! A [`CorsRouter`](crate::CorsRouter) sees every response last, those of its handlers and those of
//! its layers. Its requests say that they are watched, and a policy that answers a watched request
//! marks the response. Nothing is marked where nobody watches.

use http::Extensions;

/// In a request's extensions: somebody outside asks whether the response has met a policy.
#[derive(Clone, Copy)]
struct Watched;

/// In a response's extensions: it has met its policy.
#[derive(Clone, Copy)]
struct Met;

/// Says in a request's extensions that its response is watched.
pub(crate) fn watch(request: &mut Extensions) {
    request.insert(Watched);
}

pub(crate) fn is_watched(request: &Extensions) -> bool {
    request.get::<Watched>().is_some()
}

/// Says in a response's extensions that it has met its policy.
pub(crate) fn meet(response: &mut Extensions) {
    response.insert(Met);
}

pub(crate) fn has_met(response: &Extensions) -> bool {
    response.get::<Met>().is_some()
}
