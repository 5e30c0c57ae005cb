//! What must hold for any input; the fuzz targets and the regression tests call it.

use std::sync::LazyLock;

use axum::{
    Router,
    body::Body,
    http::{HeaderName, HeaderValue, Method, Request, StatusCode},
};
use cors_grammar::{list, origin, pattern};
use cors_runtime::{CorsRouter, Origin, OriginSet, cors, routes};
use futures_util::FutureExt;
use tower::ServiceExt;

/// Any text: what the grammar accepts it accepts again, what it corrects it accepts, and both
/// readers of configuration agree.
#[allow(dead_code)]
pub(crate) fn origin(text: &str) {
    if let Some(parsed) = origin::Origin::parse(text) {
        let port = parsed
            .port
            .map_or_else(String::new, |port| format!(":{port}"));
        assert_eq!(format!("{}://{}{port}", parsed.scheme, parsed.host), text);
        // Hosts of schemes that are not the web's are opaque, and have any case.
        let is_web = ["http", "https"].contains(&parsed.scheme);
        assert!(text.is_ascii() && !(is_web && text.contains(char::is_uppercase)));
        assert_eq!(text.parse::<Origin>().unwrap(), *text);
    }
    match pattern::Pattern::parse(text) {
        Ok(pattern) => {
            let set = OriginSet::try_from_iter([text]).unwrap();
            assert_eq!(set.to_string(), text);
            assert_eq!(set.contains(text), !pattern.is_pattern(), "{text}");
        }
        Err(mistake) => {
            if let Some(corrected) = &mistake.corrected {
                assert!(
                    pattern::Pattern::parse(corrected).is_ok(),
                    "{text} → {corrected}"
                );
            }
            assert!(mistake.problem.len() + mistake.help.len() < 4_096, "a line");
        }
    }
    // Whitespace around a configured text is not a mistake.
    let configured = text.trim();
    let all: Result<Vec<_>, _> = list::elements(configured).collect();
    let valid = all.is_ok_and(|all| {
        all == ["*"]
            || all
                .iter()
                .all(|element| pattern::Pattern::parse(element).is_ok())
    });
    let set = text.parse::<OriginSet>();
    assert_eq!(set.is_ok(), valid || configured.is_empty(), "{text}");
    if let Ok(set) = set {
        assert_eq!(
            set.to_string().parse::<OriginSet>().unwrap().to_string(),
            set.to_string()
        );
    }
}

#[cors(methods = "GET, POST", max_age = 1)]
async fn open() {}

#[cors(
    methods = "PUT",
    origins = "https://a.example, https://*.b.example:*, https://pr-*.c.example, x-app://*",
    credentials,
    danger_public_suffix,
    danger_any_port,
    danger_any_host
)]
async fn listed() {}

#[cors(methods = "*", origins = "*", expose_headers = "*")]
async fn every() {}

static APPS: LazyLock<[Router; 3]> = LazyLock::new(|| {
    [
        CorsRouter::new()
            .route("/", routes!(open, listed))
            .into_router(),
        CorsRouter::new().route("/", routes!(listed)).into_router(),
        Router::new().route("/", routes!(every, listed).into()),
    ]
});

/// Any request, from lines of bytes: the first byte chooses the application and the method, each
/// following line the header (by its first byte) and its value.
#[allow(dead_code)]
pub(crate) fn response(bytes: &[u8]) {
    const METHODS: [Method; 6] = [
        Method::OPTIONS,
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::HEAD,
    ];
    const NAMES: [&str; 6] = [
        "origin",
        "access-control-request-method",
        "access-control-request-headers",
        "sec-fetch-site",
        "host",
        "vary",
    ];
    let Some((choice, lines)) = bytes.split_first() else {
        return;
    };
    let choice = usize::from(*choice);
    let mut request = Request::new(Body::empty());
    *request.method_mut() = METHODS[choice % METHODS.len()].clone();
    for line in lines.split(|byte| *byte == b'\n') {
        if let Some((name, value)) = line.split_first()
            && let Ok(value) = HeaderValue::from_bytes(value)
        {
            let name = NAMES[usize::from(*name) % NAMES.len()];
            request
                .headers_mut()
                .append(HeaderName::from_static(name), value);
        }
    }
    let origins: Vec<_> = request
        .headers()
        .get_all("origin")
        .iter()
        .cloned()
        .collect();
    let app = &APPS[choice / METHODS.len() % APPS.len()];
    let only_listed = choice / METHODS.len() % APPS.len() == 1;
    let response = app
        .clone()
        .oneshot(request)
        .now_or_never()
        .expect("an answer at once");
    let response = response.expect("an answer");

    let headers = response.headers();
    for name in [
        "allow-origin",
        "allow-credentials",
        "allow-methods",
        "max-age",
        "expose-headers",
    ] {
        let name = format!("access-control-{name}");
        assert!(
            headers.get_all(&name).iter().count() <= 1,
            "{name} is there twice"
        );
    }
    assert!(
        headers.get_all("vary").iter().count() <= 1,
        "`Vary` is there twice"
    );
    let allowed = headers.get("access-control-allow-origin");
    if only_listed && let Some(allowed) = allowed {
        assert_eq!(origins, std::slice::from_ref(allowed));
        let origin = allowed.to_str().expect("ASCII");
        let parsed = origin::Origin::parse(origin).expect("an origin");
        let label = parsed.host.strip_suffix(".c.example").unwrap_or_default();
        assert!(
            origin == "https://a.example"
                || parsed.host.ends_with(".b.example")
                || (label.len() > 3 && label.starts_with("pr-") && !label.contains('.'))
                || parsed.scheme == "x-app",
            "{origin}"
        );
    }
    if response.status() == StatusCode::FORBIDDEN {
        assert_eq!(allowed, None, "a refusal that can be read");
    }
}
