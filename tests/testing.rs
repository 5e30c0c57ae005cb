//! The browser for unit tests judges the library, so it must not share its mistakes; and it says in
//! one sentence what a page sees, and what is to blame.

use std::{fs, panic::catch_unwind};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{
        HeaderMap, StatusCode,
        header::{
            self, ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
            ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        },
    },
    middleware::{Next, from_fn},
    response::{IntoResponse, Redirect, Response},
    routing::any,
};
use cors_runtime::{
    CorsLayer, CorsRouter, cors, policy, routes,
    testing::{Browser, Fetch, HERE, Seen, Step, browser},
};

const APP: &str = "https://app.example.com";
const OTHER: &str = "https://other.example";

#[cors(
    methods = "POST",
    origins = "https://app.example.com",
    allow_headers = "X-CSRF-Token",
    credentials
)]
async fn add() {}

/// A handler that answers as `?header=value&…` asks it to.
async fn as_asked(request: Request) -> Response {
    let mut response = StatusCode::OK.into_response();
    for pair in request.uri().query().unwrap_or_default().split('&') {
        let (name, value) = pair.split_once('=').unwrap();
        if name == "status" {
            *response.status_mut() = value.parse().unwrap();
        } else {
            let name: header::HeaderName = name.parse().unwrap();
            response.headers_mut().append(name, value.parse().unwrap());
        }
    }
    response
}

fn app() -> Router {
    CorsRouter::new()
        .route("/items", routes!(add))
        .route("/asked", any(as_asked))
        .into_router()
}

#[test]
fn the_browser_imports_nothing_from_the_rest_of_the_crate() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../cors-runtime/src/testing");
    let mut files = 0;
    for file in fs::read_dir(folder).unwrap() {
        let source = fs::read_to_string(file.unwrap().path()).unwrap();
        let code = source
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            let foreign = ["crate::", "super::super", "cors_grammar", "cors_runtime"];
            let foreign = foreign.iter().find(|path| line.contains(**path));
            assert_eq!(foreign, None, "{line}");
        }
        files += 1;
    }
    assert_eq!(files, 11);
}

