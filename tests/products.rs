//! What real products send: origins, header lists and methods, accepted by list, by set and by extractor.

use axum::{Router, http::HeaderMap, routing::any};
use cors_runtime::{CorsLayer, Origin, OriginSet, Policy, policy};
use cors_tests::Server;
use tower::Layer;

/// Makes a policy of each origin, so that the attribute's grammar reads it too.
macro_rules! products {
    ($($origin:literal, $credentials:literal, $source:literal;)*) => {
        /// An origin, its policy, whether credentials are allowed without a `danger_` word, and who sends it.
        const PRODUCTS: &[(&str, Policy, bool, &str)] =
            &[$(($origin, policy!(origins = $origin), $credentials, $source),)*];
    };
}

products! {
    // Extensions.
    "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb", true, "Chrome: Google Translate's extension";
    "moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc", true, "Firefox: an identifier for each installation";
    "safari-web-extension://5F1C6B4E-8F2A-4B0C-9D0B-0A6A4D2F7E11", true, "Safari: an identifier in upper case";
    // Desktop and mobile shells.
    "app://.", true, "Electron: the scheme of electron-builder's template for Vue";
    "app://obsidian.md", true, "Electron: Obsidian";
    "file://", false, "Electron's loadFile, Cordova on Android before version 10";
    "vscode-webview://1iqbn4tq4vqcs2qtb7i7mqc0f5mdsgs6mcfj0ek0ld1i0fgnr2d5", true, "Visual Studio Code's web views";
    "vscode-file://vscode-app", true, "Visual Studio Code itself";
    "tauri://localhost", true, "Tauri on macOS, iOS and Linux";
    "http://tauri.localhost", true, "Tauri on Windows and Android";
    "https://tauri.localhost", true, "Tauri on Windows and Android, with useHttpsScheme";
    "capacitor://localhost", true, "Capacitor on iOS";
    "https://localhost", true, "Capacitor on Android";
    "http://localhost", true, "Capacitor on Android before version 6";
    "ionic://localhost", true, "Ionic's web view on iOS";
    "http://localhost:8080", true, "Ionic's web view on Android, older";
    "wails://wails", true, "Wails on macOS and Linux";
    "http://wails.localhost", true, "Wails on Windows";
    "dioxus://index.html", true, "Dioxus desktop";
    "devtools://devtools", true, "Chromium's developer tools";
    // Development servers.
    "http://localhost:3000", true, "Create React App, Next.js, Rails";
    "http://localhost:4200", true, "Angular";
    "http://localhost:5173", true, "Vite";
    "http://localhost:1420", true, "Tauri's development server";
    "http://127.0.0.1:5500", true, "Live Server";
    "http://[::1]:8080", true, "a server on IPv6 loopback";
    "http://0.0.0.0:8000", false, "Django's server, as it prints its address";
    "https://app.localhost:8443", true, "a name below localhost";
    "http://10.0.2.2:3000", false, "the Android emulator's host";
    "http://host.docker.internal:3000", false, "Docker's host";
    // Docker, intranets and small networks.
    "http://3f4a9c1b2d7e:8080", false, "a Docker container, by its identifier";
    "http://web:8080", false, "a service of Docker Compose";
    "http://7up", false, "an intranet host that begins with a digit";
    "http://my.2nd", false, "an intranet domain that begins with a digit";
    "http://build_server:8080", false, "a NetBIOS name with an underscore";
    "http://raspberrypi.local", false, "multicast DNS";
    "http://homeassistant.local:8123", false, "Home Assistant";
    "http://fritz.box", false, "a router's own page";
    "http://192.168.1.10:8080", false, "an address of a private network";
    "https://[2001:db8::8a2e:370:7334]:8443", true, "an IPv6 address";
    "http://[fe80::1]:8080", false, "a link-local address, without its zone";
    "http://[::ffff:c0a8:101]", false, "an IPv4 address in IPv6, as browsers write it";
    // Hosts that services make.
    "https://d1a2b3c4d5e6f7.cloudfront.net", true, "CloudFront";
    "https://deploy-preview-12--site.netlify.app", true, "Netlify's previews";
    "https://app-git-main-team.vercel.app", true, "Vercel's previews";
    "https://8080-octocat-hello-1a2b3c4d5e.ws-eu96.gitpod.io", true, "Gitpod: the first label begins with a digit";
    "https://octocat-silver-space-robot-x6v9-5173.app.github.dev", true, "GitHub Codespaces";
    "https://1a2b-203-0-113-7.ngrok-free.app", true, "ngrok";
    "https://www--example--com.cdn.ampproject.org", true, "the AMP cache: two hyphens";
    "https://my_bucket.s3.amazonaws.com", true, "S3: an underscore in a label";
    // Other scripts, as browsers send them.
    "https://xn--bcher-kva.example", true, "bücher.example";
    "https://xn--fiqs8s.xn--fiqs8s", true, "中国.中国";
    "https://xn--80ak6aa92e.com", true, "аррӏе.com, in Cyrillic";
    "https://xn--e1afmkfd.xn--p1ai:8443", true, "пример.рф";
    "https://xn--ls8h.la", true, "💩.la";
}

