//! The answers of the open policy, case by case, over a real socket.

use std::convert::Infallible;

use axum::{
    Form, Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, Path, Request},
    http::{HeaderValue, StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response, Sse, sse::Event},
    routing::{MethodRouter, get},
};
use cors_runtime::{CorsRouter, cors, routes};
use cors_tests::{Server, access_lines, request};
use futures_util::stream;
use tower_http::set_header::SetResponseHeaderLayer;

const ORIGIN: (&str, &str) = ("Origin", "https://app.example");
const ALL_THREE: &str =
    "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

#[cors(methods = "POST, GET", max_age = 60, expose_headers = "ETag, X-Total")]
async fn items() -> &'static str {
    "items"
}

#[cors(methods = ["DELETE"], credentials = false, allow_headers = "X-Csrf-Token, Authorization")]
async fn remove() -> StatusCode {
    StatusCode::NO_CONTENT
}

#[cors(methods = "OPTIONS, PUT")]
async fn options() -> (StatusCode, &'static str) {
    (StatusCode::IM_A_TEAPOT, "the handler's own")
}

#[cors(methods = "*")]
async fn everything(request: Request) -> String {
    request.method().to_string()
}

#[cors(methods = "HEAD", expose_headers = "X-Head")]
async fn head() -> [(&'static str, &'static str); 1] {
    [("x-head", "1")]
}

/// The access headers of an `items` response to `ORIGIN`.
fn of_items(more: &[&str]) -> Vec<String> {
    let lines = [
        "access-control-allow-origin: https://app.example",
        "access-control-allow-credentials: true",
        "access-control-allow-methods: POST, GET",
        "access-control-allow-headers: Authorization",
        "access-control-max-age: 60",
    ];
    lines
        .iter()
        .chain(more)
        .map(|line| (*line).to_owned())
        .collect()
}

/// The access headers of a `remove` response to `ORIGIN`.
fn of_remove(vary: &str) -> Vec<String> {
    let lines = [
        "access-control-allow-origin: https://app.example",
        "access-control-allow-methods: DELETE",
        "access-control-allow-headers: X-Csrf-Token, Authorization",
        vary,
    ];
    lines.map(str::to_owned).to_vec()
}

/// The same path on a `CorsRouter` and on a plain router.
async fn both(routes: fn() -> cors_runtime::Routes) -> [Server; 2] {
    let plain = Router::new().route("/", routes().into());
    let ours = CorsRouter::new().route("/", routes()).into_router();
    [Server::start(plain).await, Server::start(ours).await]
}

#[tokio::test]
async fn a_preflight_is_answered_by_the_handler_that_owns_the_method() {
    for server in both(|| routes!(items, remove)).await {
        for (asked, expected) in [
            ("POST", of_items(&[ALL_THREE])),
            ("GET", of_items(&[ALL_THREE])),
            ("HEAD", of_items(&[ALL_THREE])),
            ("DELETE", of_remove(ALL_THREE)),
            // Nobody's: the first handler answers, and the browser names the method.
            ("PUT", of_items(&[ALL_THREE])),
            ("delete", of_items(&[ALL_THREE])),
            ("", of_items(&[ALL_THREE])),
        ] {
            let ask = [ORIGIN, ("Access-Control-Request-Method", asked)];
            let response = server.ask("OPTIONS", "/", &ask).await;
            assert_eq!(response.status(), StatusCode::NO_CONTENT, "{asked}");
            assert_eq!(access_lines(response.headers()), expected, "{asked}");
        }
    }
}

#[tokio::test]
async fn a_handler_that_lists_head_owns_it() {
    for server in both(|| routes!(items, head)).await {
        let response = server.ask("HEAD", "/", &[ORIGIN]).await;
        assert_eq!(response.headers()["x-head"], "1");
        assert_eq!(
            response.headers()["access-control-expose-headers"],
            "X-Head"
        );
        let response = server.ask("GET", "/", &[ORIGIN]).await;
        assert_eq!(
            response.headers()["access-control-expose-headers"],
            "ETag, X-Total"
        );
    }
}

