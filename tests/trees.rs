//! The property: a response carries the policy of the endpoint whose handler axum runs, and none where
//! that has none, over generated trees of routers and URLs.
//!
//! Each tree is built twice: with policies, and as a plain axum router whose endpoints and layers
//! leave a trace. axum alone says by the trace which endpoint a URL belongs to.
//!
//! `CORS_TREES_REQUESTS` sets the number of requests (20,000 without it), `CORS_TREES_SEED` the seed,
//! which every run prints.

use std::{
    cell::Cell,
    convert::Infallible,
    env,
    io::{Write, stderr},
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, Uri},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{MethodRouter, any},
};
use cors_runtime::{CorsRouter, Routes, cors, routes};
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use tower::{ServiceExt, service_fn};

const ORIGIN: &str = "https://app.example";

/// Endpoints that have a policy; `max_age` tells them apart.
#[cors(methods = "GET", max_age = 1)]
async fn one() {}
#[cors(methods = "GET", max_age = 2)]
async fn two() {}
#[cors(methods = "GET", max_age = 3)]
async fn three() {}
#[cors(methods = "GET", max_age = 4)]
async fn four() {}

fn annotated(number: u8) -> Routes {
    match number {
        1 => routes!(one),
        2 => routes!(two),
        3 => routes!(three),
        _ => routes!(four),
    }
}

async fn plain() {}

async fn not_allowed() -> StatusCode {
    StatusCode::METHOD_NOT_ALLOWED
}

/// Answers all that it sees.
async fn refuse(_: Request, _: Next) -> StatusCode {
    StatusCode::UNAUTHORIZED
}

async fn pass(request: Request, next: Next) -> Response {
    next.run(request).await
}

