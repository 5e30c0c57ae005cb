//! [`Browser`]: the steps of the Fetch standard, from a page's request to what the page sees.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
};
use http::{
    HeaderMap, HeaderName, Method, Response,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_EXPOSE_HEADERS,
    },
};
use tower::Service;

use super::{
    cookies::Cookies,
    cors_check::cors_check,
    fault::Fault,
    fetch::{Fetch, HERE},
    preflight_cache::PreflightCache,
    request::{Redirect, Request},
    seen::{Blocked, Seen, Step},
    serialized::assert_serialized,
    standard::{SAFELISTED_RESPONSE_HEADERS, is_safelisted_method, unsafe_header_names, values},
};

/// How many redirects are followed ("HTTP-redirect fetch").
const MOST_REDIRECTS: usize = 20;

/// A browser with its cookies and its *CORS-preflight cache*, in one network partition.
///
/// One that lives for several fetches remembers what preflights allowed and keeps cookies, so that a test can
/// log in; [`Fetch::send`] has a new one each time.
///
/// ```
/// use axum::{http::header::SET_COOKIE, routing::post};
/// use cors_runtime::{CorsRouter, policy, testing::{Browser, browser}};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let log_in = post(async || [(SET_COOKIE, "session=1; SameSite=None; Secure")]);
/// let app = CorsRouter::new()
///     .route("/session", log_in.get(async |headers: axum::http::HeaderMap| {
///         headers["cookie"].to_str().unwrap().to_owned()
///     }))
///     .default_policy(policy!(origins = "https://app.example.com", credentials))
///     .into_router();
///
/// let page = browser("https://app.example.com");
/// let mut browser = Browser::new();
/// browser.fetch(&app, &page.post("/session").credentials()).await;
/// let seen = browser.fetch(&app, &page.get("/session").credentials()).await;
/// assert!(matches!(seen, cors_runtime::testing::Seen::Response { body, .. } if body == "session=1"));
/// # });
/// ```
#[derive(Clone, Debug, Default)]
pub struct Browser {
    preflights: PreflightCache,
    cookies: Cookies,
    elsewhere: BTreeMap<String, Router>,
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

    /// Says which application is at another origin than [`HERE`], for redirects that lead there.
    ///
    /// # Panics
    ///
    /// Where no browser would serialize an origin so (`https://login.example/`): no redirect leads there.
    #[track_caller]
    pub fn at(mut self, origin: &str, app: Router) -> Self {
        assert_serialized(origin);
        self.elsewhere.insert(origin.to_owned(), app);
        self
    }

    /// Lets time pass: entries of the preflight cache expire.
    pub fn wait(&mut self, time: Duration) {
        self.preflights.wait(time);
    }

    /// "main fetch" of a request whose mode is `cors`, to `app` at [`HERE`].
    pub async fn fetch(&mut self, app: &Router, fetch: &Fetch) -> Seen {
        let mut request = match Request::new(fetch) {
            Ok(request) => request,
            Err(blocked) => return blocked.into(),
        };
        for _ in 0..=MOST_REDIRECTS {
            let origin = request.url_origin();
            let app = match self.elsewhere.get(&origin) {
                _ if origin == HERE => app.clone(),
                Some(app) => app.clone(),
                None => return Seen::Elsewhere(request.url.into()),
            };
            let cookies = if origin == HERE {
                &fetch.cookies[..]
            } else {
                &[]
            };
            match self.fetch_once(app, &request, cookies).await {
                Ok(redirected) => request = redirected,
                Err(seen) => return seen,
            }
        }
        let reason = format!("there are more than {MOST_REDIRECTS} redirects");
        Blocked::new(Step::Redirect, reason).into()
    }

    /// One turn of "HTTP fetch": what the page sees, or where the response sends the browser.
    async fn fetch_once(
        &mut self,
        app: Router,
        request: &Request,
        cookies: &[(String, String)],
    ) -> Result<Request, Seen> {
        if request.is_cors
            && let Err(blocked) = self.preflight(app.clone(), request).await
        {
            self.preflights.clear(request);
            return Err(blocked.into());
        }
        let response = self.send(app, request, cookies).await?;
        if request.is_cors
            && let Err(fault) = cors_check(&response, request)
        {
            self.preflights.clear(request);
            let response = "the request was sent, and the response";
            return Err(Blocked::by(Step::Check, response, fault).into());
        }
        match request.redirect(&response) {
            Redirect::To(redirected) => Ok(*redirected),
            Redirect::Blocked(blocked) => Err(blocked.into()),
            Redirect::None => Err(self.filtered(request, response).await),
        }
    }

    /// The actual request, with the headers that the browser adds.
    async fn send(
        &mut self,
        app: Router,
        request: &Request,
        cookies: &[(String, String)],
    ) -> Result<Response<Body>, Blocked> {
        let mut sent = added_headers(request, &request.method);
        for (name, value) in &request.headers {
            sent = sent.header(name, value);
        }
        // "append a request `Origin` header".
        if request.is_cors || !["GET", "HEAD"].contains(&request.method.as_str()) {
            sent = sent.header("origin", &request.origin);
        }
        if let Some(cookies) = self.cookies.of(request, cookies) {
            sent = sent.header("cookie", cookies);
        }
        let sent = sent.body(Body::from(request.body.clone()));
        let sent = sent.map_err(|error| Blocked::new(Step::Malformed, error.to_string()))?;
        let response = answer(app, sent).await;
        self.cookies.keep(request, response.headers());
        Ok(response)
    }

