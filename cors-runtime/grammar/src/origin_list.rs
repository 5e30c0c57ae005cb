//! Looking an origin up in a sorted list of origins and patterns.

use crate::{
    origin::{LONGEST, Parts},
    pattern::{Pattern, Port, Wildcards},
    punycode,
};

/// Whether a list has an entry for an origin, and `admits` says yes to one of them.
///
/// `sorted` holds texts that [`Pattern::parse`] takes, in byte order; `wildcards` says which they have.
/// Each of a few candidates is searched for by bisection: the origin itself, and if there are
/// patterns, its host with any port and the hosts above its own below a `*`. An origin that no
/// browser would serialize so matches nothing, nor does one that is not text.
pub fn admits<T: AsRef<str>>(
    sorted: &[T],
    wildcards: Wildcards,
    origin: &[u8],
    admits: impl Fn(&T) -> bool,
) -> bool {
    if find(sorted, origin).is_some_and(&admits) {
        // The text of a pattern is itself no origin.
        return wildcards == Wildcards::NONE || !origin.contains(&b'*');
    }
    if wildcards == Wildcards::NONE {
        return false;
    }
    let Ok(origin) = str::from_utf8(origin) else {
        return false;
    };
    let Some(parts) = Parts::of(origin) else {
        return false;
    };
    let Parts { scheme, host, .. } = parts;
    // The port as the entry for it is written, with its colon.
    let (_, port) = origin.split_at(scheme.len() + "://".len() + host.len());
    let asked = Asked { scheme, host, port };
    let has_pattern = asked.patterns_over(wildcards, |pieces, port| {
        joined(sorted, pieces, port).is_some_and(&admits)
    });
    // To read an origin by the grammar costs more than to find that no pattern matches it.
    has_pattern && parts.origin().is_some()
}

/// The entry of a sorted list that matches everything that another entry of it matches, so
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
    let asked = Asked {
        scheme: entry.scheme,
        host: entry.host_text,
        port,
    };
    let itself = joined(sorted, &[entry.scheme, "://", entry.host_text], port);
    let mut found = None;
    asked.patterns_over(Wildcards::ALL, |pieces, port| {
        found = joined(sorted, pieces, port)
            .filter(|wider| itself.is_none_or(|itself| itself.as_ref() != wider.as_ref()));
        found.is_some()
    });
    found
}

/// What a list is searched for: an origin, or the origins of one of its patterns.
struct Asked<'a> {
    scheme: &'a str,
    /// As it is written.
    host: &'a str,
    /// With its colon; nothing for the default.
    port: &'a str,
}

impl Asked<'_> {
    /// Whether `lookup` finds a pattern that has none but these wildcards: for the host itself, for its first
    /// label, for the hosts below one above it, or for all; each with this port or with any.
    fn patterns_over(
        &self,
        wildcards: Wildcards,
        mut lookup: impl FnMut(&[&str], &str) -> bool,
    ) -> bool {
        let Self { scheme, host, port } = *self;
        let other_port = wildcards.any_port && port != ":*";
        if other_port && lookup(&[scheme, "://", host], ":*") {
            return true;
        }
        let mut with_port =
            |pieces: &[&str]| lookup(pieces, port) || (other_port && lookup(pieces, ":*"));
        (wildcards.subdomains && bases(host).any(|base| with_port(&[scheme, "://*.", base])))
            || (wildcards.label
                && labels(host)
                    .any(|(start, end, below)| with_port(&[scheme, "://", start, end, below])))
            || (wildcards.any_host && with_port(&[scheme, "://*"]))
    }
}

/// The patterns of a host's first label, in two pieces, and what follows the label with its dot: `*` in the
/// place of what precedes or follows each of its hyphens.
fn labels(host: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let (label, below) = host.split_at(host.find('.').unwrap_or(host.len()));
    // What is written in Punycode reads otherwise.
    let hyphens = label
        .match_indices('-')
        .filter(|_| !punycode::is_marked(label));
    hyphens.flat_map(move |(hyphen, _)| {
        let (start, end) = label.split_at(hyphen);
        let (with_hyphen, rest) = label.split_at(hyphen + 1);
        let ending = (!start.is_empty()).then_some(("*", end, below));
        let beginning = (!rest.is_empty()).then_some((with_hyphen, "*", below));
        ending.into_iter().chain(beginning)
    })
}

