//! A browser, as far as CORS goes: the Fetch standard's steps, written down plainly.
//!
//! It talks to an application as a browser would and tells what the page sees. It knows nothing of
//! the library it is used to judge. Section names are those of the standard (fetch.spec.whatwg.org).

use std::{collections::BTreeSet, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode},
};
use tower::ServiceExt;

/// What a page asks its browser to fetch (`fetch(url, { method, headers, credentials, body })`).
#[derive(Clone, Debug)]
pub struct Fetch {
    /// The page's origin, serialized: `null` where it is opaque.
    pub origin: String,
    /// The URL's path and query; its origin is [`HERE`].
    pub path: String,
    /// The method, as the page writes it.
    pub method: String,
    /// The headers, as the page sets them.
    pub headers: Vec<(String, String)>,
    /// `credentials: "include"`.
    pub credentials: bool,
    /// The body; empty for none.
    pub body: String,
}

/// The origin of every URL that is fetched.
pub const HERE: &str = "https://service.example";

/// What the page sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A network error, and the step that made it one.
    Blocked(Step),
    /// The response, as far as the page may read it.
    Response {
        /// Its status.
        status: StatusCode,
        /// The headers that the page may read.
        headers: HeaderMap,
        /// Its body.
        body: Bytes,
    },
}

/// Where a fetch ends in a network error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The method is a *forbidden method*: nothing is sent.
    ForbiddenMethod,
    /// The *CORS check* of the answer to the preflight.
    PreflightCheck,
    /// The status of the answer to the preflight is no *ok status*.
    PreflightStatus,
    /// A header list of the answer does not parse.
    PreflightSyntax,
    /// The method is not among those that the answer allows.
    PreflightMethod,
    /// A header is not among those that the answer allows.
    PreflightHeader,
    /// The *CORS check* of the response.
    Check,
    /// Too many redirects.
    Redirect,
}

/// A browser with its *CORS-preflight cache*, in one network partition.
#[derive(Debug, Default)]
pub struct Browser {
    cache: Vec<CacheEntry>,
    now: Duration,
}

/// An entry of the *CORS-preflight cache*: for one method, or for one header name.
#[derive(Debug)]
struct CacheEntry {
    origin: String,
    path: String,
    credentials: bool,
    expires: Duration,
    permits: Permit,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Permit {
    Method(String),
    Header(String),
}

impl Browser {
    /// A browser that has fetched nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets time pass: entries of the cache expire.
    pub fn wait(&mut self, time: Duration) {
        self.now += time;
    }

    /// *HTTP fetch* of a request whose mode is `cors` and whose URL is on another origin; where the
    /// page is on this one, of a request whose response tainting is `basic`.
    pub async fn fetch(&mut self, app: &Router, fetch: &Fetch) -> Seen {
        // "new Request(input, init)", steps for the method.
        let method = normalize(&fetch.method);
        if is_forbidden_method(&method) {
            return Seen::Blocked(Step::ForbiddenMethod);
        }
        let mut fetch = Fetch {
            method,
            ..fetch.clone()
        };
        fetch
            .headers
            .retain(|(name, _)| !is_forbidden_request_header(name));
        if fetch.origin == HERE {
            let response = send(app, &fetch, "same-origin").await;
            return seen(response, |_| true).await;
        }
        // A network error is what comes of more (HTTP-redirect fetch).
        for _ in 0..20 {
            match self.fetch_once(app, &fetch).await {
                Ok(redirected) => fetch = redirected,
                Err(seen) => return seen,
            }
        }
        Seen::Blocked(Step::Redirect)
    }

    /// One turn of *HTTP fetch*: what the page sees, or where the response sends the browser.
    async fn fetch_once(&mut self, app: &Router, fetch: &Fetch) -> Result<Fetch, Seen> {
        let unsafe_names = unsafe_header_names(&fetch.headers);
        if self.needs_preflight(fetch, &unsafe_names)
            && let Err(step) = self.preflight(app, fetch, &unsafe_names).await
        {
            return Err(self.blocked(fetch, step));
        }
        let response = send(app, fetch, "cross-site").await;
        if !cors_check(response.headers(), fetch) {
            return Err(self.blocked(fetch, Step::Check));
        }
        if let Some(redirected) = redirect(fetch, &response) {
            return Ok(redirected);
        }
        // "CORS filtered response".
        let exposed =
            values(response.headers(), "access-control-expose-headers").unwrap_or_default();
        let every = !fetch.credentials && exposed.iter().any(|name| name == "*");
        Err(seen(response, |name| {
            let listed = exposed
                .iter()
                .any(|exposed| exposed.eq_ignore_ascii_case(name));
            let forbidden = ["set-cookie", "set-cookie2"].contains(&name);
            !forbidden && (every || listed || SAFELISTED_RESPONSE_HEADERS.contains(&name))
        })
        .await)
    }

    /// A network error of a request that may have used the cache clears it ("clear cache entries").
    fn blocked(&mut self, fetch: &Fetch, step: Step) -> Seen {
        self.cache
            .retain(|entry| entry.origin != fetch.origin || entry.path != fetch.path);
        Seen::Blocked(step)
    }

