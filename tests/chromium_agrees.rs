//! The browser for unit tests against a real one: generated fetches, redirects among them, of the same server.
//!
//! A server answers each hop as its plan says, rightly or wrongly. Chromium fetches from it over sockets, the
//! browser for unit tests without; both have to see the same, after the same preflights.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, StatusCode},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use cors_runtime::testing::{Browser, HERE, Seen, browser};
use cors_tests::{Server, engines::Engine};
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{select, subsequence},
    strategy::ValueTree,
    test_runner::TestRunner,
};
use serde_json::{Value, json};

/// How many fetches are made, of pages on each of three origins.
const CASES: usize = 10_000;

/// How many of them the page makes at once.
const AT_ONCE: usize = 20;

/// What a server answers. In values, `{page}`, `{here}` and `{other}` are the origins of the run, `{origin}` is
/// the request's.
#[derive(Clone, Debug)]
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
}

/// A request of a redirected fetch, and whether it is at the other origin.
#[derive(Clone, Debug)]
struct Hop {
    elsewhere: bool,
    preflight: Answer,
    response: Answer,
}

#[derive(Clone, Debug)]
struct Case {
    method: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    credentials: bool,
    body: bool,
    hops: Vec<Hop>,
}

impl Case {
    /// Chromium takes `*` for `Authorization` too, and warns of it in its console; the standard does not.
    fn lets_a_wildcard_cover_authorization(&self) -> bool {
        let is_every = |(name, value): &(&str, String)| {
            *name == "access-control-allow-headers" && value == "*"
        };
        let mut preflights = self.hops.iter().map(|hop| &hop.preflight);
        !self.credentials
            && self
                .headers
                .iter()
                .any(|(name, _)| *name == "authorization")
            && preflights.any(|preflight| preflight.headers.iter().any(is_every))
    }
}

/// The origins of a run.
#[derive(Clone, Debug)]
struct Names {
    page: String,
    here: String,
    other: String,
}

impl Names {
    /// A text with the names of the run in it.
    fn fill(&self, text: &str, origin: &str) -> String {
        let user = |origin: &str| origin.replace("://", "://me@");
        let host = |origin: &str| origin.split("://").nth(1).unwrap_or_default().to_owned();
        text.replace("{here_user}", &user(&self.here))
            .replace("{other_user}", &user(&self.other))
            .replace("{here_host}", &host(&self.here))
            .replace("{other_host}", &host(&self.other))
            .replace("{page}", &self.page)
            .replace("{here}", &self.here)
            .replace("{other}", &self.other)
            .replace("{origin}", origin)
    }

    /// An origin of the run as a word that is the same in each.
    fn word<'a>(&self, origin: &'a str) -> &'a str {
        match origin {
            origin if origin == self.page => "page",
            origin if origin == self.here => "here",
            origin if origin == self.other => "other",
            origin => origin,
        }
    }
}

/// The server: its plans, the names of the run, and the preflights that it has counted.
struct Service {
    cases: Arc<Vec<Case>>,
    names: Names,
    preflights: Mutex<HashMap<usize, usize>>,
}

async fn answer(State(service): State<Arc<Service>>, request: Request) -> Response {
    let mut numbers = request
        .uri()
        .path()
        .split('/')
        .filter_map(|part| part.parse().ok());
    let (Some(number), Some(hop)) = (numbers.next(), numbers.next()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let number: usize = number;
    let hop: usize = hop;
    let hop = &service.cases[number].hops[hop];
    let header = |name: &str| {
        let value = request.headers().get(name);
        value
            .map_or("-", |value| value.to_str().unwrap())
            .to_owned()
    };
    let is_preflight = request.method() == "OPTIONS"
        && request
            .headers()
            .contains_key("access-control-request-method");
    let answer = if is_preflight {
        *service
            .preflights
            .lock()
            .unwrap()
            .entry(number)
            .or_default() += 1;
        &hop.preflight
    } else {
        &hop.response
    };
    let origin = header("origin");
    let what = format!(
        "{} {} {} {} {}",
        request.method(),
        service.names.word(&origin),
        header("authorization"),
        header("x-a"),
        header("x-http-method-override"),
    );
    let mut response = (StatusCode::from_u16(answer.status).unwrap(), what).into_response();
    for (name, value) in &answer.headers {
        let name: HeaderName = name.parse().unwrap();
        let value = service.names.fill(value, &origin);
        response.headers_mut().append(name, value.parse().unwrap());
    }
    response
}

fn service(cases: &Arc<Vec<Case>>, names: Names) -> (Router, Arc<Service>) {
    let service = Arc::new(Service {
        cases: Arc::clone(cases),
        names,
        preflights: Mutex::default(),
    });
    let router = Router::new()
        .fallback(answer)
        .with_state(Arc::clone(&service));
    (router, service)
}

/// One of these, mostly the first.
fn mostly(values: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just(values[0]), 4 => select(values)]
}

