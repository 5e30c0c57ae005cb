//! A request on its way into a policy: answered here, refused here, or passed on.

use std::sync::Arc;

use cors_grammar::record::Enforce;
use http::{HeaderValue, Method, Response, StatusCode, header::CACHE_CONTROL};

use super::{
    endpoint::Candidates,
    enforce::{Verdict, enforce},
    handler_policy::{HandlerPolicy, OriginDecision},
    policy_headers::{PolicyHeaders, echo_origin},
    preflight::requested_method,
    refusal::Refusal,
    request_head::RequestHead,
    requested::Requested,
    response::{NO_STORE, ResponseContext, Target},
    vary::Vary,
};
use crate::origins::{self, Origin};

/// In a request's extensions: there is a policy outside, which decides the headers. A closed policy
/// inside then enforces itself, so that the outer one opens nothing that it keeps closed.
///
/// It has no size, and so costs no allocation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OuterPolicy;

/// What becomes of a request.
pub(crate) enum Entry {
    /// It is answered, and goes no further. The body is for the developer: empty in a release build.
    Answer(Response<String>),
    /// It goes on, and its response comes back here.
    Proceed(ResponseContext),
    /// A type that decides on origins has to be awaited first: that of the candidate at
    /// [`Progress::position`].
    Await(Origin, Progress),
}

/// How far the candidates have been asked.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Progress {
    pub(crate) position: usize,
    /// Whether the candidate at `position` allows the origin; `None` where it has not been asked.
    verdict: Option<origins::Verdict>,
    /// Whether a decision has panicked.
    panicked: bool,
}

impl Progress {
    /// After the decision that was waited for.
    pub(crate) fn after(mut self, verdict: origins::Verdict) -> Self {
        self.verdict = Some(verdict);
        self
    }
}

/// Answers a request, refuses it, or lets it through; from `progress` on, where a decision had to
/// be awaited.
pub(crate) fn enter<S>(
    candidates: Candidates<'_, S>,
    request: RequestHead<'_>,
    state: &S,
    mut progress: Progress,
) -> Entry {
    let mut allowed = None;
    let policies = candidates.policies();
    while let Some(policy) = policies.get(progress.position) {
        let decision = match progress.verdict.take() {
            None => policy.decide(request.headers, state),
            Some(origins::Verdict::Allowed) => {
                OriginDecision::Allowed(echo_origin(request.headers))
            }
            Some(origins::Verdict::NotAllowed) => OriginDecision::NotAllowed,
            Some(origins::Verdict::Panicked) => OriginDecision::Panicked,
        };
        match decision {
            OriginDecision::Allowed(allow_origin) => {
                allowed = Some((&policy.headers, allow_origin));
                break;
            }
            OriginDecision::NotAllowed => {}
            OriginDecision::Panicked => {
                policy.refuse(request, state, None).report_panic();
                progress.panicked = true;
            }
            OriginDecision::Later(origin) => return Entry::Await(origin, progress),
        }
        progress.position += 1;
    }
    let no_store = progress.panicked;
    match candidates {
        Candidates::Preflight(policies) => {
            let answer = match allowed {
                Some((policy, allow_origin)) => answer_preflight(policy, allow_origin, request),
                None => {
                    let refusals = policies.iter();
                    let refusals = refusals.map(|policy| policy.refuse(request, state, None));
                    let method = requested_method(request.headers);
                    refuse(refusals, method, Vary::AllThree, no_store)
                }
            };
            Entry::Answer(answer)
        }
        Candidates::Handled(policy) => handled(policy, allowed, no_store, request, state),
        Candidates::Unhandled(policies) => {
            Entry::Proceed(unhandled(policies, allowed, no_store, request))
        }
    }
}

/// A policy that allows a request's origin, and its `Access-Control-Allow-Origin`.
type Allowed<'a> = Option<(&'a Arc<PolicyHeaders>, HeaderValue)>;

fn answer_preflight(
    policy: &PolicyHeaders,
    allow_origin: HeaderValue,
    request: RequestHead<'_>,
) -> Response<String> {
    let mut response = Response::new(String::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    *response.headers_mut() = policy.answer_preflight(allow_origin, request.headers);
    response
}

/// Refuses a request by itself, or lets it through to the handler that owns its method.
fn handled<S>(
    policy: &HandlerPolicy<S>,
    allowed: Allowed<'_>,
    no_store: bool,
    request: RequestHead<'_>,
    state: &S,
) -> Entry {
    let headers = &policy.headers;
    let requested = headers.requested(request.method, request.headers);
    let mut vary = headers.vary(&requested);
    let mut refused = None;
    let judge = || enforce(allowed.is_some(), policy.own_origins(), request);
    match headers.policy().record().effective_enforce() {
        Enforce::On => Verdict { refused, vary } = judge(),
        Enforce::Off | Enforce::Report if headers.is_closed() && stands_inside(request) => {
            Verdict { refused, vary } = judge();
        }
        Enforce::Report => {
            if let step @ Some(_) = judge().refused {
                policy.refuse(request, state, step).report_only();
            }
        }
        Enforce::Off => {}
    }
    if *request.method == Method::OPTIONS {
        vary = Vary::AllThree;
    }
    if refused.is_some() {
        let refusal = policy.refuse(request, state, refused);
        return Entry::Answer(refuse([refusal], request.method.as_str(), vary, true));
    }
    Entry::Proceed(ResponseContext {
        allowed: allowed.map(|(policy, allow_origin)| (Arc::clone(policy), allow_origin)),
        requested,
        vary,
        no_store,
        target: Target::of(request.uri),
    })
}

/// Whether there is another policy outside.
fn stands_inside(request: RequestHead<'_>) -> bool {
    request.extensions.get::<OuterPolicy>().is_some()
}

/// Lets a request through whose method no handler owns. There is nothing to enforce.
fn unhandled<S>(
    policies: &[HandlerPolicy<S>],
    allowed: Allowed<'_>,
    no_store: bool,
    request: RequestHead<'_>,
) -> ResponseContext {
    let requested = match &allowed {
        Some((policy, _)) => policy.requested(request.method, request.headers),
        None => Requested::NOTHING,
    };
    let mut policies = policies.iter();
    let vary = match &allowed {
        _ if *request.method == Method::OPTIONS => Vary::AllThree,
        _ if policies.all(|policy| policy.headers.allows_every_origin()) => Vary::Nothing,
        Some((policy, _)) => Vary::Origin.max(policy.vary(&requested)),
        None => Vary::Origin,
    };
    ResponseContext {
        allowed: allowed.map(|(policy, allow_origin)| (Arc::clone(policy), allow_origin)),
        requested,
        vary,
        no_store,
        target: Target::of(request.uri),
    }
}

/// The 403 of a request that these refusals are of. `method` is the one that it asks for.
fn refuse<'a, S: 'a>(
    refusals: impl IntoIterator<Item = Refusal<'a, S>>,
    method: &str,
    vary: Vary,
    no_store: bool,
) -> Response<String> {
    let mut response = Response::new(String::new());
    for refusal in refusals {
        refusal.report(method);
        refusal.explain(response.body_mut());
    }
    *response.status_mut() = StatusCode::FORBIDDEN;
    if no_store {
        response.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    }
    vary.add_to(response.headers_mut());
    response
}