    /// "HTTP fetch", the conditions under *makeCORSPreflight*.
    fn needs_preflight(&self, fetch: &Fetch, unsafe_names: &BTreeSet<String>) -> bool {
        let method_is_cached = self.matches(fetch, |permit| match permit {
            Permit::Method(method) => *method == fetch.method || method == "*",
            Permit::Header(_) => false,
        });
        let header_is_cached = |name: &String| {
            self.matches(fetch, |permit| match permit {
                Permit::Header(known) => {
                    known.eq_ignore_ascii_case(name) || (known == "*" && name != "authorization")
                }
                Permit::Method(_) => false,
            })
        };
        (!method_is_cached && !is_safelisted_method(&fetch.method))
            || !unsafe_names.iter().all(header_is_cached)
    }

    /// "cache entry match".
    fn matches(&self, fetch: &Fetch, permits: impl Fn(&Permit) -> bool) -> bool {
        self.cache.iter().any(|entry| {
            entry.origin == fetch.origin
                && entry.path == fetch.path
                && entry.expires > self.now
                && (entry.credentials || !fetch.credentials)
                && permits(&entry.permits)
        })
    }

    /// "CORS-preflight fetch".
    async fn preflight(
        &mut self,
        app: &Router,
        fetch: &Fetch,
        unsafe_names: &BTreeSet<String>,
    ) -> Result<(), Step> {
        let mut request = Request::options(&fetch.path)
            .header("host", "service.example")
            .header("accept", "*/*")
            .header("access-control-request-method", &fetch.method)
            .header("origin", &fetch.origin)
            .header("sec-fetch-site", "cross-site")
            .header("sec-fetch-mode", "cors");
        if !unsafe_names.is_empty() {
            let names: Vec<_> = unsafe_names.iter().map(String::as_str).collect();
            request = request.header("access-control-request-headers", names.join(","));
        }
        let request = request.body(Body::empty()).expect("a request");
        let Ok(response) = app.clone().oneshot(request).await;
        let headers = response.headers();
        if !cors_check(headers, fetch) {
            return Err(Step::PreflightCheck);
        }
        if !response.status().is_success() {
            return Err(Step::PreflightStatus);
        }
        let methods =
            values(headers, "access-control-allow-methods").ok_or(Step::PreflightSyntax)?;
        let names = values(headers, "access-control-allow-headers").ok_or(Step::PreflightSyntax)?;
        let wildcard = |list: &[String]| !fetch.credentials && list.iter().any(|item| item == "*");
        if !methods.contains(&fetch.method)
            && !is_safelisted_method(&fetch.method)
            && !wildcard(&methods)
        {
            return Err(Step::PreflightMethod);
        }
        let named = |name: &str| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        let allowed = |name: &String| named(name) || (name != "authorization" && wildcard(&names));
        if !unsafe_names.iter().all(allowed) {
            return Err(Step::PreflightHeader);
        }
        let max_age = headers.get("access-control-max-age");
        let max_age = max_age.and_then(|seconds| seconds.to_str().ok()?.parse().ok());
        let expires = self.now + Duration::from_secs(max_age.unwrap_or(5));
        let methods = methods.into_iter().map(Permit::Method);
        let names = names.into_iter().map(Permit::Header);
        for permits in methods.chain(names) {
            self.remember(fetch, expires, permits);
        }
        Ok(())
    }