fn allow_origin() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let name = "access-control-allow-origin";
    let values: &[&[&str]] = &[
        &["*"],
        &["{page}"],
        &["null"],
        &["{page}/"],
        &[],
        &["{page}", "{page}"],
        &["{page}, *"],
        &["{here}"],
        &[""],
    ];
    prop_oneof![3 => Just(&["{origin}"][..]), 1 => select(values)].prop_map(move |lines| {
        lines
            .iter()
            .map(|line| (name, (*line).to_owned()))
            .collect()
    })
}

fn allow_credentials() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    prop_oneof![4 => Just("true"), 1 => select(vec!["True", "", "false", "true, true"])]
        .prop_map(|value| vec![("access-control-allow-credentials", value.to_owned())])
}

fn preflight() -> impl Strategy<Value = Answer> {
    let status =
        prop_oneof![8 => select(vec![200_u16, 204, 299]), 1 => select(vec![302, 401, 404, 500])];
    let methods = mostly(&[
        "GET, PUT, DELETE, PATCH, OPTIONS, PROPFIND",
        "*",
        "PUT",
        "put, patch",
        "PUT;GET",
        "",
        ",DELETE, ,PUT",
    ]);
    let names = mostly(&[
        "X-A, Content-Type, Authorization, Range, X-HTTP-Method-Override, Accept",
        "*",
        "x-a,range",
        "content-type , x-a",
        "@",
        "",
        "authorization, *",
    ]);
    let optional = |name, value: &'static str| {
        if value.is_empty() {
            vec![]
        } else {
            vec![(name, value.to_owned())]
        }
    };
    (status, allow_origin(), allow_credentials(), methods, names).prop_map(
        move |(status, origin, credentials, methods, names)| Answer {
            status,
            headers: [
                origin,
                credentials,
                optional("access-control-allow-methods", methods),
                optional("access-control-allow-headers", names),
            ]
            .concat(),
        },
    )
}

fn response(last: bool) -> impl Strategy<Value = Answer> {
    let statuses: &[u16] = if last {
        &[200, 201, 401, 404, 500, 300, 302]
    } else {
        &[301, 302, 303, 307, 308]
    };
    let exposed = select(&["", "*", "x-total", "X-Total, ETag", "etag"][..]);
    (
        select(statuses),
        allow_origin(),
        allow_credentials(),
        exposed,
    )
        .prop_map(|(status, origin, credentials, exposed)| {
            let mut headers = [origin, credentials].concat();
            headers.push(("x-total", "3".to_owned()));
            if !exposed.is_empty() {
                headers.push(("access-control-expose-headers", exposed.to_owned()));
            }
            Answer { status, headers }
        })
}

/// How a hop's `Location` is written, with `PATH` for the path of the next.
fn location() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        12 => select(vec!["ORIGIN/PATH", "ORIGIN/PATH", "/PATH", "/x/../PATH", "../../PATH", "//HOST/PATH"]),
        1 => select(vec!["USER/PATH", "data:,text", "http://[1/", "ORIGIN/PATH#fragment"]),
    ]
}

