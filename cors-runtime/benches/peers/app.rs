//! The router of each peer, for each policy.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use axum::{
    Router,
    extract::{FromRef, Request},
    handler::Handler,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use cors_runtime::{
    __private::{self, Wildcards},
    AllowOrigin, CorsRouter, Origin, OriginSet, Routes, cors, policy, routes,
};
use tower::layer::util::Identity;
use tower_http::cors::CorsLayer;

use super::{Case, Policy, request};

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    NoCors,
    EmptyLayer,
    ByHand,
    LeanByHand,
    Ours,
    OursCorsRouter,
    OursDefault,
    TowerHttp,
    AxumCors,
}

impl Peer {
    pub(crate) const ALL: [Self; 9] = [
        Self::NoCors,
        Self::EmptyLayer,
        Self::ByHand,
        Self::LeanByHand,
        Self::Ours,
        Self::OursCorsRouter,
        Self::OursDefault,
        Self::TowerHttp,
        Self::AxumCors,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NoCors => "no CORS",
            Self::EmptyLayer => "ours, empty layer",
            Self::ByHand => "by hand",
            Self::LeanByHand => "lean by hand",
            Self::Ours => "ours",
            Self::OursCorsRouter => "ours, CorsRouter",
            Self::OursDefault => "ours, default policy",
            Self::TowerHttp => "tower-http",
            Self::AxumCors => "axum_cors",
        }
    }
}

async fn items() -> &'static str {
    "items"
}

#[cors(methods = "GET, PUT", max_age = 60)]
async fn open() -> &'static str {
    "items"
}

#[cors(
    methods = "GET, PUT",
    origins = "https://app.example.com",
    allow_headers = "Content-Type, X-Token",
    credentials,
    max_age = 60
)]
async fn listed() -> &'static str {
    "items"
}

#[cors(methods = "GET, PUT", origins = OriginSet, credentials, max_age = 60)]
async fn in_set() -> &'static str {
    "items"
}

#[cors(methods = "GET, PUT", origins = OneOrigin, credentials, max_age = 60)]
async fn decided() -> &'static str {
    "items"
}

#[derive(Clone, FromRef)]
struct Configured {
    origins: OriginSet,
}

struct OneOrigin;

impl AllowOrigin<Configured> for OneOrigin {
    async fn allows(origin: &Origin, _: &Parts, _: &Configured) -> bool {
        *origin == *request::ORIGIN
    }
}

/// The router of a peer, with its state, as one has that is served; `None` where the peer knows nothing like the case.
pub(crate) fn app(case: &Case, peer: Peer) -> Option<Router> {
    if case.has_state {
        app_with(case, peer, Arc::<str>::from("a database"))
    } else {
        app_with(case, peer, ())
    }
}

fn app_with<S>(case: &Case, peer: Peer, state: S) -> Option<Router>
where
    S: Clone + Send + Sync + 'static,
{
    let router = match peer {
        Peer::NoCors => layered(case, plain(state)),
        Peer::AxumCors => layered(case, plain(state)).layer(from_fn(axum_cors::cors)),
        Peer::TowerHttp => layered(case, plain(state)).layer(tower_http_layer(case)?),
        Peer::ByHand => {
            let router = Router::new().route("/items", by_hand(case)?);
            layered(case, router.with_state(state))
        }
        Peer::LeanByHand => {
            let router = Router::new().route("/items", lean_by_hand(case)?);
            layered(case, router.with_state(state))
        }
        Peer::Ours => layered(case, ours(case, state)),
        Peer::EmptyLayer => layered(case, ours(case, state)).layer(Identity::new()),
        Peer::OursDefault => {
            let policy = match case.policy {
                Policy::Open => policy!(methods = "GET, PUT", max_age = 60),
                Policy::Listed => policy!(
                    methods = "GET, PUT",
                    origins = "https://app.example.com",
                    allow_headers = "Content-Type, X-Token",
                    credentials,
                    max_age = 60
                ),
                _ => return None,
            };
            let router = CorsRouter::new().route("/items", get(items).put(items));
            let layers = 0..case.layers;
            let router = layers.fold(router, |router, _| router.layer(Identity::new()));
            let router = router.with_state(state).default_policy(policy);
            router.into_router()
        }
        Peer::OursCorsRouter => match static_routes(case) {
            Some(routes) => cors_router(case, routes).with_state(state).into_router(),
            None => {
                let router = cors_router(case, routes_with_state(case));
                router.with_state(configured(case)).into_router()
            }
        },
    };
    Some(router)
}

