//! The origin grammar against the `url` crate: it accepts exactly those texts that equal the serialization of
//! their own origin (of other schemes than the web's: of their own URL), the differences listed here aside.
//!
//! `CORS_URL_CASES=1000000` sets how many texts are tried.

use cors_grammar::{origin::Origin, pattern::Pattern, punycode};
use proptest::{prelude::*, sample::select, test_runner::Config};
use url::Url;

/// What the URL standard says: whether a text is the serialization of its own tuple origin; of a scheme whose
/// origins it calls opaque, whether it is a URL of scheme, host and port alone.
fn is_its_own_serialization(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    if is_web(text) {
        return url.origin().is_tuple() && url.origin().ascii_serialization() == text;
    }
    url.as_str() == text
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.path().is_empty()
        && url.query().is_none()
        && url.fragment().is_none()
}

fn is_web(text: &str) -> bool {
    let scheme = text.split(':').next().unwrap_or_default();
    ["http", "https"].contains(&scheme.to_ascii_lowercase().as_str())
}

/// Where the grammar is narrower than the URL standard on purpose, and why.
fn narrower(text: &str) -> Option<&'static str> {
    let (_, authority) = text.split_once("://")?;
    let host_len = if authority.starts_with('[') {
        authority.find(']')? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, port) = authority.split_at(host_len);
    let labels = host.strip_suffix('.').unwrap_or(host).split('.');
    if port == ":0" {
        Some("no page comes from port 0")
    } else if !is_web(text) {
        let listed = |c: char| "*,;\"`{}".contains(c);
        (host.contains(listed) || host.is_empty() || host.len() > 253)
            .then_some("the syntax of lists, or what no program has")
    } else if host.len() > 253 || labels.clone().any(|label| label.len() > 63) {
        Some("the domain name system knows no such name")
    } else if host.contains(|c: char| c.is_ascii_punctuation() && !"-_.[:]".contains(c)) {
        Some("no host name holds such a character")
    } else if labels.clone().any(str::is_empty) {
        Some("no host name has an empty label")
    } else {
        None
    }
}

/// Where the grammar is wider than the URL standard on purpose, and why.
fn wider(text: &str) -> Option<&'static str> {
    let (_, host) = text.split_once("://")?;
    let mut labels = host.split(['.', ':']);
    if text.starts_with("file://") {
        return Some("what Electron and Cordova send for files");
    }
    labels
        .any(|label| punycode::decode(label).is_some())
        .then_some("what UTS 46 forbids beyond RFC 3492 takes its tables to know")
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let expected = is_its_own_serialization(text);
    let found = Origin::parse(text).is_some();
    let listed = if expected {
        narrower(text)
    } else {
        wider(text)
    };
    prop_assert!(
        found == expected || listed.is_some(),
        "{text}: the standard says {expected}"
    );
    // What a list may hold is an origin too, but for a trailing dot.
    let entry = Pattern::parse(text).is_ok_and(|entry| !entry.is_pattern());
    let dotted = text.split("://").nth(1).is_some_and(|rest| {
        rest.split(':')
            .next()
            .is_some_and(|host| host.ends_with('.'))
    });
    prop_assert_eq!(entry, found && !(dotted && is_web(text)), "{}", text);
    Ok(())
}

fn host() -> impl Strategy<Value = String> {
    let label = prop_oneof![
        4 => "[a-z0-9_-]{1,8}",
        2 => "[0-9]{1,3}[a-z0-9-]{0,9}",
        1 => "0x[0-9a-g]{0,4}",
        1 => "[a-zA-Z0-9_-]{1,64}",
        1 => "xn--[a-z0-9-]{0,10}",
        1 => select(vec!["xn--bcher-kva", "xn--p1ai", "0x7f", "01", "com", ""]).prop_map(str::to_owned),
    ];
    prop_oneof![
        4 => proptest::collection::vec(label, 1..5).prop_map(|labels| labels.join(".")),
        1 => any::<[u8; 4]>().prop_map(|[a, b, c, d]| format!("{a}.{b}.{c}.{d}")),
        1 => proptest::collection::vec(0..300_u32, 1..6).prop_map(|parts| {
            let parts: Vec<_> = parts.iter().map(u32::to_string).collect();
            parts.join(".")
        }),
        1 => any::<[u16; 8]>().prop_map(|parts| format!("[{}]", std::net::Ipv6Addr::from(parts))),
        1 => proptest::collection::vec(select(vec![0_u16, 0, 0, 1, 0xffff]), 8).prop_map(|parts| {
            let parts: [u16; 8] = parts.try_into().unwrap();
            format!("[{}]", std::net::Ipv6Addr::from(parts))
        }),
        1 => "\\[[0-9a-fA-F:.]{0,20}\\]",
    ]
}