fn hops() -> impl Strategy<Value = Vec<Hop>> {
    let before = vec(
        (
            proptest::bool::ANY,
            preflight(),
            response(false),
            location(),
        ),
        0..3,
    );
    let last = (proptest::bool::ANY, preflight(), response(true));
    (before, last).prop_map(|(before, (elsewhere, preflight, response))| {
        let locations: Vec<_> = before.iter().map(|(.., location)| *location).collect();
        let before = before
            .into_iter()
            .map(|(elsewhere, preflight, response, _)| Hop {
                elsewhere,
                preflight,
                response,
            });
        let last = Hop {
            elsewhere,
            preflight,
            response,
        };
        let mut hops: Vec<_> = before.chain([last]).collect();
        hops[0].elsewhere = false;
        for (position, location) in locations.into_iter().enumerate() {
            if !location.contains("ORIGIN")
                && !location.contains("HOST")
                && !location.contains("USER")
            {
                hops[position + 1].elsewhere = hops[position].elsewhere;
            }
            let origin = if hops[position + 1].elsewhere {
                "{other}"
            } else {
                "{here}"
            };
            let next = format!("CASE/{}", position + 1);
            let location = location
                .replace("ORIGIN", origin)
                .replace("USER", &origin.replace('}', "_user}"))
                .replace("HOST", &origin.replace('}', "_host}"))
                .replace("PATH", &next);
            hops[position].response.headers.push(("location", location));
        }
        hops
    })
}

fn case() -> impl Strategy<Value = Case> {
    let methods = vec![
        "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "patch", "get", "put",
        "PROPFIND", "TRACE",
    ];
    let headers = (
        option::of(select(vec![
            "text/plain",
            "application/json",
            "Text/Plain;charset=x",
        ])),
        option::of(select(vec![
            "bytes=0-5",
            "bytes=5-",
            "bytes=5-3",
            "bytes=-1",
        ])),
        option::of(select(vec!["GET", "TRACE", "get, track"])),
        subsequence(
            vec![
                ("x-a", "1"),
                ("authorization", "Bearer"),
                ("accept", "text/html"),
            ],
            0..=3,
        ),
    )
        .prop_map(|(content_type, range, method, mut headers)| {
            headers.extend(content_type.map(|value| ("content-type", value)));
            headers.extend(range.map(|value| ("range", value)));
            headers.extend(method.map(|value| ("x-http-method-override", value)));
            headers
        });
    let headers = prop_oneof![1 => Just(vec![]), 2 => headers];
    (
        select(methods),
        headers,
        proptest::bool::ANY,
        proptest::bool::ANY,
        hops(),
    )
        .prop_map(|(method, headers, credentials, body, hops)| Case {
            method,
            headers,
            credentials,
            body: body && !["GET", "HEAD", "get"].contains(&method),
            hops,
        })
}

/// The cases, the same in each run.
fn cases() -> Arc<Vec<Case>> {
    let mut runner = TestRunner::deterministic();
    let cases = (0..CASES).map(|number| {
        let mut case = case().new_tree(&mut runner).unwrap().current();
        for header in case
            .hops
            .iter_mut()
            .flat_map(|hop| &mut hop.response.headers)
        {
            header.1 = header.1.replace("CASE", &number.to_string());
        }
        case
    });
    Arc::new(cases.collect())
}

/// What a page sees of a case, and how many preflights were sent for it.
#[derive(Debug, PartialEq)]
struct Sight {
    /// The status, `x-total` and the body; `None` where it is blocked.
    seen: Option<(u64, bool, String)>,
    preflights: usize,
}