#[tokio::test]
async fn an_options_is_a_preflight_only_with_origin_and_method() {
    for server in both(|| routes!(items, remove)).await {
        for headers in [
            &[ORIGIN][..],
            &[("Access-Control-Request-Method", "GET")],
            &[("Access-Control-Request-Headers", "x")],
            &[],
        ] {
            let response = server.ask("OPTIONS", "/", headers).await;
            assert_eq!(response.status(), StatusCode::NO_CONTENT, "{headers:?}");
            assert_eq!(
                response.headers()["allow"],
                "GET, HEAD, POST, DELETE, OPTIONS"
            );
            let exposed = response.headers().get("access-control-expose-headers");
            assert_eq!(
                exposed.unwrap(),
                "ETag, X-Total",
                "a response that a page reads"
            );
            let lines = access_lines(response.headers());
            assert_eq!(lines.last().unwrap(), ALL_THREE, "{headers:?}");
            assert!(lines.contains(&"access-control-allow-methods: POST, GET".to_owned()));
        }
    }
}

#[tokio::test]
async fn a_handler_that_lists_options_gets_what_is_no_preflight() {
    for server in both(|| routes!(items, options)).await {
        let response = server.ask("OPTIONS", "/", &[ORIGIN]).await;
        assert_eq!(response.status(), StatusCode::IM_A_TEAPOT);
        assert_eq!(response.body(), "the handler's own");
        assert_eq!(
            response.headers()["access-control-allow-methods"],
            "OPTIONS, PUT"
        );
        assert_eq!(access_lines(response.headers()).last().unwrap(), ALL_THREE);

        let ask = [ORIGIN, ("Access-Control-Request-Method", "OPTIONS")];
        let response = server.ask("OPTIONS", "/", &ask).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        assert_eq!(
            response.headers()["access-control-allow-methods"],
            "OPTIONS, PUT"
        );
    }
}

#[tokio::test]
async fn every_method_that_nobody_lists_belongs_to_the_star() {
    for server in both(|| routes!(items, everything)).await {
        for (method, body, allow_methods) in [
            ("GET", "items", "POST, GET"),
            ("PUT", "PUT", "PUT"),
            ("OPTIONS", "OPTIONS", "OPTIONS"),
            ("PROPFIND", "PROPFIND", "PROPFIND"),
        ] {
            let response = server.ask(method, "/", &[ORIGIN]).await;
            assert_eq!(response.body(), body, "{method}");
            assert_eq!(
                response.headers()["access-control-allow-methods"],
                allow_methods
            );
            assert!(!response.headers().contains_key("allow"), "{method}");
        }
        for (asked, allow_methods) in [("PROPFIND", "PROPFIND"), ("POST", "POST, GET")] {
            let ask = [ORIGIN, ("Access-Control-Request-Method", asked)];
            let response = server.ask("OPTIONS", "/", &ask).await;
            assert_eq!(response.status(), StatusCode::NO_CONTENT, "{asked}");
            assert_eq!(
                response.headers()["access-control-allow-methods"],
                allow_methods
            );
        }
    }
}

#[tokio::test]
async fn a_method_without_a_handler_is_405_under_the_first_policy() {
    for server in both(|| routes!(items, remove)).await {
        for method in ["PUT", "PATCH", "PROPFIND"] {
            let response = server.ask(method, "/", &[ORIGIN]).await;
            assert_eq!(
                response.status(),
                StatusCode::METHOD_NOT_ALLOWED,
                "{method}"
            );
            assert_eq!(
                response.headers()["allow"],
                "GET, HEAD, POST, DELETE, OPTIONS"
            );
            let expected = of_items(&[
                "access-control-expose-headers: ETag, X-Total",
                "vary: Origin",
            ]);
            assert_eq!(access_lines(response.headers()), expected, "{method}");
        }
    }
}

#[cors(methods = "GET")]
async fn opinionated(Path(vary): Path<String>) -> Response {
    let mut response = "opinions".into_response();
    let headers = response.headers_mut();
    for name in [
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        header::ACCESS_CONTROL_ALLOW_METHODS,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        header::ACCESS_CONTROL_MAX_AGE,
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
    ] {
        headers.append(&name, HeaderValue::from_static("one"));
        headers.append(name, HeaderValue::from_static("two"));
    }
    for field in vary.split('+') {
        headers.append(header::VARY, field.parse().unwrap());
    }
    response
}

