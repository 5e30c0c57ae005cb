//! [`PolicyTable`]: which URL has which policy.

use std::collections::BTreeMap;

use axum::{
    Router,
    http::StatusCode,
    routing::{MethodRouter, any},
};

/// The policies of an application by path, as [`CorsRouter`](crate::CorsRouter) collects them.
///
/// A policy is an endpoint that answers from it; `None` stands where there is none.
pub(crate) struct PolicyTable<S> {
    paths: BTreeMap<String, PathEntry<S>>,
    /// Fallbacks by the prefix under which they stand; that of the root is empty.
    fallbacks: BTreeMap<String, Option<MethodRouter<S>>>,
    /// Prefixes under which there are paths that nobody can list.
    unlisted: Vec<String>,
    /// Whether any of the policies decides at run time.
    decides: bool,
}

struct PathEntry<S> {
    /// Where the path was nested: the part of it that an endpoint does not see.
    prefix: String,
    /// The part that an endpoint sees.
    path: String,
    policy: Option<MethodRouter<S>>,
}

impl<S> PolicyTable<S>
where
    S: Clone + Send + Sync + 'static,
{
    pub(crate) fn new() -> Self {
        Self {
            paths: BTreeMap::new(),
            fallbacks: BTreeMap::new(),
            unlisted: Vec::new(),
            decides: false,
        }
    }

    /// The table of a router whose paths nobody can list.
    pub(crate) fn unlisted() -> Self {
        let mut table = Self::new();
        table.unlisted.push(String::new());
        table
    }

    /// Adds a path.
    ///
    /// # Panics
    ///
    /// Where the path is there already and one of the two has a policy: which of them answers a
    /// preflight would depend on their order.
    #[track_caller]
    pub(crate) fn route(&mut self, path: &str, policy: Option<MethodRouter<S>>) {
        self.insert(PathEntry {
            prefix: String::new(),
            path: path.to_owned(),
            policy,
        });
    }

    #[track_caller]
    fn insert(&mut self, entry: PathEntry<S>) {
        let whole = join(&entry.prefix, &entry.path);
        if let Some(known) = self.paths.get(&whole) {
            assert!(
                known.policy.is_none() && entry.policy.is_none(),
                "Overlapping route: `{whole}` is given twice, once by `routes!`. \
                 Name all handlers of a path in one `routes!(…)`",
            );
        }
        self.paths.insert(whole, entry);
    }

    /// Sets the policy of the URLs that no path matches; `None` for a fallback that has none.
    pub(crate) fn fallback(&mut self, policy: Option<MethodRouter<S>>) {
        self.fallbacks.insert(String::new(), policy);
    }

    /// Says that whatever lies under a prefix has no policy, unless a path says otherwise.
    pub(crate) fn nest_unlisted(&mut self, prefix: &str) {
        self.unlisted.push(prefix.to_owned());
    }

    /// Says that some policy decides at run time.
    pub(crate) fn decide(&mut self, decides: bool) {
        self.decides |= decides;
    }

    /// Adds another table under a prefix; under the empty one as it is.
    #[track_caller]
    pub(crate) fn nest(&mut self, prefix: &str, other: Self) {
        for entry in other.paths.into_values() {
            self.insert(PathEntry {
                prefix: join(prefix, &entry.prefix),
                ..entry
            });
        }
        for (inner, policy) in other.fallbacks {
            self.fallbacks.insert(join(prefix, &inner), policy);
        }
        self.decides |= other.decides;
        let unlisted = other.unlisted.iter().map(|inner| join(prefix, inner));
        self.unlisted.extend(unlisted);
    }

    pub(crate) fn with_state<S2>(self, state: &S) -> PolicyTable<S2> {
        let with_state = |policy: Option<MethodRouter<S>>| {
            policy.map(|policy| policy.with_state::<S2>(state.clone()))
        };
        let paths = self.paths.into_iter().map(|(whole, entry)| {
            let entry = PathEntry {
                prefix: entry.prefix,
                path: entry.path,
                policy: with_state(entry.policy),
            };
            (whole, entry)
        });
        let fallbacks = self.fallbacks.into_iter();
        PolicyTable {
            paths: paths.collect(),
            fallbacks: fallbacks
                .map(|(prefix, policy)| (prefix, with_state(policy)))
                .collect(),
            unlisted: self.unlisted,
            decides: self.decides,
        }
    }

    /// Whether any of the policies decides at run time.
    pub(crate) fn decides(&self) -> bool {
        self.decides
    }

    /// The router that answers from the policies, and with an unmarked 404 where there is none.
    pub(crate) fn into_router(mut self) -> Router<S> {
        for (prefix, policy) in &mut self.fallbacks {
            if self
                .unlisted
                .iter()
                .any(|unlisted| shadows(unlisted, prefix))
            {
                *policy = None;
            }
        }
        for prefix in self.unlisted {
            self.fallbacks.insert(prefix, None);
        }
        let endpoint = |policy: Option<_>| policy.unwrap_or_else(|| any(StatusCode::NOT_FOUND));
        // The application has taken every path, by its own rules.
        let mut router = Router::new().without_v07_checks();
        for PathEntry {
            prefix,
            path,
            policy,
        } in self.paths.into_values()
        {
            let policy = endpoint(policy);
            router = match prefix.is_empty() {
                true => router.route(&path, policy),
                false => router.nest(
                    &prefix,
                    Router::new().without_v07_checks().route(&path, policy),
                ),
            };
        }
        for (prefix, policy) in self.fallbacks {
            let policy = endpoint(policy);
            router = match prefix.is_empty() {
                true => router.fallback(policy),
                false => router.nest(&prefix, Router::new().fallback(policy)),
            };
        }
        router
    }
}

