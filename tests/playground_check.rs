//! `cors-playground check`: a verdict on any service, from a terminal.

use std::process::{Command, Output};

use axum::{Router, http::header::SET_COOKIE, routing::get};
use cors_runtime::{CorsRouter, cors, routes};
use cors_tests::{Server, running::Example};
use serde_json::Value;

#[cors(
    methods = "GET, PUT",
    origins = "https://app.example.com",
    credentials,
    allow_headers = "X-Token"
)]
async fn items() -> ([(axum::http::HeaderName, &'static str); 1], &'static str) {
    ([(SET_COOKIE, "secret=1")], "[]")
}

async fn server() -> Server {
    let app: Router = CorsRouter::new()
        .route("/items", routes!(items))
        .route("/plain", get(|| async { "no policy" }))
        .into_router();
    Server::start(app).await
}

/// Runs the program, while the server goes on.
async fn check(arguments: Vec<String>) -> Output {
    let run = move || {
        let mut program: Command = Example::command("playground");
        program.arg("check").args(arguments).output().unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn words(text: &str, server: &Server) -> Vec<String> {
    let text = text.replace("HERE", &format!("http://{}", server.address()));
    text.split(' ').map(|word| word.replace('_', " ")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_and_one_sentence_say_whether_a_page_could_read_it() {
    let server = server().await;
    for (arguments, code, verdict) in [
        (
            "HERE/items --origin https://app.example.com --credentials --method PUT --header X-Token:_1",
            0,
            "readable: the page sees the response, status 200 OK",
        ),
        (
            "HERE/items --origin https://evil.example",
            1,
            "blocked: the request was sent, and the response has no `Access-Control-Allow-Origin`; it has to \
             be `https://evil.example`",
        ),
        (
            "HERE/items --origin https://app.example.com --method DELETE",
            1,
            "blocked: the answer to the preflight has `Access-Control-Allow-Methods: GET, PUT`; it has to list \
             `DELETE`",
        ),
        (
            "HERE/plain --origin https://app.example.com",
            1,
            "blocked: the request was sent, and the response has no `Access-Control-Allow-Origin`; it has to \
             be `https://app.example.com`",
        ),
    ] {
        let output = check(words(arguments, &server)).await;
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(printed.lines().last(), Some(verdict), "{arguments}");
        assert_eq!(output.status.code(), Some(code), "{arguments}");
        assert!(!printed.contains("secret"), "{printed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exchange_can_be_read_by_programs() {
    let server = server().await;
    let arguments = "HERE/items --origin https://app.example.com --method PUT --cookie a=1 --credentials --json";
    let output = check(words(arguments, &server)).await;
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["readable"], true);
    let requests: Vec<_> = report["exchanges"].as_array().unwrap().iter().collect();
    assert_eq!(requests[0]["request"], "OPTIONS /items");
    assert_eq!(requests[0]["status"], 204);
    assert_eq!(requests[1]["request"], "PUT /items");
    let sent = requests[1]["request_headers"].to_string();
    assert!(
        sent.contains("cookie: …") && sent.contains("origin: https://app.example.com"),
        "{sent}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_gets_one_clear_line() {
    let server = server().await;
    for (arguments, expected) in [
        (
            "http://127.0.0.1:1/ --origin https://a.example",
            "no answer from `127.0.0.1:1`",
        ),
        (
            "https://a.example/ --origin https://a.example",
            "`https` is not spoken here",
        ),
        (
            "ftp://a.example/ --origin https://a.example",
            "is no URL of HTTP",
        ),
        (
            "HERE/items --origin https://a.example/",
            "is no origin as browsers send it",
        ),
    ] {
        let output = check(words(arguments, &server)).await;
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(
            said.contains(expected) && said.lines().count() == 1,
            "{arguments}: {said}"
        );
    }
}