fn plain<S>(state: S) -> Router
where
    S: Clone + Send + Sync + 'static,
{
    let router = Router::new().route("/items", get(items).put(items));
    router.with_state(state)
}

fn ours<S>(case: &Case, state: S) -> Router
where
    S: Clone + Send + Sync + 'static,
{
    match static_routes(case) {
        Some(routes) => {
            let router = Router::new().route("/items", routes.into());
            router.with_state(state)
        }
        None => {
            let router = Router::new().route("/items", routes_with_state(case).into());
            router.with_state(configured(case))
        }
    }
}

fn cors_router<S: Clone + Send + Sync + 'static>(case: &Case, routes: Routes<S>) -> CorsRouter<S> {
    let mut router = CorsRouter::new().route("/items", routes);
    for _ in 0..case.layers {
        router = router.layer(Identity::new());
    }
    router
}

fn layered(case: &Case, mut router: Router) -> Router {
    for _ in 0..case.layers {
        router = router.layer(Identity::new());
    }
    router
}

const SUBDOMAINS: Wildcards = Wildcards {
    subdomains: true,
    ..Wildcards::NONE
};

const LABELS: Wildcards = Wildcards {
    label: true,
    ..Wildcards::NONE
};

/// The routes of a policy that is known when the program is compiled.
fn static_routes<S>(case: &Case) -> Option<Routes<S>>
where
    S: Clone + Send + Sync + 'static,
{
    match case.policy {
        Policy::Open => Some(routes!(open)),
        Policy::Listed => Some(routes!(listed)),
        Policy::Exact(count) => Some(long_list(origins(count), Wildcards::NONE)),
        Policy::Patterns(count) => Some(long_list(patterns(count, "*."), SUBDOMAINS)),
        Policy::Labels(count) => Some(long_list(patterns(count, "pr-*.preview."), LABELS)),
        Policy::Set(_) | Policy::Decided => None,
    }
}

/// The routes of a policy that asks the state.
fn routes_with_state(case: &Case) -> Routes<Configured> {
    match case.policy {
        Policy::Set(_) => routes!(in_set),
        _ => routes!(decided),
    }
}

/// What `#[cors]` expands to for a list that is too long to be written here.
fn long_list<S>(mut texts: Vec<String>, wildcards: Wildcards) -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
{
    texts.sort_unstable();
    let texts: Vec<&'static str> = texts.into_iter().map(|text| &*text.leak()).collect();
    let methods = __private::MethodSet::NONE.with("GET").with("PUT");
    let policy = __private::policy_of(__private::Record {
        methods: Some(__private::Methods {
            text: "GET, PUT",
            set: methods,
        }),
        origins: Some(__private::Origins::Listed(__private::OriginList {
            sorted: texts.leak(),
            wildcards,
            hazardous: __private::Hazardous::NONE,
        })),
        credentials: Some(true),
        allow_headers: Some("Content-Type, X-Token"),
        max_age: Some(__private::Seconds {
            number: 60,
            digits: "60",
        }),
        ..__private::Record::UNSET
    });
    let headers = __private::PolicyHeaders::new(&policy, None);
    let policy = __private::HandlerPolicy::new(headers, None, None);
    __private::add_function(
        __private::no_routes(),
        policy,
        __private::ErasedHandler::new(items),
    )
}

fn configured(case: &Case) -> Configured {
    let origins = match case.policy {
        Policy::Set(count) => origins(count),
        _ => Vec::new(),
    };
    let origins = OriginSet::try_from_iter(origins).expect("origins");
    Configured { origins }
}

/// The origin that asks, and others before and after it.
fn origins(count: usize) -> Vec<String> {
    let others = (1..count).map(|number| format!("https://site{number}.example"));
    others.chain([request::ORIGIN.to_owned()]).collect()
}

/// Patterns of so many domains, which begin like this.
fn patterns(count: usize, start: &str) -> Vec<String> {
    let others = (1..count).map(|number| format!("https://{start}site{number}.example"));
    let own = format!("https://{start}example.com");
    others.chain([own]).collect()
}

