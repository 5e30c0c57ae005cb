//! A request on its way: where it goes, and what its redirects have made of it.

use http::{HeaderName, HeaderValue, Method, Response, header::LOCATION};
use url::Url;

use super::{
    fault::Fault,
    fetch::{Fetch, HERE},
    seen::{Blocked, Step},
    standard::{is_forbidden_header, is_forbidden_method, normalize},
};

/// A request, as the standard's concept of the name.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// The page's origin, serialized; `null` once redirects have tainted it.
    pub(super) origin: String,
    /// Whether pages of `origin` and `url` are of one site.
    pub(super) page: Option<Url>,
    pub(super) url: Url,
    pub(super) method: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) credentials: bool,
    pub(super) body: String,
    /// The *response tainting* is `cors`, and not `basic`.
    pub(super) is_cors: bool,
}

/// What a response makes of a request.
pub(super) enum Redirect {
    /// Nothing: it is not a redirect.
    None,
    /// A request to elsewhere.
    To(Box<Request>),
    /// A network error.
    Blocked(Blocked),
}

impl Request {
    /// "new Request(input, init)", of a page whose mode is `cors`.
    pub(super) fn new(fetch: &Fetch) -> Result<Self, Blocked> {
        let malformed = |what: String| Blocked::new(Step::Malformed, what);
        if !fetch.path.starts_with('/') {
            let path = &fetch.path;
            return Err(malformed(format!(
                "`{path}` is not a path: nothing is sent"
            )));
        }
        let url = Url::parse(&format!("{HERE}{}", fetch.path));
        let url = url.map_err(|error| malformed(format!("{error}: nothing is sent")))?;
        if Method::from_bytes(fetch.method.as_bytes()).is_err() {
            let method = &fetch.method;
            return Err(malformed(format!(
                "`{method}` is not a method: nothing is sent"
            )));
        }
        for (name, value) in &fetch.headers {
            if HeaderName::try_from(name).is_err() || HeaderValue::try_from(value).is_err() {
                let header = format!("`{name}: {value:?}` is not a header: nothing is sent");
                return Err(malformed(header));
            }
        }
        let method = normalize(&fetch.method);
        if is_forbidden_method(&method) {
            let forbidden = format!("no page can send `{method}`: nothing is sent");
            return Err(Blocked::new(Step::ForbiddenMethod, forbidden));
        }
        let headers = fetch.headers.iter();
        let headers = headers.filter(|(name, value)| !is_forbidden_header(name, value));
        Ok(Self {
            origin: fetch.origin.clone(),
            page: Url::parse(&fetch.origin).ok(),
            is_cors: fetch.origin != HERE,
            url,
            method,
            headers: headers.cloned().collect(),
            credentials: fetch.credentials,
            body: fetch.body.clone(),
        })
    }

    /// The origin of the URL, serialized.
    pub(super) fn url_origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The value of `Sec-Fetch-Site`. Hosts are of one site where one is below the other, which is all that can
    /// be known without the list of public suffixes.
    pub(super) fn site(&self) -> &'static str {
        let Some(page) = &self.page else {
            return "cross-site";
        };
        if page.origin() == self.url.origin() && !self.is_cors {
            return "same-origin";
        }
        let (Some(page_host), Some(host)) = (page.host_str(), self.url.host_str()) else {
            return "cross-site";
        };
        let below = |host: &str, base: &str| {
            host.strip_suffix(base)
                .is_some_and(|rest| rest.ends_with('.'))
        };
        let is_one = page_host == host || below(page_host, host) || below(host, page_host);
        if is_one && page.scheme() == self.url.scheme() {
            "same-site"
        } else {
            "cross-site"
        }
    }

    /// "HTTP-redirect fetch", from a response to this request.
    pub(super) fn redirect<B>(&self, response: &Response<B>) -> Redirect {
        let status = response.status().as_u16();
        if ![301, 302, 303, 307, 308].contains(&status) {
            return Redirect::None;
        }
        let Some(location) = response.headers().get(LOCATION) else {
            return Redirect::None;
        };
        let location = String::from_utf8_lossy(location.as_bytes());
        let blocked = |what: &str| {
            let fault = Fault {
                header: LOCATION,
                reason: what.to_owned(),
            };
            let found = format!("`Location: {location}`");
            Redirect::Blocked(Blocked::by(Step::Redirect, &found, fault))
        };
        let Ok(url) = self.url.join(&location) else {
            return blocked("is not a URL");
        };
        if !matches!(url.scheme(), "http" | "https") {
            return blocked("is not a URL of HTTP");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return blocked("has user info, which no redirect of a page's request may have");
        }
        let mut next = self.clone();
        let reads = matches!(self.method.as_str(), "GET" | "HEAD");
        if (matches!(status, 301 | 302) && self.method == "POST") || (status == 303 && !reads) {
            next.method = "GET".to_owned();
            next.body.clear();
            next.headers
                .retain(|(name, _)| !name.to_ascii_lowercase().starts_with("content-"));
        }
        if url.origin() != self.url.origin() {
            next.headers
                .retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
            // "redirect-tainted origin".
            if self.url_origin() != self.origin {
                next.origin = "null".to_owned();
            }
        }
        next.is_cors = self.is_cors || url.origin().ascii_serialization() != self.origin;
        next.url = url;
        Redirect::To(Box::new(next))
    }
}