fn port() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        2 => (0..70_000_u32).prop_map(|port| format!(":{port}")),
        1 => select(vec![":", ":80", ":443", ":0", ":08", ":x", ":*"]).prop_map(str::to_owned),
    ]
}

/// An origin, near enough, with at most one character replaced, inserted or removed.
fn text() -> impl Strategy<Value = String> {
    let schemes = vec![
        "http",
        "https",
        "http",
        "https",
        "app",
        "moz-extension",
        "x+y",
        "wss",
        "file",
    ];
    let opaque = prop_oneof![
        4 => host(),
        1 => "[!-~]{0,12}",
    ];
    let origin = (select(schemes), host(), opaque, port())
        .prop_map(|(scheme, host, opaque, port)| match scheme {
            "http" | "https" => (scheme, host, port),
            _ => (scheme, opaque, port),
        })
        .prop_map(|(scheme, host, port)| format!("{scheme}://{host}{port}"));
    let mutation = (any::<prop::sample::Index>(), 0..4, "[ -~éß。\u{0}\u{7f}]");
    (origin, mutation).prop_map(|(origin, (place, kind, character))| {
        let mut characters: Vec<char> = origin.chars().collect();
        let place = place.index(characters.len());
        let character = character.chars().next().unwrap();
        match kind {
            0 => {}
            1 => characters[place] = character,
            2 => characters.insert(place, character),
            _ => drop(characters.remove(place)),
        }
        characters.into_iter().collect()
    })
}

/// How many texts are tried.
fn cases() -> u32 {
    let asked = std::env::var("CORS_URL_CASES").ok();
    asked.map_or(50_000, |cases| cases.parse().expect("a number"))
}

proptest! {
    #![proptest_config(Config { cases: cases(), failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_grammar_accepts_what_equals_its_own_serialization(text in text()) {
        check(&text)?;
    }

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        let _ = Origin::parse(&text);
        let explained = Pattern::parse(&text);
        if let Err(mistake) = explained {
            prop_assert!(!mistake.problem.is_empty() && !mistake.help.is_empty());
        }
    }

    #[test]
    fn a_correction_is_accepted(text in text()) {
        if let Err(mistake) = Pattern::parse(&text)
            && let Some(corrected) = &mistake.corrected
        {
            prop_assert!(Pattern::parse(corrected).is_ok(), "{} → {}", text, mistake.help);
            let host = corrected.split("://").nth(1).unwrap_or_default();
            let host = host.split(':').next().unwrap_or_default();
            let is_address = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
            // A dot or a hyphen may have been put beside a `*`.
            let letters = |text: &str| text.to_ascii_lowercase().replace(['*', '.', '-'], "");
            let names = |label: &str| letters(&text).contains(&letters(label));
            let mut labels = host.split('.');
            let is_named = is_address
                || labels.all(|label| {
                    names(label) || punycode::decode(label).is_some_and(|label| names(&label))
                });
            prop_assert!(is_named, "{} → {} is somebody else", text, mistake.help);
        }
    }
}

#[test]
fn each_listed_difference_is_one() {
    for text in [
        "http://a:0",
        "https://a!b",
        "x://a*b",
        &format!("https://{}", "a".repeat(64)),
    ] {
        assert!(
            is_its_own_serialization(text) && Origin::parse(text).is_none(),
            "{text}"
        );
        assert!(narrower(text).is_some(), "{text}");
    }
    // `ﬁa`, whose ligature UTS 46 would have written as two letters.
    let text = "https://xn--a-sy8h.example";
    assert!(!is_its_own_serialization(text) && Origin::parse(text).is_some());
    assert!(wider(text).is_some());
}

#[test]
fn custom_schemes_are_taken_as_their_programs_write_them() {
    for (text, expected) in [
        ("capacitor://localhost", true),
        ("tauri://localhost", true),
        ("ionic://localhost", true),
        ("chrome-extension://abcdefghijklmnopabcdefghijklmnop", true),
        ("moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc", true),
        ("app://obsidian.md", true),
        ("a+b.c-d1://x", true),
        ("x://127.0.0.1:80", true),
        ("app://.", true),
        ("chrome-extension://ABCdef", true),
        ("moz-extension://{2c127fa4}", false),
        ("file://", true),
        ("file:///", false),
        ("ws://localhost", false),
        ("x://[::1]:443", true),
        ("capacitor://", false),
        ("capacitor:localhost", false),
        ("Capacitor://localhost", false),
        ("capacitor://Localhost", true),
        ("1x://localhost", false),
        ("file://localhost", false),
        ("x://a:0", false),
        ("x://a:65536", false),
    ] {
        assert_eq!(Origin::parse(text).is_some(), expected, "{text}");
    }
}
