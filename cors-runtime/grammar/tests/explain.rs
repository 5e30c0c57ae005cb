//! What is said of an origin that is wrong, and what to write instead.

use cors_grammar::pattern::Pattern;

#[test]
fn a_mistake_is_answered_with_the_origin_that_was_meant() {
    for (text, problem, help) in [
        (
            "example.com",
            "has no scheme",
            "write `https://example.com`",
        ),
        (
            "://example.com",
            "has no scheme",
            "write `https://example.com`",
        ),
        (
            "//example.com",
            "has no scheme",
            "write `https://example.com`",
        ),
        (
            "https://example.com/",
            "a trailing slash",
            "write `https://example.com`",
        ),
        (
            "https://example.com/a",
            "a path",
            "write `https://example.com`",
        ),
        (
            "https://example.com?a",
            "a query",
            "write `https://example.com`",
        ),
        (
            "https://example.com#a",
            "a fragment",
            "write `https://example.com`",
        ),
        (
            "https://me:it@example.com",
            "user info",
            "write `https://example.com`",
        ),
        (
            "HTTPS://Example.com",
            "upper case",
            "write `https://example.com`",
        ),
        (
            "https://bücher.example",
            "in Punycode",
            "write `https://xn--bcher-kva.example`",
        ),
        (
            "Bücher.example/path",
            "in Punycode",
            "write `https://xn--bcher-kva.example`",
        ),
        (
            "https://bu\u{308}cher.example",
            "in Punycode",
            "write what `location.origin` says",
        ),
        (
            "https://example.com:443",
            "default port",
            "write `https://example.com`",
        ),
        (
            "http://example.com:80",
            "default port",
            "write `http://example.com`",
        ),
        (
            "https://example.com:0",
            "invalid port 0",
            "write `https://example.com`",
        ),
        ("https://example.com:65536", "above 65535", "write a port"),
        (
            "https://example.com:08443",
            "leading zeros",
            "write `https://example.com:8443`",
        ),
        (
            "https://example.com:",
            "port is empty",
            "write `https://example.com`",
        ),
        ("https://example.com:x", "invalid port", "write a port"),
        ("https://example.com:+1", "invalid port", "write a port"),
        ("https://127.1", "IPv4 address", "write `https://127.0.0.1`"),
        (
            "https://0x7f.1",
            "IPv4 address",
            "write `https://127.0.0.1`",
        ),
        (
            "https://010.0.0.1",
            "IPv4 address",
            "write `https://8.0.0.1`",
        ),
        ("https://1.2.3.256", "is a number", "write an origin"),
        ("https://example.1", "is a number", "write an origin"),
        ("https://[0:0::1]", "IPv6 address", "write `https://[::1]`"),
        (
            "https://[::FFFF:1.2.3.4]",
            "upper case",
            "write `https://[::ffff:102:304]`",
        ),
        (
            "https://[::ffff:1.2.3.4]",
            "IPv6 address",
            "write `https://[::ffff:102:304]`",
        ),
        ("https://[::g]", "not an IPv6 address", "write an IPv6"),
        ("https://[::1", "is not an origin", "write an IPv6"),
        (
            "https://xn--a",
            "Punycode",
            "write what `location.origin` says",
        ),
        (
            "https://example.com.",
            "ends with a dot",
            "write `https://example.com`",
        ),
        ("file:///home", "a page from a file", "serve the page"),
        ("null", "sandboxed frame", "leave it out"),
        ("Null", "sandboxed frame", "leave it out"),
        ("https://example .com", "whitespace", "write an origin"),
        (
            "https://a.example https://b.example",
            "more than one origin",
            "write `\"https://a.example\"`, `\"https://b.example\"`",
        ),
        (
            "https://a.example;https://*.b.example",
            "more than one origin",
            "write `\"https://a.example\"`, `\"https://*.b.example\"`",
        ),
        (
            "https://a.example, b.example",
            "more than one origin",
            "write `\"https://a.example\"`, `\"https://b.example\"`",
        ),
        (
            "https://a.example, b",
            "more than one origin",
            "write each as an element of its own",
        ),
        (
            "https:///a.example",
            "more than two slashes",
            "write `https://a.example`",
        ),
        (
            " https://a.example\n",
            "whitespace",
            "write `https://a.example`",
        ),
        (
            "http:/a.example",
            "not followed by `://`",
            "write `http://a.example`",
        ),
        (
            "https:a.example:8443",
            "not followed by `://`",
            "write `https://a.example:8443`",
        ),
        (
            "localhost:3000",
            "has no scheme",
            "write `http://localhost:3000`",
        ),
        ("intranet", "has no scheme", "write an origin"),
        (
            "ORIGIN",
            "the name of a constant",
            "write the origin itself",
        ),
        ("any", "is not an origin", "write `\"*\"` for every origin"),
        ("none", "is not an origin", "write `origins = []`"),
        (
            "wss://app.example",
            "no page is served from `wss`",
            "write `https://app.example`",
        ),
        (
            "ws://localhost:3000",
            "no page is served from `ws`",
            "write `http://localhost:3000`",
        ),
        (
            "ftp://a.example",
            "no page is served from `ftp`",
            "write `https://a.example`",
        ),
        ("App://Main", "upper case", "write `app://Main`"),
        ("App://app", "upper case", "write `app://app`"),
        (
            "moz-extension://ABC/page",
            "a path",
            "write `moz-extension://ABC`",
        ),
        ("x://a{b", "`{` is not allowed", "write an origin"),
        ("https://a..b", "empty label", "write an origin"),
        ("https://", "host is empty", "write an origin"),
        ("https://a!b", "`!` is not allowed", "write an origin"),
        (
            "https://exa*mple.com",
            "is inside a label",
            "list the hosts",
        ),
        (
            "https://*example.com",
            "has no hyphen beside it",
            "write `https://*.example.com`",
        ),
        (
            "https://pr*.example.com",
            "has no hyphen beside it",
            "write `https://pr-*.example.com`",
        ),
        (
            "https://*-site.com",
            "anyone may register below `com`",
            "list the hosts",
        ),
        (
            "https://pr-*.com",
            "anyone may register below `com`",
            "list the hosts",
        ),
        ("https://xn--*.a.example", "never matches", "list the hosts"),
        (
            "https://*-a-*.a.example",
            "neither in the first label",
            "list the hosts",
        ),
        (
            "https://a.*.com",
            "neither in the first label",
            "list the hosts",
        ),
        (
            "https://*.*.com",
            "neither in the first label",
            "list the hosts",
        ),
        (
            "*.example.com",
            "has no scheme",
            "write `https://*.example.com`",
        ),
        ("*://example.com", "is in the scheme", "write an origin"),
        ("https://*", "any host", "write `\"*\"` for every origin"),
        (
            "https://*.127.0.0.1",
            "precedes the IP address",
            "write `https://127.0.0.1`",
        ),
        (
            "https://*.[::1]",
            "precedes the IP address",
            "write `https://[::1]`",
        ),
        ("1a://b", "is not a scheme", "write an origin"),
        ("", "has no scheme", "write an origin"),
    ] {
        let mistake = Pattern::parse(text).expect_err(text);
        assert!(
            mistake.problem.contains(problem),
            "{text}: {}",
            mistake.problem
        );
        assert!(mistake.help.starts_with(help), "{text}: {}", mistake.help);
    }
}

#[test]
fn lengths_are_explained() {
    for (text, problem) in [
        (
            format!("https://{}.example", "a".repeat(64)),
            "longer than 63 bytes",
        ),
        (
            format!("https://{}example", "a.".repeat(124)),
            "longer than 253 bytes",
        ),
        (
            format!("{}://example", "a".repeat(65)),
            "longer than 64 bytes",
        ),
    ] {
        let mistake = Pattern::parse(&text).expect_err(&text);
        assert!(mistake.problem.contains(problem), "{}", mistake.problem);
    }
}
