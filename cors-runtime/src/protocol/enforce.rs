//! Whether the server itself refuses a request.
//!
//! The browser alone cannot be trusted with that: after a preflight of an open neighbour on the
//! same URL, Chromium and WebKit send a JSON `POST` to a closed handler without asking, since the
//! preflight cache keeps header names for the whole URL and `POST` needs no entry of its own.

use http::{HeaderMap, HeaderName, Method, header::ORIGIN};

use super::{request_head::RequestHead, requested::only_line, vary::Vary};
use crate::origins::OriginSet;

pub(super) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What enforcement says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    /// The step that refuses the request, where one does.
    pub(super) refused: Option<Step>,
    /// The request headers that decided.
    pub(super) vary: Vary,
}

/// A step that refuses, as the manual numbers them under `enforce`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Step 2: there is no `Origin`, and `Sec-Fetch-Site` says that another site's page asks.
    SiteWithoutOrigin,
    /// Step 3: `Sec-Fetch-Site` says that another origin's page asks.
    Site,
    /// Step 4: `Origin` is not one of the web, so that nothing can be compared.
    NotOfTheWeb,
    /// Step 4: `Origin` is not where the request is sent to.
    Host,
    /// Step 4, where `own_origins` is set: `Origin` is not one of them.
    OwnOrigins,
}

/// Judges a request by the steps that the manual lists under `enforce`; `allowed` says whether the policy
/// allows its origin, `own_origins` where the service's own pages are, where that is set.
pub(super) fn enforce(
    allowed: bool,
    own_origins: Option<&OriginSet>,
    request: RequestHead<'_>,
) -> Verdict {
    let by_origin = Verdict {
        refused: None,
        vary: Vary::Origin,
    };
    let by_site = |passes, step| Verdict {
        refused: if passes { None } else { Some(step) },
        vary: Vary::OriginAndSite,
    };
    let headers = request.headers;
    // 1. One `Origin`, which the policy allows, or which is one of the service's own.
    if allowed || own_origins.is_some_and(|own| comes_from_own(own, headers)) {
        return by_origin;
    }
    let has_site = headers.contains_key(SEC_FETCH_SITE);
    // 2. No `Origin`: navigations, other programs, and what a page sends without asking.
    if !headers.contains_key(ORIGIN) {
        return match *request.method {
            Method::GET | Method::HEAD => by_origin,
            _ => by_site(!has_site || is_same_site(headers), Step::SiteWithoutOrigin),
        };
    }
    // 3. The browser says where the request comes from.
    if has_site {
        return by_site(is_same_site(headers), Step::Site);
    }
    // 4. It does not: where no own origins are set, a page of this host and port is one of this origin.
    match (own_origins, web_page(headers)) {
        (Some(_), _) => by_site(false, Step::OwnOrigins),
        (None, None) => by_site(false, Step::NotOfTheWeb),
        (None, Some(page)) => {
            let here = request.authority();
            by_site(here.is_some_and(|here| page.is_at(here)), Step::Host)
        }
    }
}

/// Whether there is one `Sec-Fetch-Site`, which says that no page of another origin asks.
fn is_same_site(headers: &HeaderMap) -> bool {
    let site = only_line(headers, SEC_FETCH_SITE);
    site.is_some_and(|site| site == "same-origin" || site == "none")
}

/// Whether the one `Origin` is one of the service's own.
fn comes_from_own(own_origins: &OriginSet, headers: &HeaderMap) -> bool {
    let origin = only_line(headers, ORIGIN).and_then(|origin| origin.to_str().ok());
    origin.is_some_and(|origin| own_origins.has_safe(origin))
}

/// Where a page of the web is.
struct WebPage<'a> {
    authority: &'a str,
    /// With its colon.
    default_port: &'static str,
}

/// Where the page is, if the one `Origin` is of the web.
fn web_page(headers: &HeaderMap) -> Option<WebPage<'_>> {
    let origin = only_line(headers, ORIGIN)?.to_str().ok()?;
    // To look for one byte is cheaper than for three.
    let (scheme, rest) = origin.split_once(':')?;
    let default_port = match scheme {
        _ if scheme.eq_ignore_ascii_case("http") => ":80",
        _ if scheme.eq_ignore_ascii_case("https") => ":443",
        _ => return None,
    };
    Some(WebPage {
        authority: rest.strip_prefix("//")?,
        default_port,
    })
}

impl WebPage<'_> {
    /// Whether it is at this host and port.
    fn is_at(&self, authority: &str) -> bool {
        let port = self.default_port;
        let page = self.authority.strip_suffix(port).unwrap_or(self.authority);
        let authority = authority.strip_suffix(port).unwrap_or(authority);
        !page.is_empty() && page.eq_ignore_ascii_case(authority)
    }
}
