//! The answers of closed policies, and of several policies on one path, over a real socket.

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use cors_runtime::{CorsRouter, Origin, Policy, cors, policy, routes};
use cors_tests::{Server, access_lines, request};

const APP: &str = "https://app.example";
const PARTNER: &str = "https://eu.partner.example";
const EVIL: &str = "https://evil.example";

#[cors(
    methods = "GET, POST",
    origins = "https://app.example, https://*.partner.example",
    max_age = 600,
    expose_headers = "ETag"
)]
async fn items() -> &'static str {
    "items"
}

#[cors(
    methods = "DELETE",
    origins = "https://app.example",
    credentials,
    allow_headers = "X-Csrf-Token",
    debug_max_age = 5,
    debug_origins = "http://localhost:*"
)]
async fn remove() -> StatusCode {
    StatusCode::NO_CONTENT
}

#[cors(methods = "PATCH")]
async fn open() -> &'static str {
    "open"
}

#[cors(methods = "PUT", origins = "*", expose_headers = "*", enforce = false)]
async fn every() -> impl IntoResponse {
    [(header::ACCESS_CONTROL_ALLOW_METHODS, "left over")]
}

const PARTNERS: Policy = policy!(origins = "https://*.partner.example", credentials = false);

#[cors(methods = "GET", enforce = false, ..PARTNERS)]
async fn unenforced() -> impl IntoResponse {
    [
        (
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("https://evil.example"),
        ),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("X-Left-Over"),
        ),
        (header::VARY, HeaderValue::from_static("Accept")),
    ]
}

async fn servers() -> [Server; 2] {
    let plain = Router::new()
        .route("/", routes!(items, remove, every).into())
        .route("/open", routes!(items, open).into())
        .route("/unenforced", routes!(unenforced).into());
    let ours = CorsRouter::new()
        .route("/", routes!(items, remove, every))
        .route("/open", routes!(items, open))
        .route("/unenforced", routes!(unenforced));
    [
        Server::start(plain).await,
        Server::start(ours.into_router()).await,
    ]
}

const PREFLIGHT_VARY: &str =
    "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

#[tokio::test]
async fn a_preflight_is_answered_by_the_owners_policy_and_by_no_other() {
    let items = |origin: &str| {
        vec![
            format!("access-control-allow-origin: {origin}"),
            "access-control-allow-methods: GET, POST".to_owned(),
            "access-control-allow-headers: x-asked".to_owned(),
            "access-control-max-age: 600".to_owned(),
            PREFLIGHT_VARY.to_owned(),
        ]
    };
    let remove = |origin: &str| {
        vec![
            format!("access-control-allow-origin: {origin}"),
            "access-control-allow-credentials: true".to_owned(),
            "access-control-allow-methods: DELETE".to_owned(),
            "access-control-allow-headers: X-Csrf-Token".to_owned(),
            "access-control-max-age: 5".to_owned(),
            PREFLIGHT_VARY.to_owned(),
        ]
    };
    let every = vec![
        "access-control-allow-origin: *".to_owned(),
        "access-control-allow-methods: PUT".to_owned(),
        "access-control-allow-headers: x-asked".to_owned(),
        PREFLIGHT_VARY.to_owned(),
    ];
    let refused = vec![PREFLIGHT_VARY.to_owned()];
    for server in servers().await {
        for (origin, asked, status, expected) in [
            (APP, "GET", 204, items(APP)),
            (PARTNER, "POST", 204, items(PARTNER)),
            (PARTNER, "HEAD", 204, items(PARTNER)),
            (EVIL, "GET", 403, refused.clone()),
            ("null", "GET", 403, refused.clone()),
            ("https://partner.example", "GET", 403, refused.clone()),
            ("https://App.example", "GET", 403, refused.clone()),
            ("https://app.example/", "GET", 403, refused.clone()),
            ("", "GET", 403, refused.clone()),
            (APP, "DELETE", 204, remove(APP)),
            (
                "http://localhost:5173",
                "DELETE",
                204,
                remove("http://localhost:5173"),
            ),
            (PARTNER, "DELETE", 403, refused.clone()),
            (EVIL, "PUT", 204, every.clone()),
            ("null", "PUT", 204, every.clone()),
            // Nobody's method: the first policy that allows the origin.
            (PARTNER, "PATCH", 204, items(PARTNER)),
            ("http://localhost", "PATCH", 204, remove("http://localhost")),
            (EVIL, "PATCH", 204, every.clone()),
        ] {
            let ask = [
                ("Origin", origin),
                ("Access-Control-Request-Method", asked),
                ("Access-Control-Request-Headers", "x-asked"),
            ];
            let response = server.ask("OPTIONS", "/", &ask).await;
            assert_eq!(response.status(), status, "{origin} {asked}");
            assert_eq!(
                access_lines(response.headers()),
                expected,
                "{origin} {asked}"
            );
        }
    }
}

