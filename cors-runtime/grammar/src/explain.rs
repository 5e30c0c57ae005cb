//! Why a text is no origin and no pattern, and what was probably meant.

use std::net::Ipv6Addr;

use crate::{
    Mistake,
    correct::{corrected, corrected_ipv4},
    host::{self, LONGEST_HOST, LONGEST_LABEL},
    origin::{LONGEST_SCHEME, Origin, Parts, is_scheme},
    pattern::Pattern,
    punycode,
};

impl<'a> Pattern<'a> {
    /// Reads an origin or a pattern, or says what is wrong and what to write.
    ///
    /// ```
    /// use cors_grammar::pattern::Pattern;
    ///
    /// assert!(Pattern::parse("https://*.example.com").unwrap().subdomains);
    /// let mistake = Pattern::parse("https://example.com/").unwrap_err();
    /// assert_eq!(mistake.help, "write `https://example.com`");
    /// ```
    pub fn parse(text: &'a str) -> Result<Self, Mistake> {
        Self::recognise(text).ok_or_else(|| explain(text))
    }
}

/// Why a text is no origin, and what to write. A pattern is none: it matches many.
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
    let (problem, help) = problem(text);
    let help = match (help, corrected(text)) {
        (Some(help), _) => help.to_owned(),
        (None, Some(corrected)) => format!("write `{corrected}`"),
        (None, None) => "write an origin, as in `https://app.example.com`, or a pattern, as in \
                         `https://*.example.com` or `http://localhost:*`"
            .to_owned(),
    };
    Mistake::new(problem, help)
}

/// The first thing that is wrong with a text, and the remedy where a corrected text is none.
fn problem(text: &str) -> (String, Option<&'static str>) {
    if text == "null" {
        let problem = "`null` is sent by every sandboxed frame: to allow it is to allow any page";
        return (problem.to_owned(), Some("leave it out"));
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return (
            format!("{text:?} has white space, which no origin has"),
            None,
        );
    }
    if !text.is_ascii() {
        return (
            format!("`{text}` is not ASCII, as browsers send it"),
            Some("write the host in Punycode (`xn--…`), as the browser shows it in `Origin`"),
        );
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return (format!("`{text}` has no scheme"), None);
    };
    let lower = scheme.to_ascii_lowercase();
    scheme_problem(text, scheme, &lower)
        .or_else(|| rest_problem(text, rest))
        .or_else(|| {
            let upper = text.contains(|c: char| c.is_ascii_uppercase());
            upper.then(|| {
                (
                    format!("`{text}` has upper case, and browsers send lower case"),
                    None,
                )
            })
        })
        .or_else(|| {
            let Parts { host, port, .. } = Parts::of_rest(scheme, rest)?;
            port_problem(scheme, port).or_else(|| host_problem(scheme, host))
        })
        .unwrap_or_else(|| (format!("`{text}` is no origin"), None))
}

fn scheme_problem(text: &str, scheme: &str, lower: &str) -> Option<(String, Option<&'static str>)> {
    let problem = match lower {
        "" => format!("`{text}` has no scheme"),
        "file" => {
            let problem = "the origin of a `file:` page is `null`, which is any page's";
            return Some((
                problem.to_owned(),
                Some("serve the page from a local server"),
            ));
        }
        _ if scheme.len() > LONGEST_SCHEME => {
            format!("the scheme of `{text}` is longer than {LONGEST_SCHEME} bytes")
        }
        _ if scheme.contains('*') => format!(
            "`*` is in the scheme of `{text}`: it stands for the first labels of a host or for \
             a port only"
        ),
        _ if !is_scheme(lower) => format!("`{scheme}` is no scheme"),
        _ => return None,
    };
    Some((problem, None))
}

