//! Looking an origin up in a sorted list of origins and patterns.

use std::cmp::Ordering;

use crate::origin::{Origin, Pattern, Port};

/// Whether a list has an entry for an origin, and `admits` says yes to one of them.
///
/// `sorted` holds texts that [`Pattern::parse`] takes, in byte order; `patterns` says whether any
/// of them is more than one origin. Each of a few candidates is searched for by bisection: the
/// origin itself, and if there are patterns, its host with any port and the hosts above its own
/// below a `*`. An origin that no browser would serialize so matches nothing, nor does one that is
/// no text.
pub fn admits<T: AsRef<str>>(
    sorted: &[T],
    patterns: bool,
    origin: &[u8],
    admits: impl Fn(&T) -> bool,
) -> bool {
    if find(sorted, &[origin]).is_some_and(&admits) {
        // The text of a pattern is itself no origin.
        return !(patterns && origin.contains(&b'*'));
    }
    if !patterns {
        return false;
    }
    let Ok(origin) = str::from_utf8(origin) else {
        return false;
    };
    let Some(parsed) = Origin::parse(origin) else {
        return false;
    };
    let lookup = |pieces: &[&str; 4]| {
        let entry = find(sorted, &pieces.map(str::as_bytes));
        entry.is_some_and(&admits)
    };
    // The port as the entry for it is written, with its colon.
    let (_, port) = origin.split_at(parsed.scheme.len() + "://".len() + parsed.host.len());
    patterns_over(parsed.scheme, parsed.host, port, false, lookup)
}

/// The entry of a sorted list that stands for everything that another entry of it stands for, so
/// that the latter is superfluous.
pub fn covering<'a, T: AsRef<str>>(sorted: &'a [T], entry: &Pattern<'_>) -> Option<&'a T> {
    let number;
    let port = match entry.port {
        Port::Default => "",
        Port::Any => ":*",
        Port::Number(port) => {
            number = format!(":{port}");
            &number
        }
    };
    let mut found = None;
    patterns_over(
        entry.scheme,
        entry.host,
        port,
        entry.subdomains,
        |candidate| {
            found = find(sorted, &candidate.map(str::as_bytes));
            found.is_some()
        },
    );
    found
}

/// Whether `lookup` finds one of the patterns over a host: over the host itself with any port, and
/// over each of the hosts above it with this port and with any.
fn patterns_over(
    scheme: &str,
    host: &str,
    port: &str,
    subdomains: bool,
    mut lookup: impl FnMut(&[&str; 4]) -> bool,
) -> bool {
    let any_port_of_itself = match subdomains {
        true => lookup_other_port(&mut lookup, &[scheme, "://*.", host], port),
        false => lookup_other_port(&mut lookup, &[scheme, "://", host], port),
    };
    any_port_of_itself
        || bases(host).any(|base| {
            lookup(&[scheme, "://*.", base, port])
                || lookup_other_port(&mut lookup, &[scheme, "://*.", base], port)
        })
}

/// Looks the same host up with any port, where that is not the port at hand.
fn lookup_other_port(
    lookup: &mut impl FnMut(&[&str; 4]) -> bool,
    host: &[&str; 3],
    port: &str,
) -> bool {
    let [scheme, joint, host] = *host;
    port != ":*" && lookup(&[scheme, joint, host, ":*"])
}

/// The hosts above a host: what stands behind each of its dots.
fn bases(host: &str) -> impl Iterator<Item = &str> {
    host.match_indices('.')
        .map(|(dot, _)| host.split_at(dot + 1).1)
}

/// The entry that consists of these pieces.
fn find<'a, T: AsRef<str>>(sorted: &'a [T], pieces: &[&[u8]]) -> Option<&'a T> {
    let position = sorted.binary_search_by(|entry| compare(entry.as_ref().as_bytes(), pieces));
    sorted.get(position.ok()?)
}

