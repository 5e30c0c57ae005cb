//! The eight rules of the open policy, as the manual of `#[cors]` lists them, each tried over a real socket.

use axum::{
    Json,
    extract::Path,
    http::StatusCode,
    response::{Redirect, Response},
};
use bytes::Bytes;
use cors_runtime::{CorsRouter, cors, routes};
use cors_tests::{Server, access_lines, request};

const ORIGIN: (&str, &str) = ("Origin", "https://app.example");

#[cors(methods = "GET, POST", debug_max_age)]
async fn items(body: Option<Json<u32>>) -> String {
    format!("{:?}", body.map(|Json(number)| number))
}

#[cors(methods = "PUT", debug_max_age)]
async fn number(Path(number): Path<u32>, Json(body): Json<u32>) -> String {
    format!("{number} {body}")
}

#[cors(methods = "GET", debug_max_age)]
async fn failing() -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

#[cors(methods = "GET", debug_max_age)]
async fn moved() -> Redirect {
    Redirect::permanent("/items")
}

#[cors(methods = "*", debug_max_age)]
async fn missing() -> StatusCode {
    StatusCode::NOT_FOUND
}

async fn server() -> Server {
    let app = CorsRouter::new()
        .route("/items", routes!(items))
        .route("/numbers/{number}", routes!(number))
        .route("/failing", routes!(failing))
        .route("/moved", routes!(moved))
        .fallback(routes!(missing));
    Server::start(app.into_router()).await
}

fn header<'a>(response: &'a Response<Bytes>, name: &str) -> Option<&'a str> {
    let mut lines = response.headers().get_all(name).iter();
    let line = lines.next().map(|value| value.to_str().unwrap());
    assert_eq!(lines.next(), None, "{name} has two lines");
    line
}

#[tokio::test]
async fn rule_1_every_url_answers_options_itself() {
    let server = server().await;
    for url in ["/items", "/numbers/1", "/failing", "/moved", "/nowhere"] {
        let ask = [ORIGIN, ("Access-Control-Request-Method", "GET")];
        let response = server.ask("OPTIONS", url, &ask).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT, "{url}");
        assert_eq!(response.body(), "", "{url}");
    }
}

#[tokio::test]
async fn rule_2_every_response_carries_the_access_headers() {
    let server = server().await;
    for (method, url, body, status) in [
        ("GET", "/items", "", 200),
        ("HEAD", "/items", "", 200),
        ("POST", "/items", "1", 200),
        ("POST", "/items", "no JSON", 400),
        ("DELETE", "/items", "", 405),
        ("OPTIONS", "/items", "", 204),
        ("PUT", "/numbers/1", "2", 200),
        ("PUT", "/numbers/one", "2", 400),
        ("PUT", "/numbers/1", "no JSON", 400),
        ("PUT", "/numbers/1", "\"two\"", 422),
        ("PROPFIND", "/numbers/1", "", 405),
        ("GET", "/failing", "", 500),
        ("GET", "/moved", "", 308),
        ("GET", "/nowhere", "", 404),
        ("OPTIONS", "/nowhere", "", 404),
    ] {
        let mut headers = vec![ORIGIN];
        headers.extend((!body.is_empty()).then_some(("Content-Type", "application/json")));
        let response = server.send(request(method, url, &headers, body)).await;
        assert_eq!(response.status(), status, "{method} {url} {body}");
        for name in ["Origin", "Credentials", "Methods", "Headers"] {
            let name = format!("Access-Control-Allow-{name}");
            assert!(
                header(&response, &name).is_some(),
                "{method} {url} {body}: {name}"
            );
        }
        let max_age = header(&response, "Access-Control-Max-Age");
        assert_eq!(max_age, Some("1"), "{method} {url} {body}");
    }
}

