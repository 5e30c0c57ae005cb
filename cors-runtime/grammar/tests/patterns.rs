//! The look-up by bisection against a reading of each entry by itself, on lists and origins made of a few
//! labels, so that they meet often.

use cors_grammar::{
    origin_list,
    pattern::{Pattern, Wildcards},
};
use proptest::{collection::vec, prelude::*, sample::select, test_runner::Config};

/// Whether one entry has an origin, by the words of the manual.
fn has(entry: &str, origin: &str) -> bool {
    let (scheme, rest) = origin.split_once("://").unwrap();
    let (entry_scheme, entry_rest) = entry.split_once("://").unwrap();
    let cut = |rest: &str| match rest.split_once(':') {
        Some((host, port)) => (host.to_owned(), port.to_owned()),
        None => (rest.to_owned(), String::new()),
    };
    let ((host, port), (entry_host, entry_port)) = (cut(rest), cut(entry_rest));
    if scheme != entry_scheme || (entry_port != "*" && entry_port != port) {
        return false;
    }
    let Some((before, after)) = entry_host.split_once('*') else {
        return host == entry_host;
    };
    let Some(matched) = host
        .strip_prefix(before)
        .and_then(|rest| rest.strip_suffix(after))
    else {
        return false;
    };
    if entry_host == "*" {
        return true;
    }
    if before.is_empty() && after.starts_with('.') {
        return !matched.is_empty();
    }
    !matched.is_empty() && !matched.contains('.') && !host.starts_with("xn--")
}

const LABELS: [&str; 8] = ["a", "a-b", "-", "a--b", "b", "xn--p1ai", "a-", "-b"];

fn host() -> impl Strategy<Value = String> {
    (vec(select(&LABELS[..]), 1..4)).prop_map(|labels| labels.join("."))
}

fn port() -> impl Strategy<Value = &'static str> {
    select(vec!["", "", ":1", ":2"])
}

fn origin() -> impl Strategy<Value = String> {
    (select(vec!["https", "x"]), host(), port())
        .prop_map(|(scheme, host, port)| format!("{scheme}://{host}.c{port}"))
}

fn entry() -> impl Strategy<Value = String> {
    let host = prop_oneof![
        3 => host(),
        2 => host().prop_map(|host| format!("*.{host}")),
        2 => (select(vec!["*-", "*-b", "*--b", "a-*", "-*", "a--*"]), host())
            .prop_map(|(label, host)| format!("{label}.{host}")),
    ];
    let port = prop_oneof![3 => port(), 1 => Just(":*")];
    let any = Just("x://*".to_owned());
    prop_oneof![
        12 => (select(vec!["https", "x"]), host, port)
            .prop_map(|(scheme, host, port)| format!("{scheme}://{host}.c{port}")),
        1 => any,
    ]
}

proptest! {
    #![proptest_config(Config { cases: 100_000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_list_has_an_origin_if_one_of_its_entries_does(
        mut list in vec(entry(), 0..6),
        origin in origin(),
    ) {
        list.retain(|entry| Pattern::parse(entry).is_ok());
        list.sort_unstable();
        list.dedup();
        let wildcards = list
            .iter()
            .map(|entry| Pattern::parse(entry).unwrap().wildcards())
            .fold(Wildcards::NONE, Wildcards::or);
        let found = origin_list::admits(&list, wildcards, origin.as_bytes(), |_| true);
        let expected = list.iter().any(|entry| has(entry, &origin));
        prop_assert_eq!(found, expected, "{:?} {}", list, origin);
    }

    #[test]
    fn what_covers_an_entry_has_all_its_origins(
        list in vec(entry(), 1..4),
        origins in vec(origin(), 20),
    ) {
        let mut list: Vec<_> = list.into_iter().filter(|entry| Pattern::parse(entry).is_ok()).collect();
        list.sort_unstable();
        list.dedup();
        for entry in &list {
            let Some(wider) = origin_list::covering(&list, &Pattern::parse(entry).unwrap()) else {
                continue;
            };
            prop_assert!(wider != entry);
            for origin in origins.iter().filter(|origin| has(entry, origin)) {
                prop_assert!(has(wider, origin), "{} {} {}", entry, wider, origin);
            }
        }
    }
}