#[tokio::test]
async fn two_origins_match_no_list() {
    for server in servers().await {
        let ask = [
            ("Origin", APP),
            ("Origin", APP),
            ("Access-Control-Request-Method", "GET"),
        ];
        assert_eq!(
            server.ask("OPTIONS", "/", &ask).await.status(),
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            server.ask("GET", "/", &ask).await.status(),
            StatusCode::FORBIDDEN
        );
    }
}

#[tokio::test]
async fn a_response_says_who_may_read_it_and_keeps_the_preflights_headers_to_itself() {
    for server in servers().await {
        for (method, origin, status, expected) in [
            (
                "GET",
                Some(PARTNER),
                200,
                &[
                    "access-control-allow-origin: https://eu.partner.example",
                    "access-control-expose-headers: ETag",
                    "vary: Origin",
                ][..],
            ),
            ("GET", None, 200, &["vary: Origin"]),
            ("GET", Some(EVIL), 403, &["vary: Origin, Sec-Fetch-Site"]),
            (
                "DELETE",
                Some(APP),
                204,
                &[
                    "access-control-allow-origin: https://app.example",
                    "access-control-allow-credentials: true",
                    "vary: Origin",
                ],
            ),
            (
                "PUT",
                Some(EVIL),
                200,
                &[
                    "access-control-allow-origin: *",
                    "access-control-expose-headers: *",
                ],
            ),
            (
                "PUT",
                None,
                200,
                &[
                    "access-control-allow-origin: *",
                    "access-control-expose-headers: *",
                ],
            ),
            // 405, by the first policy that allows the origin.
            (
                "PATCH",
                Some(PARTNER),
                405,
                &[
                    "access-control-allow-origin: https://eu.partner.example",
                    "access-control-expose-headers: ETag",
                    "vary: Origin",
                ],
            ),
            (
                "PATCH",
                Some(EVIL),
                405,
                &[
                    "access-control-allow-origin: *",
                    "access-control-expose-headers: *",
                    "vary: Origin",
                ],
            ),
        ] {
            let headers: Vec<_> = origin.iter().map(|origin| ("Origin", *origin)).collect();
            let response = server.ask(method, "/", &headers).await;
            assert_eq!(response.status(), status, "{method} {origin:?}");
            assert_eq!(
                access_lines(response.headers()),
                expected,
                "{method} {origin:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_plain_options_and_a_405_are_answered_to_anyone_and_readable_by_the_policys_origins() {
    for server in servers().await {
        for (path, origin, allow_origin) in [
            ("/", PARTNER, Some(PARTNER)),
            ("/", EVIL, Some("*")),
            ("/open", EVIL, Some(EVIL)),
            ("/unenforced", EVIL, None),
            ("/unenforced", PARTNER, Some(PARTNER)),
        ] {
            for (method, status) in [("OPTIONS", 204), ("MOVE", 405)] {
                let response = server.ask(method, path, &[("Origin", origin)]).await;
                assert_eq!(response.status(), status, "{method} {path} {origin}");
                assert!(
                    response.headers().contains_key("allow"),
                    "{method} {path} {origin}"
                );
                let found = response.headers().get("access-control-allow-origin");
                let found = found.map(|value| value.to_str().unwrap());
                assert_eq!(found, allow_origin, "{method} {path} {origin}");
            }
        }
    }
}

#[tokio::test]
async fn what_a_handler_left_over_is_removed_also_where_the_policy_sends_nothing() {
    for server in servers().await {
        for (origin, expected) in [
            (EVIL, &["vary: Accept, Origin"][..]),
            (
                PARTNER,
                &[
                    "access-control-allow-origin: https://eu.partner.example",
                    "vary: Accept, Origin",
                ],
            ),
        ] {
            let response = server
                .ask("GET", "/unenforced", &[("Origin", origin)])
                .await;
            assert_eq!(response.status(), StatusCode::OK, "{origin}");
            assert_eq!(access_lines(response.headers()), expected, "{origin}");
        }
    }
}

#[cors(methods = "GET")]
async fn who(origin: Origin) -> String {
    format!(
        "{:?} {:?} {:?}",
        origin.scheme(),
        origin.host(),
        origin.port()
    )
}

#[cors(methods = "POST")]
async fn who_if_anyone(origin: Option<Origin>) -> String {
    format!("{origin:?}")
}

#[tokio::test]
async fn a_handler_can_decide_by_the_origin_itself() {
    let app = CorsRouter::new().route("/", routes!(who, who_if_anyone));
    let server = Server::start(app.into_router()).await;
    for (method, origins, status, body) in [
        (
            "GET",
            &["https://a.example:1"][..],
            200,
            "Some(\"https\") Some(\"a.example\") Some(1)",
        ),
        ("GET", &["null"], 200, "None None None"),
        ("GET", &[], 400, "the request has no `Origin`"),
        (
            "GET",
            &["https://a.example/"],
            400,
            "the request's `Origin` is not an origin",
        ),
        (
            "GET",
            &["null", "null"],
            400,
            "the request has more than one `Origin`",
        ),
        (
            "POST",
            &["https://a.example"],
            200,
            "Some(Origin(https://a.example))",
        ),
        ("POST", &[], 200, "None"),
        (
            "POST",
            &["a.example"],
            400,
            "the request's `Origin` is not an origin",
        ),
    ] {
        let headers: Vec<_> = origins.iter().map(|origin| ("Origin", *origin)).collect();
        let response = server.ask(method, "/", &headers).await;
        assert_eq!(response.status(), status, "{method} {origins:?}");
        assert_eq!(response.body(), body, "{method} {origins:?}");
        assert!(
            response
                .headers()
                .contains_key("access-control-allow-origin")
        );
    }
}

#[tokio::test]
async fn any_bytes_in_origin_are_answered() {
    let long = format!("https://{}", "a.".repeat(32 * 1024));
    for server in servers().await {
        for bytes in [
            b"\xff",
            &b"https://\xff.partner.example"[..],
            b"://",
            b"[",
            long.as_bytes(),
        ] {
            let mut ask = request(
                "OPTIONS",
                "/",
                &[("Access-Control-Request-Method", "GET")],
                "",
            );
            let origin = HeaderValue::from_bytes(bytes).unwrap();
            ask.headers_mut().insert(header::ORIGIN, origin);
            assert_eq!(
                server.send(ask).await.status(),
                StatusCode::FORBIDDEN,
                "{bytes:?}"
            );
        }
    }
}

#[cors(methods = "GET, POST", origins = [])]
async fn own_pages() -> &'static str {
    "own"
}

#[tokio::test]
async fn an_empty_list_is_for_own_pages_only() {
    let server = Server::start(Router::new().route("/", routes!(own_pages).into())).await;
    let own = format!("http://{}", server.address());
    for (headers, status) in [
        (&[("origin", own.as_str())][..], 200),
        (&[("sec-fetch-site", "same-origin")], 200),
        (&[], 200),
        (&[("origin", "https://other.example")], 403),
        (&[("origin", "null")], 403),
        (&[("sec-fetch-site", "cross-site")], 403),
    ] {
        let response = server.ask("POST", "/", headers).await;
        assert_eq!(response.status(), status, "{headers:?}");
        let lines = access_lines(response.headers());
        assert!(
            lines.iter().all(|line| line.starts_with("vary")),
            "{lines:?}"
        );
    }
    let ask = [
        ("origin", own.as_str()),
        ("access-control-request-method", "POST"),
    ];
    let response = server.ask("OPTIONS", "/", &ask).await;
    assert_eq!(
        response.status(),
        403,
        "browsers ask for other origins only"
    );
}
