//! [`PolicySide`]: the policies of an application, as a router with the application's own paths.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use axum::{
    Router,
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{MethodRouter, Route},
};
use tower_layer::Layer;
use tower_service::Service;

use crate::head::Reads;

/// The policies beside an application's router, path by path.
///
/// What has a policy stands here as an endpoint that answers from it; what has none, as one that
/// answers without a mark. Both sides have every path, so that both choose the same one for a URL:
/// a path with parameters never stands in for a more specific one that has no policy.
pub(crate) struct PolicySide<S> {
    paths: Router<S>,
    /// Whether a path has a policy.
    annotated: BTreeMap<String, bool>,
    /// `None`: the fallback is axum's own. `Some(None)`: it has no policy.
    fallback: Option<Option<MethodRouter<S>>>,
    /// Whether there are paths that nobody can list: then an annotated fallback's policy does not
    /// stand for unknown URLs.
    unlisted: bool,
    /// Whether the application may have paths that stand on its side alone.
    uneven: bool,
    /// What any of the policies reads of a request.
    reads: Reads,
}

impl<S> PolicySide<S>
where
    S: Clone + Send + Sync + 'static,
{
    pub(crate) fn new() -> Self {
        Self::of(Router::new())
    }

    /// The side of a plain router: its paths, and no policy.
    pub(crate) fn plain(application: &Router<S>) -> Self {
        let mut side = Self::of(application.clone().layer(NoPolicyLayer));
        side.unlisted = true;
        side
    }

    fn of(paths: Router<S>) -> Self {
        Self {
            // The application has judged every path, by its own rules.
            paths: paths.without_v07_checks(),
            annotated: BTreeMap::new(),
            fallback: None,
            unlisted: false,
            uneven: false,
            reads: Reads::default(),
        }
    }

    /// Adds a path.
    ///
    /// # Panics
    ///
    /// Where the path is there already and one of the two has a policy: which of them answers a
    /// preflight would depend on their order.
    #[track_caller]
    pub(crate) fn route(mut self, path: &str, policy: Option<MethodRouter<S>>) -> Self {
        self.claim(path.to_owned(), policy.is_some());
        self.paths = self.paths.route(path, policy.unwrap_or_default());
        self
    }

    /// Adds a service under a prefix.
    #[track_caller]
    pub(crate) fn nest_service(mut self, prefix: &str) -> Self {
        self.paths = self.paths.nest_service(prefix, NoPolicy);
        self
    }

    /// Adds another side under a prefix.
    #[track_caller]
    pub(crate) fn nest(mut self, prefix: &str, other: Self) -> Self {
        for (path, annotated) in &other.annotated {
            self.claim(join(prefix, path), *annotated);
        }
        self.uneven |= other.uneven;
        self.reads = self.reads.or(other.reads);
        self.paths = self.paths.nest(prefix, other.into_router());
        self
    }

    /// Adds another side as it is.
    #[track_caller]
    pub(crate) fn merge(mut self, other: Self) -> Self {
        for (path, annotated) in other.annotated {
            self.claim(path, annotated);
        }
        self.uneven |= other.uneven;
        self.reads = self.reads.or(other.reads);
        self.unlisted |= other.unlisted;
        self.fallback = self.fallback.or(other.fallback);
        self.paths = self.paths.merge(other.paths);
        self
    }

    /// Sets the policy of the URLs that no path matches; `None` for a fallback that has none.
    pub(crate) fn fallback(mut self, policy: Option<MethodRouter<S>>) -> Self {
        self.fallback = Some(policy);
        self
    }

    /// Says that the application may have got paths that nobody can list, on its side alone.
    pub(crate) fn uneven(mut self) -> Self {
        self.unlisted = true;
        self.uneven = true;
        self
    }

    /// Says what the policies that have been added read of a request.
    pub(crate) fn reading(mut self, reads: Reads) -> Self {
        self.reads = self.reads.or(reads);
        self
    }

    pub(crate) fn with_state<S2>(self, state: S) -> PolicySide<S2> {
        let fallback = self.fallback;
        PolicySide {
            fallback: fallback.map(|policy| policy.map(|it| it.with_state(state.clone()))),
            paths: self.paths.with_state(state),
            annotated: self.annotated,
            unlisted: self.unlisted,
            uneven: self.uneven,
            reads: self.reads,
        }
    }

    /// What any of the policies reads of a request.
    pub(crate) fn reads(&self) -> Reads {
        self.reads
    }

    /// Whether the application may have paths that stand on its side alone.
    pub(crate) fn is_uneven(&self) -> bool {
        self.uneven
    }

    /// The router that answers from the policies, and without a mark where there is none.
    pub(crate) fn into_router(self) -> Router<S> {
        match self.fallback {
            None => self.paths,
            Some(policy) => {
                let policy = policy.filter(|_| !self.unlisted);
                self.paths.fallback(policy.unwrap_or_default())
            }
        }
    }

    #[track_caller]
    fn claim(&mut self, path: String, annotated: bool) {
        let known = self.annotated.get(&path);
        assert!(
            known.is_none_or(|known| !known && !annotated),
            "Overlapping route: `{path}` is given twice, once by `routes!`. \
             Name all handlers of a path in one `routes!(…)`",
        );
        self.annotated.insert(path, annotated);
    }
}

/// Joins a prefix and a path as axum does where it nests.
pub(crate) fn join(prefix: &str, path: &str) -> String {
    match path {
        _ if prefix.ends_with('/') => format!("{prefix}{}", path.trim_start_matches('/')),
        "/" if !prefix.is_empty() => prefix.to_owned(),
        _ => format!("{prefix}{path}"),
    }
}

/// Stands where there is no policy: it answers without a mark.
#[derive(Clone)]
struct NoPolicy;

impl Service<Request> for NoPolicy {
    type Response = Response;
    type Error = Infallible;
    type Future = Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request) -> Self::Future {
        ready(Ok(StatusCode::NOT_FOUND.into_response()))
    }
}

/// Puts [`NoPolicy`] in the place of each endpoint.
#[derive(Clone)]
struct NoPolicyLayer;

impl Layer<Route> for NoPolicyLayer {
    type Service = NoPolicy;

    fn layer(&self, _: Route) -> NoPolicy {
        NoPolicy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_as_axum_joins_them() {
        for (prefix, path, whole) in [
            ("", "/", "/"),
            ("", "/items", "/items"),
            ("/api", "/", "/api"),
            ("/api", "/items", "/api/items"),
            ("/api/", "/", "/api/"),
            ("/api/", "/items", "/api/items"),
        ] {
            assert_eq!(join(prefix, path), whole, "{prefix:?} {path:?}");
        }
    }
}