    /// "CORS-preflight fetch", the steps for each method and each header name.
    fn remember(&mut self, fetch: &Fetch, expires: Duration, permits: Permit) {
        let known = self.cache.iter_mut().find(|entry| {
            entry.origin == fetch.origin
                && entry.path == fetch.path
                && (entry.credentials || !fetch.credentials)
                && entry.permits == permits
        });
        match known {
            Some(entry) => entry.expires = expires,
            None => self.cache.push(CacheEntry {
                origin: fetch.origin.clone(),
                path: fetch.path.clone(),
                credentials: fetch.credentials,
                expires,
                permits,
            }),
        }
    }
}

/// The actual request, with the headers that the browser adds.
async fn send(app: &Router, fetch: &Fetch, site: &str) -> Response<Body> {
    let method = Method::from_bytes(fetch.method.as_bytes()).expect("a method");
    let mut request = Request::builder().method(&method).uri(&fetch.path);
    for (name, value) in &fetch.headers {
        request = request.header(name, value);
    }
    request = request
        .header("host", "service.example")
        .header("sec-fetch-site", site)
        .header("sec-fetch-mode", "cors");
    // "append a request `Origin` header".
    if fetch.origin != HERE || (method != Method::GET && method != Method::HEAD) {
        request = request.header("origin", &fetch.origin);
    }
    if fetch.credentials {
        request = request.header("cookie", "session=1");
    }
    let request = request
        .body(Body::from(fetch.body.clone()))
        .expect("a request");
    let Ok(response) = app.clone().oneshot(request).await;
    response
}

/// "HTTP-redirect fetch", to a URL of the same origin: where the response sends the browser, if
/// anywhere.
fn redirect(fetch: &Fetch, response: &Response<Body>) -> Option<Fetch> {
    let status = response.status().as_u16();
    if ![301, 302, 303, 307, 308].contains(&status) {
        return None;
    }
    let location = response.headers().get("location")?.to_str().ok()?;
    let mut redirected = Fetch {
        path: location.to_owned(),
        ..fetch.clone()
    };
    let reads = matches!(fetch.method.as_str(), "GET" | "HEAD");
    if (matches!(status, 301 | 302) && fetch.method == "POST") || (status == 303 && !reads) {
        redirected.method = "GET".to_owned();
        redirected.body.clear();
        redirected
            .headers
            .retain(|(name, _)| !name.to_ascii_lowercase().starts_with("content-"));
    }
    Some(redirected)
}

/// The response with the headers that the page may read.
async fn seen(response: Response<Body>, readable: impl Fn(&str) -> bool) -> Seen {
    let (head, body) = response.into_parts();
    let headers = head
        .headers
        .iter()
        .filter(|(name, _)| readable(name.as_str()));
    Seen::Response {
        status: head.status,
        headers: headers
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        body: to_bytes(body, usize::MAX).await.expect("a body"),
    }
}

/// "CORS check".
fn cors_check(headers: &HeaderMap, fetch: &Fetch) -> bool {
    let get = |name| joined(headers, &HeaderName::from_static(name));
    match get("access-control-allow-origin").as_deref() {
        None => false,
        Some(b"*") if !fetch.credentials => true,
        Some(origin) if origin != fetch.origin.as_bytes() => false,
        Some(_) if !fetch.credentials => true,
        Some(_) => get("access-control-allow-credentials").as_deref() == Some(b"true"),
    }
}

/// The lines of a header, joined ("get").
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<u8>> {
    let lines: Vec<_> = headers
        .get_all(name)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect();
    (!lines.is_empty()).then(|| lines.join(&b", "[..]))
}

/// "extract header list values" of a list of tokens: empty where the header is absent, `None` where
/// it does not parse.
fn values(headers: &HeaderMap, name: &'static str) -> Option<Vec<String>> {
    let Some(list) = joined(headers, &HeaderName::from_static(name)) else {
        return Some(Vec::new());
    };
    let list = String::from_utf8(list).ok()?;
    let items = list.split(',').map(|item| item.trim_matches([' ', '\t']));
    let items: Vec<_> = items
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect();
    items
        .iter()
        .all(|item| item.bytes().all(is_token_byte))
        .then_some(items)
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// "normalize a method".
fn normalize(method: &str) -> String {
    let upper = method.to_ascii_uppercase();
    match upper.as_str() {
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" => upper,
        _ => method.to_owned(),
    }
}

/// "forbidden method".
fn is_forbidden_method(method: &str) -> bool {
    ["CONNECT", "TRACE", "TRACK"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(method))
}

/// "CORS-safelisted method".
fn is_safelisted_method(method: &str) -> bool {
    ["GET", "HEAD", "POST"].contains(&method)
}

/// "forbidden request-header".
fn is_forbidden_request_header(name: &str) -> bool {
    const FORBIDDEN: [&str; 21] = [
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    ];
    let name = name.to_ascii_lowercase();
    FORBIDDEN.contains(&name.as_str()) || name.starts_with("proxy-") || name.starts_with("sec-")
}

/// "CORS-unsafe request-header names".
fn unsafe_header_names(headers: &[(String, String)]) -> BTreeSet<String> {
    let (safe, others): (Vec<_>, Vec<_>) = headers
        .iter()
        .partition(|(name, value)| is_safelisted_header(name, value));
    let safe_size: usize = safe.iter().map(|(_, value)| value.len()).sum();
    let mut names: BTreeSet<_> = others
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    if safe_size > 1024 {
        names.extend(safe.iter().map(|(name, _)| name.to_ascii_lowercase()));
    }
    names
}

/// "CORS-safelisted request-header".
fn is_safelisted_header(name: &str, value: &str) -> bool {
    let unsafe_byte =
        |byte: u8| (byte < 0x20 && byte != b'\t') || b"\"():<>?@[\\]{}\x7f".contains(&byte);
    let language = |byte: u8| byte.is_ascii_alphanumeric() || b" *,-.;=".contains(&byte);
    value.len() <= 128
        && match name.to_ascii_lowercase().as_str() {
            "accept" => !value.bytes().any(unsafe_byte),
            "accept-language" | "content-language" => value.bytes().all(language),
            "content-type" => {
                let essence = value.split(';').next().unwrap_or_default().trim();
                !value.bytes().any(unsafe_byte)
                    && [
                        "application/x-www-form-urlencoded",
                        "multipart/form-data",
                        "text/plain",
                    ]
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(essence))
            }
            "range" => value.strip_prefix("bytes=").is_some_and(|range| {
                let (start, end) = range.split_once('-').unwrap_or((range, "x"));
                let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
                !start.is_empty() && digits(start) && digits(end)
            }),
            _ => false,
        }
}

/// "CORS-safelisted response-header name".
const SAFELISTED_RESPONSE_HEADERS: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];