/// The hosts above a host: what follows each of its dots.
fn bases(host: &str) -> impl Iterator<Item = &str> {
    let dots = host.match_indices('.');
    dots.map(|(dot, _)| host.split_at(dot + 1).1)
}

/// The entry that consists of these pieces and a port.
fn joined<'a, T: AsRef<str>>(sorted: &'a [T], pieces: &[&str], port: &str) -> Option<&'a T> {
    // To compare with one text at each step of the search is cheaper than with four pieces.
    let mut buffer = [0; LONGEST + "*.:*".len()];
    let mut rest = &mut buffer[..];
    for piece in pieces.iter().chain([&port]) {
        let (here, behind) = rest.split_at_mut_checked(piece.len())?;
        here.copy_from_slice(piece.as_bytes());
        rest = behind;
    }
    let unused = rest.len();
    let (entry, _) = buffer.split_at(buffer.len() - unused);
    find(sorted, entry)
}

fn find<'a, T: AsRef<str>>(sorted: &'a [T], entry: &[u8]) -> Option<&'a T> {
    let position = sorted.binary_search_by(|known| known.as_ref().as_bytes().cmp(entry));
    sorted.get(position.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(list: &[&str], origin: &str) -> bool {
        let mut sorted = list.to_vec();
        sorted.sort_unstable();
        let wildcards = list
            .iter()
            .map(|entry| Pattern::parse(entry).unwrap().wildcards())
            .fold(Wildcards::NONE, Wildcards::or);
        admits(&sorted, wildcards, origin.as_bytes(), |_| true)
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
            (
                &[
                    "https://*--site.netlify.app",
                    "https://pr-*.preview.example.com:*",
                ],
                &[
                    "https://deploy-12--site.netlify.app",
                    "https://a--site.netlify.app",
                    "https://---site.netlify.app",
                    "https://pr-1.preview.example.com",
                    "https://pr-a-b_c.preview.example.com:8443",
                    "https://pr--.preview.example.com",
                ],
                &[
                    "https://--site.netlify.app",
                    "https://site.netlify.app",
                    "https://a-site.netlify.app",
                    "https://a--site2.netlify.app",
                    "https://a.b--site.netlify.app",
                    "https://a--site.evil.app",
                    "https://a--site.netlify.app.evil.com",
                    "https://xn--site.netlify.app",
                    "https://xn--a--site.netlify.app",
                    "https://*--site.netlify.app",
                    "https://A--site.netlify.app",
                    "https://a--site.netlify.app:1",
                    "http://a--site.netlify.app",
                    "https://pr-.preview.example.com",
                    "https://pr.preview.example.com",
                    "https://pr-1.a.preview.example.com",
                    "https://a-pr-1.preview.example.com",
                    "https://pr-1.preview.example.com:0",
                    "https://pr-*.preview.example.com",
                ],
            ),
            (
                &["moz-extension://*", "app://.", "x-app://*:*", "file://"],
                &[
                    "moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc",
                    "moz-extension://ABC",
                    "app://.",
                    "x-app://a:1",
                    "x-app://a",
                    "file://",
                ],
                &[
                    "moz-extension://a:1",
                    "moz-extension://",
                    "moz-extension://*",
                    "moz-extension://a/b",
                    "chrome-extension://a",
                    "app://a",
                    "file:///",
                    "file://a",
                ],
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
            ("https://pr-1.a.example", "https://pr-*.a.example", true),
            ("https://pr-1-2.a.example", "https://*-2.a.example", true),
            ("https://pr-x-*.a.example", "https://pr-*.a.example", true),
            ("https://pr-*.a.example", "https://pr-x-*.a.example", false),
            ("https://*-x--y.a.example", "https://*--y.a.example", true),
            ("https://pr-*.a.example", "https://*.a.example", true),
            ("https://pr-*.a.example", "https://*.example", true),
            ("https://pr-*.a.example:1", "https://pr-*.a.example:*", true),
            ("https://*.a.example", "https://pr-*.a.example", false),
            ("x://a", "x://*", true),
            ("x://a:1", "x://*", false),
            ("x://*", "x://*:*", true),
            ("x://*.a", "x://*", true),
        ] {
            let parsed = Pattern::parse(entry).unwrap();
            let mut list = [entry, wider];
            list.sort_unstable();
            let found = covering(&list, &parsed).copied();
            assert_eq!(found, expected.then_some(wider), "{entry} {wider}");
        }
    }
}
