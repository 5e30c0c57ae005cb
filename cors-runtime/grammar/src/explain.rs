//! Why a text is neither an origin nor a pattern, and what was probably meant.

use std::net::Ipv6Addr;

use crate::{
    Mistake,
    correct::{corrected, corrected_ipv4, written_scheme},
    host::{self, LONGEST_HOST, LONGEST_LABEL},
    list::LONGEST_SHOWN,
    origin::{LONGEST_SCHEME, Origin, Parts, WITHOUT_PAGES, is_scheme, is_web},
    pattern::Pattern,
    punycode,
};

impl<'a> Pattern<'a> {
    /// Reads an origin or a pattern, or says what is wrong and what to write.
    ///
    /// ```
    /// use cors_grammar::pattern::Pattern;
    ///
    /// assert!(Pattern::parse("https://*.example.com").unwrap().is_pattern());
    /// let mistake = Pattern::parse("https://example.com/").unwrap_err();
    /// assert_eq!(mistake.help, "write `https://example.com`");
    /// ```
    pub fn parse(text: &'a str) -> Result<Self, Mistake> {
        Self::recognise(text).ok_or_else(|| explain(text))
    }
}

/// Why a text is not an origin, and what to write. A pattern is none: it matches many.
pub fn origin(text: &str) -> Mistake {
    match Pattern::recognise(text) {
        Some(pattern) if pattern.is_pattern() => Mistake::new(
            format!("`{text}` has `*`, and matches more than one origin"),
            "write one origin, as in `https://app.example.com`",
        ),
        _ => explain(text),
    }
}

/// Explains a text that is neither an origin nor a pattern.
fn explain(text: &str) -> Mistake {
    if text.len() > LONGEST_SHOWN {
        let problem = format!("the text has {} bytes, more than any origin", text.len());
        return Mistake::new(problem, AN_ORIGIN);
    }
    let lower = text.to_ascii_lowercase();
    whole_problem(text, &lower).unwrap_or_else(|| {
        let problem = part_problem(text);
        match corrected(text) {
            Some(corrected) => Mistake::corrected(problem, corrected),
            None => Mistake::new(problem, help(&lower)),
        }
    })
}

/// What to write for a host that takes tables to encode.
const AS_THE_BROWSER_SAYS: &str =
    "write what `location.origin` says in the browser's console, on a page of that origin";

/// What to write where nothing says what was meant.
const AN_ORIGIN: &str = "write an origin, as in `https://app.example.com`, or a pattern, as in \
                         `https://*.example.com`, `https://pr-*.preview.example.com` or \
                         `http://localhost:*`";

/// What to write for a text in lower case that no other text corrects.
fn help(text: &str) -> &'static str {
    let Some((scheme, rest)) = text.split_once("://") else {
        return if text.contains("xn--") {
            AS_THE_BROWSER_SAYS
        } else {
            AN_ORIGIN
        };
    };
    let port = Parts::of_rest(scheme, rest).and_then(|parts| parts.port);
    match rest {
        _ if rest.contains('*') => {
            "list the hosts, or write a pattern, as in `https://*.example.com` or \
             `https://pr-*.preview.example.com`"
        }
        _ if rest.contains("xn--") => AS_THE_BROWSER_SAYS,
        _ if rest.starts_with('[') => "write an IPv6 address, as in `http://[::1]`",
        _ if port_problem(scheme, port).is_some() => "write a port from 1 to 65535, or none",
        _ => AN_ORIGIN,
    }
}