/// What an origin does not have, though a URL may.
fn rest_problem(text: &str, rest: &str) -> Option<(String, Option<&'static str>)> {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let behind = rest.split_at(authority.len()).1;
    let what = match behind.chars().next() {
        _ if authority.contains('@') => "user info",
        Some('/') if behind == "/" => "a trailing slash",
        Some('/') => "a path",
        Some('?') => "a query",
        Some('#') => "a fragment",
        _ => return None,
    };
    Some((format!("`{text}` has {what}, which no origin has"), None))
}

fn port_problem(scheme: &str, port: Option<&str>) -> Option<(String, Option<&'static str>)> {
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
    Some((problem, None))
}

fn host_problem(scheme: &str, whole: &str) -> Option<(String, Option<&'static str>)> {
    let host = whole.strip_prefix("*.").unwrap_or(whole);
    let web = matches!(scheme, "http" | "https");
    let address = corrected_ipv4(host).is_some() || host.starts_with('[');
    let problem = if whole == "*" {
        "`*` matches any host".to_owned()
    } else if host.len() < whole.len() && address {
        format!("`*.` precedes the IP address `{host}`, which has no subdomains")
    } else if host.contains('*') {
        format!("`*` in `{whole}` is neither the first label nor the port")
    } else if host.starts_with('[') {
        return Some((ipv6_problem(host), None));
    } else if host.len() > 1 && host.ends_with('.') {
        format!("`{whole}` ends with a dot, which makes it another origin than without")
    } else if web && address {
        format!("the IPv4 address `{host}` is not written as browsers write it")
    } else if whole.len() > LONGEST_HOST {
        format!("the host `{whole}` is longer than {LONGEST_HOST} bytes")
    } else if let Some(problem) = host.split('.').find_map(|label| label_problem(host, label)) {
        problem
    } else if web && host::ends_in_number(host) {
        format!("the last label of `{host}` begins with a digit, and it is no IPv4 address")
    } else {
        return None;
    };
    Some((problem, None))
}

fn ipv6_problem(host: &str) -> String {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    match address.parse::<Ipv6Addr>() {
        Ok(_) => format!("the IPv6 address `{host}` is not written as browsers write it"),
        Err(_) => format!("`{host}` is no IPv6 address"),
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

#[cfg(test)]
mod tests {
    use crate::pattern::Pattern;

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
                "not ASCII",
                "write the host in Punycode",
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
            (
                "https://example.com:65536",
                "above 65535",
                "write an origin",
            ),
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
            ("https://example.com:x", "invalid port", "write an origin"),
            ("https://example.com:+1", "invalid port", "write an origin"),
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
            (
                "https://1.2.3.256",
                "begins with a digit",
                "write an origin",
            ),
            (
                "https://example.1",
                "begins with a digit",
                "write an origin",
            ),
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
            ("https://[::g]", "no IPv6 address", "write an origin"),
            ("https://[::1", "is no origin", "write an origin"),
            ("https://xn--a", "Punycode", "write an origin"),
            (
                "https://example.com.",
                "ends with a dot",
                "write `https://example.com`",
            ),
            (
                "file:///home",
                "`file:`",
                "serve the page from a local server",
            ),
            ("null", "sandboxed frame", "leave it out"),
            (
                "https://example .com",
                "white space",
                "write `https://example.com`",
            ),
            ("https://a..b", "empty label", "write an origin"),
            ("https://", "host is empty", "write an origin"),
            ("https://a!b", "`!` is not allowed", "write an origin"),
            (
                "https://exa*mple.com",
                "neither the first label",
                "write an origin",
            ),
            (
                "https://a.*.com",
                "neither the first label",
                "write an origin",
            ),
            (
                "https://*.*.com",
                "neither the first label",
                "write an origin",
            ),
            (
                "*.example.com",
                "has no scheme",
                "write `https://*.example.com`",
            ),
            ("*://example.com", "is in the scheme", "write an origin"),
            ("https://*", "any host", "write an origin"),
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
            ("1a://b", "is no scheme", "write an origin"),
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
}
