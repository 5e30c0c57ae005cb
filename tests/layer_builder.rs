//! `CorsLayer::builder`: a policy from configuration, judged before the server starts.

use std::error::Error;

use axum::{Router, http::request::Parts, routing::any};
use cors_runtime::{
    AllowOrigin, CorsLayer, CorsLayerBuilder, CorsRouter, Origin, OriginSet, Policy, PolicyError,
    policy,
};
use cors_tests::{Server, access_lines};
use tower::Layer;

const APP: &str = "https://app.example";
const OTHER: &str = "https://other.example";

const OPEN: Policy = policy!();
const EVERY: Policy = policy!(origins = "*");
const UNNAMED: Policy = policy!(origins = _, credentials, methods = "GET, PUT");

fn set(text: &str) -> OriginSet {
    text.parse().unwrap()
}

fn error(builder: CorsLayerBuilder) -> PolicyError {
    builder.build().unwrap_err()
}

#[test]
fn what_the_compiler_would_refuse_is_an_error_of_build_in_the_same_words() {
    let start = CorsLayer::builder;
    for (builder, argument, expected) in [
        (
            start(EVERY).methods("GET, get"),
            "methods",
            "`get` is not a method: methods are case-sensitive; write `GET`",
        ),
        (
            start(EVERY).methods("GET ,POST"),
            "methods",
            "element 1 of the list has whitespace: \"GET \"; write `\"GET, POST\"`",
        ),
        (
            start(EVERY).methods("GET, GET"),
            "methods",
            "`GET` is in the list twice; leave one out",
        ),
        (
            start(EVERY).methods("*, GET"),
            "methods",
            "`*` serves every method, and is not alone in its list; \
             write `\"*\"` alone, or the others without it",
        ),
        (
            start(EVERY).methods(""),
            "methods",
            "`methods` is empty; write `methods = \"GET, POST\"`, or `methods = \"*\"` for every method",
        ),
        (
            start(EVERY).allow_headers("*"),
            "allow_headers",
            "`allow_headers = \"*\"` does not allow every header: where cookies are allowed it is a header \
             named `*`, and it never covers `Authorization`; leave `allow_headers` out: then the requested \
             headers are allowed",
        ),
        (
            start(EVERY).expose_headers("Set-Cookie"),
            "expose_headers",
            "no page can read `Set-Cookie`: the Fetch standard forbids it; leave it out",
        ),
        (
            start(OPEN).expose_headers("*"),
            "expose_headers",
            "where cookies are allowed (by `credentials`, or without `origins`), browsers treat \
             `expose_headers = \"*\"` as a header named `*`; list the names, or turn cookies off, with \
             `credentials = false`",
        ),
        (
            start(EVERY).max_age(86_401),
            "max_age",
            "no browser keeps the answer to a preflight longer than 86400 seconds; \
             write at most `max_age = 86400`",
        ),
        (
            start(EVERY).credentials(true),
            "origins",
            "`origins = \"*\"` with `credentials`: browsers refuse the two together; \
             list the origins, or leave `credentials` out",
        ),
        (
            start(EVERY).enforce(true),
            "enforce",
            "`enforce` would refuse nothing: this policy allows every origin; \
             leave it out, or list `origins`",
        ),
        (
            start(EVERY).danger_any_port(),
            "danger_any_port",
            "a `danger_` argument applies to listed `origins`, and this policy lists none; \
             leave it out, or write it beside `origins`",
        ),
        (
            start(EVERY).open(),
            "open",
            "`open` says that every origin is allowed, and `origins` names some; leave one of the two out",
        ),
        (
            start(UNNAMED),
            "origins",
            "`origins` is missing: the policy says `origins = _`, and nothing names them; \
             name them, as in `origins = \"https://app.example.com\"`",
        ),
        (
            start(UNNAMED).origins(set("*")),
            "origins",
            "`*`: `origins = \"*\"` with `credentials`: browsers refuse the two together; \
             list the origins, or leave `credentials` out",
        ),
        (
            start(UNNAMED).origins(set("https://app.example, http://app.example")),
            "origins",
            "`http://app.example`: with credentials an `http` origin lets anyone on the \
             network path read the responses; write `https`, or add `danger_insecure_origins`",
        ),
        (
            start(UNNAMED).origins(set("https://app.example:*")),
            "origins",
            "`https://app.example:*`: with credentials `:*` allows every service on a host that is not \
             loopback; write the port, or add `danger_any_port`",
        ),
        (
            start(UNNAMED)
                .origins(set(APP))
                .own_origins(set("http://www.example")),
            "own_origins",
            "`http://www.example`: with credentials an `http` origin lets anyone on the network path read \
             the responses; list the origins of the service's own pages, with `https` unless they are loopback",
        ),
        (
            start(OPEN).own_origins(set("*")),
            "own_origins",
            "`*` has every origin, and not only the service's own; list the origins of the service's own \
             pages, with `https` unless they are loopback",
        ),
    ] {
        let error = error(builder);
        assert_eq!(error.argument(), argument, "{error}");
        assert_eq!(error.to_string(), format!("`{argument}`: {expected}"));
        assert_eq!(format!("{error:?}"), error.to_string());
        assert!(!error.to_string().contains('\n') && error.source().is_none());
    }
}