const PAGE: &str = "<!doctype html><script>
async function one({ url, init }) {
    try {
        const response = await fetch(url, init);
        const body = await response.text();
        return [response.status, response.headers.has('x-total'), body];
    } catch {
        return null;
    }
}
async function all(specs, atOnce) {
    const seen = [];
    const work = async () => {
        for (let spec; (spec = specs.pop()); ) seen.push([spec.number, await one(spec)]);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return seen;
}
</script>";

fn spec(number: usize, case: &Case, here: &str) -> Value {
    let mut init = json!({ "method": case.method, "headers": case.headers });
    if case.credentials {
        init["credentials"] = json!("include");
    }
    if case.body {
        init["body"] = json!("12");
    }
    json!({ "number": number, "url": format!("{here}/{number}/0"), "init": init })
}

/// What Chromium sees of all the cases.
async fn real(cases: &Arc<Vec<Case>>, own_page: bool) -> Option<Vec<Sight>> {
    let session = Engine::Chromium.session().await?;
    let pages = Server::start(Router::new().fallback(get(async || Html(PAGE)))).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let here = format!("http://localhost:{port}");
    let other = format!("http://127.0.0.1:{port}");
    let page = if own_page {
        here.clone()
    } else {
        format!("http://localhost:{}", pages.address().port())
    };
    let names = Names {
        page: page.clone(),
        here: here.clone(),
        other,
    };
    let (router, service) = service(cases, names);
    let router = router.route("/page", get(async || Html(PAGE)));
    let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let client = &session.client;
    client.goto(&format!("{page}/page")).await.unwrap();
    let mut sights: Vec<Option<Sight>> = Vec::new();
    sights.resize_with(cases.len(), || None);
    let numbers: Vec<usize> = (0..cases.len()).collect();
    for batch in numbers.chunks(250) {
        let specs: Vec<_> = batch
            .iter()
            .map(|number| spec(*number, &cases[*number], &here))
            .collect();
        let script = "const [specs, atOnce, done] = arguments; all(specs, atOnce).then(done)";
        let seen = client
            .execute_async(script, vec![json!(specs), json!(AT_ONCE)])
            .await
            .unwrap();
        for entry in seen.as_array().unwrap() {
            let number = usize::try_from(entry[0].as_u64().unwrap()).unwrap();
            let seen = entry[1].as_array().map(|seen| {
                let body = seen[2].as_str().unwrap().to_owned();
                (seen[0].as_u64().unwrap(), seen[1].as_bool().unwrap(), body)
            });
            let preflights = service.preflights.lock().unwrap();
            let preflights = preflights.get(&number).copied().unwrap_or_default();
            sights[number] = Some(Sight { seen, preflights });
        }
    }
    session.end().await;
    server.abort();
    Some(
        sights
            .into_iter()
            .map(|sight| sight.expect("each case is fetched"))
            .collect(),
    )
}

/// What the browser for unit tests sees of a case.
async fn tested(cases: &Arc<Vec<Case>>, number: usize, own_page: bool) -> Sight {
    let other = "https://other.example".to_owned();
    let page = if own_page {
        HERE
    } else {
        "https://app.example.com"
    };
    let names = Names {
        page: page.to_owned(),
        here: HERE.to_owned(),
        other: other.clone(),
    };
    let (router, service) = service(cases, names);
    let case = &cases[number];
    let body = if case.body { "12" } else { "" };
    let fetch = browser(page).request(case.method, &format!("/{number}/0"));
    let mut fetch = fetch.body(body);
    for (name, value) in &case.headers {
        fetch = fetch.header(name, value);
    }
    fetch.credentials = case.credentials;
    let mut browser = Browser::new().at(&other, router.clone());
    let seen = match browser.fetch(&router, &fetch).await {
        Seen::Response {
            status,
            headers,
            body,
        } => {
            let body = String::from_utf8(body.to_vec()).unwrap();
            Some((
                u64::from(status.as_u16()),
                headers.contains_key("x-total"),
                body,
            ))
        }
        Seen::Blocked(_) | Seen::Elsewhere(_) => None,
    };
    let preflights = service.preflights.lock().unwrap();
    let preflights = preflights.get(&number).copied().unwrap_or_default();
    Sight { seen, preflights }
}

#[tokio::test]
async fn chromium_and_the_browser_for_unit_tests_see_the_same() {
    let cases = cases();
    for own_page in [false, true] {
        let Some(real) = real(&cases, own_page).await else {
            return;
        };
        let (mut readable, mut differences) = (0, Vec::new());
        for (number, real) in real.into_iter().enumerate() {
            let tested = tested(&cases, number, own_page).await;
            let case = &cases[number];
            readable += usize::from(real.seen.is_some());
            if tested != real && !case.lets_a_wildcard_cover_authorization() {
                differences.push(format!("{case:?}\nChromium: {real:?}\ntested: {tested:?}"));
            }
        }
        let shown: Vec<_> = differences.iter().take(3).map(String::as_str).collect();
        assert_eq!(differences.len(), 0, "of {CASES}:\n{}", shown.join("\n\n"));
        assert!(
            readable > CASES / 20 && readable < CASES,
            "{readable} are readable"
        );
    }
}
