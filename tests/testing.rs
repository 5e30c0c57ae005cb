//! The browser for unit tests judges the library, so it must not share its mistakes; and it tells in
//! one sentence what a page sees.

use std::{fs, panic::catch_unwind};

use axum::Router;
use cors_runtime::{
    CorsRouter, cors, routes,
    testing::{Step, browser},
};

#[cors(
    methods = "POST",
    origins = "https://app.example.com",
    allow_headers = "X-CSRF-Token",
    credentials
)]
async fn add() {}

fn app() -> Router {
    CorsRouter::new()
        .route("/items", routes!(add))
        .into_router()
}

#[test]
fn the_browser_imports_nothing_from_the_rest_of_the_crate() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../cors-runtime/src/testing");
    let mut files = 0;
    for file in fs::read_dir(folder).unwrap() {
        let source = fs::read_to_string(file.unwrap().path()).unwrap();
        let code = source.lines().filter(|line| !line.starts_with("//!"));
        for line in code {
            let foreign = ["crate::", "super::super", "cors_grammar", "cors_runtime"];
            let foreign = foreign.iter().find(|path| line.contains(**path));
            assert_eq!(foreign, None, "{line}");
        }
        files += 1;
    }
    assert_eq!(files, 4);
}

#[tokio::test]
async fn a_page_is_told_in_one_sentence_what_it_sees() {
    let page = browser("https://app.example.com");
    let other = browser("https://evil.example");
    for (fetch, expected) in [
        (
            page.post("/items")
                .header("x-csrf-token", "1")
                .credentials(),
            "readable: the page sees the response, status 200 OK",
        ),
        (
            page.delete("/items"),
            "blocked: the answer to the preflight does not allow the method",
        ),
        (
            page.post("/items").header("x-other", "1"),
            "blocked: the answer to the preflight does not allow a header of the request",
        ),
        (
            other.post("/items"),
            "blocked: the request was sent, but its response does not allow this origin to read it, \
             or not with credentials",
        ),
        (
            other.post("/items").header("x-csrf-token", "1"),
            "blocked: the answer to the preflight does not allow this origin, or not with credentials",
        ),
        (
            page.request("TRACE", "/items"),
            "blocked: no page can send this method (CONNECT, TRACE and TRACK)",
        ),
    ] {
        assert_eq!(fetch.send(&app()).await.to_string(), expected, "{fetch:?}");
    }
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
        "",
    ];
    for origin in others {
        assert!(catch_unwind(|| browser(origin)).is_err(), "{origin}");
    }
    for origin in [
        "https://app.example.com:8443",
        "http://[::1]",
        "capacitor://localhost",
        "null",
    ] {
        let _ = browser(origin);
    }
}
