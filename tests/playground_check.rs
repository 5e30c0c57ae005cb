//! `cors-playground check`: a verdict on any service, from a terminal.

use std::{
    convert::Infallible,
    net::SocketAddr,
    process::{Command, Output},
};

use axum::{Router, body::Body, http::header::SET_COOKIE, response::Redirect, routing::get};
use cors_runtime::{CorsRouter, cors, routes};
use cors_tests::{
    Server,
    running::Example,
    tls::{self, TlsServer},
};
use futures_util::stream;
use serde_json::Value;
use tokio::{io::AsyncWriteExt, net::TcpListener};

#[cors(
    methods = "GET, PUT",
    origins = "https://app.example.com",
    credentials,
    allow_headers = "X-Token"
)]
async fn items() -> ([(axum::http::HeaderName, &'static str); 1], &'static str) {
    ([(SET_COOKIE, "session=secret")], "[]")
}

#[cors(methods = "GET", open)]
async fn circle() -> Redirect {
    Redirect::temporary("/circle")
}

#[cors(methods = "GET", open)]
async fn endless() -> Body {
    Body::from_stream(stream::pending::<Result<&str, Infallible>>())
}

async fn server() -> Server {
    let app: Router = CorsRouter::new()
        .route("/items", routes!(items))
        .route("/plain", get(|| async { "no policy" }))
        .route("/circle", routes!(circle))
        .route("/endless", routes!(endless))
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
        sent.contains("cookie: a=…") && sent.contains("origin: https://app.example.com"),
        "{sent}"
    );
    assert_eq!(report["header"], Value::Null);

    let arguments = "HERE/items --origin https://app.example.com --method DELETE --json";
    let output = check(words(arguments, &server)).await;
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["header"], "access-control-allow-methods");
}

/// Where something answers that is not HTTP.
async fn noise() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"220 mail.example ESMTP\r\n").await;
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_in_a_circle_and_bodies_without_end_have_a_verdict() {
    let server = server().await;
    let arguments = "HERE/circle --origin https://app.example.com";
    let output = check(words(arguments, &server)).await;
    let printed = String::from_utf8(output.stdout).unwrap();
    let verdict = "blocked: there are more than 20 redirects";
    assert_eq!(printed.lines().last(), Some(verdict), "{printed}");
    assert_eq!(output.status.code(), Some(1));

    let arguments = "HERE/endless --origin https://app.example.com";
    let output = check(words(arguments, &server)).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_gets_one_clear_line() {
    let server = server().await;
    let noise = noise().await;
    for (arguments, expected) in [
        (
            "http://127.0.0.1:1/ --origin https://a.example",
            "cannot connect to `http://127.0.0.1:1`",
        ),
        (
            "https://a.example/ --origin https://a.example",
            "`https` needs the feature `tls`",
        ),
        (
            "http://no-such-host.invalid/ --origin https://a.example",
            "cannot connect to `http://no-such-host.invalid`",
        ),
        (
            "NOISE/ --origin https://a.example",
            "does not answer as HTTP does",
        ),
        (
            "ftp://a.example/ --origin https://a.example",
            "is not a URL of HTTP",
        ),
        (
            "HERE/items --origin https://a.example/",
            "is not an origin as browsers send it",
        ),
    ] {
        let arguments = &arguments.replace("NOISE", &format!("http://{noise}"));
        let output = check(words(arguments, &server)).await;
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(
            said.contains(expected) && said.lines().count() == 1,
            "{arguments}: {said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_feature_tls_a_service_is_checked_by_its_certificate() {
    let app: Router = CorsRouter::new()
        .route("/items", routes!(items))
        .into_router();
    let server = TlsServer::start(app).await;
    let folder = tempfile::tempdir().unwrap();
    let known = folder.path().join("known.pem");
    std::fs::write(&known, &server.certificate).unwrap();
    let other = folder.path().join("cert.pem");
    tls::write_certificate(folder.path());
    for (trusted, code, said) in [
        (
            known,
            0,
            "readable: the page sees the response, status 200 OK",
        ),
        (other, 2, "invalid peer certificate"),
    ] {
        let url = format!("https://localhost:{}/items", server.port);
        let run = move || {
            let mut program = Example::playground_with_tls();
            let program = program.env("SSL_CERT_FILE", trusted).args(["check", &url]);
            program
                .args(["--origin", "https://app.example.com"])
                .output()
                .unwrap()
        };
        let output = tokio::task::spawn_blocking(run).await.unwrap();
        let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(code), "{printed}");
        assert!(printed.lines().last().unwrap().contains(said), "{printed}");
    }
}
