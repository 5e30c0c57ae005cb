//! `enforce`: every combination of what it looks at, against its five steps written anew.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::Body,
    extract::{FromRequestParts, State},
    http::{HeaderMap, Request, StatusCode, request::Parts},
};
use bytes::Bytes;
use cors_runtime::{cors, routes};
use cors_tests::{Server, access_lines};
use futures_util::stream;
use tower::ServiceExt;

/// How often an extractor and a handler ran.
#[derive(Clone, Default)]
struct Runs {
    extractor: Arc<AtomicUsize>,
    handler: Arc<AtomicUsize>,
}

struct Counted;

impl FromRequestParts<Runs> for Counted {
    type Rejection = StatusCode;

    async fn from_request_parts(_: &mut Parts, runs: &Runs) -> Result<Self, StatusCode> {
        runs.extractor.fetch_add(1, Ordering::Relaxed);
        Ok(Self)
    }
}

#[cors(methods = "*", origins = "https://listed.example")]
async fn closed(State(runs): State<Runs>, _: Counted, _: Bytes) {
    runs.handler.fetch_add(1, Ordering::Relaxed);
}

/// The five steps of the manual (`enforce`), as plainly as they are listed there.
fn passes(method: &str, headers: &HeaderMap, authority: Option<&str>) -> bool {
    let lines = |name: &str| -> Vec<&str> {
        headers
            .get_all(name)
            .iter()
            .map(|value| value.to_str().unwrap())
            .collect()
    };
    let (origins, sites) = (lines("origin"), lines("sec-fetch-site"));
    if origins == ["https://listed.example"] {
        return true;
    }
    if origins.is_empty() {
        return ["GET", "HEAD"].contains(&method)
            || [&[][..], &["same-origin"], &["none"]].contains(&sites.as_slice());
    }
    if !sites.is_empty() {
        return sites == ["same-origin"] || sites == ["none"];
    }
    let authority = authority
        .map(str::to_owned)
        .or_else(|| match lines("host").as_slice() {
            [host] => Some((*host).to_owned()),
            _ => None,
        });
    let ([origin], Some(authority)) = (origins.as_slice(), authority) else {
        return false;
    };
    let Some((scheme @ ("http" | "https"), page)) = origin.split_once("://") else {
        return false;
    };
    let with_port = |authority: &str| {
        let authority = authority.to_ascii_lowercase();
        let port = if scheme == "http" { "80" } else { "443" };
        match authority.rsplit_once(':') {
            Some((_, digits)) if !digits.ends_with(']') => authority,
            _ => format!("{authority}:{port}"),
        }
    };
    with_port(page) == with_port(&authority)
}