#[test]
fn what_a_danger_word_vouches_for_passes() {
    let origins = || set("http://app.example, https://app.example:*, https://*.app.example");
    let vouched = CorsLayer::builder(UNNAMED)
        .origins(origins())
        .danger_insecure_origins()
        .danger_any_port()
        .danger_public_suffix();
    assert!(vouched.build().is_ok());
    let without = CorsLayer::builder(UNNAMED)
        .origins(origins())
        .credentials(false);
    assert!(without.build().is_ok());
}

struct Tenants;

impl AllowOrigin<Vec<&'static str>> for Tenants {
    async fn allows(origin: &Origin, _: &Parts, tenants: &Vec<&'static str>) -> bool {
        tenants.iter().any(|tenant| origin == tenant)
    }
}

/// Serves one service with the layer around it, and another with it as a router's default.
async fn servers(layer: CorsLayer) -> [Server; 2] {
    let service = any(|| async { "up" });
    let around = Router::new().route_service("/", layer.layer(service.clone()));
    let default = CorsRouter::new().route("/", service).default_policy(layer);
    [
        Server::start(around).await,
        Server::start(default.into_router()).await,
    ]
}

#[tokio::test]
async fn a_layer_sends_what_configuration_says() {
    let layer = CorsLayer::builder(policy!(origins = _, methods = "GET", max_age = 5))
        .methods(" GET, PUT\n")
        .origins(set("https://app.example\n"))
        .credentials(true)
        .allow_headers("X-Token")
        .expose_headers(String::from("ETag"))
        .max_age(600)
        .build();
    let preflight = |origin| {
        [
            ("origin", origin),
            ("access-control-request-method", "PUT"),
            ("access-control-request-headers", "x-other"),
        ]
    };
    for server in servers(layer.unwrap()).await {
        let response = server.ask("OPTIONS", "/", &preflight(APP)).await;
        assert_eq!(response.status(), 204);
        assert_eq!(
            access_lines(response.headers()),
            [
                "access-control-allow-origin: https://app.example",
                "access-control-allow-credentials: true",
                "access-control-allow-methods: GET, PUT",
                "access-control-allow-headers: X-Token",
                "access-control-max-age: 600",
                "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
            ]
        );
        let response = server.ask("PUT", "/", &[("origin", APP)]).await;
        assert_eq!(
            access_lines(response.headers()),
            [
                "access-control-allow-origin: https://app.example",
                "access-control-allow-credentials: true",
                "access-control-expose-headers: ETag",
                "vary: Origin",
            ]
        );
        let response = server.ask("OPTIONS", "/", &preflight(OTHER)).await;
        assert_eq!(response.status(), 403);
    }
}

#[tokio::test]
async fn an_argument_that_is_not_set_is_the_bases() {
    const BASE: Policy = policy!(
        origins = "https://app.example",
        methods = "GET, DELETE",
        allow_headers = "X-Base",
        max_age = 7,
    );
    let layer = CorsLayer::builder(BASE).allow_headers("").build();
    for server in servers(layer.unwrap()).await {
        let headers = [("origin", APP), ("access-control-request-method", "DELETE")];
        let response = server.ask("OPTIONS", "/", &headers).await;
        assert_eq!(
            access_lines(response.headers()),
            [
                "access-control-allow-origin: https://app.example",
                "access-control-allow-methods: GET, DELETE",
                "access-control-max-age: 7",
                "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
            ],
            "the empty text allows no header"
        );
    }
}

#[tokio::test]
async fn every_method_is_echoed() {
    let layer = CorsLayer::builder(EVERY).methods("*").build();
    for server in servers(layer.unwrap()).await {
        let headers = [
            ("origin", APP),
            ("access-control-request-method", "PROPFIND"),
        ];
        let response = server.ask("OPTIONS", "/", &headers).await;
        let allowed = &response.headers()["access-control-allow-methods"];
        assert_eq!(allowed, "PROPFIND");
    }
}

#[tokio::test]
async fn a_type_decides_with_its_state() {
    let layer = CorsLayer::builder(UNNAMED).origins_by::<Tenants, _>(vec![APP]);
    for server in servers(layer.build().unwrap()).await {
        for (origin, status) in [(APP, 200), (OTHER, 403), ("null", 403)] {
            let response = server.ask("GET", "/", &[("origin", origin)]).await;
            assert_eq!(response.status(), status, "{origin}");
        }
    }
}

#[tokio::test]
async fn a_set_can_be_replaced_and_what_credentials_forbid_is_refused_later() {
    let origins = set(APP);
    let layer = CorsLayer::builder(UNNAMED).origins(origins.clone()).build();
    for server in servers(layer.unwrap()).await {
        origins.replace([OTHER, "http://insecure.example"]).unwrap();
        for (origin, status) in [(APP, 403), (OTHER, 200), ("http://insecure.example", 403)] {
            let response = server.ask("GET", "/", &[("origin", origin)]).await;
            assert_eq!(response.status(), status, "{origin}");
        }
        origins.replace([APP]).unwrap();
    }
}

#[tokio::test]
async fn enforcement_can_be_configured() {
    let own = || set("https://www.example");
    let start = || {
        CorsLayer::builder(UNNAMED)
            .origins(set(APP))
            .own_origins(own())
    };
    for (builder, other) in [
        (start(), 403),
        (start().enforce(true), 403),
        (start().enforce(false), 200),
        (start().enforce_report(), 200),
    ] {
        for server in servers(builder.build().unwrap()).await {
            for (origin, status) in [("https://www.example", 200), (APP, 200), (OTHER, other)] {
                let response = server.ask("POST", "/", &[("origin", origin)]).await;
                assert_eq!(response.status(), status, "{origin}");
            }
        }
    }
}