    /// "CORS-preflight fetch", where one is due ("HTTP fetch", the conditions under *makeCORSPreflight*).
    async fn preflight(&mut self, app: Router, request: &Request) -> Result<(), Blocked> {
        let unsafe_names = unsafe_header_names(&request.headers);
        let method_passes =
            is_safelisted_method(&request.method) || self.preflights.has_method(request);
        if method_passes && self.preflights.has_headers(request, &unsafe_names) {
            return Ok(());
        }
        let mut sent = added_headers(request, "OPTIONS")
            .header("accept", "*/*")
            .header("access-control-request-method", &request.method)
            .header("origin", &request.origin);
        if !unsafe_names.is_empty() {
            let names: Vec<_> = unsafe_names.iter().map(String::as_str).collect();
            sent = sent.header("access-control-request-headers", names.join(","));
        }
        let sent = sent.body(Body::empty());
        let sent = sent.map_err(|error| Blocked::new(Step::Malformed, error.to_string()))?;
        let response = answer(app, sent).await;
        let blocked = |step, fault| Blocked::by(step, "the answer to the preflight", fault);
        cors_check(&response, request).map_err(|fault| blocked(Step::PreflightCheck, fault))?;
        let (headers, status) = (response.headers(), response.status());
        if !status.is_success() {
            let reason = format!(
                "the answer to the preflight has the status {status}; it has to be 2xx, as 204"
            );
            return Err(Blocked::new(Step::PreflightStatus, reason));
        }
        let list = |name| {
            values(headers, &name).ok_or_else(|| {
                let fault = Fault::new(headers, name, ", which is not a list");
                blocked(Step::PreflightSyntax, fault)
            })
        };
        let methods = list(ACCESS_CONTROL_ALLOW_METHODS)?;
        let names = list(ACCESS_CONTROL_ALLOW_HEADERS)?;
        let wildcard =
            |list: &[String]| !request.credentials && list.iter().any(|item| item == "*");
        if !methods.contains(&request.method)
            && !is_safelisted_method(&request.method)
            && !wildcard(&methods)
        {
            let header = ACCESS_CONTROL_ALLOW_METHODS;
            let fault = Fault::not_listed(headers, header, &request.method);
            return Err(blocked(Step::PreflightMethod, fault));
        }
        let named = |name: &str| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        let allowed = |name: &str| named(name) || (name != "authorization" && wildcard(&names));
        if let Some(name) = unsafe_names.iter().find(|name| !allowed(name)) {
            let fault = Fault::not_listed(headers, ACCESS_CONTROL_ALLOW_HEADERS, name);
            return Err(blocked(Step::PreflightHeader, fault));
        }
        let max_age = headers.get("access-control-max-age");
        let max_age = max_age.and_then(|seconds| seconds.to_str().ok()?.parse().ok());
        let seconds = max_age.unwrap_or(5);
        self.preflights.remember(request, seconds, methods, names);
        Ok(())
    }

    /// The response with the headers that the page may read ("CORS filtered response", "basic filtered response").
    async fn filtered(&self, request: &Request, response: Response<Body>) -> Seen {
        let (head, body) = response.into_parts();
        let exposed = values(&head.headers, &ACCESS_CONTROL_EXPOSE_HEADERS).unwrap_or_default();
        let every = !request.credentials && exposed.iter().any(|name| name == "*");
        let readable = |name: &HeaderName| {
            let name = name.as_str();
            let mut listed = exposed.iter();
            let listed = listed.any(|exposed| exposed.eq_ignore_ascii_case(name));
            let forbidden = ["set-cookie", "set-cookie2"].contains(&name);
            let safelisted = SAFELISTED_RESPONSE_HEADERS.contains(&name);
            !forbidden && (!request.is_cors || every || listed || safelisted)
        };
        let headers = head.headers.iter();
        let headers = headers.filter(|(name, _)| readable(name));
        let headers = headers.map(|(name, value)| (name.clone(), value.clone()));
        let headers: HeaderMap = headers.collect();
        match to_bytes(body, usize::MAX).await {
            Ok(body) => Seen::Response {
                status: head.status,
                headers,
                body,
            },
            Err(_) => Blocked::new(Step::Body, "the body of the response broke off").into(),
        }
    }
}

/// A request to the URL's path, with the headers that a browser always adds.
fn added_headers(request: &Request, method: &str) -> http::request::Builder {
    let url = &request.url;
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    // Both have been read as what they are.
    let method = Method::from_bytes(method.as_bytes()).unwrap_or_default();
    http::Request::builder()
        .method(method)
        .uri(path)
        .header("host", host)
        .header("sec-fetch-site", request.site())
        .header("sec-fetch-mode", "cors")
}

/// The application's answer. A router is always ready.
async fn answer(mut app: Router, request: http::Request<Body>) -> Response<Body> {
    let Ok(response) = app.call(request).await;
    response
}