/// Compares a text with what pieces would be if they were joined.
fn compare(text: &[u8], pieces: &[&[u8]]) -> Ordering {
    let mut rest = text;
    for piece in pieces {
        let (here, behind) = rest.split_at(piece.len().min(rest.len()));
        match here.cmp(piece) {
            Ordering::Equal => rest = behind,
            other => return other,
        }
    }
    rest.cmp(b"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(list: &[&str], origin: &str) -> bool {
        let mut sorted = list.to_vec();
        sorted.sort_unstable();
        let patterns = list
            .iter()
            .any(|entry| Pattern::parse(entry).unwrap().is_pattern());
        admits(&sorted, patterns, origin.as_bytes(), |_| true)
    }

    #[test]
    fn an_origin_matches_what_its_list_says_and_nothing_else() {
        for (list, matching, others) in [
            (
                &["https://app.example.com", "https://other.example:8443"][..],
                &["https://app.example.com", "https://other.example:8443"][..],
                &[
                    "http://app.example.com",
                    "https://app.example.com:8443",
                    "https://app.example.com.",
                    "https://app.example.com/",
                    "https://App.example.com",
                    "https://other.example",
                    "https://other.example:443",
                    "https://other.example:844",
                    "https://a",
                    "null",
                    "",
                ][..],
            ),
            (
                &["https://*.example.com"],
                &["https://a.example.com", "https://a.b.example.com"],
                &[
                    "https://example.com",
                    "https://evilexample.com",
                    "https://example.com.evil.net",
                    "https://.example.com",
                    "https://*.example.com",
                    "https://a..example.com",
                    "https://a.example.com:8443",
                    "https://a.example.com.",
                    "https://A.example.com",
                    "https://a/b.example.com",
                    "https://a@b.example.com",
                    "http://a.example.com",
                    "https://a.EXAMPLE.com",
                ],
            ),
            (
                &["http://localhost:*"],
                &[
                    "http://localhost",
                    "http://localhost:5173",
                    "http://localhost:65535",
                ],
                &[
                    "http://localhost:",
                    "http://localhost:*",
                    "http://localhost:0",
                    "http://localhost:80",
                    "http://localhost:65536",
                    "http://localhost:080",
                    "https://localhost",
                    "http://app.localhost",
                ],
            ),
            (
                &["https://*.example.com:*", "https://*.example.com:1"],
                &[
                    "https://a.example.com",
                    "https://a.example.com:1",
                    "https://a.b.example.com:2",
                ],
                &["https://example.com:1", "https://a.example.com:443"],
            ),
            (
                &[
                    "http://127.0.0.1:*",
                    "http://[::1]:8080",
                    "http://[::ffff:102:304]:*",
                ],
                &[
                    "http://127.0.0.1",
                    "http://127.0.0.1:1",
                    "http://[::1]:8080",
                    "http://[::ffff:102:304]:1",
                ],
                &[
                    "http://127.0.0.2",
                    "http://[::1]",
                    "http://[::1]:80801",
                    "http://[::ffff:1.2.3.4]:1",
                ],
            ),
            (
                &[
                    "capacitor://localhost",
                    "chrome-extension://abcdefghijklmnop",
                    "tauri://*.a",
                ],
                &[
                    "capacitor://localhost",
                    "chrome-extension://abcdefghijklmnop",
                    "tauri://1.a",
                ],
                &["capacitor://localhost:1", "ionic://localhost", "tauri://a"],
            ),
        ] {
            for origin in matching {
                assert!(matches(list, origin), "{list:?} {origin}");
            }
            for origin in others {
                assert!(!matches(list, origin), "{list:?} {origin}");
            }
        }
    }

    #[test]
    fn an_entry_is_covered_by_a_wider_one() {
        for (entry, wider, expected) in [
            ("https://a.example.com", "https://*.example.com", true),
            ("https://a.b.example.com", "https://*.example.com", true),
            ("https://*.a.example.com", "https://*.example.com", true),
            ("https://example.com", "https://*.example.com", false),
            ("https://a.example.com:1", "https://*.example.com", false),
            ("https://a.example.com:1", "https://*.example.com:*", true),
            ("https://*.example.com:1", "https://*.example.com:*", true),
            ("https://*.example.com:*", "https://*.example.com:1", false),
            ("https://*.example.com:*", "https://*.example.com:*", false),
            ("https://*.a.example.com:*", "https://*.example.com", false),
            ("http://localhost", "http://localhost:*", true),
            ("http://localhost:1", "http://localhost:*", true),
            ("https://localhost", "http://localhost:*", false),
        ] {
            let parsed = Pattern::parse(entry).unwrap();
            let mut list = [entry, wider];
            list.sort_unstable();
            let found = covering(&list, &parsed).copied();
            assert_eq!(found, expected.then_some(wider), "{entry} {wider}");
        }
    }
}