/// What is wrong with a text that was not meant to be one origin, or whose remedy is no other text.
/// `lower` is the text in lower case.
fn whole_problem(text: &str, lower: &str) -> Option<Mistake> {
    let is_separator = |c: char| matches!(c, ',' | ';');
    let parts = text.split(|c: char| is_separator(c) || c.is_whitespace());
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    let are_several = parts.len() > 1
        && (text.contains(is_separator) || parts.iter().all(|part| part.contains("://")));
    Some(match lower {
        "null" => Mistake::new(
            "`null` is sent by every sandboxed frame: to allow it is to allow any page",
            "leave it out",
        ),
        "any" | "all" | "everyone" | "every" => Mistake::new(
            format!("`{text}` is not an origin"),
            "write `\"*\"` for every origin, without credentials",
        ),
        "none" | "nobody" | "self" | "'self'" | "same-origin" => Mistake::new(
            format!("`{text}` is not an origin"),
            "write `origins = []` for pages of your own origin only",
        ),
        _ if are_several => {
            let meant = |part: &&str| match Pattern::recognise(part) {
                Some(_) => Some((*part).to_owned()),
                None => corrected(part),
            };
            let entries: Option<Vec<_>> = parts.iter().map(meant).collect();
            let problem = format!("{text:?} is more than one origin");
            match entries {
                Some(entries) => {
                    let entries = entries.iter().map(|entry| format!("`\"{entry}\"`"));
                    let entries: Vec<_> = entries.collect();
                    Mistake::new(problem, format!("write {}", entries.join(", ")))
                }
                None => Mistake::new(problem, "write each as an element of its own"),
            }
        }
        _ if !text.is_ascii() => {
            let problem = format!("browsers send the host of `{text}` in Punycode");
            match in_punycode(lower) {
                Some(encoded) => Mistake::corrected(problem, encoded),
                None => Mistake::new(problem, AS_THE_BROWSER_SAYS),
            }
        }
        _ if lower.starts_with("file:") => Mistake::new(
            "a page from a file sends `null` in most browsers, and `file://` in some web views",
            "serve the page, for example from `http://localhost:8000`, and list that; for such a web view \
             write `file://`, without credentials",
        ),
        "http://*" | "https://*" => Mistake::new(
            format!("`{text}` would match any host"),
            "write `\"*\"` for every origin, without credentials, or list the hosts",
        ),
        _ if is_constant(text) => Mistake::new(
            format!(
                "`{text}` has no scheme; it looks like the name of a constant, which no macro can read"
            ),
            "write the origin itself, as in `https://app.example.com`",
        ),
        _ => return None,
    })
}

/// An origin with the labels of its host in Punycode, where that makes one.
fn in_punycode(text: &str) -> Option<String> {
    let encoded = text.split_inclusive(['.', '/', ':']).map(|piece| {
        let label = piece.trim_end_matches(['.', '/', ':']);
        let (_, end) = piece.split_at(label.len());
        if label.is_ascii() {
            return Some(piece.to_owned());
        }
        Some(punycode::encode(label)? + end)
    });
    let encoded = encoded.collect::<Option<String>>()?;
    // The hosts of other schemes are opaque, and not encoded so.
    corrected(&encoded).filter(|origin| origin.starts_with("http"))
}

/// Whether a text looks like the name of a constant.
fn is_constant(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The first thing that is wrong with a text.
fn part_problem(text: &str) -> String {
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return format!("{text:?} has whitespace, which no origin has");
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return match written_scheme(text) {
            Some((scheme, _)) => format!("`{scheme}` is not followed by `://`"),
            None => format!("`{text}` has no scheme"),
        };
    };
    let lower = scheme.to_ascii_lowercase();
    scheme_problem(text, scheme, &lower)
        .or_else(|| rest_problem(text, rest))
        .or_else(|| {
            let upper = |part: &str| part.contains(|c: char| c.is_ascii_uppercase());
            (upper(scheme) || (is_web(&lower) && upper(rest)))
                .then(|| format!("`{text}` has upper case, and browsers send lower case"))
        })
        .or_else(|| {
            let Parts { host, port, .. } = Parts::of_rest(scheme, rest)?;
            port_problem(scheme, port).or_else(|| host_problem(scheme, host))
        })
        .unwrap_or_else(|| format!("`{text}` is not an origin"))
}

fn scheme_problem(text: &str, scheme: &str, lower: &str) -> Option<String> {
    let problem = match lower {
        "" => format!("`{text}` has no scheme"),
        _ if WITHOUT_PAGES.contains(&lower) => {
            format!("no page is served from `{lower}`: `Origin` names the page that connects")
        }
        _ if scheme.len() > LONGEST_SCHEME => {
            format!("the scheme of `{text}` is longer than {LONGEST_SCHEME} bytes")
        }
        _ if scheme.contains('*') => format!(
            "`*` is in the scheme of `{text}`: it stands for the first labels of a host or for \
             a port only"
        ),
        _ if !is_scheme(lower) => format!("`{scheme}` is not a scheme"),
        _ => return None,
    };
    Some(problem)
}

/// What an origin does not have, though a URL may.
fn rest_problem(text: &str, rest: &str) -> Option<String> {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let behind = rest.split_at(authority.len()).1;
    let what = match behind.chars().next() {
        _ if authority.contains('@') => "user info",
        Some('/') if authority.is_empty() => "more than two slashes",
        Some('/') if behind == "/" => "a trailing slash",
        Some('/') => "a path",
        Some('?') => "a query",
        Some('#') => "a fragment",
        _ => return None,
    };
    Some(format!("`{text}` has {what}, which no origin has"))
}