#[tokio::test]
async fn the_access_headers_are_the_policys_alone_and_vary_keeps_what_was_there() {
    let routes = || routes!(opinionated);
    let inner = SetResponseHeaderLayer::appending(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("https://layer.example"),
    );
    let app = CorsRouter::new()
        .route("/{vary}", routes())
        .route("/layered/{vary}", routes().layer(inner));
    let server = Server::start(app.into_router()).await;
    for (vary, headers, expected) in [
        ("accept", &[ORIGIN][..], "vary: accept, Origin"),
        ("accept+cookie", &[ORIGIN], "vary: accept, cookie, Origin"),
        ("origin,accept", &[ORIGIN], "vary: origin, accept"),
        ("*", &[ORIGIN], "vary: *"),
        (
            "accept",
            &[ORIGIN, ("Access-Control-Request-Headers", "a")],
            "vary: accept, Origin, Access-Control-Request-Headers",
        ),
        // Listed methods do not depend on the requested one.
        (
            "accept",
            &[ORIGIN, ("Access-Control-Request-Method", "GET")],
            "vary: accept, Origin",
        ),
    ] {
        for path in [format!("/{vary}"), format!("/layered/{vary}")] {
            let response = server.ask("GET", &path, headers).await;
            let asked = if headers.len() > 1 && headers[1].1 == "a" {
                "a"
            } else {
                "Authorization"
            };
            let expected = [
                "access-control-allow-origin: https://app.example",
                "access-control-allow-credentials: true",
                "access-control-allow-methods: GET",
                &format!("access-control-allow-headers: {asked}"),
                expected,
            ];
            assert_eq!(
                access_lines(response.headers()),
                expected,
                "{path} {headers:?}"
            );
        }
    }
}

#[tokio::test]
async fn vary_names_the_method_where_it_was_copied() {
    for server in both(|| routes!(everything)).await {
        let asked = [
            ORIGIN,
            ("Access-Control-Request-Method", "PUT"),
            ("Access-Control-Request-Headers", "a"),
        ];
        for (headers, expected) in [
            (&asked[..1], "vary: Origin"),
            (&asked[..2], "vary: Origin, Access-Control-Request-Method"),
            (&asked[..], ALL_THREE),
        ] {
            let response = server.ask("GET", "/", headers).await;
            assert_eq!(access_lines(response.headers()).last().unwrap(), expected);
        }
    }
}

#[cors(methods = "POST")]
async fn form(Form(_): Form<Vec<(String, String)>>) {}

#[cors(methods = "POST")]
async fn json(Json(_): Json<u32>) {}

#[cors(methods = "GET")]
async fn streamed() -> Body {
    let parts = ["one ", "two"].map(Ok::<_, Infallible>);
    Body::from_stream(stream::iter(parts))
}

#[cors(methods = "GET")]
async fn events() -> Sse<impl futures_util::Stream<Item = Result<Event, Infallible>>> {
    Sse::new(stream::iter([Ok(Event::default().data("one"))]))
}

#[cors(methods = "GET")]
async fn status(Path(status): Path<u16>) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST)
}

#[tokio::test]
async fn the_headers_are_on_every_kind_of_response() {
    let app = CorsRouter::new()
        .route("/form", routes!(form))
        .route("/json", routes!(json))
        .route("/streamed", routes!(streamed))
        .route("/events", routes!(events))
        .route("/status/{status}", routes!(status))
        .layer(DefaultBodyLimit::max(8));
    let server = Server::start(app.into_router()).await;
    let json = ("Content-Type", "application/json");
    for (method, path, more, body, status) in [
        ("POST", "/form", None, "", 415),
        ("POST", "/json", None, "1", 415),
        ("POST", "/json", Some(json), "x", 400),
        ("POST", "/json", Some(json), "[]", 422),
        ("POST", "/json", Some(json), "123456789", 413),
        ("GET", "/streamed", None, "", 200),
        ("HEAD", "/streamed", None, "", 200),
        ("GET", "/events", None, "", 200),
        ("GET", "/status/204", None, "", 204),
        ("GET", "/status/302", None, "", 302),
        ("GET", "/status/304", None, "", 304),
        ("GET", "/status/404", None, "", 404),
        ("GET", "/status/503", None, "", 503),
        ("GET", "/status/none", None, "", 400),
    ] {
        let headers: Vec<_> = [ORIGIN].into_iter().chain(more).collect();
        let response = server.send(request(method, path, &headers, body)).await;
        assert_eq!(response.status(), status, "{method} {path} {body}");
        let lines = access_lines(response.headers());
        assert_eq!(lines.len(), 5, "{method} {path} {body}: {lines:?}");
    }
}