#[tokio::test]
async fn one_sentence_names_the_header_to_blame_with_the_value_found_and_the_value_needed() {
    let page = browser(APP);
    let other = browser("https://evil.example");
    let origin = "access-control-allow-origin";
    let credentials = "access-control-allow-credentials";
    let asked = |query: String| page.get(&format!("/asked?{query}"));
    for (fetch, expected, header) in [
        (
            page.post("/items")
                .header("x-csrf-token", "1")
                .credentials(),
            "readable: the page sees the response, status 200 OK",
            None,
        ),
        (
            page.delete("/items"),
            "blocked: the answer to the preflight has `Access-Control-Allow-Methods: POST`; it has to list \
             `DELETE`",
            Some(&ACCESS_CONTROL_ALLOW_METHODS),
        ),
        (
            page.post("/items").header("x-other", "1"),
            "blocked: the answer to the preflight has `Access-Control-Allow-Headers: X-CSRF-Token`; it has to \
             list `x-other`",
            Some(&ACCESS_CONTROL_ALLOW_HEADERS),
        ),
        (
            other.post("/items"),
            "blocked: the request was sent, and the response has no `Access-Control-Allow-Origin`; it has to \
             be `https://evil.example`",
            Some(&ACCESS_CONTROL_ALLOW_ORIGIN),
        ),
        (
            other.post("/items").header("x-csrf-token", "1"),
            "blocked: the answer to the preflight has no `Access-Control-Allow-Origin`; it has to be \
             `https://evil.example`",
            Some(&ACCESS_CONTROL_ALLOW_ORIGIN),
        ),
        (
            page.request("TRACE", "/items"),
            "blocked: no page can send `TRACE`: nothing is sent",
            None,
        ),
        (
            asked(format!("{origin}=*")).credentials(),
            "blocked: the request was sent, and the response has `Access-Control-Allow-Origin: *`; with \
             credentials it has to be `https://app.example.com`",
            Some(&ACCESS_CONTROL_ALLOW_ORIGIN),
        ),
        (
            asked(format!("{origin}=https://app.example.com/")),
            "blocked: the request was sent, and the response has `Access-Control-Allow-Origin: \
             https://app.example.com/`; it has to be `https://app.example.com`",
            Some(&ACCESS_CONTROL_ALLOW_ORIGIN),
        ),
        (
            asked(format!("{origin}={APP}&{origin}={APP}")),
            "blocked: the request was sent, and the response has 2 lines `Access-Control-Allow-Origin` \
             (`https://app.example.com`, `https://app.example.com`); it has to be `https://app.example.com`",
            Some(&ACCESS_CONTROL_ALLOW_ORIGIN),
        ),
        (
            asked(format!("{origin}={APP}")).credentials(),
            "blocked: the request was sent, and the response has no `Access-Control-Allow-Credentials`; with \
             credentials it has to be `true`",
            Some(&ACCESS_CONTROL_ALLOW_CREDENTIALS),
        ),
        (
            asked(format!("{origin}={APP}&{credentials}=True")).credentials(),
            "blocked: the request was sent, and the response has `Access-Control-Allow-Credentials: True`; \
             with credentials it has to be `true`",
            Some(&ACCESS_CONTROL_ALLOW_CREDENTIALS),
        ),
        (
            asked("status=401".to_owned()),
            "blocked: the request was sent, and the response has no `Access-Control-Allow-Origin`; it has to \
             be `https://app.example.com` (a layer answered 401 before the policy)",
            Some(&ACCESS_CONTROL_ALLOW_ORIGIN),
        ),
        (
            page.put(&format!("/asked?status=500&{origin}={APP}")),
            "blocked: the answer to the preflight has the status 500 Internal Server Error; it has to be \
             2xx, as 204",
            None,
        ),
        (
            page.put(&format!(
                "/asked?{origin}={APP}&access-control-allow-methods=PUT;GET"
            )),
            "blocked: the answer to the preflight has `Access-Control-Allow-Methods: PUT;GET`, which is not a \
             list",
            Some(&ACCESS_CONTROL_ALLOW_METHODS),
        ),
        (
            page.put(&format!("/asked?{origin}={APP}")),
            "blocked: the answer to the preflight has no `Access-Control-Allow-Methods`; it has to list \
             `PUT`",
            Some(&ACCESS_CONTROL_ALLOW_METHODS),
        ),
    ] {
        let seen = fetch.send(&app()).await;
        assert_eq!(seen.to_string(), expected, "{fetch:?}");
        let to_blame = match &seen {
            Seen::Blocked(blocked) => blocked.header(),
            _ => None,
        };
        assert_eq!(to_blame, header, "{fetch:?}");
    }
}

#[tokio::test]
async fn an_authentication_layer_before_the_policy_is_named() {
    let auth = from_fn(async |request: Request, next: Next| {
        if request.headers().contains_key("authorization") {
            next.run(request).await
        } else {
            StatusCode::UNAUTHORIZED.into_response()
        }
    });
    let fetch = browser(APP)
        .post("/items")
        .header("authorization", "Bearer 1");
    let plain = Router::new()
        .route("/items", routes!(add).into())
        .layer(auth.clone());
    assert_eq!(
        fetch.send(&plain).await.to_string(),
        "blocked: the answer to the preflight has no `Access-Control-Allow-Origin`; it has to be \
         `https://app.example.com` (a layer answered 401 before the policy)",
    );
    let ours = CorsRouter::new()
        .route("/items", routes!(add))
        .layer(auth)
        .into_router();
    let fetch = browser(APP).post("/items").header("x-csrf-token", "1");
    assert_eq!(
        fetch.send(&ours).await.status(),
        Some(StatusCode::UNAUTHORIZED)
    );
}

/// Everything at `/to?…` redirects there.
async fn redirect(request: Request) -> Response {
    let (status, location) = request.uri().query().unwrap().split_once('=').unwrap();
    let status: StatusCode = status.parse().unwrap();
    (status, [(header::LOCATION, location.to_owned())]).into_response()
}

