//! Hostile requests over a real socket, many at once: answered, and forgotten.

use std::{fs, sync::Arc};

use axum::http::{HeaderValue, StatusCode, header};
use cors_runtime::{CorsRouter, OriginSet, cors, routes};
use cors_tests::{Server, request};

#[cors(methods = "GET, PUT")]
async fn open() {}

#[cors(
    methods = "POST",
    origins = "https://*.listed.example, https://listed.example"
)]
async fn listed() {}

#[cors(methods = "DELETE", origins = OriginSet)]
async fn decided() {}

/// The memory that this process holds, in bytes; 0 where the system does not tell.
fn resident() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = pages
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}

/// Values of 64 KiB, and stranger ones.
fn hostile() -> Vec<HeaderValue> {
    let long = 64 * 1024;
    let texts = [
        ",".repeat(long),
        format!("a{}a", " ".repeat(long)),
        format!("a{}a", "\t".repeat(long)),
        "x-name,".repeat(10_000),
        "x".repeat(long),
        format!("https://{}listed.example", "a.".repeat(long / 2)),
        format!("https://{}", "a".repeat(long)),
        format!("https://listed.example:{}", "1".repeat(long)),
        format!("https://[{}]", ":".repeat(long)),
        format!("https://xn--{}", "9".repeat(long)),
        "https://\u{e9}.listed.example".to_owned(),
        "*".to_owned(),
        String::new(),
    ];
    let mut values: Vec<_> = texts
        .iter()
        .map(|text| HeaderValue::from_bytes(text.as_bytes()).unwrap())
        .collect();
    values.push(HeaderValue::from_bytes(&[0x80, 0xff, b'\t', b' ', 0xfe]).unwrap());
    values
}

/// Sends every hostile value in every header, on one line and on many.
async fn round(server: &Server) -> usize {
    let names = [
        header::ORIGIN,
        header::ACCESS_CONTROL_REQUEST_HEADERS,
        header::ACCESS_CONTROL_REQUEST_METHOD,
    ];
    let mut answered = 0;
    for value in hostile() {
        for hostile in &names {
            for lines in [1, 30] {
                if lines > 1 && value.len() > 1024 {
                    continue;
                }
                for method in ["OPTIONS", "GET", "POST", "DELETE"] {
                    let usual = [
                        ("origin", "https://listed.example"),
                        ("access-control-request-method", "POST"),
                    ];
                    let mut request = request(method, "/", &usual, "");
                    request.headers_mut().remove(hostile);
                    for _ in 0..lines {
                        request.headers_mut().append(hostile, value.clone());
                    }
                    let response = server.send(request).await;
                    let expected = [
                        StatusCode::OK,
                        StatusCode::NO_CONTENT,
                        StatusCode::FORBIDDEN,
                    ];
                    assert!(
                        expected.contains(&response.status()),
                        "{:?}",
                        response.status()
                    );
                    // The open handler serves anyone; the set holds another origin than the usual.
                    let strange = *hostile == header::ORIGIN;
                    let refused = method == "DELETE" || (strange && method != "GET");
                    let status = response.status();
                    assert_eq!(
                        status == StatusCode::FORBIDDEN,
                        refused,
                        "{method} {hostile}"
                    );
                    answered += 1;
                }
            }
        }
    }
    answered
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_requests_are_answered_and_leave_nothing_behind() {
    let app = CorsRouter::new()
        .route("/", routes!(open, listed, decided))
        .with_state("https://set.example".parse::<OriginSet>().unwrap());
    let server = Arc::new(Server::start(app.into_router()).await);
    let load = async |rounds: usize| {
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let server = Arc::clone(&server);
                tokio::spawn(async move {
                    let mut answered = 0;
                    for _ in 0..rounds {
                        answered += round(&server).await;
                    }
                    answered
                })
            })
            .collect();
        let mut answered = 0;
        for task in tasks {
            answered += task.await.unwrap();
        }
        answered
    };
    // The first rounds fill the buffers of the connections and of the allocator.
    load(2).await;
    let before = resident();
    let answered = load(10).await;
    let after = resident();
    assert!(answered > 5_000, "{answered} answered");
    let grown = after.saturating_sub(before);
    assert!(
        grown < 16 * 1024 * 1024,
        "{grown} bytes more after {answered} requests"
    );
}
