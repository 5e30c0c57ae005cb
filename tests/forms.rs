//! Handlers in every form are found by `routes!`, and can still be called as the functions they
//! are.

#![deny(dead_code)]

use axum::extract::State;
use cors_runtime::cors;
use cors_tests::{
    Server,
    handlers::{self, Fixed},
    request,
};

/// Routed by other means, on purpose: the handler's own word silences the warning.
#[allow(dead_code)]
#[cors(methods = "GET")]
async fn unrouted() {}

#[tokio::test]
async fn every_form_of_handler_is_routed() {
    let server = Server::start(handlers::app()).await;
    for (method, path, body, expected) in [
        ("GET", "/generic", "", "hello"),
        ("PUT", "/generic", "", "3"),
        ("PATCH", "/hidden", "", "match"),
        ("GET", "/renamed", "", "renamed"),
        ("GET", "/below", "", "below"),
        ("GET", "/above", "", "above"),
        ("GET", "/utoipa/below", "", "below"),
        ("GET", "/utoipa/above", "", "above"),
        ("GET", "/cfg", "", "present"),
        ("POST", "/sixteen/seven", "7", "seven 7"),
    ] {
        let headers = [
            ("Origin", "https://app.example"),
            ("Content-Type", "application/json"),
        ];
        let response = server.send(request(method, path, &headers, body)).await;
        assert_eq!(response.status(), 200, "{method} {path}");
        assert_eq!(response.body(), expected, "{method} {path}");
        assert!(
            response
                .headers()
                .contains_key("access-control-allow-origin"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_handler_can_be_called_as_the_function_it_is() {
    assert_eq!(handlers::greet(State(Fixed("hi"))).await, "hi");
    assert_eq!(handlers::count::<5, _>(State(Fixed("hi"))).await, "5");
    assert_eq!(handlers::r#match().await, "match");
    assert_eq!(handlers::nested::original().await, "renamed");
}