#[tokio::test]
async fn rule_3_allow_origin_is_the_requests_origin_and_a_star_only_without_one() {
    let server = server().await;
    for (origin, expected) in [
        (Some("https://app.example"), "https://app.example"),
        (Some("http://localhost:5173"), "http://localhost:5173"),
        (Some("null"), "null"),
        (Some("no origin at all"), "no origin at all"),
        (None, "*"),
    ] {
        let headers: Vec<_> = origin.iter().map(|origin| ("Origin", *origin)).collect();
        for method in ["GET", "DELETE"] {
            let response = server.ask(method, "/items", &headers).await;
            let found = header(&response, "Access-Control-Allow-Origin");
            assert_eq!(found, Some(expected), "{method} {origin:?}");
        }
    }
}

#[tokio::test]
async fn rule_4_credentials_are_allowed() {
    let server = server().await;
    let response = server.ask("GET", "/items", &[ORIGIN]).await;
    assert_eq!(
        header(&response, "Access-Control-Allow-Credentials"),
        Some("true")
    );
}

#[tokio::test]
async fn rule_5_allow_methods_is_the_handlers_list_or_an_echo() {
    let server = server().await;
    for (method, url, asked, expected) in [
        ("GET", "/items", None, "GET, POST"),
        ("OPTIONS", "/items", Some("POST"), "GET, POST"),
        ("OPTIONS", "/items", Some("DELETE"), "GET, POST"),
        ("PUT", "/numbers/1", None, "PUT"),
        ("OPTIONS", "/nowhere", Some("PATCH"), "PATCH"),
        ("OPTIONS", "/nowhere", Some("patch"), "patch"),
        ("DELETE", "/nowhere", None, "DELETE"),
        ("DELETE", "/nowhere", Some("PUT"), "PUT"),
        ("PROPFIND", "/nowhere", None, "PROPFIND"),
    ] {
        let mut headers = vec![ORIGIN];
        headers.extend(asked.map(|asked| ("Access-Control-Request-Method", asked)));
        let response = server.ask(method, url, &headers).await;
        let found = header(&response, "Access-Control-Allow-Methods");
        assert_eq!(found, Some(expected), "{method} {url} {asked:?}");
    }
}

#[tokio::test]
async fn rule_6_allow_headers_is_what_was_asked_for_or_authorization() {
    let server = server().await;
    for (asked, expected) in [
        (&["content-type,x-token"][..], &["content-type,x-token"][..]),
        (&["a", "b, c"], &["a", "b, c"]),
        (&[""], &[""]),
        (&[], &["Authorization"]),
    ] {
        let mut headers = vec![ORIGIN, ("Access-Control-Request-Method", "POST")];
        headers.extend(
            asked
                .iter()
                .map(|line| ("Access-Control-Request-Headers", *line)),
        );
        for method in ["OPTIONS", "GET"] {
            let response = server.ask(method, "/items", &headers).await;
            let found = response.headers().get_all("Access-Control-Allow-Headers");
            let found: Vec<_> = found.iter().collect();
            assert_eq!(found, expected, "{method} {asked:?}");
        }
    }
}

#[tokio::test]
async fn rule_7_max_age_is_one_second_in_a_debug_build() {
    // That a release build sends none is shown by `builds.rs`.
    let server = server().await;
    let response = server.ask("GET", "/items", &[ORIGIN]).await;
    assert_eq!(header(&response, "Access-Control-Max-Age"), Some("1"));
}

#[tokio::test]
async fn rule_8_a_client_that_is_no_browser_is_served_as_ever() {
    let server = server().await;
    let response = server.ask("GET", "/items", &[]).await;
    assert_eq!(
        (response.status(), &response.body()[..]),
        (StatusCode::OK, &b"None"[..])
    );
    assert_eq!(
        access_lines(response.headers()),
        [
            "access-control-allow-origin: *",
            "access-control-allow-credentials: true",
            "access-control-allow-methods: GET, POST",
            "access-control-allow-headers: Authorization",
            "access-control-max-age: 1",
            "vary: Origin",
        ]
    );
}
