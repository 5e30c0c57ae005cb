//! Instructions of one request through axum's router: this crate, its peers, the
//! headers by hand, and no CORS at all.
//!
//! ```sh
//! cargo bench --package cors-runtime --bench instructions
//! ```
//!
//! It runs itself under valgrind's callgrind once for each case and peer, and prints a table. The
//! numbers depend on the compiler and on nothing else: run it twice to see.

use std::{
    collections::BTreeMap,
    env,
    process::{Command, exit},
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::from_fn,
    response::Response,
    routing::get,
};
use cors_runtime::{CorsRouter, cors, routes};
use futures_util::FutureExt;
use tower::ServiceExt;
use tower_http::cors::{AllowOrigin, CorsLayer};

const ITERATIONS: u32 = 200;
const ORIGIN: &str = "https://app.example.com";

/// What is sent, and under which policy.
const CASES: [&str; 7] = [
    "preflight, open",
    "preflight, listed",
    "preflight, listed, refused",
    "preflight, open, 64 KiB of headers",
    "request, open",
    "request, listed",
    "request, listed, no origin",
];

/// Who answers.
const PEERS: [&str; 7] = [
    "no CORS",
    "by hand",
    "cors-runtime",
    "CorsRouter",
    "tower-http",
    "axum_cors",
    "empty layer",
];

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

/// The answer to a preflight as one writes it who knows how.
async fn preflight_by_hand(request: HeaderMap) -> (StatusCode, HeaderMap) {
    let mut headers = HeaderMap::new();
    if let Some(origin) = request.get(header::ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    let fixed = |text| HeaderValue::from_static(text);
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, fixed("true"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, fixed("GET, PUT"));
    if let Some(asked) = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, fixed("60"));
    let vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    headers.insert(header::VARY, fixed(vary));
    (StatusCode::NO_CONTENT, headers)
}

/// A real response as one writes it who knows how.
async fn items_by_hand(request: HeaderMap) -> (HeaderMap, &'static str) {
    let mut headers = HeaderMap::new();
    if let Some(origin) = request.get(header::ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    let fixed = |text| HeaderValue::from_static(text);
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, fixed("true"));
    headers.insert(header::VARY, fixed("Origin"));
    (headers, "items")
}

fn app(case: &str, peer: &str) -> Router {
    let is_open = case.contains("open");
    let plain = || Router::new().route("/items", get(items).put(items));
    match peer {
        "no CORS" => plain(),
        "by hand" => {
            let handlers = get(items_by_hand)
                .put(items_by_hand)
                .options(preflight_by_hand);
            Router::new().route("/items", handlers)
        }
        "cors-runtime" if is_open => Router::new().route("/items", routes!(open).into()),
        "cors-runtime" => Router::new().route("/items", routes!(listed).into()),
        "CorsRouter" if is_open => CorsRouter::new()
            .route("/items", routes!(open))
            .into_router(),
        "CorsRouter" => CorsRouter::new()
            .route("/items", routes!(listed))
            .into_router(),
        "tower-http" if is_open => plain().layer(CorsLayer::very_permissive()),
        "tower-http" => plain().layer(
            CorsLayer::new()
                .allow_origin(AllowOrigin::list([HeaderValue::from_static(ORIGIN)]))
                .allow_methods([Method::GET, Method::PUT])
                .allow_headers([header::CONTENT_TYPE, HeaderName::from_static("x-token")])
                .allow_credentials(true)
                .max_age(std::time::Duration::from_secs(60)),
        ),
        "axum_cors" => plain().layer(from_fn(axum_cors::cors)),
        "empty layer" => plain().layer(tower::layer::util::Identity::new()),
        other => unreachable!("{other}"),
    }
}

fn request(case: &str) -> Request {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = axum::http::Uri::from_static("/items");
    let headers = request.headers_mut();
    let origin = if case.contains("refused") {
        "https://evil.example.com"
    } else {
        ORIGIN
    };
    // As from a socket: the values share a buffer that is counted.
    let value = |text: String| HeaderValue::from_maybe_shared(bytes_of(text)).expect("a value");
    headers.insert(header::HOST, value("service.example.com".to_owned()));
    headers.insert(header::ACCEPT, value("*/*".to_owned()));
    if !case.contains("no origin") {
        headers.insert(header::ORIGIN, value(origin.to_owned()));
    }
    if case.starts_with("preflight") {
        let asked = match case.contains("64 KiB") {
            true => "x-token,".repeat(8 * 1024),
            false => "content-type,x-token".to_owned(),
        };
        headers.insert(
            header::ACCESS_CONTROL_REQUEST_METHOD,
            value("PUT".to_owned()),
        );
        headers.insert(header::ACCESS_CONTROL_REQUEST_HEADERS, value(asked));
        *request.method_mut() = Method::OPTIONS;
    }
    request
}

fn bytes_of(text: String) -> axum::body::Bytes {
    let bytes = axum::body::Bytes::from(text);
    // A second holder makes the buffer a shared one, as those of a connection are.
    std::mem::forget(bytes.clone());
    bytes
}

/// What is counted: one request through the router, up to its response.
#[inline(never)]
fn measured(app: Router, request: Request) -> Response {
    let Ok(response) = app
        .oneshot(request)
        .now_or_never()
        .expect("an answer at once");
    response
}

/// Counts the instructions of a request in a process of its own.
fn instructions(case: &str, peer: &str) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .args(["--collect-atstart=no", "--toggle-collect=*measured*"])
        .arg(env::current_exe().expect("a path"))
        .args(["--measure", case, peer])
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) => {
            eprintln!("valgrind cannot be run: {error}");
            exit(2);
        }
    };
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    let collected = report
        .lines()
        .find_map(|line| line.split("Collected : ").nth(1));
    let collected = collected.and_then(|digits| digits.trim().parse::<u64>().ok());
    collected.unwrap_or_else(|| panic!("{report}")) / u64::from(ITERATIONS)
}

fn main() {
    let arguments: Vec<_> = env::args().collect();
    if let [_, flag, case, peer] = arguments.as_slice()
        && flag == "--measure"
    {
        let app = app(case, peer);
        for _ in 0..ITERATIONS {
            drop(measured(app.clone(), request(case)));
        }
        return;
    }
    let none: BTreeMap<_, _> = CASES
        .map(|case| (case, instructions(case, "no CORS")))
        .into();
    println!(
        "{:<36} {:<14} {:>12} {:>9}",
        "case", "peer", "instructions", "overhead"
    );
    for case in CASES {
        for peer in PEERS {
            let count = instructions(case, peer);
            let overhead = i128::from(count) - i128::from(none[case]);
            println!("{case:<36} {peer:<14} {count:>12} {overhead:>9}");
        }
    }
}