#[tokio::test]
async fn a_request_passes_by_the_five_steps_and_by_nothing_else() {
    let runs = Runs::default();
    let app: Router = Router::new()
        .route("/", routes!(closed).into())
        .with_state(runs.clone());
    let (mut passed, mut refused) = (0, 0);
    for method in ["GET", "HEAD", "POST", "DELETE", "PROPFIND"] {
        for origins in [
            &[][..],
            &["https://listed.example"],
            &["https://listed.example", "https://listed.example"],
            &["https://here.example"],
            &["https://here.example:443"],
            &["http://here.example"],
            &["https://HERE.example"],
            &["https://here.example:8443"],
            &["https://[::1]"],
            &["capacitor://here.example"],
            &["https://unlisted.example"],
            &["null"],
            &[""],
        ] {
            for sites in [
                &[][..],
                &["same-origin"],
                &["none"],
                &["same-site"],
                &["cross-site"],
                &["same-origin", "same-origin"],
                &["cross-site", "same-origin"],
                &["nonsense"],
                &["CROSS-SITE"],
                &["cross-site, cross-site"],
                &["Same-Origin"],
                &[""],
            ] {
                for (authority, hosts) in [
                    (None, &[][..]),
                    (None, &["here.example"]),
                    (None, &["here.example:443"]),
                    (None, &["here.example:80"]),
                    (None, &["HERE.EXAMPLE"]),
                    (None, &["here.example:8443"]),
                    (None, &["[::1]"]),
                    (None, &["[::1]:443"]),
                    (None, &["here.example", "here.example"]),
                    (None, &["there.example", "here.example"]),
                    (Some("here.example"), &["there.example"]),
                    (Some("here.example:443"), &[]),
                    (Some("there.example"), &["here.example"]),
                ] {
                    let uri = authority.map_or("/".to_owned(), |a| format!("https://{a}/"));
                    let mut request = Request::builder().method(method).uri(uri);
                    for (name, lines) in [
                        ("origin", origins),
                        ("sec-fetch-site", sites),
                        ("host", hosts),
                    ] {
                        for line in lines {
                            request = request.header(name, *line);
                        }
                    }
                    let request = request.body(Body::empty()).unwrap();
                    let expected = passes(method, request.headers(), authority);
                    let what = format!("{method} {origins:?} {sites:?} {authority:?} {hosts:?}");
                    let response = app.clone().oneshot(request).await.unwrap();
                    if expected {
                        passed += 1
                    } else {
                        refused += 1
                    }
                    let status = if expected {
                        StatusCode::OK
                    } else {
                        StatusCode::FORBIDDEN
                    };
                    assert_eq!(response.status(), status, "{what}");
                    let lines = access_lines(response.headers());
                    if !expected {
                        assert_eq!(lines, ["vary: Origin, Sec-Fetch-Site"], "{what}");
                        assert_eq!(response.headers()["cache-control"], "no-store", "{what}");
                    }
                }
            }
        }
    }
    assert_eq!(runs.handler.load(Ordering::Relaxed), passed);
    assert_eq!(runs.extractor.load(Ordering::Relaxed), passed);
    assert!(
        passed > 1_000 && refused > 1_000,
        "{passed} passed, {refused} were refused"
    );
}

#[tokio::test]
async fn vary_names_sec_fetch_site_where_it_decided() {
    let app: Router = Router::new()
        .route("/", routes!(closed).into())
        .with_state(Runs::default());
    for (method, headers, expected) in [
        ("GET", &[][..], "Origin"),
        ("GET", &[("sec-fetch-site", "cross-site")], "Origin"),
        ("GET", &[("origin", "https://listed.example")], "Origin"),
        ("POST", &[], "Origin, Sec-Fetch-Site"),
        (
            "OPTIONS",
            &[],
            "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        ),
        (
            "GET",
            &[
                ("origin", "https://other.example"),
                ("sec-fetch-site", "same-origin"),
            ],
            "Origin, Sec-Fetch-Site",
        ),
    ] {
        let mut request = Request::builder().method(method).uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{method} {headers:?}");
        assert_eq!(response.headers()["vary"], expected, "{method} {headers:?}");
    }
}

#[tokio::test]
async fn a_refused_options_varies_as_every_answer_to_options() {
    let app: Router = Router::new()
        .route("/", routes!(closed).into())
        .with_state(Runs::default());
    let request = Request::options("/").header("origin", "https://evil.example");
    let response = app
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    assert_eq!(response.headers()["vary"], vary);
}

#[tokio::test]
async fn a_refused_request_is_answered_before_its_body_is_read() {
    let app: Router = Router::new()
        .route("/", routes!(closed).into())
        .with_state(Runs::default());
    let never = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
    let request = Request::post("/").header("origin", "https://evil.example");
    let response = app.oneshot(request.body(never).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

#[cors(methods = "GET")]
async fn open_neighbour() {}

#[tokio::test]
async fn a_page_of_the_service_itself_passes_over_a_real_socket() {
    let runs = Runs::default();
    let app = Router::new()
        .route("/", routes!(open_neighbour, closed).into())
        .with_state(runs.clone());
    let server = Server::start(app).await;
    let own = format!("http://{}", server.address());
    for (origin, status) in [
        (own.as_str(), StatusCode::OK),
        ("https://listed.example", StatusCode::OK),
        ("http://127.0.0.1:1", StatusCode::FORBIDDEN),
        ("null", StatusCode::FORBIDDEN),
    ] {
        let response = server.ask("POST", "/", &[("Origin", origin)]).await;
        assert_eq!(response.status(), status, "{origin}");
    }
    assert_eq!(runs.handler.load(Ordering::Relaxed), 2);
}