/// Joins a prefix and a path as axum does where it nests.
fn join(prefix: &str, path: &str) -> String {
    match path {
        _ if prefix.ends_with('/') => format!("{prefix}{}", path.trim_start_matches('/')),
        "/" if !prefix.is_empty() => prefix.to_owned(),
        _ => format!("{prefix}{path}"),
    }
}

/// Whether a URL that only the fallback under `fallback` seems to know could be one of the paths
/// under `unlisted`.
///
/// It cannot where the two differ in a literal segment; nor where `unlisted` lies deeper, since
/// it then gets an entry of its own, which is the more specific one.
fn shadows(unlisted: &str, fallback: &str) -> bool {
    let is_parameter = |segment: &str| segment.starts_with('{');
    let mut segments = unlisted.split('/').zip(fallback.split('/'));
    let differ =
        segments.any(|(one, other)| one != other && !is_parameter(one) && !is_parameter(other));
    let deeper = unlisted
        .strip_prefix(fallback.trim_end_matches('/'))
        .is_some_and(|rest| rest.len() > 1 && rest.starts_with('/'));
    !differ && !deeper
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
            ("/api", "", "/api"),
        ] {
            assert_eq!(join(prefix, path), whole, "{prefix:?} {path:?}");
        }
    }

    #[test]
    fn an_unlisted_path_never_gets_a_fallbacks_policy() {
        for (unlisted, fallback, expected) in [
            ("", "", true),
            ("", "/api", true),
            ("/api", "", false),
            ("/api", "/api", true),
            ("/api", "/api/v1", true),
            ("/api/v1", "/api", false),
            ("/api/v1", "/api/", false),
            ("/apiary", "/api", false),
            ("/files", "/api", false),
            ("/{tenant}", "/api", true),
            ("/{tenant}/v1", "/api", true),
            ("/api", "/{tenant}", true),
        ] {
            assert_eq!(
                shadows(unlisted, fallback),
                expected,
                "{unlisted:?} {fallback:?}"
            );
        }
    }
}