#[test]
fn every_origin_is_accepted_by_list_and_by_set() {
    for (origin, policy, safe, source) in PRODUCTS {
        assert!(policy.admits(origin, "GET", &[]), "{source}: {origin}");
        let set: OriginSet = origin.parse().unwrap();
        assert!(set.contains(origin), "{source}: {origin}");
        let with_credentials = CorsLayer::builder(policy!(origins = _, credentials)).origins(set);
        assert_eq!(
            with_credentials.build().is_ok(),
            *safe,
            "{source}: {origin}"
        );
        let parsed: Origin = origin.parse().unwrap();
        assert_eq!(parsed, *origin);
        assert_eq!(parsed.scheme(), origin.split("://").next(), "{source}");
    }
}

#[tokio::test]
async fn every_origin_is_extracted_and_answered_over_a_real_socket() {
    let app = any(async |origin: Origin| origin.to_string());
    let origins = OriginSet::try_from_iter(PRODUCTS.iter().map(|(origin, ..)| origin)).unwrap();
    let layer = CorsLayer::builder(policy!(origins = _))
        .origins(origins)
        .build();
    let app = Router::new().route_service("/", layer.unwrap().layer(app));
    let server = Server::start(app).await;
    for (origin, _, _, source) in PRODUCTS {
        let response = server.ask("POST", "/", &[("origin", origin)]).await;
        assert_eq!(response.status(), 200, "{source}: {origin}");
        assert_eq!(response.headers()["access-control-allow-origin"], origin);
        assert_eq!(response.body(), origin);
    }
}

/// Header lists as preflights have them, and who sends them.
const HEADERS: [(&str, &str); 16] = [
    (
        "authorization,content-type",
        "every client with a bearer token",
    ),
    ("x-requested-with", "jQuery and its like"),
    ("x-csrf-token,x-xsrf-token", "Rails, Laravel, Angular"),
    ("baggage,sentry-trace", "Sentry"),
    ("traceparent,tracestate", "W3C Trace Context"),
    (
        "x-datadog-origin,x-datadog-parent-id,x-datadog-sampling-priority,x-datadog-trace-id",
        "Datadog",
    ),
    (
        "apollo-require-preflight,content-type,x-apollo-operation-name",
        "Apollo Client",
    ),
    (
        "tus-resumable,upload-length,upload-metadata,upload-offset",
        "tus uploads",
    ),
    ("content-type,x-grpc-web,x-user-agent", "gRPC-web"),
    (
        "connect-protocol-version,connect-timeout-ms,content-type",
        "Connect",
    ),
    (
        "x-amz-content-sha256,x-amz-date,x-amz-security-token",
        "the AWS SDK",
    ),
    ("apikey,authorization,x-client-info", "Supabase"),
    ("hx-current-url,hx-request,hx-target,hx-trigger", "htmx"),
    ("x-inertia,x-inertia-version", "Inertia"),
    ("idempotency-key,stripe-version", "Stripe"),
    ("if-none-match,range", "a media player"),
];

