//! The library against the eight rules of the open policy (the manual of `#[cors]` lists them): a few
//! thousand requests, each answered as the rules, written anew, say.

use axum::{
    Json,
    extract::Path,
    http::{HeaderMap, StatusCode},
};
use cors_runtime::{CorsRouter, cors, routes};
use cors_tests::{Server, access_lines, request};
use proptest::{
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};

#[cors(methods = "GET, POST", debug_max_age)]
async fn items(body: Option<Json<u32>>) -> String {
    format!("{}", body.is_some())
}

#[cors(methods = "PUT, DELETE", debug_max_age)]
async fn status(Path(status): Path<u16>) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST)
}

#[cors(methods = "*", debug_max_age)]
async fn missing() -> StatusCode {
    StatusCode::NOT_FOUND
}

/// What the rules say, as plainly as they do: the access headers of a request's response.
fn article(
    request: &HeaderMap,
    methods: Option<&str>,
    method: &str,
) -> Vec<(&'static str, String)> {
    let get = |name| {
        request
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    let origin = get("origin").unwrap_or("*".to_owned());
    let asked = get("access-control-request-method").unwrap_or(method.to_owned());
    let methods = methods.map_or(asked, str::to_owned);
    let headers = get("access-control-request-headers").unwrap_or("Authorization".to_owned());
    vec![
        ("access-control-allow-origin", origin),
        ("access-control-allow-credentials", "true".to_owned()),
        ("access-control-allow-methods", methods),
        ("access-control-allow-headers", headers),
        ("access-control-max-age", "1".to_owned()),
    ]
}

#[test]
fn every_access_header_of_every_response_is_the_articles() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let app = CorsRouter::new()
        .route("/items", routes!(items))
        .route("/status/{status}", routes!(status))
        .fallback(routes!(missing));
    let server = runtime.block_on(Server::start(app.into_router()));

    let word = "[a-zA-Z*][a-zA-Z0-9:/. _,-]{0,20}[a-z]";
    let requests = (
        select(vec![
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND",
        ]),
        prop_oneof![
            Just("/items".to_owned()),
            (100..700_u16)
                .prop_filter("a final status", |status| *status >= 200)
                .prop_map(|status| format!("/status/{status}")),
            "/[a-z]{1,8}".prop_filter("an unknown path", |path| path != "/items"),
        ],
        proptest::option::of(prop_oneof![
            "https?://[a-z]{1,9}(\\.example)?(:[1-9][0-9]{1,3})?",
            word
        ]),
        proptest::option::of(prop_oneof!["GET|PUT|DELETE|PATCH", word]),
        proptest::option::of(prop_oneof!["[a-z-]{1,9}(,[a-z-]{1,9}){0,3}", word]),
        prop_oneof![Just(""), Just("1"), Just("{")],
    );
    let mut runner = TestRunner::new(Config::with_cases(4_000));
    let checked = runner.run(&requests, |(method, path, origin, asked, headers, body)| {
        let mut lines = Vec::new();
        lines.extend(origin.as_deref().map(|value| ("Origin", value)));
        lines.extend(
            asked
                .as_deref()
                .map(|value| ("Access-Control-Request-Method", value)),
        );
        lines.extend(
            headers
                .as_deref()
                .map(|value| ("Access-Control-Request-Headers", value)),
        );
        lines.extend((!body.is_empty()).then_some(("Content-Type", "application/json")));
        let methods = match path.as_str() {
            "/items" => Some("GET, POST"),
            path if path.starts_with("/status/") => Some("PUT, DELETE"),
            _ => None,
        };
        let request = request(method, &path, &lines, body);
        let expected = article(request.headers(), methods, method);
        let response = runtime.block_on(server.send(request));
        let mut found = access_lines(response.headers());
        found.retain(|line| !line.starts_with("vary"));
        let expected: Vec<_> = expected.iter().map(|(n, v)| format!("{n}: {v}")).collect();
        prop_assert_eq!(found, expected);
        Ok(())
    });
    checked.unwrap();
}
