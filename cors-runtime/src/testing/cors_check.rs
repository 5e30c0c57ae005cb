//! The *CORS check*, and what is to blame where it fails.

use http::{HeaderMap, HeaderName, Response, header::VARY};

use super::{request::Request, standard::joined};

const ALLOW_ORIGIN: &str = "access-control-allow-origin";
const ALLOW_CREDENTIALS: &str = "access-control-allow-credentials";

/// "CORS check". On failure, the header that is to blame, what it is, and what it has to be.
pub(super) fn cors_check<B>(response: &Response<B>, request: &Request) -> Result<(), String> {
    let headers = response.headers();
    let get = |name| joined(headers, &HeaderName::from_static(name));
    let origin = &request.origin;
    let found_origin = || found(headers, ALLOW_ORIGIN);
    match get(ALLOW_ORIGIN).as_deref() {
        None => {
            let outside = answered_outside(response);
            return Err(format!(
                "{}; it has to be `{origin}`{outside}",
                found_origin()
            ));
        }
        Some(b"*") if !request.credentials => return Ok(()),
        Some(b"*") => {
            return Err(format!(
                "{}; with credentials it has to be `{origin}`",
                found_origin()
            ));
        }
        Some(allowed) if allowed != origin.as_bytes() => {
            return Err(format!("{}; it has to be `{origin}`", found_origin()));
        }
        Some(_) if !request.credentials => return Ok(()),
        Some(_) => {}
    }
    match get(ALLOW_CREDENTIALS).as_deref() {
        Some(b"true") => Ok(()),
        _ => {
            let found = found(headers, ALLOW_CREDENTIALS);
            Err(format!("{found}; with credentials it has to be `true`"))
        }
    }
}

/// What a response has of a header.
pub(super) fn found(headers: &HeaderMap, name: &'static str) -> String {
    let shown = written(name);
    let lines = headers.get_all(name).iter();
    let lines: Vec<_> = lines
        .map(|line| String::from_utf8_lossy(line.as_bytes()))
        .collect();
    match lines.len() {
        0 => format!("has no `{shown}`"),
        1 => format!("has `{shown}: {}`", lines.join("")),
        several => format!("has {several} lines `{shown}` (`{}`)", lines.join("`, `")),
    }
}

/// That a list has not what it should.
pub(super) fn not_listed(headers: &HeaderMap, name: &'static str, needed: &str) -> String {
    format!("{}; it has to list `{needed}`", found(headers, name))
}

/// The name of a header as people write it.
fn written(name: &str) -> String {
    let words = name.split('-').map(|word| match word.split_at_checked(1) {
        Some((first, rest)) => first.to_ascii_uppercase() + rest,
        None => word.to_owned(),
    });
    words.collect::<Vec<_>>().join("-")
}

/// Every answer of a policy that depends on the origin says so; an error that does not was made by something
/// around the policy.
fn answered_outside<B>(response: &Response<B>) -> String {
    let status = response.status();
    let varies = response.headers().get_all(VARY).iter().any(|line| {
        let line = line.as_bytes().to_ascii_lowercase();
        line.split(|byte| *byte == b',')
            .any(|field| field.trim_ascii() == b"origin")
    });
    if varies || !(status.is_client_error() || status.is_server_error()) {
        return String::new();
    }
    format!(" (a layer answered {} before the policy)", status.as_u16())
}