/// What a request has been.
async fn what(request: Request<Body>) -> String {
    let header = |name: &str| {
        let value = request.headers().get(name);
        value
            .map_or("-", |value| value.to_str().unwrap())
            .to_owned()
    };
    format!(
        "{} {} {} {}",
        request.method(),
        header("origin"),
        header("authorization"),
        header("sec-fetch-site")
    )
}

fn redirecting() -> CorsRouter {
    CorsRouter::new()
        .route("/path/to", any(redirect))
        .route("/path/what", any(what))
        .route("/what", any(what))
        .default_policy(policy!(methods = "*"))
}

#[tokio::test]
async fn redirects_are_followed_as_a_browser_does() {
    let here = redirecting().into_router();
    let other = redirecting().into_router();
    let page = browser(APP);
    let own = browser(HERE);
    let to = |page: &cors_runtime::testing::Page, method: &str, status: u16, location: &str| {
        page.request(method, &format!("/path/to?{status}={location}"))
            .header("authorization", "Bearer 1")
    };
    let there = format!("{OTHER}/what");
    let back = format!("{OTHER}/path/to?307={HERE}/what");
    let app = "GET https://app.example.com Bearer 1 cross-site";
    for (fetch, expected) in [
        (to(&page, "GET", 302, "what"), app),
        (to(&page, "GET", 302, "/what"), app),
        (to(&page, "GET", 302, "?302=what"), app),
        (to(&page, "GET", 302, "//service.example/what"), app),
        (to(&page, "POST", 302, "what"), app),
        (
            to(&page, "POST", 307, "what"),
            "POST https://app.example.com Bearer 1 cross-site",
        ),
        (
            to(&page, "PUT", 301, "what"),
            "PUT https://app.example.com Bearer 1 cross-site",
        ),
        (to(&page, "PUT", 303, "what"), app),
        // To another origin: `Authorization` falls away, and the origin is opaque.
        (to(&page, "GET", 302, &there), "GET null - cross-site"),
        (to(&page, "DELETE", 307, &there), "DELETE null - cross-site"),
        (to(&page, "GET", 307, &back), "GET null - cross-site"),
        // Of the application's own page.
        (to(&own, "GET", 302, "what"), "GET - Bearer 1 same-origin"),
        (
            to(&own, "POST", 307, "what"),
            "POST https://service.example Bearer 1 same-origin",
        ),
        (
            to(&own, "GET", 302, &there),
            "GET https://service.example - cross-site",
        ),
        (to(&own, "GET", 307, &back), "GET null - same-site"),
    ] {
        let mut browser = Browser::new().at(OTHER, other.clone());
        let seen = browser.fetch(&here, &fetch).await;
        let Seen::Response { body, .. } = &seen else {
            panic!("{fetch:?}: {seen}")
        };
        assert_eq!(body, expected, "{fetch:?}");
    }
    for (fetch, expected) in [
        (
            to(&page, "GET", 302, "https://nobody.example/a?b"),
            "redirected to `https://nobody.example/a?b`, where no application is",
        ),
        (
            to(&page, "GET", 302, "https://me@service.example/what"),
            "blocked: `Location: https://me@service.example/what` has user info, which no redirect of a \
             page's request may have",
        ),
        (
            to(&page, "GET", 302, "data:,text"),
            "blocked: `Location: data:,text` is not a URL of HTTP",
        ),
        (
            to(&page, "GET", 302, "https://[1/"),
            "blocked: `Location: https://[1/` is not a URL",
        ),
        (
            to(&page, "GET", 302, "/path/to?302=/path/to?302=what"),
            "readable: the page sees the response, status 200 OK",
        ),
    ] {
        let seen = fetch.send(&here).await;
        assert_eq!(seen.to_string(), expected);
    }
    let endless = CorsRouter::new()
        .route("/", any(async || Redirect::to("/")))
        .default_policy(policy!(open))
        .into_router();
    let seen = page.get("/").send(&endless).await;
    assert_eq!(
        seen.to_string(),
        "blocked: there are more than 20 redirects"
    );
}

