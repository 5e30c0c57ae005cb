//! The Fetch standard's words for methods, header names and header lists.

use std::collections::BTreeSet;

use http::{HeaderMap, HeaderName, HeaderValue};

/// The lines of a header, joined ("get").
pub(super) fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<u8>> {
    let lines: Vec<_> = headers
        .get_all(name)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect();
    (!lines.is_empty()).then(|| lines.join(&b", "[..]))
}

/// "extract header list values" of a list of tokens: empty where the header is absent, `None` where
/// it does not parse.
pub(super) fn values(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<String>> {
    let Some(list) = joined(headers, name) else {
        return Some(Vec::new());
    };
    let list = String::from_utf8(list).ok()?;
    let items = list.split(',').map(|item| item.trim_matches([' ', '\t']));
    let items: Vec<_> = items
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect();
    items
        .iter()
        .all(|item| item.bytes().all(is_token_byte))
        .then_some(items)
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// "normalize a method".
pub(super) fn normalize(method: &str) -> String {
    let upper = method.to_ascii_uppercase();
    match upper.as_str() {
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" => upper,
        _ => method.to_owned(),
    }
}

/// "forbidden method".
pub(super) fn is_forbidden_method(method: &str) -> bool {
    ["CONNECT", "TRACE", "TRACK"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(method))
}

/// "CORS-safelisted method".
pub(super) fn is_safelisted_method(method: &str) -> bool {
    ["GET", "HEAD", "POST"].contains(&method)
}

/// "forbidden request-header", of a name and a value.
pub(super) fn is_forbidden_header(name: &str, value: &str) -> bool {
    const OVERRIDES: [&str; 3] = [
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
    ];
    let overrides = OVERRIDES
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name));
    let mut methods = value
        .split(',')
        .map(|method| method.trim_matches([' ', '\t']));
    is_forbidden_name(name) || (overrides && methods.any(is_forbidden_method))
}

fn is_forbidden_name(name: &str) -> bool {
    const FORBIDDEN: [&str; 21] = [
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
    let name = name.to_ascii_lowercase();
    FORBIDDEN.contains(&name.as_str()) || name.starts_with("proxy-") || name.starts_with("sec-")
}

/// "CORS-unsafe request-header names".
pub(super) fn unsafe_header_names(headers: &[(String, String)]) -> BTreeSet<String> {
    let (safe, others): (Vec<_>, Vec<_>) = headers
        .iter()
        .partition(|(name, value)| is_safelisted_header(name, value));
    let safe_size: usize = safe.iter().map(|(_, value)| value.len()).sum();
    let mut names: BTreeSet<_> = others
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    if safe_size > 1024 {
        names.extend(safe.iter().map(|(name, _)| name.to_ascii_lowercase()));
    }
    names
}

/// "CORS-safelisted request-header".
fn is_safelisted_header(name: &str, value: &str) -> bool {
    let unsafe_byte =
        |byte: u8| (byte < 0x20 && byte != b'\t') || b"\"():<>?@[\\]{}\x7f".contains(&byte);
    let language = |byte: u8| byte.is_ascii_alphanumeric() || b" *,-.;=".contains(&byte);
    value.len() <= 128
        && match name.to_ascii_lowercase().as_str() {
            "accept" => !value.bytes().any(unsafe_byte),
            "accept-language" | "content-language" => value.bytes().all(language),
            "content-type" => {
                let essence = value.split(';').next().unwrap_or_default().trim();
                !value.bytes().any(unsafe_byte)
                    && [
                        "application/x-www-form-urlencoded",
                        "multipart/form-data",
                        "text/plain",
                    ]
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(essence))
            }
            "range" => value.strip_prefix("bytes=").is_some_and(|range| {
                let (start, end) = range.split_once('-').unwrap_or((range, "x"));
                let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
                // Numbers of any length: the longer is the greater.
                let number = |text: &str| {
                    let text = text.trim_start_matches('0');
                    (text.len(), text.to_owned())
                };
                let is_ordered = end.is_empty() || number(start) <= number(end);
                !start.is_empty() && digits(start) && digits(end) && is_ordered
            }),
            _ => false,
        }
}

/// "CORS-safelisted response-header name".
pub(super) const SAFELISTED_RESPONSE_HEADERS: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];
