//! The peers that are measured side by side, and the requests that are sent to each.

mod app;
mod request;

pub(crate) use app::{Peer, app};
use axum::{Router, extract::Request};
use futures_util::FutureExt;
pub(crate) use request::request;
use tower::ServiceExt;

/// What is sent, and under which policy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) policy: Policy,
    /// Whether a preflight is sent, and not the request that it announces.
    pub(crate) preflight: bool,
    pub(crate) origin: Origin,
    /// The length of `Access-Control-Request-Headers`, in bytes, where it is no ordinary one.
    pub(crate) asked_bytes: Option<usize>,
    /// How many layers that do nothing are around the handlers.
    pub(crate) layers: usize,
    /// Whether the router has a state that has a size, as most services do. To give it to a handler,
    /// axum allocates once more for each request.
    pub(crate) has_state: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    Open,
    /// One origin.
    Listed,
    /// So many origins, exact ones.
    Exact(usize),
    /// So many patterns of hosts.
    Patterns(usize),
    /// So many patterns with `*` in the first label.
    Labels(usize),
    /// `OriginSet`, with so many exact origins.
    Set(usize),
    /// A type that decides at run time.
    Decided,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Allowed,
    Refused,
    None,
}

const fn preflight(name: &'static str, policy: Policy) -> Case {
    Case {
        preflight: true,
        ..real(name, policy)
    }
}

const fn real(name: &'static str, policy: Policy) -> Case {
    Case {
        name,
        policy,
        preflight: false,
        origin: Origin::Allowed,
        asked_bytes: None,
        layers: 0,
        has_state: false,
    }
}

pub(crate) const CASES: [Case; 31] = [
    preflight("preflight, open", Policy::Open),
    preflight("preflight, listed", Policy::Listed),
    Case {
        origin: Origin::Refused,
        ..preflight("preflight, refused", Policy::Listed)
    },
    Case {
        asked_bytes: Some(64 * 1024),
        ..preflight("preflight, 64 KiB of headers", Policy::Open)
    },
    real("request, open", Policy::Open),
    real("request, listed", Policy::Listed),
    Case {
        origin: Origin::Refused,
        ..real("request, refused", Policy::Listed)
    },
    Case {
        origin: Origin::None,
        ..real("request, no origin", Policy::Listed)
    },
    Case {
        has_state: true,
        ..preflight("preflight, open, with a state", Policy::Open)
    },
    Case {
        has_state: true,
        ..real("request, open, with a state", Policy::Open)
    },
    Case {
        has_state: true,
        ..real("request, listed, with a state", Policy::Listed)
    },
    real("request, 1 origin", Policy::Exact(1)),
    real("request, 10 origins", Policy::Exact(10)),
    real("request, 1,000 origins", Policy::Exact(1_000)),
    real("request, 100,000 origins", Policy::Exact(100_000)),
    Case {
        origin: Origin::Refused,
        ..real("the same, refused", Policy::Exact(100_000))
    },
    real("request, 1 pattern", Policy::Patterns(1)),
    real("request, 10 patterns", Policy::Patterns(10)),
    real("request, 1,000 patterns", Policy::Patterns(1_000)),
    real("request, 100,000 patterns", Policy::Patterns(100_000)),
    Case {
        origin: Origin::Refused,
        ..real("the same patterns, refused", Policy::Patterns(100_000))
    },
    real("request, 1 label pattern", Policy::Labels(1)),
    real("request, 100,000 label patterns", Policy::Labels(100_000)),
    real("request, OriginSet of 1,000", Policy::Set(1_000)),
    preflight("preflight, OriginSet of 1,000", Policy::Set(1_000)),
    real("request, AllowOrigin", Policy::Decided),
    Case {
        layers: 1,
        ..preflight("preflight, one layer", Policy::Listed)
    },
    Case {
        layers: 1,
        ..real("request, one layer", Policy::Listed)
    },
    Case {
        layers: 1,
        has_state: true,
        ..real("request, one layer, with a state", Policy::Listed)
    },
    Case {
        layers: 6,
        ..preflight("preflight, six layers", Policy::Listed)
    },
    Case {
        layers: 6,
        ..real("request, six layers", Policy::Listed)
    },
];

/// What is measured: one request through the router, its response, and the end of both.
#[inline(never)]
pub(crate) fn measured(app: Router, request: Request) {
    let response = app.oneshot(request).now_or_never();
    drop(response.expect("an answer at once"));
}
