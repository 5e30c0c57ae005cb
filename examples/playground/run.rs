//! One run of the playground: the token that its own page knows, and what that page has chosen.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::Uri;

/// Names an attempt in the query of a URL, after all other pairs.
const ATTEMPT: &str = "try=";

/// What the servers of one run share.
#[derive(Clone)]
pub(crate) struct Run {
    token: Arc<str>,
    /// The origins that a page has chosen, by attempt.
    chosen: Arc<Mutex<HashMap<String, String>>>,
}

impl Run {
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        let token = u128::from(getrandom::u64()?) << 64 | u128::from(getrandom::u64()?);
        Ok(Self {
            token: format!("{token:032x}").into(),
            chosen: Arc::default(),
        })
    }

    /// What no other page knows.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Whether an attempt is one of this run's own page.
    pub(crate) fn owns(&self, attempt: &str) -> bool {
        attempt.starts_with(&*self.token)
    }

    /// Has an attempt pass for one of a page at another origin.
    pub(crate) fn choose(&self, attempt: String, origin: String) {
        let mut chosen = self.chosen.lock().unwrap_or_else(PoisonError::into_inner);
        chosen.insert(attempt, origin);
    }

    /// The origin that an attempt is to pass for.
    pub(crate) fn chosen(&self, attempt: &str) -> Option<String> {
        let chosen = self.chosen.lock().unwrap_or_else(PoisonError::into_inner);
        chosen.get(attempt).cloned()
    }
}

/// The attempt that a URL names, and its path and query without it.
pub(crate) fn attempt(uri: &Uri) -> (String, String) {
    let path = uri.path();
    let Some(query) = uri.query() else {
        return (String::new(), path.to_owned());
    };
    let (others, last) = match query.rsplit_once('&') {
        Some((others, last)) => (Some(others), last),
        None => (None, query),
    };
    match (last.strip_prefix(ATTEMPT), others) {
        (None, _) => (String::new(), format!("{path}?{query}")),
        (Some(attempt), None) => (attempt.to_owned(), path.to_owned()),
        (Some(attempt), Some(others)) => (attempt.to_owned(), format!("{path}?{others}")),
    }
}

/// A query that names an attempt after what it has already.
pub(crate) fn with_attempt(query: Option<&str>, attempt: &str) -> String {
    match query {
        Some(query) if !query.is_empty() => format!("{query}&{ATTEMPT}{attempt}"),
        _ => format!("{ATTEMPT}{attempt}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_its_attempt_after_its_own_query() {
        for (uri, named, rest) in [
            ("/items?try=7", "7", "/items"),
            ("/items?try=1&try=7", "7", "/items?try=1"),
            ("/items?a=b&c&try=7", "7", "/items?a=b&c"),
            ("/items?a=b", "", "/items?a=b"),
            ("/items", "", "/items"),
            ("/items?", "", "/items?"),
        ] {
            let (found, path) = attempt(&uri.parse().unwrap());
            assert_eq!((found.as_str(), path.as_str()), (named, rest), "{uri}");
        }
        assert_eq!(with_attempt(Some("a=b"), "7"), "a=b&try=7");
        assert_eq!(with_attempt(None, "7"), "try=7");
    }
}