#[tokio::test]
async fn a_layer_of_routes_is_inside_the_policy_and_sees_no_preflight() {
    async fn refuse(_: Request, _: Next) -> StatusCode {
        StatusCode::UNAUTHORIZED
    }
    for server in both(|| routes!(items, remove).layer(from_fn(refuse))).await {
        let response = server.ask("GET", "/", &[ORIGIN]).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        let expected = of_items(&[
            "access-control-expose-headers: ETag, X-Total",
            "vary: Origin",
        ]);
        assert_eq!(access_lines(response.headers()), expected);
        let response = server.ask("DELETE", "/", &[ORIGIN]).await;
        assert_eq!(access_lines(response.headers()), of_remove("vary: Origin"));
        let ask = [ORIGIN, ("Access-Control-Request-Method", "GET")];
        let response = server.ask("OPTIONS", "/", &ask).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn a_layer_of_the_router_sees_no_preflight_and_its_answer_can_be_read() {
    async fn refuse(_: Request, _: Next) -> StatusCode {
        StatusCode::UNAUTHORIZED
    }
    let api = CorsRouter::new().route("/items", routes!(items, remove));
    let app = CorsRouter::new()
        .nest("/api", api)
        .merge(Router::new().route("/health", get(|| async { "up" })))
        .layer(from_fn(refuse));
    let server = Server::start(app.into_router()).await;
    let ask = [ORIGIN, ("Access-Control-Request-Method", "DELETE")];
    let response = server.ask("OPTIONS", "/api/items", &ask).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert_eq!(access_lines(response.headers()), of_remove(ALL_THREE));
    let response = server.ask("DELETE", "/api/items", &[ORIGIN]).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(access_lines(response.headers()), of_remove("vary: Origin"));
    for (method, path) in [
        ("OPTIONS", "/health"),
        ("GET", "/health"),
        ("OPTIONS", "/nowhere"),
    ] {
        let response = server.ask(method, path, &ask).await;
        assert_eq!(
            response.status(),
            StatusCode::UNAUTHORIZED,
            "{method} {path}"
        );
        assert_eq!(access_lines(response.headers()), [""; 0], "{method} {path}");
    }
}

#[tokio::test]
async fn routes_are_an_ordinary_method_router() {
    let fallback: MethodRouter = routes!(everything).into();
    let app = Router::new()
        .nest("/api", Router::new().route("/items", routes!(items).into()))
        .merge(Router::new().route("/merged", routes!(remove).into()))
        .fallback(fallback);
    let server = Server::start(app).await;
    for (path, asked, allow_methods) in [
        ("/api/items", "POST", "POST, GET"),
        ("/merged", "DELETE", "DELETE"),
        ("/nowhere", "PATCH", "PATCH"),
    ] {
        let ask = [ORIGIN, ("Access-Control-Request-Method", asked)];
        let response = server.ask("OPTIONS", path, &ask).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT, "{path}");
        assert_eq!(
            response.headers()["access-control-allow-methods"],
            allow_methods,
            "{path}"
        );
        let response = server.ask(asked, path, &[ORIGIN]).await;
        assert_eq!(
            response.headers()["access-control-allow-methods"],
            allow_methods,
            "{path}"
        );
    }
}

#[test]
#[should_panic = "`/api/items` is given twice"]
fn a_path_that_is_given_twice_once_by_routes_panics() {
    let _ = CorsRouter::<()>::new()
        .route("/api/items", get(|| async {}))
        .nest("/api", CorsRouter::new().route("/items", routes!(remove)))
        .into_router();
}

#[tokio::test]
async fn any_header_value_is_answered_without_a_panic() {
    let app = CorsRouter::new().route("/", routes!(items, everything));
    let server = Server::start(app.into_router()).await;
    let names = [
        header::ORIGIN,
        header::ACCESS_CONTROL_REQUEST_METHOD,
        header::ACCESS_CONTROL_REQUEST_HEADERS,
    ];
    let long = "x".repeat(64 * 1024);
    for value in [
        b"",
        &b","[..],
        b"null",
        b"*",
        b"a\tb",
        b"\xff\xfe",
        long.as_bytes(),
    ] {
        let value = HeaderValue::from_bytes(value).unwrap();
        for lines in [1, 3] {
            for method in ["OPTIONS", "GET", "POST"] {
                let mut request = request(method, "/", &[], "");
                for name in &names {
                    request.headers_mut().append(name, value.clone());
                    for _ in 1..lines {
                        let further = HeaderValue::from_static("a further line");
                        request.headers_mut().append(name, further);
                    }
                }
                let response = server.send(request).await;
                assert!(response.status().is_success(), "{value:?}");
                let lines_of = |name| response.headers().get_all(name).iter().collect::<Vec<_>>();
                assert_eq!(lines_of(header::ACCESS_CONTROL_ALLOW_ORIGIN), [&value]);
                let echoed = lines_of(header::ACCESS_CONTROL_ALLOW_HEADERS);
                assert_eq!((echoed.len(), echoed[0]), (lines, &value), "line for line");
            }
        }
    }
}
