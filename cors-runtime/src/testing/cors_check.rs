//! The *CORS check*.

use http::{
    Response,
    header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, VARY},
};

use super::{fault::Fault, request::Request, standard::joined};

/// "CORS check".
pub(super) fn cors_check<B>(response: &Response<B>, request: &Request) -> Result<(), Fault> {
    let headers = response.headers();
    let origin = &request.origin;
    let wrong = match joined(headers, &ACCESS_CONTROL_ALLOW_ORIGIN).as_deref() {
        Some(b"*") if !request.credentials => return Ok(()),
        Some(allowed) if allowed == origin.as_bytes() => None,
        Some(b"*") => Some(format!("; with credentials it has to be `{origin}`")),
        Some(_) => Some(format!("; it has to be `{origin}`")),
        None => {
            let outside = answered_outside(response);
            Some(format!("; it has to be `{origin}`{outside}"))
        }
    };
    if let Some(wrong) = wrong {
        return Err(Fault::new(headers, ACCESS_CONTROL_ALLOW_ORIGIN, &wrong));
    }
    let allowed = joined(headers, &ACCESS_CONTROL_ALLOW_CREDENTIALS);
    if request.credentials && allowed.as_deref() != Some(b"true") {
        let wrong = "; with credentials it has to be `true`";
        return Err(Fault::new(headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, wrong));
    }
    Ok(())
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
