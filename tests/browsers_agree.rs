//! The property: what a page sees is exactly what the policy declares, over generated policies and
//! fetches. The oracle plays the browser; what a policy declares is written here anew.
//!
//! `CORS_ORACLE_CASES` sets the number of fetches (100,000 without it), `CORS_ORACLE_SEED` the seed,
//! which every run prints.

use std::{
    env,
    io::{Write, stderr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Body,
    extract::{FromRef, Request, State},
    http::{HeaderMap, StatusCode, request::Parts},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use cors_grammar::{
    method::MethodSet,
    pattern::{Pattern, Wildcards},
    record::{self, Hazardous, Methods, OriginList, Record, Seconds},
};
use cors_runtime::testing::{Browser, Fetch, HERE, Seen, Step, browser};
use cors_runtime::{
    __private::{
        Decider, ErasedHandler, HandlerPolicy, PolicyHeaders, add_function, decided_by, no_routes,
        policy_of,
    },
    AllowOrigin, CorsRouter, Origin, OriginSet, Policy, Routes,
};
use indicatif::{ProgressBar, ProgressStyle};
use proptest::{
    prelude::*,
    sample::{select, subsequence},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use tower::ServiceExt;

/// How many fetches go to one generated application.
const FETCHES: usize = 50;

/// A policy as it is declared.
#[derive(Clone, Debug)]
struct Declared {
    /// Empty for `"*"`.
    methods: Vec<&'static str>,
    origins: Origins,
    credentials: Option<bool>,
    allow_headers: Option<Vec<&'static str>>,
    expose_headers: Option<Vec<&'static str>>,
    max_age: Option<u32>,
    enforce: Option<bool>,
    status: u16,
}

/// Who may ask, and who decides that.
#[derive(Clone, Debug)]
enum Origins {
    Open,
    Every,
    Listed(Vec<&'static str>),
    Set(Vec<&'static str>),
    Type(Vec<&'static str>),
}

/// Origins and patterns that a policy may list. None covers another, and none is held against a
/// policy with credentials.
const LISTABLE: [&str; 6] = [
    "https://app.example",
    "https://admin.example:8443",
    "http://localhost:*",
    "capacitor://localhost",
    "https://[2001:db8::1]",
    "http://*.apps.localhost",
];

/// Whether one of these lets a serialized origin in: the meaning of each, by hand.
fn lets_in(entries: &[&str], origin: &str) -> bool {
    entries.iter().any(|entry| match *entry {
        "http://localhost:*" => {
            origin == "http://localhost"
                || origin
                    .strip_prefix("http://localhost:")
                    .is_some_and(|port| {
                        port.parse::<u16>()
                            .is_ok_and(|port| port != 0 && port != 80)
                    })
        }
        "http://*.apps.localhost" => origin
            .strip_prefix("http://")
            .and_then(|host| host.strip_suffix(".apps.localhost"))
            .is_some_and(|labels| {
                labels.split('.').all(|label| {
                    !label.is_empty()
                        && label
                            .bytes()
                            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                })
            }),
        exact => origin == exact,
    })
}

/// Page origins: listed, unlisted, nearly listed, opaque.
const PAGES: [&str; 18] = [
    "https://app.example",
    "https://admin.example:8443",
    "http://localhost",
    "http://localhost:5173",
    "capacitor://localhost",
    "https://[2001:db8::1]",
    "http://one.apps.localhost",
    "http://one.two.apps.localhost",
    "http://apps.localhost",
    "http://oneapps.localhost",
    "http://one.apps.localhost:1",
    "http://app.example",
    "https://app.example:8443",
    "https://app.example.evil.example",
    "https://evilapp.example",
    "https://evil.example",
    "null",
    HERE,
];

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const HEADERS: [(&str, &str); 9] = [
    ("Accept", "text/html"),
    ("Content-Type", "text/plain"),
    ("content-type", "application/json"),
    ("X-Token", "1"),
    ("x-other", "1"),
    ("Authorization", "Bearer 1"),
    ("RANGE", "bytes=0-1"),
    ("Accept-Language", "\"en\""),
    ("Cookie", "session=2"),
];

impl Declared {
    fn strategy() -> impl Strategy<Value = Self> {
        let list = || subsequence(LISTABLE.to_vec(), 1..=LISTABLE.len());
        let origins = prop_oneof![
            2 => Just(Origins::Open),
            1 => Just(Origins::Every),
            3 => list().prop_map(Origins::Listed),
            2 => list().prop_map(Origins::Set),
            2 => list().prop_map(Origins::Type),
        ];
        let names = vec![
            "X-Token",
            "Content-Type",
            "Authorization",
            "Accept-Language",
        ];
        let exposed = vec!["X-Total", "ETag"];
        (
            subsequence(METHODS.to_vec(), 0..=4),
            origins,
            proptest::option::of(any::<bool>()),
            proptest::option::of(subsequence(names, 1..=4)),
            proptest::option::of(subsequence(exposed, 0..=2)),
            proptest::option::of(select(vec![0, 1, 60])),
            proptest::option::of(any::<bool>()),
            select(vec![200, 201, 204, 302, 401, 404, 422, 500]),
        )
            .prop_map(Self::sound)
    }

    /// The policy of these parts, without what the compiler would refuse.
    #[allow(clippy::type_complexity)]
    fn sound(
        (methods, origins, credentials, allow_headers, expose_headers, max_age, enforce, status): (
            Vec<&'static str>,
            Origins,
            Option<bool>,
            Option<Vec<&'static str>>,
            Option<Vec<&'static str>>,
            Option<u32>,
            Option<bool>,
            u16,
        ),
    ) -> Self {
        let everyone = matches!(origins, Origins::Open | Origins::Every);
        let mut declared = Self {
            methods,
            credentials: credentials.map(|allowed| allowed && !matches!(origins, Origins::Every)),
            origins,
            allow_headers,
            expose_headers,
            max_age,
            enforce: enforce.filter(|_| !everyone),
            status,
        };
        // The empty list means `"*"`, which needs a policy without credentials.
        if declared.allows_credentials() {
            declared.expose_headers = declared.expose_headers.filter(|names| !names.is_empty());
        }
        declared
    }

    fn lets_in(&self, origin: &str) -> bool {
        match &self.origins {
            Origins::Open | Origins::Every => true,
            Origins::Listed(list) | Origins::Set(list) | Origins::Type(list) => {
                lets_in(list, origin)
            }
        }
    }

    fn allows_credentials(&self) -> bool {
        self.credentials
            .unwrap_or(matches!(self.origins, Origins::Open))
    }

    fn enforces(&self) -> bool {
        !matches!(self.origins, Origins::Open | Origins::Every) && self.enforce != Some(false)
    }

    fn allows_header(&self, name: &str) -> bool {
        let listed = |names: &Vec<&str>| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        self.allow_headers.as_ref().is_none_or(listed)
    }

    fn may_be_read(&self, fetch: &Fetch) -> bool {
        self.lets_in(&fetch.origin) && (!fetch.credentials || self.allows_credentials())
    }

    fn policy(&self) -> Policy {
        let methods = if self.methods.is_empty() {
            "*".to_owned()
        } else {
            self.methods.join(", ")
        };
        let set = methods.split(", ").fold(MethodSet::NONE, MethodSet::with);
        let origins = match &self.origins {
            Origins::Open => None,
            Origins::Every => Some(record::Origins::Every),
            Origins::Set(_) | Origins::Type(_) => Some(record::Origins::Decided),
            Origins::Listed(list) => {
                let mut sorted = list.clone();
                sorted.sort_unstable();
                let entries = sorted.iter().map(|entry| Pattern::parse(entry).unwrap());
                Some(record::Origins::Listed(OriginList {
                    wildcards: entries
                        .map(|entry| entry.wildcards())
                        .fold(Wildcards::NONE, Wildcards::or),
                    sorted: sorted.leak(),
                    hazardous: Hazardous::NONE,
                }))
            }
        };
        let joined = |names: &Vec<&str>| {
            if names.is_empty() {
                "*"
            } else {
                names.join(", ").leak()
            }
        };
        policy_of(Record {
            methods: Some(Methods {
                text: methods.leak(),
                set,
            }),
            origins,
            credentials: self.credentials,
            allow_headers: self
                .allow_headers
                .as_ref()
                .map(|names| &*names.join(", ").leak()),
            expose_headers: self.expose_headers.as_ref().map(joined),
            max_age: self.max_age.map(|number| Seconds {
                number,
                digits: number.to_string().leak(),
            }),
            enforce: self.enforce.map(|enforced| {
                if enforced {
                    record::Enforce::On
                } else {
                    record::Enforce::Off
                }
            }),
            ..Record::UNSET
        })
    }
}

/// An application: handlers of one path, and their router.
#[derive(Clone, Debug)]
struct App {
    handlers: Vec<Declared>,
    /// The origins of all `Set` and `Type` policies: the state is one.
    decided: Vec<&'static str>,
    router: RouterKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RouterKind {
    Plain,
    Ours,
    /// A `CorsRouter` in a layer that requires `Authorization`.
    OursWithAuth,
}

#[derive(Clone)]
struct AppState(OriginSet);

impl FromRef<AppState> for OriginSet {
    fn from_ref(state: &AppState) -> Self {
        state.0.clone()
    }
}

struct ByState;

impl AllowOrigin<AppState> for ByState {
    async fn allows(origin: &Origin, _: &Parts, state: &AppState) -> bool {
        tokio::task::yield_now().await;
        state.0.contains(origin.as_str())
    }
}

/// How often each handler ran.
type Runs = Arc<[AtomicUsize; 3]>;

impl App {
    fn strategy() -> impl Strategy<Value = Self> {
        let router = select(vec![
            RouterKind::Plain,
            RouterKind::Ours,
            RouterKind::OursWithAuth,
        ]);
        let handlers = proptest::collection::vec(Declared::strategy(), 1..=3);
        let decided = subsequence(LISTABLE.to_vec(), 1..=LISTABLE.len());
        (handlers, decided, router).prop_map(|(handlers, decided, router)| {
            Self {
                handlers,
                decided,
                router,
            }
            .sound()
        })
    }

    /// The application without what the compiler would refuse: no method is listed twice.
    fn sound(mut self) -> Self {
        let mut taken: Vec<&str> = Vec::new();
        let mut handlers = Vec::new();
        for mut handler in self.handlers {
            let every = handler.methods.is_empty();
            handler.methods.retain(|method| !taken.contains(method));
            if handler.methods.is_empty() && (!every || taken.contains(&"*")) {
                continue;
            }
            taken.extend(&handler.methods);
            taken.extend(every.then_some("*"));
            match &mut handler.origins {
                Origins::Set(list) | Origins::Type(list) => list.clone_from(&self.decided),
                _ => {}
            }
            handlers.push(handler);
        }
        self.handlers = handlers;
        self
    }

    fn build(&self, runs: &Runs) -> Router {
        let mut routes: Routes<AppState> = no_routes();
        for (index, declared) in self.handlers.iter().enumerate() {
            let headers = PolicyHeaders::new(&declared.policy(), None);
            let decider: Option<Decider<AppState>> = match declared.origins {
                Origins::Set(_) => Some(decided_by::<OriginSet, AppState>()),
                Origins::Type(_) => Some(decided_by::<ByState, AppState>()),
                _ => None,
            };
            let runs = Arc::clone(runs);
            let status = StatusCode::from_u16(declared.status).unwrap();
            let handler = move |_: State<AppState>| async move {
                runs[index].fetch_add(1, Ordering::Relaxed);
                let headers = [
                    ("etag", "1"),
                    ("x-total", "2"),
                    ("x-hidden", "3"),
                    ("set-cookie", "a=b"),
                ];
                (status, headers, format!("handler {index}"))
            };
            let policy = HandlerPolicy::new(headers, decider, None);
            routes = add_function(routes, policy, ErasedHandler::new(handler));
        }
        let state = AppState(OriginSet::try_from_iter(&self.decided).unwrap());
        let ours = |routes| CorsRouter::new().route("/", routes);
        match self.router {
            RouterKind::Plain => Router::new().route("/", routes.into()).with_state(state),
            RouterKind::Ours => ours(routes).with_state(state).into_router(),
            RouterKind::OursWithAuth => ours(routes)
                .layer(from_fn(authenticate))
                .with_state(state)
                .into_router(),
        }
    }

    /// The handler that owns a method, by the rule of the manual.
    fn owner(&self, method: &str) -> Option<usize> {
        let lists = |name: &str| self.handlers.iter().position(|h| h.methods.contains(&name));
        lists(method)
            .or_else(|| lists("GET").filter(|_| method == "HEAD"))
            .or_else(|| self.handlers.iter().position(|h| h.methods.is_empty()))
    }

    /// The policy that answers a page: the owner's, else the first that lets the page in.
    fn answering(&self, owner: Option<usize>, origin: &str) -> Option<&Declared> {
        let mut candidates = match owner {
            Some(owner) => self.handlers[owner..=owner].iter(),
            None => self.handlers.iter(),
        };
        candidates.find(|policy| policy.lets_in(origin))
    }

    /// What the page is to see of a fetch with an empty preflight cache: `None` where it is blocked,
    /// else the status, and the policy whose headers the response carries.
    fn declared(&self, fetch: &Fetch) -> Option<(u16, &Declared)> {
        let method = wire_method(&fetch.method);
        if ["CONNECT", "TRACE", "TRACK"].contains(&method.to_ascii_uppercase().as_str()) {
            return None;
        }
        let owner = self.owner(&method);
        let status = match owner {
            _ if self.router == RouterKind::OursWithAuth && !has(fetch, "authorization") => 401,
            Some(owner) => self.handlers[owner].status,
            None if method == "OPTIONS" => 204,
            None => 405,
        };
        if fetch.origin == HERE {
            return Some((status, &self.handlers[owner.unwrap_or(0)]));
        }
        let policy = self.answering(owner, &fetch.origin)?;
        let safelisted = ["GET", "HEAD", "POST"].contains(&method.as_str());
        let mut unsafe_names = fetch.headers.iter().filter(|header| is_unsafe(header));
        let allowed = policy.may_be_read(fetch)
            && (safelisted || owner.is_some())
            && unsafe_names.all(|(name, _)| policy.allows_header(name));
        allowed.then_some((status, policy))
    }
}

async fn authenticate(request: Request, next: Next) -> Response {
    if request.headers().contains_key("authorization") {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

fn wire_method(method: &str) -> String {
    match METHODS
        .iter()
        .find(|known| known.eq_ignore_ascii_case(method))
    {
        Some(known) if *known != "PATCH" => (*known).to_owned(),
        _ => method.to_owned(),
    }
}

fn has(fetch: &Fetch, name: &str) -> bool {
    fetch
        .headers
        .iter()
        .any(|(known, _)| known.eq_ignore_ascii_case(name))
}

/// Which of `HEADERS` make a preflight due.
fn is_unsafe((name, value): &(String, String)) -> bool {
    match name.to_ascii_lowercase().as_str() {
        "accept" | "range" | "cookie" => false,
        "content-type" => value != "text/plain",
        _ => true,
    }
}

fn fetch() -> impl Strategy<Value = Fetch> {
    let method = select(vec![
        "GET", "get", "HEAD", "POST", "Post", "PUT", "put", "PATCH", "patch", "DELETE", "OPTIONS",
        "PROPFIND", "TRACE",
    ]);
    // Half of the pages are listable ones, so that both verdicts are common.
    let page = prop_oneof![select(PAGES[..8].to_vec()), select(PAGES.to_vec())];
    let headers = prop_oneof![
        Just(Vec::new()),
        Just(vec![("Authorization", "Bearer 1")]),
        subsequence(HEADERS.to_vec(), 0..=3),
    ];
    (method, page, headers, any::<bool>()).prop_map(|(method, origin, headers, credentials)| {
        let mut headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        // A page's `Headers` holds a name once.
        headers.dedup_by(|one, other| one.0.eq_ignore_ascii_case(&other.0));
        fetched(origin, method, headers, credentials)
    })
}

/// A fetch of a page, whatever its origin looks like.
fn fetched(origin: &str, method: &str, headers: Vec<(String, String)>, credentials: bool) -> Fetch {
    let mut fetch = browser("null").request(method, "/");
    origin.clone_into(&mut fetch.origin);
    fetch.headers = headers;
    fetch.credentials = credentials;
    fetch
}

/// How many fetches were readable, and how many were blocked.
#[derive(Default)]
struct Tally {
    readable: AtomicUsize,
    blocked: AtomicUsize,
}

/// Checks one fetch with an empty cache and one with whatever earlier ones have left there.
async fn check(
    app: &App,
    router: &Router,
    runs: &Runs,
    warm: &mut Browser,
    fetch: &Fetch,
    tally: &Tally,
) -> Result<(), TestCaseError> {
    let total = || {
        runs.iter()
            .map(|run| run.load(Ordering::Relaxed))
            .sum::<usize>()
    };
    let owner = app.owner(&wire_method(&fetch.method));
    let same_origin = fetch.origin == HERE;
    let expected = app.declared(fetch);

    let before = total();
    let seen = Browser::new().fetch(router, fetch).await;
    let ran = total() - before;
    match (&seen, &expected) {
        (Seen::Blocked(_), None) => {
            tally.blocked.fetch_add(1, Ordering::Relaxed);
        }
        (
            Seen::Response {
                status,
                headers,
                body,
            },
            Some((expected, policy)),
        ) => {
            tally.readable.fetch_add(1, Ordering::Relaxed);
            prop_assert_eq!(status.as_u16(), *expected);
            let reached = owner
                .filter(|_| app.router != RouterKind::OursWithAuth || has(fetch, "authorization"));
            prop_assert_eq!(ran, usize::from(reached.is_some()), "handlers ran");
            if let Some(owner) = reached {
                let text = format!("handler {owner}");
                let body = std::str::from_utf8(body).unwrap();
                prop_assert!(body == text || body.is_empty(), "{}", body);
                if !same_origin {
                    check_readable(headers, policy)?;
                }
            }
        }
        _ => prop_assert!(
            false,
            "the page sees {:?}, and the policy says {:?}",
            seen,
            expected
        ),
    }

    let before = total();
    let seen = warm.fetch(router, fetch).await;
    let ran = total() - before;
    let closed = owner.is_some_and(|owner| {
        let policy = &app.handlers[owner];
        policy.enforces() && !policy.lets_in(&fetch.origin)
    });
    let reads = ["GET", "HEAD"].contains(&wire_method(&fetch.method).as_str());
    if closed && !reads && !same_origin {
        prop_assert_eq!(
            ran,
            0,
            "a handler ran for a page that its policy does not allow"
        );
    }
    match (&seen, &expected) {
        (Seen::Response { status, .. }, Some((expected, _))) => {
            prop_assert_eq!(status.as_u16(), *expected, "with a warm cache");
        }
        (Seen::Response { .. }, None) => {
            // What only a neighbour's preflight allowed: the CORS check alone decides.
            let policy = app.answering(owner, &fetch.origin);
            prop_assert!(
                policy.is_some_and(|policy| policy.may_be_read(fetch)),
                "{:?}",
                seen
            );
        }
        (Seen::Blocked(step), Some(_)) => {
            prop_assert!(false, "blocked with a warm cache: {:?}", step)
        }
        (Seen::Blocked(_), None) => {}
        (Seen::Elsewhere(url), _) => prop_assert!(false, "no application redirects to {}", url),
    }
    Ok(())
}

fn check_readable(headers: &HeaderMap, policy: &Declared) -> Result<(), TestCaseError> {
    let exposed = policy.expose_headers.as_deref();
    let every = exposed.is_some_and(<[_]>::is_empty);
    for (name, listed) in [("etag", "ETag"), ("x-total", "X-Total"), ("x-hidden", "")] {
        let expected = every || exposed.is_some_and(|names| names.contains(&listed));
        prop_assert_eq!(headers.contains_key(name), expected, "{} can be read", name);
    }
    prop_assert!(!headers.contains_key("set-cookie"));
    Ok(())
}

/// A request of no browser: without `Origin`, or with one that no browser would serialize so.
#[derive(Clone, Debug)]
struct Stray {
    method: &'static str,
    origins: Vec<&'static str>,
    asked: Option<&'static str>,
    site: Option<&'static str>,
}

fn stray() -> impl Strategy<Value = Stray> {
    let origins = prop_oneof![
        Just(vec![]),
        select(vec![
            vec![""],
            vec!["null "],
            vec!["app.example"],
            vec!["https://app.example/"],
            vec!["https://APP.example"],
            vec!["https://app.example:443"],
            vec!["http://localhost:*"],
            vec!["http://*.apps.localhost"],
            vec!["http://.apps.localhost"],
            vec!["http://a/b.apps.localhost"],
            vec!["https://app.example", "https://app.example"],
            vec!["https://app.example, https://evil.example"],
        ]),
    ];
    let method = select(METHODS.to_vec());
    let asked = proptest::option::of(select(METHODS.to_vec()));
    let site = proptest::option::of(select(vec!["cross-site", "same-site", "none"]));
    (method, origins, asked, site).prop_map(|(method, origins, asked, site)| Stray {
        method,
        origins,
        asked,
        site,
    })
}

/// What a stray request gets: access headers from a policy for everyone only, and nothing past
/// `enforce` that its steps do not let pass.
async fn check_stray(
    app: &App,
    router: &Router,
    runs: &Runs,
    stray: &Stray,
) -> Result<(), TestCaseError> {
    let preflight = stray.method == "OPTIONS" && stray.asked.is_some() && !stray.origins.is_empty();
    let mut request = Request::builder().method(stray.method).uri("/");
    for origin in &stray.origins {
        request = request.header("origin", *origin);
    }
    for (name, value) in [
        ("access-control-request-method", stray.asked),
        ("sec-fetch-site", stray.site),
    ] {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    let before: usize = runs.iter().map(|run| run.load(Ordering::Relaxed)).sum();
    let Ok(response) = router
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await;
    let ran = runs
        .iter()
        .map(|run| run.load(Ordering::Relaxed))
        .sum::<usize>()
        - before;

    let owner = app.owner(if preflight {
        stray.asked.unwrap()
    } else {
        stray.method
    });
    // No list holds such an origin.
    let answering = app.answering(owner, "");
    let first = stray.origins.first().copied();
    let expected = answering.map(|policy| match policy.origins {
        Origins::Open => first.unwrap_or("*"),
        _ => "*",
    });
    let found = response.headers().get("access-control-allow-origin");
    prop_assert_eq!(found.map(|value| value.to_str().unwrap()), expected);
    let passes = match stray.site {
        Some(site) if first.is_some() => site == "none",
        Some(site) => site == "none" || ["GET", "HEAD"].contains(&stray.method),
        None => first.is_none(),
    };
    let enforced = owner.is_some_and(|owner| app.handlers[owner].enforces());
    let reached = !preflight && owner.is_some() && app.router != RouterKind::OursWithAuth;
    prop_assert_eq!(
        ran,
        usize::from(reached && (passes || !enforced)),
        "handlers ran"
    );
    Ok(())
}

#[test]
fn what_a_page_sees_is_exactly_what_the_policy_declares() {
    let number = |name: &str| {
        env::var(name)
            .ok()
            .map(|text| text.parse::<u64>().expect("a number"))
    };
    let cases = number("CORS_ORACLE_CASES").unwrap_or(100_000);
    let seed = number("CORS_ORACLE_SEED").unwrap_or_else(|| {
        let time = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("a clock");
        u64::try_from(time.as_nanos() & u128::from(u64::MAX)).expect("64 bits")
    });
    // The handle itself: libtest hides what a passing test prints by macro.
    let _ = writeln!(
        stderr(),
        "browsers_agree: {cases} fetches, CORS_ORACLE_SEED={seed}"
    );
    let progress = ProgressBar::new(cases).with_style(
        ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} {eta} left")
            .expect("a template"),
    );

    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let tally = Tally::default();
    let apps = u32::try_from(cases.div_ceil(FETCHES as u64)).expect("fewer cases");
    let config = Config {
        cases: apps,
        failure_persistence: None,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let strategy = (
        App::strategy(),
        proptest::collection::vec(fetch(), FETCHES),
        proptest::collection::vec(stray(), FETCHES / 5),
    );
    let result = runner.run(&strategy, |(app, fetches, strays)| {
        let runs = Runs::default();
        let router = app.build(&runs);
        let mut warm = Browser::new();
        for fetch in &fetches {
            runtime.block_on(check(&app, &router, &runs, &mut warm, fetch, &tally))?;
        }
        for stray in &strays {
            runtime.block_on(check_stray(&app, &router, &runs, stray))?;
        }
        progress.inc(FETCHES as u64);
        Ok(())
    });
    progress.finish_and_clear();
    if let Err(failure) = result {
        panic!("CORS_ORACLE_SEED={seed}: {failure}");
    }
    let readable = tally.readable.load(Ordering::Relaxed);
    let blocked = tally.blocked.load(Ordering::Relaxed);
    let _ = writeln!(
        stderr(),
        "browsers_agree: {readable} readable, {blocked} blocked"
    );
    let fifth = (readable + blocked) / 5;
    assert!(
        readable >= fifth && blocked >= fifth,
        "{readable} readable, {blocked} blocked"
    );
}

#[test]
fn the_oracle_names_the_step_that_blocks() {
    let declared = |origins, methods| Declared {
        methods,
        origins,
        credentials: Some(false),
        allow_headers: Some(vec!["X-Token"]),
        expose_headers: None,
        max_age: None,
        enforce: Some(false),
        status: 200,
    };
    let listed = Origins::Listed(vec!["https://app.example"]);
    let app = App {
        handlers: vec![declared(listed, vec!["GET", "PUT"])],
        decided: vec![],
        router: RouterKind::Ours,
    };
    let router = app.build(&Runs::default());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    for (origin, method, header, credentials, step) in [
        (
            "https://app.example",
            "TRACE",
            None,
            false,
            Step::ForbiddenMethod,
        ),
        (
            "https://evil.example",
            "PUT",
            None,
            false,
            Step::PreflightCheck,
        ),
        (
            "https://app.example",
            "DELETE",
            None,
            false,
            Step::PreflightMethod,
        ),
        (
            "https://app.example",
            "put",
            Some("x-other"),
            false,
            Step::PreflightHeader,
        ),
        (
            "https://app.example",
            "PUT",
            None,
            true,
            Step::PreflightCheck,
        ),
        ("https://app.example", "GET", None, true, Step::Check),
        ("https://evil.example", "GET", None, false, Step::Check),
    ] {
        let headers = header
            .iter()
            .map(|name| ((*name).to_owned(), "1".to_owned()))
            .collect();
        let fetch = fetched(origin, method, headers, credentials);
        let seen = runtime.block_on(Browser::new().fetch(&router, &fetch));
        assert_eq!(seen.blocked(), Some(step), "{fetch:?}");
    }
}