fn port_problem(scheme: &str, port: Option<&str>) -> Option<String> {
    let port = port?;
    if port == "*" {
        return None;
    }
    let number: Option<u16> = port.parse().ok();
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    let problem = match number {
        _ if port.is_empty() => "the port is empty".to_owned(),
        _ if !digits => format!("invalid port `{port}`"),
        _ if port.trim_start_matches('0').is_empty() => {
            "invalid port 0: no page comes from it".to_owned()
        }
        _ if port.starts_with('0') => format!("the port `{port}` has leading zeros"),
        None => format!("the port `{port}` is above 65535"),
        Some(number) if Origin::default_port(scheme) == Some(number) => {
            format!("{number} is the default port of `{scheme}`, which browsers leave out")
        }
        Some(_) => return None,
    };
    Some(problem)
}

fn host_problem(scheme: &str, whole: &str) -> Option<String> {
    let host = whole.strip_prefix("*.").unwrap_or(whole);
    let web = is_web(scheme);
    let address = corrected_ipv4(host).is_some() || host.starts_with('[');
    let problem = if whole == "*" {
        "`*` matches any host: `origins = \"*\"` does so, without credentials".to_owned()
    } else if host.len() < whole.len() && address {
        format!("`*.` precedes the IP address `{host}`, which has no subdomains")
    } else if host.contains('*') {
        wildcard_problem(whole)
    } else if host.starts_with('[') {
        ipv6_problem(host)
    } else if whole.len() > LONGEST_HOST {
        format!("the host `{whole}` is longer than {LONGEST_HOST} bytes")
    } else if !web && host.len() == whole.len() {
        opaque_host_problem(host)?
    } else if host.len() > 1 && host.ends_with('.') {
        format!(
            "`{whole}` ends with a dot, which makes it a different origin from the one without it"
        )
    } else if web && address {
        format!("the IPv4 address `{host}` is not written as browsers write it")
    } else if let Some(problem) = host.split('.').find_map(|label| label_problem(host, label)) {
        problem
    } else if web && host::ends_in_number(host) {
        format!("the last label of `{host}` is a number, and it is not an IPv4 address")
    } else {
        return None;
    };
    Some(problem)
}

/// Why a `*` in a host is not a pattern.
fn wildcard_problem(host: &str) -> String {
    let (label, below) = host.split_once('.').unwrap_or((host, ""));
    let stars = host.matches('*').count();
    if stars > 1 || below.contains('*') {
        format!("`*` in `{host}` is neither in the first label nor the port")
    } else if !label.starts_with('*') && !label.ends_with('*') {
        format!(
            "`*` in `{host}` is inside a label: it may only begin or end the first one, next to a hyphen"
        )
    } else if !label.starts_with("*-") && !label.ends_with("-*") {
        format!(
            "`*` in `{host}` has no hyphen beside it: `{}` would match too",
            host.replace('*', "evil")
        )
    } else if !below.contains('.') {
        format!("`{host}` would match names that anyone may register below `{below}`")
    } else if punycode::is_marked(label) {
        format!("`{label}` never matches: no pattern stands for a label in Punycode (`xn--…`)")
    } else {
        format!("`{host}` is not a pattern")
    }
}

fn opaque_host_problem(host: &str) -> Option<String> {
    if host.is_empty() {
        return Some("the host is empty".to_owned());
    }
    let wrong = host
        .chars()
        .find(|c| !host::is_opaque_host(c.encode_utf8(&mut [0; 4])))?;
    Some(format!("`{wrong}` is not allowed in the host `{host}`"))
}

fn ipv6_problem(host: &str) -> String {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    match address.parse::<Ipv6Addr>() {
        Ok(_) => format!("the IPv6 address `{host}` is not written as browsers write it"),
        Err(_) => format!("`{host}` is not an IPv6 address"),
    }
}

fn label_problem(host: &str, label: &str) -> Option<String> {
    let wrong = label.bytes().find(|byte| !host::is_label_byte(*byte));
    match wrong {
        _ if host.is_empty() => Some("the host is empty".to_owned()),
        _ if label.is_empty() => Some(format!("the host `{host}` has an empty label")),
        _ if label.len() > LONGEST_LABEL => Some(format!(
            "the label `{label}` is longer than {LONGEST_LABEL} bytes"
        )),
        Some(byte) => Some(format!(
            "`{}` is not allowed in the host `{host}`",
            char::from(byte)
        )),
        None if punycode::is_marked(label) && !punycode::is_valid(label) => Some(format!(
            "`{label}` begins as Punycode does and does not decode"
        )),
        None => None,
    }
}
