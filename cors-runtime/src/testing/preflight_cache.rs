//! The *CORS-preflight cache*.

use std::{collections::BTreeSet, time::Duration};

use super::request::Request;

/// The cache of one network partition.
#[derive(Clone, Debug, Default)]
pub(super) struct PreflightCache {
    entries: Vec<Entry>,
    now: Duration,
}

/// For one method, or for one header name.
#[derive(Clone, Debug)]
struct Entry {
    origin: String,
    url: String,
    credentials: bool,
    expires: Duration,
    permits: Permit,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Permit {
    Method(String),
    Header(String),
}

impl PreflightCache {
    /// Lets time pass: entries expire.
    pub(super) fn wait(&mut self, time: Duration) {
        self.now = self.now.saturating_add(time);
    }

    /// "clear cache entries".
    pub(super) fn clear(&mut self, request: &Request) {
        self.entries
            .retain(|entry| entry.origin != request.origin || entry.url != request.url.as_str());
    }

    /// "method cache entry match".
    pub(super) fn has_method(&self, request: &Request) -> bool {
        self.matches(request, |permit| match permit {
            Permit::Method(method) => *method == request.method || method == "*",
            Permit::Header(_) => false,
        })
    }

    /// "header-name cache entry match".
    pub(super) fn has_headers(&self, request: &Request, names: &BTreeSet<String>) -> bool {
        names.iter().all(|name| {
            self.matches(request, |permit| match permit {
                Permit::Header(known) => {
                    known.eq_ignore_ascii_case(name) || (known == "*" && name != "authorization")
                }
                Permit::Method(_) => false,
            })
        })
    }

    /// "cache entry match".
    fn matches(&self, request: &Request, permits: impl Fn(&Permit) -> bool) -> bool {
        self.entries.iter().any(|entry| {
            entry.origin == request.origin
                && entry.url == request.url.as_str()
                && entry.expires > self.now
                && (entry.credentials || !request.credentials)
                && permits(&entry.permits)
        })
    }

    /// "CORS-preflight fetch", the steps for each method and each header name.
    pub(super) fn remember(
        &mut self,
        request: &Request,
        seconds: u64,
        methods: Vec<String>,
        names: Vec<String>,
    ) {
        let expires = self.now.saturating_add(Duration::from_secs(seconds));
        let methods = methods.into_iter().map(Permit::Method);
        for permits in methods.chain(names.into_iter().map(Permit::Header)) {
            let known = self.entries.iter_mut().find(|entry| {
                entry.origin == request.origin
                    && entry.url == request.url.as_str()
                    && (entry.credentials || !request.credentials)
                    && entry.permits == permits
            });
            match known {
                Some(entry) => entry.expires = expires,
                None => self.entries.push(Entry {
                    origin: request.origin.clone(),
                    url: request.url.as_str().to_owned(),
                    credentials: request.credentials,
                    expires,
                    permits,
                }),
            }
        }
    }
}
