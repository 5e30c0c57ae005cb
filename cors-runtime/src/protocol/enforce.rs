//! Whether the server itself refuses a request.
//!
//! The browser alone cannot be trusted with that: after a preflight of an open neighbour on the
//! same URL, Chromium and WebKit send a JSON `POST` to a closed handler without asking, since the
//! preflight cache keeps header names for the whole URL and `POST` needs no entry of its own.

use http::{
    HeaderMap, HeaderName, Method, Uri,
    header::{HOST, ORIGIN},
};

use super::{requested::only_line, vary::Vary};
use crate::origins::OriginSet;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What enforcement says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) passes: bool,
    /// The request headers that decided.
    pub(super) vary: Vary,
}

impl From<Verdict> for (bool, Vary) {
    fn from(Verdict { passes, vary }: Verdict) -> Self {
        (passes, vary)
    }
}

/// Judges a request by the steps that the manual lists under `enforce`; `allowed` says whether the policy
/// allows its origin, `own_origins` where the service's own pages are, as far as that was told.
pub(super) fn enforce(
    allowed: bool,
    own_origins: Option<&OriginSet>,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Verdict {
    let passes_by_origin = Verdict {
        passes: true,
        vary: Vary::Origin,
    };
    // 1. One `Origin`, which the policy allows, or which is one of the service's own.
    if allowed || own_origins.is_some_and(|own| comes_from_own(own, headers)) {
        return passes_by_origin;
    }
    let by_site = |passes| Verdict {
        passes,
        vary: Vary::OriginAndSite,
    };
    let sites = || headers.get_all(SEC_FETCH_SITE).iter();
    // 2. No `Origin`: navigations, other programs, and what a page sends without asking.
    if !headers.contains_key(ORIGIN) {
        if matches!(*method, Method::GET | Method::HEAD) {
            return passes_by_origin;
        }
        let crosses = sites()
            .filter_map(|site| site.to_str().ok())
            .any(|site| ["cross-site", "same-site"].contains(&site));
        return by_site(!crosses);
    }
    let mut lines = sites();
    match (lines.next(), lines.next()) {
        // 3. The browser says where the request comes from.
        (Some(site), None) => {
            let site = site.to_str().unwrap_or_default();
            by_site(["same-origin", "none"].contains(&site))
        }
        (Some(_), Some(_)) => by_site(false),
        // 4. It does not: where nobody has told the own origins, a page of this host and port is a page
        // of this origin.
        (None, _) => by_site(own_origins.is_none() && comes_from_here(uri, headers)),
    }
}

/// Whether the one `Origin` is one of the service's own.
fn comes_from_own(own_origins: &OriginSet, headers: &HeaderMap) -> bool {
    let origin = only_line(headers, ORIGIN).and_then(|origin| origin.to_str().ok());
    origin.is_some_and(|origin| own_origins.has_safe(origin))
}

/// Whether the one `Origin` has the host and port that the request is sent to.
fn comes_from_here(uri: &Uri, headers: &HeaderMap) -> bool {
    let only = |name| only_line(headers, name).and_then(|line| line.to_str().ok());
    let authority = match uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => only(HOST),
    };
    // To look for one byte is cheaper than for three.
    let origin = only(ORIGIN).and_then(|origin| origin.split_once(':'));
    let origin = origin.and_then(|(scheme, rest)| Some((scheme, rest.strip_prefix("//")?)));
    let (Some((scheme, page)), Some(authority)) = (origin, authority) else {
        return false;
    };
    let default_port = match scheme {
        _ if scheme.eq_ignore_ascii_case("http") => ":80",
        _ if scheme.eq_ignore_ascii_case("https") => ":443",
        _ => "",
    };
    let page = page.strip_suffix(default_port).unwrap_or(page);
    let authority = authority.strip_suffix(default_port).unwrap_or(authority);
    !page.is_empty() && page.eq_ignore_ascii_case(authority)
}