#[tokio::test]
async fn each_hop_passes_the_check() {
    let here = redirecting().into_router();
    let closed = CorsRouter::new()
        .route("/what", any(what))
        .default_policy(policy!(origins = "https://app.example.com", methods = "*"))
        .into_router();
    let fetch = browser(APP).get(&format!("/path/to?302={OTHER}/what"));
    let seen = Browser::new().at(OTHER, closed).fetch(&here, &fetch).await;
    assert_eq!(
        seen.blocked(),
        Some(Step::Check),
        "the origin is `null` there"
    );
    let own = browser(HERE).get(&format!("/path/to?302={OTHER}/what"));
    let closed = CorsLayer::new(policy!(origins = "https://service.example"));
    let closed = Router::new().route("/what", any(what)).layer(closed);
    let seen = Browser::new().at(OTHER, closed).fetch(&here, &own).await;
    assert!(seen.is_readable(), "{seen}");
}

/// The cookies that came along, and a new one that the query says.
async fn cookies(headers: HeaderMap, request: Request) -> Response {
    let found = headers
        .get("cookie")
        .map_or("", |value| value.to_str().unwrap());
    let found = found.to_owned();
    match request.uri().query() {
        Some(cookie) => ([(header::SET_COOKIE, cookie.to_owned())], found).into_response(),
        None => found.into_response(),
    }
}

#[tokio::test]
async fn cookies_are_kept_and_go_along_where_a_browser_sends_them() {
    let app = CorsRouter::new()
        .route("/cookies", any(cookies))
        .route("/path/cookies", any(cookies))
        .default_policy(policy!(methods = "*"))
        .into_router();
    let page = browser(APP);
    let own = browser(HERE);
    let near = browser("https://app.service.example");
    let set = |page: &cors_runtime::testing::Page, cookie: &str| {
        page.post(&format!("/cookies?{cookie}")).credentials()
    };
    let none = "a=1;SameSite=None;Secure;Path=/";
    for (first, second, expected) in [
        (set(&page, none), page.get("/cookies").credentials(), "a=1"),
        (set(&page, none), page.get("/cookies"), ""),
        (set(&page, none), own.get("/cookies"), "a=1"),
        (
            page.post(&format!("/cookies?{none}")),
            page.get("/cookies").credentials(),
            "",
        ),
        // Without `SameSite` a cookie is `Lax`: it is neither kept from another site nor sent to it.
        (set(&page, "a=1;Path=/"), own.get("/cookies"), ""),
        (set(&own, "a=1;Path=/"), own.get("/cookies"), "a=1"),
        (
            set(&own, "a=1;Path=/"),
            page.get("/cookies").credentials(),
            "",
        ),
        (
            set(&own, "a=1;Path=/;SameSite=Strict"),
            near.get("/cookies").credentials(),
            "a=1",
        ),
        (
            set(&near, "a=1;Path=/"),
            near.get("/cookies").credentials(),
            "a=1",
        ),
        (set(&own, "a=1;Path=/path"), own.get("/cookies"), ""),
        (set(&own, "a=1;Path=/path"), own.get("/path/cookies"), "a=1"),
        (
            set(&own, "a=1;Domain=other.example"),
            own.get("/cookies"),
            "",
        ),
        (
            set(&own, "a=1;Path=/"),
            own.get("/cookies").cookie("b", "2"),
            "b=2; a=1",
        ),
        (
            page.get("/cookies"),
            page.get("/cookies").cookie("b", "2").credentials(),
            "b=2",
        ),
        (
            page.get("/cookies"),
            page.get("/cookies").cookie("b", "2"),
            "",
        ),
    ] {
        let mut browser = Browser::new();
        let seen = browser.fetch(&app, &first).await;
        assert!(seen.is_readable(), "{seen}");
        let seen = browser.fetch(&app, &second).await;
        let Seen::Response { body, .. } = &seen else {
            panic!("{second:?}: {seen}")
        };
        assert_eq!(body, expected, "{first:?} {second:?}");
    }
}