/// What is called on a router, one of each of its methods.
#[derive(Clone, Debug)]
enum Call {
    Route(&'static str, End),
    RouteService(&'static str),
    Nest(&'static str, Tree),
    NestService(&'static str, Tree),
    Merge(Tree),
    Fallback(End),
    FallbackService,
    ResetFallback,
    MethodNotAllowedFallback,
    Layer(Kind),
    RouteLayer(Kind),
    WithState,
    Clone,
    WithoutV07Checks,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Passes,
    Refuses,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Annotated(u8),
    Plain,
}

/// A `CorsRouter`, or a plain one.
#[derive(Clone, Debug)]
struct Tree {
    is_plain: bool,
    /// Whether a `CorsRouter` is finished before another takes it.
    is_finished: bool,
    calls: Vec<Call>,
}

const PATHS: [&str; 10] = [
    "/",
    "/a",
    "/b",
    "/a/b",
    "/{id}",
    "/a/{id}",
    "/x-{id}",
    "/{a}/{b}",
    "/a/{*rest}",
    "/{*all}",
];
const PREFIXES: [&str; 6] = ["/a", "/b", "/v{version}", "/{tenant}", "/a/", "/b/{x}"];

fn tree() -> impl Strategy<Value = Tree> {
    let kind = || prop_oneof![3 => Just(Kind::Passes), 1 => Just(Kind::Refuses)];
    let end = || prop_oneof![3 => (1..=4_u8).prop_map(End::Annotated), 1 => Just(End::Plain)];
    let leaf = move || {
        prop_oneof![
            6 => (select(&PATHS[..]), end()).prop_map(|(path, end)| Call::Route(path, end)),
            1 => select(&PATHS[..]).prop_map(Call::RouteService),
            1 => end().prop_map(Call::Fallback),
            1 => Just(Call::FallbackService),
            1 => Just(Call::ResetFallback),
            1 => Just(Call::MethodNotAllowedFallback),
            2 => kind().prop_map(Call::Layer),
            1 => kind().prop_map(Call::RouteLayer),
            1 => Just(Call::WithState),
            1 => Just(Call::Clone),
            1 => Just(Call::WithoutV07Checks),
        ]
    };
    let of = |calls: BoxedStrategy<Vec<Call>>| {
        (proptest::bool::weighted(0.3), proptest::bool::ANY, calls).prop_map(
            |(is_plain, is_finished, calls)| Tree {
                is_plain,
                is_finished,
                calls,
            },
        )
    };
    let small = of(vec(leaf(), 1..7).boxed());
    small.prop_recursive(3, 32, 6, move |inner| {
        let call = prop_oneof![
            5 => leaf(),
            2 => (select(&PREFIXES[..]), inner.clone()).prop_map(|(at, tree)| Call::Nest(at, tree)),
            1 => (select(&PREFIXES[..]), inner.clone())
                .prop_map(|(at, tree)| Call::NestService(at, tree)),
            1 => inner.prop_map(Call::Merge),
        ];
        of(vec(call, 2..8).boxed())
    })
}

fn url() -> impl Strategy<Value = String> {
    let segment = select(&["a", "b", "1", "x-1", "v2", "", "..", "%2F", "a%2Fb"][..]);
    let end = prop_oneof![4 => Just(""), 1 => Just("/"), 1 => Just("?q=/a")];
    (vec(segment, 0..5), end).prop_map(|(segments, end)| match segments.join("/") {
        path if path.is_empty() && end.is_empty() => "/".to_owned(),
        path => format!("/{path}{end}"),
    })
}

/// The tree with its policies.
impl Tree {
    fn cors_router(&self) -> CorsRouter {
        let calls = self.calls.iter();
        calls.fold(CorsRouter::new(), |router, call| match call {
            Call::Route(path, End::Annotated(number)) => router.route(path, annotated(*number)),
            Call::Route(path, End::Plain) => router.route(path, any(plain)),
            Call::RouteService(path) => router.route_service(path, service_fn(serve)),
            Call::Nest(prefix, tree) if tree.is_part() => router.nest(prefix, tree.cors_router()),
            Call::Nest(prefix, tree) => router.nest(prefix, tree.router()),
            Call::NestService(prefix, tree) => router.nest_service(prefix, tree.router()),
            Call::Merge(tree) if tree.is_part() => router.merge(tree.cors_router()),
            Call::Merge(tree) => router.merge(tree.router()),
            Call::Fallback(End::Annotated(number)) => router.fallback(annotated(*number)),
            Call::Fallback(End::Plain) => router.fallback(plain),
            Call::FallbackService => router.fallback_service(service_fn(serve)),
            Call::ResetFallback => router.reset_fallback(),
            Call::MethodNotAllowedFallback => router.method_not_allowed_fallback(not_allowed),
            Call::Layer(Kind::Passes) => router.layer(from_fn(pass)),
            Call::Layer(Kind::Refuses) => router.layer(from_fn(refuse)),
            Call::RouteLayer(Kind::Passes) => router.route_layer(from_fn(pass)),
            Call::RouteLayer(Kind::Refuses) => router.route_layer(from_fn(refuse)),
            Call::WithState => router.with_state(()),
            Call::Clone => {
                let clone = router.clone();
                drop(router.layer(from_fn(refuse)));
                clone
            }
            Call::WithoutV07Checks => router.without_v07_checks(),
        })
    }

    /// Whether a `CorsRouter` takes it as a `CorsRouter`.
    fn is_part(&self) -> bool {
        !self.is_plain && !self.is_finished
    }

    fn router(&self) -> Router {
        if !self.is_plain {
            return self.cors_router().into_router();
        }
        let calls = self.calls.iter();
        calls.fold(Router::new(), |router, call| match call {
            Call::Route(path, End::Annotated(number)) => {
                router.route(path, annotated(*number).into())
            }
            Call::Route(path, End::Plain) => router.route(path, any(plain)),
            Call::RouteService(path) => router.route_service(path, service_fn(serve)),
            Call::Nest(prefix, tree) => router.nest(prefix, tree.router()),
            Call::NestService(prefix, tree) => router.nest_service(prefix, tree.router()),
            Call::Merge(tree) => router.merge(tree.router()),
            Call::Fallback(End::Annotated(number)) => {
                router.fallback(MethodRouter::from(annotated(*number)))
            }
            Call::Fallback(End::Plain) => router.fallback(plain),
            Call::FallbackService => router.fallback_service(service_fn(serve)),
            Call::ResetFallback => router.reset_fallback(),
            Call::MethodNotAllowedFallback => router.method_not_allowed_fallback(not_allowed),
            Call::Layer(Kind::Passes) => router.layer(from_fn(pass)),
            Call::Layer(Kind::Refuses) => router.layer(from_fn(refuse)),
            Call::RouteLayer(Kind::Passes) => router.route_layer(from_fn(pass)),
            Call::RouteLayer(Kind::Refuses) => router.route_layer(from_fn(refuse)),
            Call::WithState => router.with_state(()),
            Call::Clone => router.clone(),
            Call::WithoutV07Checks => router.without_v07_checks(),
        })
    }
}

async fn serve(_: Request) -> Result<Response, Infallible> {
    Ok(().into_response())
}

/// What a request has gone through, from the endpoint outwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trace {
    Endpoint(u8),
    Refuses,
    /// The `CorsRouter` is finished: its policies are here.
    Policies,
}

const TRACE: &str = "x-trace";

impl Trace {
    fn leave(self, mut response: Response) -> Response {
        let text = match self {
            Self::Endpoint(number) => HeaderValue::from(u16::from(number)),
            Self::Refuses => HeaderValue::from_static("refuses"),
            Self::Policies => HeaderValue::from_static("policies"),
        };
        response.headers_mut().append(TRACE, text);
        response
    }

    fn all(response: &Response) -> Vec<Self> {
        let lines = response.headers().get_all(TRACE).iter();
        let lines = lines.map(|line| match line.to_str().unwrap() {
            "refuses" => Self::Refuses,
            "policies" => Self::Policies,
            number => Self::Endpoint(number.parse().unwrap()),
        });
        lines.collect()
    }
}

async fn trace_refuses(request: Request, next: Next) -> Response {
    Trace::Refuses.leave(next.run(request).await)
}

async fn trace_policies(request: Request, next: Next) -> Response {
    Trace::Policies.leave(next.run(request).await)
}

/// The tree as a plain router that leaves traces.
impl Tree {
    fn reference(&self, is_taken_as_part: bool) -> Router {
        let end = |end: End| {
            let is_plain = self.is_plain;
            move || async move {
                match end {
                    End::Plain => ().into_response(),
                    End::Annotated(number) => {
                        let response = Trace::Endpoint(number).leave(().into_response());
                        // On a plain router the policies are innermost.
                        if is_plain {
                            Trace::Policies.leave(response)
                        } else {
                            response
                        }
                    }
                }
            }
        };
        let child = |tree: &Self| tree.reference(!self.is_plain);
        let calls = self.calls.iter();
        let router = calls.fold(Router::new(), |router, call| match call {
            Call::Route(path, what) => router.route(path, any(end(*what))),
            Call::RouteService(path) => router.route_service(path, service_fn(serve)),
            Call::Nest(prefix, tree) => router.nest(prefix, child(tree)),
            Call::NestService(prefix, tree) => router.nest_service(prefix, tree.reference(false)),
            Call::Merge(tree) => router.merge(child(tree)),
            Call::Fallback(what) => router.fallback(end(*what)),
            Call::FallbackService => router.fallback_service(service_fn(serve)),
            Call::ResetFallback => router.reset_fallback(),
            Call::MethodNotAllowedFallback => router.method_not_allowed_fallback(not_allowed),
            Call::Layer(Kind::Passes) => router.layer(from_fn(pass)),
            Call::Layer(Kind::Refuses) => router.layer(from_fn(trace_refuses)),
            Call::RouteLayer(Kind::Passes) => router.route_layer(from_fn(pass)),
            Call::RouteLayer(Kind::Refuses) => router.route_layer(from_fn(trace_refuses)),
            Call::WithState => router.with_state(()),
            Call::Clone => router.clone(),
            Call::WithoutV07Checks => router.without_v07_checks(),
        });
        if self.is_plain || (is_taken_as_part && !self.is_finished) {
            router
        } else {
            router.layer(from_fn(trace_policies))
        }
    }
}

async fn ask(router: &Router, method: &str, url: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    router.clone().oneshot(request).await.unwrap()
}

/// The policy that a response carries.
fn policy(response: &Response) -> Option<u8> {
    let allowed = response.headers().get("access-control-allow-origin")?;
    assert_eq!(allowed, ORIGIN);
    let age = &response.headers()["access-control-max-age"];
    Some(age.to_str().unwrap().parse().unwrap())
}

/// Compares what a URL is answered with what axum's trace says.
async fn check(ours: &Router, reference: &Router, url: &str) -> Result<(), TestCaseError> {
    let trace = Trace::all(&ask(reference, "GET", url, &[]).await);
    let policies = trace.iter().position(|step| *step == Trace::Policies);
    let endpoint = trace.iter().find_map(|step| match step {
        Trace::Endpoint(number) => Some(*number),
        _ => None,
    });
    let refused_outside = |step| trace[step..].contains(&Trace::Refuses);
    let refused = trace.contains(&Trace::Refuses);
    // The policy that the response should carry, unless a layer outside of it has answered.
    let expected = match (endpoint, policies) {
        (Some(number), Some(policies)) if !refused_outside(policies) => Some(number),
        _ => None,
    };
    let origin = ("origin", ORIGIN);
    let real = ask(ours, "GET", url, &[origin]).await;
    prop_assert_eq!(policy(&real), expected, "GET {} {:?}", url, &trace);
    let is_refused = real.status() == StatusCode::UNAUTHORIZED;
    prop_assert_eq!(is_refused, refused, "GET {} {:?}", url, &trace);
    let preflight = [origin, ("access-control-request-method", "GET")];
    let answer = ask(ours, "OPTIONS", url, &preflight).await;
    prop_assert_eq!(policy(&answer), expected, "preflight {} {:?}", url, &trace);
    let is_answered = answer.status() == StatusCode::NO_CONTENT;
    prop_assert_eq!(
        is_answered,
        expected.is_some(),
        "preflight {} {:?}",
        url,
        &trace
    );
    let other = ask(ours, "PUT", url, &[origin]).await;
    prop_assert_eq!(policy(&other), expected, "PUT {} {:?}", url, &trace);
    if endpoint.is_some() && !refused {
        prop_assert_eq!(
            other.status(),
            StatusCode::METHOD_NOT_ALLOWED,
            "PUT {}",
            url
        );
    }
    Ok(())
}

/// Builds a router; `Err` with the message where that panics.
fn built(build: impl FnOnce() -> Router) -> Result<Router, String> {
    catch_unwind(AssertUnwindSafe(build)).map_err(|panic| match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => (*panic.downcast::<&str>().expect("a message")).to_owned(),
    })
}

/// What this crate refuses to build and axum does not.
fn is_our_refusal(message: &str) -> bool {
    ["is given twice", "is nested twice", "both have a fallback"]
        .iter()
        .any(|known| message.contains(known))
        // A fallback that is shadowed by an annotated one is nested with it.
        || message.contains("__private__axum_fallback")
        // On one path axum would join the methods of two routers.
        || message.contains("Overlapping method route")
        || message.contains("Cannot merge two `MethodRouter`s")
}

impl Tree {
    /// Whether a fallback is nested below an annotated one that is nested itself. axum drops a fallback that
    /// is nested twice, unless the router between the two has one; and to axum it has none, since an
    /// annotated fallback is not the plain router's (`CorsRouter::nest` says so).
    fn nests_a_fallback_below_an_annotated_one(&self, is_nested: bool) -> bool {
        let calls = || self.calls.iter();
        (is_nested && self.has_fallback(true) && self.nested().any(|tree| tree.has_fallback(false)))
            || calls().any(|call| match call {
                Call::Nest(_, tree) => tree.nests_a_fallback_below_an_annotated_one(true),
                Call::Merge(tree) => tree.nests_a_fallback_below_an_annotated_one(is_nested),
                _ => false,
            })
    }

    /// The trees that are nested here, also by what is merged.
    fn nested(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        Box::new(self.calls.iter().flat_map(|call| match call {
            Call::Nest(_, tree) => Box::new(std::iter::once(tree)),
            Call::Merge(tree) => tree.nested(),
            _ => Box::new(std::iter::empty()),
        }))
    }

    /// Whether there is a fallback, or an annotated one, here or in what is merged or nested.
    fn has_fallback(&self, is_annotated: bool) -> bool {
        self.calls.iter().any(|call| match call {
            Call::Fallback(End::Annotated(_)) => true,
            Call::Fallback(End::Plain) | Call::FallbackService => !is_annotated,
            Call::Merge(tree) => tree.has_fallback(is_annotated),
            Call::Nest(_, tree) => !is_annotated && tree.has_fallback(false),
            _ => false,
        })
    }
}

/// Requests to one tree, three for each URL.
const URLS: usize = 40;

#[test]
fn a_response_carries_the_policy_of_the_endpoint_that_axum_runs() {
    let number = |name| {
        let text = env::var(name).ok();
        text.map(|text| text.parse::<u64>().expect("a number"))
    };
    let requests = number("CORS_TREES_REQUESTS").unwrap_or(20_000);
    let seed = number("CORS_TREES_SEED").unwrap_or_else(|| {
        let time = SystemTime::now().duration_since(UNIX_EPOCH);
        u64::from(time.expect("a clock").subsec_nanos())
    });
    // The handle itself: libtest hides what a passing test prints by macro.
    let mut log = stderr();
    let _ = writeln!(log, "trees: {requests} requests, CORS_TREES_SEED={seed}");
    // Trees that axum refuses are no failures to be reported.
    set_hook(Box::new(|_| {}));
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config {
        cases: u32::MAX,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, rng);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let strategy = (tree(), vec(url(), URLS));
    let [sent, refused_by_axum, refused_by_us, readable] = [const { Cell::new(0_u64) }; 4];
    let add = |counter: &Cell<u64>, more| counter.set(counter.get() + more);
    while sent.get() < requests {
        let case = strategy.new_tree(&mut runner).expect("a tree");
        let result = runner.run_one(case, |(tree, urls)| {
            if tree.nests_a_fallback_below_an_annotated_one(false) {
                return Ok(());
            }
            let Ok(reference) = built(|| tree.reference(false)) else {
                add(&refused_by_axum, 1);
                return Ok(());
            };
            let ours = match built(|| tree.router()) {
                Ok(ours) => ours,
                Err(message) => {
                    prop_assert!(is_our_refusal(&message), "{}", message);
                    add(&refused_by_us, 1);
                    return Ok(());
                }
            };
            for url in urls.iter().filter(|url| url.parse::<Uri>().is_ok()) {
                runtime.block_on(check(&ours, &reference, url))?;
                add(&sent, 3);
                let answer = runtime.block_on(ask(&ours, "GET", url, &[("origin", ORIGIN)]));
                add(&readable, policy(&answer).is_some().into());
            }
            Ok(())
        });
        if let Err(failure) = result {
            // This one is to be reported.
            let _ = take_hook();
            panic!("CORS_TREES_SEED={seed}: {failure}");
        }
    }
    let [sent, refused_by_axum, refused_by_us, readable] =
        [sent, refused_by_axum, refused_by_us, readable].map(Cell::into_inner);
    let _ = writeln!(
        log,
        "trees: {sent} requests, {readable} URLs with a policy; trees refused by axum \
         {refused_by_axum}, by this crate {refused_by_us}"
    );
    assert!(readable * 10 > sent / 3, "one URL in ten has a policy");
    assert!(readable * 10 < sent * 3, "and one in ten has none");
}
