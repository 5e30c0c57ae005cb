//! The cookies of a browser, which of them go along, and which it keeps.

use cookie_store::{CookieStore, RawCookie};
use http::{HeaderMap, header::SET_COOKIE};

use super::request::Request;

/// The cookie jar.
#[derive(Clone, Debug, Default)]
pub(super) struct Cookies(CookieStore);

impl Cookies {
    /// The value of `Cookie`, with these besides; `None` where there is none.
    pub(super) fn of(&self, request: &Request, others: &[(String, String)]) -> Option<String> {
        if !includes_credentials(request) {
            return None;
        }
        let kept = self.0.matches(&request.url).into_iter();
        let kept = kept.filter(|cookie| crosses_sites(cookie) || is_same_site(request));
        let kept = kept.map(|cookie| format!("{}={}", cookie.name(), cookie.value()));
        let others = others.iter().map(|(name, value)| format!("{name}={value}"));
        let cookies: Vec<_> = others.chain(kept).collect();
        (!cookies.is_empty()).then(|| cookies.join("; "))
    }

    /// Keeps the cookies of a response. One that the browser does not take (for another domain, or from another
    /// site without `SameSite=None`) is left out.
    pub(super) fn keep(&mut self, request: &Request, response: &HeaderMap) {
        if !includes_credentials(request) {
            return;
        }
        for line in response.get_all(SET_COOKIE) {
            let text = line.to_str().ok();
            let cookie = text.and_then(|text| RawCookie::parse(text.to_owned()).ok());
            let cookie = cookie.filter(|cookie| crosses_sites(cookie) || is_same_site(request));
            if let Some(cookie) = cookie {
                // An error here is a cookie that is not for this URL.
                let _ = self.0.insert_raw(&cookie, &request.url);
            }
        }
    }
}

/// The credentials mode is `include`, or `same-origin` and the request is.
fn includes_credentials(request: &Request) -> bool {
    request.credentials || !request.is_cors
}

fn is_same_site(request: &Request) -> bool {
    request.site() != "cross-site"
}

/// Without `SameSite` a cookie is `Lax`, as in Chromium; `None` asks for `Secure`.
fn crosses_sites(cookie: &RawCookie<'_>) -> bool {
    let is_none = cookie.same_site().is_some_and(|site| site.is_none());
    is_none && cookie.secure() == Some(true)
}