fn tower_http_layer(case: &Case) -> Option<CorsLayer> {
    let origins = match case.policy {
        Policy::Open => return Some(CorsLayer::very_permissive()),
        Policy::Listed => origins(1),
        Policy::Exact(count) | Policy::Set(count) => origins(count),
        Policy::Patterns(_) | Policy::Labels(_) | Policy::Decided => return None,
    };
    let origins = origins.into_iter();
    let origins = origins.map(|origin| HeaderValue::try_from(origin).expect("an origin"));
    Some(
        CorsLayer::new()
            .allow_origin(tower_http::cors::AllowOrigin::list(origins))
            .allow_methods([Method::GET, Method::PUT])
            .allow_headers([header::CONTENT_TYPE, HeaderName::from_static("x-token")])
            .allow_credentials(true)
            .max_age(std::time::Duration::from_secs(60)),
    )
}

/// Handlers as one writes them who knows how, without a list to check.
fn by_hand<S>(case: &Case) -> Option<MethodRouter<S>>
where
    S: Clone + Send + Sync + 'static,
{
    match case.policy {
        Policy::Open => Some(
            get(open_by_hand)
                .put(open_by_hand)
                .options(preflight_by_hand),
        ),
        Policy::Listed => {
            let handlers = get(listed_by_hand).put(listed_by_hand);
            Some(handlers.options(preflight_by_hand))
        }
        _ => None,
    }
}

/// The least that anybody could do: a handler without extractors, that puts prepared headers on.
fn lean_by_hand<S>(case: &Case) -> Option<MethodRouter<S>>
where
    S: Clone + Send + Sync + 'static,
{
    let is_open = match case.policy {
        Policy::Open => true,
        Policy::Listed => false,
        _ => return None,
    };
    let lean = |is_preflight| LeanHandler {
        is_open,
        is_preflight,
    };
    let handlers = get(lean(false)).put(lean(false));
    Some(handlers.options(lean(true)))
}

#[derive(Clone, Copy)]
struct LeanHandler {
    is_open: bool,
    is_preflight: bool,
}

impl<S> Handler<(), S> for LeanHandler {
    type Future = Ready<Response>;

    fn call(self, request: Request, _: S) -> Self::Future {
        const TRUE: HeaderValue = HeaderValue::from_static("true");
        const METHODS: HeaderValue = HeaderValue::from_static("GET, PUT");
        const SECONDS: HeaderValue = HeaderValue::from_static("60");
        const AUTHORIZATION: HeaderValue = HeaderValue::from_static("Authorization");
        const LISTED_HEADERS: HeaderValue = HeaderValue::from_static("Content-Type, X-Token");
        const VARY: HeaderValue = HeaderValue::from_static("Origin");
        const PREFLIGHT_VARY: HeaderValue = HeaderValue::from_static(
            "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        );
        let mut response = if self.is_preflight {
            StatusCode::NO_CONTENT.into_response()
        } else {
            "items".into_response()
        };
        let headers = response.headers_mut();
        if let Some(origin) = request.headers().get(header::ORIGIN) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        }
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
        if self.is_open || self.is_preflight {
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            let requested = request
                .headers()
                .get(header::ACCESS_CONTROL_REQUEST_HEADERS);
            let names = match (self.is_open, requested) {
                (true, Some(names)) => names.clone(),
                (true, None) => AUTHORIZATION,
                (false, _) => LISTED_HEADERS,
            };
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, SECONDS);
        }
        let vary = if self.is_preflight {
            PREFLIGHT_VARY
        } else {
            VARY
        };
        headers.insert(header::VARY, vary);
        ready(response)
    }
}

async fn preflight_by_hand(request: HeaderMap) -> (StatusCode, HeaderMap) {
    let mut headers = who_may_read(&request);
    what_may_be_sent(&request, &mut headers);
    let vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    headers.insert(header::VARY, HeaderValue::from_static(vary));
    (StatusCode::NO_CONTENT, headers)
}

async fn open_by_hand(request: HeaderMap) -> (HeaderMap, &'static str) {
    let mut headers = who_may_read(&request);
    what_may_be_sent(&request, &mut headers);
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    (headers, "items")
}

async fn listed_by_hand(request: HeaderMap) -> (HeaderMap, &'static str) {
    let mut headers = who_may_read(&request);
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    (headers, "items")
}

fn who_may_read(request: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(origin) = request.get(header::ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    let allowed = HeaderValue::from_static("true");
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, allowed);
    headers
}

fn what_may_be_sent(request: &HeaderMap, headers: &mut HeaderMap) {
    let methods = HeaderValue::from_static("GET, PUT");
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    let asked = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let asked = asked.unwrap_or(HeaderValue::from_static("Authorization"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked);
    let seconds = HeaderValue::from_static("60");
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, seconds);
}