#[tokio::test]
async fn a_preflight_is_due_where_the_standard_says_so() {
    let app = CorsRouter::new()
        .route("/", any(|| async {}))
        .default_policy(policy!(origins = "*", methods = "GET", allow_headers = []))
        .into_router();
    let page = browser(APP);
    for (fetch, due) in [
        (page.get("/").header("range", "bytes=0-5"), false),
        (page.get("/").header("range", "bytes=5-"), false),
        (page.get("/").header("range", "bytes=5-3"), true),
        (page.get("/").header("range", "bytes=10-9"), true),
        (page.get("/").header("range", "bytes=-5"), true),
        (
            page.get("/")
                .header("range", "bytes=99999999999999999999-1"),
            true,
        ),
        (
            page.post("/")
                .body("text")
                .header("content-type", "text/plain"),
            false,
        ),
        (page.post("/").json(&[1, 2, 3]), true),
        // Dropped by the browser, so that nothing is left to ask for.
        (
            page.get("/").header("X-HTTP-Method-Override", "TRACE"),
            false,
        ),
        (
            page.get("/").header("x-method-override", "GET, track"),
            false,
        ),
        (page.get("/").header("x-http-method", "PATCH"), true),
        (page.get("/").header("cookie", "a=1"), false),
    ] {
        let seen = fetch.send(&app).await;
        let expected = due.then_some(Step::PreflightHeader);
        assert_eq!(seen.blocked(), expected, "{fetch:?}");
    }
    let json: Fetch = page.post("/").json(&serde_json::json!({ "a": [1] }));
    assert_eq!(json.body, r#"{"a":[1]}"#);
    assert_eq!(
        json.headers,
        [("content-type".to_owned(), "application/json".to_owned())]
    );
}

#[tokio::test]
async fn what_is_no_request_is_no_panic() {
    let page = browser("https://app.example.com");
    for fetch in [
        page.request("a b", "/items"),
        page.get("/items").header("a b", "1"),
        page.get("/items").header("x-a", "\n"),
        page.get("a path"),
        page.delete("a path"),
        page.get("items"),
        page.get(""),
    ] {
        let seen = fetch.send(&app()).await;
        assert_eq!(seen.blocked(), Some(Step::Malformed), "{fetch:?}");
    }
}

#[test]
fn a_page_has_an_origin_that_browsers_send() {
    let others = [
        "https://app.example.com/",
        "https://app.example.com/path",
        "https://App.example.com",
        "https://me@app.example.com",
        "app.example.com",
        "https://",
        "https://a..b",
        "https://.a",
        "https://x:443",
        "http://x:80",
        "https://127.1",
        "https://[0:0::1]",
        "wss://app.example.com",
        "file:///",
        "",
    ];
    for origin in others {
        assert!(catch_unwind(|| browser(origin)).is_err(), "{origin}");
        let elsewhere = || Browser::new().at(origin, Router::new());
        assert!(catch_unwind(elsewhere).is_err(), "{origin}");
    }
    for origin in [
        "https://app.example.com:8443",
        "http://[::1]",
        "capacitor://localhost",
        "moz-extension://2C127FA4",
        "http://3f4a9c1b2d7e:8080",
        "app://.",
        "file://",
        "null",
    ] {
        let _ = browser(origin);
    }
}

#[tokio::test]
async fn no_max_age_is_too_long() {
    let app = Router::new().route("/", any(as_asked));
    let path = format!(
        "/?access-control-allow-origin={APP}&access-control-allow-methods=PUT&access-control-max-age={}",
        u64::MAX
    );
    let mut visitor = Browser::new();
    for _ in 0..2 {
        visitor.wait(std::time::Duration::MAX);
        let seen = visitor.fetch(&app, &browser(APP).put(&path)).await;
        assert!(seen.is_readable(), "{seen}");
    }
}
