//! Header names, as `allow_headers` and `expose_headers` list them.

use crate::Mistake;

/// What a policy says for every header name.
pub const EVERY: &str = "*";

/// Whether a list is the wildcard alone.
pub const fn is_every(list: &str) -> bool {
    matches!(list.as_bytes(), b"*")
}

/// The response headers of the protocol itself: they have no place in a request.
const ACCESS_HEADERS: [&str; 6] = [
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
];

/// Those of them that are sent on answers to preflights, which no page ever sees.
const PREFLIGHT_ONLY: [&str; 3] = [
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-max-age",
];

/// The Fetch standard's *forbidden request-headers*, without the `Proxy-` and `Sec-` families.
const FORBIDDEN_IN_REQUESTS: [&str; 21] = [
    "accept-charset",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// The protocol's request headers: they have no place in a response.
const REQUEST_ONLY: [&str; 3] = [
    "access-control-request-headers",
    "access-control-request-method",
    "origin",
];

/// The constants of `http::header` whose names read otherwise than the headers'.
const CONSTANTS: [&str; 52] = [
    "ACCEPT_CHARSET",
    "ACCEPT_ENCODING",
    "ACCEPT_LANGUAGE",
    "ACCEPT_RANGES",
    "ACCESS_CONTROL_ALLOW_CREDENTIALS",
    "ACCESS_CONTROL_ALLOW_HEADERS",
    "ACCESS_CONTROL_ALLOW_METHODS",
    "ACCESS_CONTROL_ALLOW_ORIGIN",
    "ACCESS_CONTROL_EXPOSE_HEADERS",
    "ACCESS_CONTROL_MAX_AGE",
    "ACCESS_CONTROL_REQUEST_HEADERS",
    "ACCESS_CONTROL_REQUEST_METHOD",
    "ALT_SVC",
    "CACHE_CONTROL",
    "CACHE_STATUS",
    "CDN_CACHE_CONTROL",
    "CONTENT_DISPOSITION",
    "CONTENT_ENCODING",
    "CONTENT_LANGUAGE",
    "CONTENT_LENGTH",
    "CONTENT_LOCATION",
    "CONTENT_RANGE",
    "CONTENT_SECURITY_POLICY",
    "CONTENT_SECURITY_POLICY_REPORT_ONLY",
    "CONTENT_TYPE",
    "IF_MATCH",
    "IF_MODIFIED_SINCE",
    "IF_NONE_MATCH",
    "IF_RANGE",
    "IF_UNMODIFIED_SINCE",
    "LAST_MODIFIED",
    "MAX_FORWARDS",
    "PROXY_AUTHENTICATE",
    "PROXY_AUTHORIZATION",
    "PUBLIC_KEY_PINS",
    "PUBLIC_KEY_PINS_REPORT_ONLY",
    "REFERRER_POLICY",
    "RETRY_AFTER",
    "SEC_WEBSOCKET_ACCEPT",
    "SEC_WEBSOCKET_EXTENSIONS",
    "SEC_WEBSOCKET_KEY",
    "SEC_WEBSOCKET_PROTOCOL",
    "SEC_WEBSOCKET_VERSION",
    "SET_COOKIE",
    "STRICT_TRANSPORT_SECURITY",
    "TRANSFER_ENCODING",
    "UPGRADE_INSECURE_REQUESTS",
    "USER_AGENT",
    "WWW_AUTHENTICATE",
    "X_CONTENT_TYPE_OPTIONS",
    "X_DNS_PREFETCH_CONTROL",
    "X_XSS_PROTECTION",
];

/// The header of a constant of `http::header`, where the two read otherwise.
pub fn of_constant(name: &str) -> Option<String> {
    let is_constant = CONSTANTS.contains(&name);
    is_constant.then(|| name.to_ascii_lowercase().replace('_', "-"))
}

/// Checks a name for `allow_headers`: one that a page may set on a request.
///
/// A name is refused where it is not a token (RFC 9110, section 5.6.2), where the browser keeps it to
/// itself (the Fetch standard's *forbidden request-header*) and where it belongs to a response.
///
/// ```
/// use cors_grammar::header_name;
///
/// assert!(header_name::check_allowed("X-Csrf-Token").is_ok());
/// assert!(header_name::check_allowed("Cookie").is_err());
/// ```
pub fn check_allowed(name: &str) -> Result<(), Mistake> {
    if name == EVERY {
        return Err(Mistake::new(
            "`allow_headers = \"*\"` does not allow every header: where cookies are allowed it is a header \
             named `*`, and it never covers `Authorization`",
            "leave `allow_headers` out: then the requested headers are allowed",
        ));
    }
    check_token(name)?;
    let lower = name.to_ascii_lowercase();
    match lower.as_str() {
        "any" | "all" | "every" => {
            return Err(Mistake::new(
                format!("`{name}` would be the name of a header"),
                "leave `allow_headers` out: then the requested headers are allowed",
            ));
        }
        "none" => {
            return Err(Mistake::new(
                "`none` would be the name of a header",
                "write `allow_headers = []`",
            ));
        }
        _ => {}
    }
    if name.contains('*') {
        return Err(Mistake::new(
            format!("`{name}` would be the name of a header: no part of a name is a wildcard"),
            "list the names, or leave `allow_headers` out: then the requested headers are allowed",
        ));
    }
    if ACCESS_HEADERS.contains(&lower.as_str()) {
        return Err(Mistake::new(
            format!("`{name}` is a response header: it has no place in a request"),
            "leave it out: the policy sends it",
        ));
    }
    if FORBIDDEN_IN_REQUESTS.contains(&lower.as_str())
        || lower.starts_with("proxy-")
        || lower.starts_with("sec-")
    {
        return Err(Mistake::new(
            format!("no page can set `{name}`: the Fetch standard forbids it in requests"),
            match lower.as_str() {
                "cookie" => "leave it out: `credentials` controls cookies",
                _ => "leave it out",
            },
        ));
    }
    Ok(())
}

/// Checks a name for `expose_headers`: one that a page may read from a response.
///
/// A name is refused where it is not a token, where no page can ever read it (`Set-Cookie`), and
/// where it belongs to a request or to the answer to a preflight.
pub fn check_exposed(name: &str) -> Result<(), Mistake> {
    check_token(name)?;
    let lower = name.to_ascii_lowercase();
    if ["any", "all", "every"].contains(&lower.as_str()) {
        return Err(Mistake::new(
            format!("`{name}` would be the name of a header"),
            "write `expose_headers = \"*\"` with `credentials = false`, or list the names",
        ));
    }
    if name.contains('*') {
        return Err(Mistake::new(
            format!("`{name}` would be the name of a header: no part of a name is a wildcard"),
            "list the names",
        ));
    }
    if ["set-cookie", "set-cookie2"].contains(&lower.as_str()) {
        return Err(Mistake::new(
            format!("no page can read `{name}`: the Fetch standard forbids it"),
            "leave it out",
        ));
    }
    if REQUEST_ONLY.contains(&lower.as_str()) {
        return Err(Mistake::new(
            format!("`{name}` is a request header: it has no place in a response"),
            "leave it out",
        ));
    }
    if PREFLIGHT_ONLY.contains(&lower.as_str()) {
        return Err(Mistake::new(
            format!("`{name}` is sent on the answer to a preflight, which no page can read"),
            "leave it out",
        ));
    }
    Ok(())
}

fn check_token(name: &str) -> Result<(), Mistake> {
    if let Some(header) = of_constant(name) {
        let problem =
            format!("`{name}` is the name of a constant of `http::header`, not of a header");
        return Err(Mistake::corrected(problem, header));
    }
    let Some(wrong) = name.chars().find(|c| !is_token_char(*c)) else {
        return if name.is_empty() {
            Err(Mistake::new("the header name is empty", "leave it out"))
        } else {
            Ok(())
        };
    };
    // A space is where a hyphen was meant.
    let words = name.split_whitespace().collect::<Vec<_>>().join("-");
    let kept: String = words.chars().filter(|c| is_token_char(*c)).collect();
    let problem = format!("`{name}` is not a header name: {wrong:?} is not allowed in one");
    Err(if kept.is_empty() {
        Mistake::new(problem, "leave it out")
    } else {
        Mistake::corrected(problem, kept)
    })
}

/// Whether a character is allowed in a token (RFC 9110, section 5.6.2).
fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_allows_what_a_page_can_set() {
        for name in [
            "X-Csrf-Token",
            "authorization",
            "Content-Type",
            "x",
            "Secret",
            "Range",
        ] {
            assert_eq!(check_allowed(name), Ok(()), "{name}");
        }
        for name in [
            "Cookie",
            "HOST",
            "Proxy-Authorization",
            "sec-fetch-site",
            "DNT",
            "Origin",
        ] {
            let problem = check_allowed(name).unwrap_err().problem;
            assert!(problem.contains("no page can set"), "{problem}");
        }
        for name in ACCESS_HEADERS {
            let problem = check_allowed(name).unwrap_err().problem;
            assert!(problem.contains("is a response header"), "{problem}");
        }
    }

    #[test]
    fn a_policy_exposes_what_a_page_can_read() {
        for name in ["ETag", "x-total", "Location", "Access-Control-Allow-Origin"] {
            assert_eq!(check_exposed(name), Ok(()), "{name}");
        }
        for name in [
            "Set-Cookie",
            "set-cookie2",
            "ORIGIN",
            "Access-Control-Max-Age",
        ] {
            assert!(check_exposed(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_name_is_a_token() {
        for (name, help) in [
            ("X Csrf", "write `X-Csrf`"),
            ("X-Csrf:", "write `X-Csrf`"),
            ("Täg", "write `Tg`"),
            ("", "leave it out"),
            ("@", "leave it out"),
        ] {
            assert_eq!(check_allowed(name).unwrap_err().help, help, "{name:?}");
            assert_eq!(check_exposed(name).unwrap_err().help, help, "{name:?}");
        }
    }
}