/// Methods that pages send, and who sends them.
const METHODS: [(&str, &str); 6] = [
    ("PATCH", "JSON APIs"),
    ("DELETE", "REST"),
    ("PROPFIND", "WebDAV"),
    ("REPORT", "CalDAV"),
    ("QUERY", "the HTTP QUERY method"),
    (
        "patch",
        "fetch with the method in lower case, which stays so",
    ),
];

#[tokio::test]
async fn every_header_list_and_method_is_echoed_by_the_open_policy() {
    let service = any(async |headers: HeaderMap| headers.len().to_string());
    let layer = CorsLayer::new(policy!(methods = "*", open));
    let app = Router::new().route_service("/", layer.layer(service));
    let server = Server::start(app).await;
    for (method, who) in METHODS {
        for (headers, sender) in HEADERS {
            let preflight = [
                ("origin", "https://app.example"),
                ("access-control-request-method", method),
                ("access-control-request-headers", headers),
            ];
            let response = server.ask("OPTIONS", "/", &preflight).await;
            let allowed = |name: &str| response.headers()[name].clone();
            assert_eq!(allowed("access-control-allow-methods"), method, "{who}");
            assert_eq!(allowed("access-control-allow-headers"), headers, "{sender}");
        }
    }
}

#[test]
fn every_header_can_be_listed() {
    for (headers, sender) in HEADERS {
        let layer = CorsLayer::builder(policy!(origins = "*")).allow_headers(headers);
        assert!(layer.build().is_ok(), "{sender}: {headers}");
    }
}

/// A pattern, without credentials and with the word that vouches for it; what it has, and what it has not.
macro_rules! patterns {
    ($($pattern:literal, $word:ident, [$($has:literal),*], [$($has_not:literal),*];)*) => {
        const PATTERNS: &[(&str, Policy, Policy, &str, &[&str], &[&str])] = &[$((
            $pattern,
            policy!(origins = $pattern),
            policy!(origins = $pattern, credentials, $word),
            stringify!($word),
            &[$($has),*],
            &[$($has_not),*],
        ),)*];
    };
}

patterns! {
    "moz-extension://*", danger_any_host,
        ["moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc"],
        ["chrome-extension://abc", "moz-extension://", "https://moz-extension"];
    "chrome-extension://*", danger_any_host, ["chrome-extension://abc"], ["chrome-extension://abc:1"];
    "https://*--site.netlify.app", danger_public_suffix,
        ["https://deploy-preview-12--site.netlify.app"],
        ["https://site.netlify.app", "https://evil.netlify.app", "https://a--site.netlify.app.evil.example"];
    "https://pr-*.preview.example.com", danger_public_suffix,
        ["https://pr-12.preview.example.com"],
        ["https://pr-.preview.example.com", "https://pr-1.evil.preview.example.com"];
    "https://*-team.vercel.app", danger_public_suffix,
        ["https://app-git-main-team.vercel.app"], ["https://team.vercel.app", "https://evilteam.vercel.app"];
}

#[test]
fn patterns_that_people_ask_for_are_taken_by_attribute_set_and_builder() {
    for (pattern, policy, vouched, word, has, has_not) in PATTERNS {
        let set: OriginSet = pattern.parse().unwrap();
        for (origins, expected) in [(has, true), (has_not, false)] {
            for origin in *origins {
                assert_eq!(
                    policy.admits(origin, "GET", &[]),
                    expected,
                    "{pattern} {origin}"
                );
                assert_eq!(
                    vouched.admits(origin, "GET", &[]),
                    expected,
                    "{pattern} {origin}"
                );
                assert_eq!(set.contains(origin), expected, "{pattern} {origin}");
            }
        }
        let layer = || CorsLayer::builder(policy!(origins = _)).origins(set.clone());
        assert!(layer().build().is_ok());
        let error = layer().credentials(true).build();
        let is_checked =
            cfg!(feature = "public-suffix") && pattern.ends_with(".preview.example.com");
        match error {
            Ok(_) => assert!(is_checked, "{pattern}"),
            Err(error) => assert!(
                error.to_string().ends_with(&format!("add `{word}`")),
                "{error}"
            ),
        }
        let vouching = layer()
            .credentials(true)
            .danger_any_host()
            .danger_public_suffix();
        assert!(vouching.build().is_ok(), "{pattern}");
    }
}
