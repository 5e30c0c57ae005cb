//! [`Browser`]: the steps of the Fetch standard, from a page's request to what the page sees.

use std::{collections::BTreeSet, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri};
use tower::Service;

use super::{
    fetch::{Fetch, HERE, Seen, Step},
    standard::{
        SAFELISTED_RESPONSE_HEADERS, is_forbidden_method, is_forbidden_request_header,
        is_safelisted_method, joined, normalize, unsafe_header_names, values,
    },
};

/// A browser with its *CORS-preflight cache*, in one network partition.
///
/// One that lives for several fetches remembers what preflights allowed; [`Fetch::send`] has a new
/// one each time.
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

impl Fetch {
    /// Sends it to `app` from a browser that has fetched nothing before.
    pub async fn send(&self, app: &Router) -> Seen {
        Browser::new().fetch(app, self).await
    }
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
        if is_malformed(fetch) {
            return Seen::Blocked(Step::Malformed);
        }
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
            return match send(app, &fetch, "same-origin").await {
                Ok(response) => seen(response, |_| true).await,
                Err(step) => Seen::Blocked(step),
            };
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
        let response = match send(app, fetch, "cross-site").await {
            Ok(response) => response,
            Err(step) => return Err(self.blocked(fetch, step)),
        };
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
        let request = request.body(Body::empty());
        let response = answer(app, request.map_err(|_| Step::Malformed)?).await;
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

/// Whether the page gets an exception where it makes the request: of what is no method, no header or
/// no URL.
fn is_malformed(fetch: &Fetch) -> bool {
    let is_header = |(name, value): &(String, String)| {
        HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value).is_ok()
    };
    Method::from_bytes(fetch.method.as_bytes()).is_err()
        || !fetch.headers.iter().all(is_header)
        || !fetch.path.starts_with('/')
        || fetch.path.parse::<Uri>().is_err()
}

/// The actual request, with the headers that the browser adds.
async fn send(app: &Router, fetch: &Fetch, site: &str) -> Result<Response<Body>, Step> {
    let method = Method::from_bytes(fetch.method.as_bytes()).map_err(|_| Step::Malformed)?;
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
    let request = request.body(Body::from(fetch.body.clone()));
    Ok(answer(app, request.map_err(|_| Step::Malformed)?).await)
}

/// The application's answer. A router is always ready.
async fn answer(app: &Router, request: Request<Body>) -> Response<Body> {
    let Ok(response) = app.clone().call(request).await;
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
    let headers = headers.map(|(name, value)| (name.clone(), value.clone()));
    let headers: HeaderMap = headers.collect();
    match to_bytes(body, usize::MAX).await {
        Ok(body) => Seen::Response {
            status: head.status,
            headers,
            body,
        },
        Err(_) => Seen::Blocked(Step::Body),
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
