//! What is sent.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderValue, Method, Uri, header},
};

use super::{Case, Origin, Policy};

pub(crate) const ORIGIN: &str = "https://app.example.com";

/// The request of a case, as a connection would give it.
pub(crate) fn request(case: &Case) -> Request {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = Uri::from_static("/items");
    let headers = request.headers_mut();
    headers.insert(header::HOST, value("service.example.com".to_owned()));
    headers.insert(header::ACCEPT, value("*/*".to_owned()));
    let origin = match case.origin {
        Origin::Allowed if matches!(case.policy, Policy::Labels(_)) => {
            Some("https://pr-12.preview.example.com")
        }
        Origin::Allowed => Some(ORIGIN),
        Origin::Refused => Some("https://evil.example.net"),
        Origin::None => None,
    };
    if let Some(origin) = origin {
        headers.insert(header::ORIGIN, value(origin.to_owned()));
    }
    if case.preflight {
        let asked = match case.asked_bytes {
            Some(bytes) => "x-token,".repeat(bytes / 8),
            None => "content-type,x-token".to_owned(),
        };
        let method = value("PUT".to_owned());
        headers.insert(header::ACCESS_CONTROL_REQUEST_METHOD, method);
        headers.insert(header::ACCESS_CONTROL_REQUEST_HEADERS, value(asked));
        *request.method_mut() = Method::OPTIONS;
    }
    request
}

/// A value that shares a buffer with another holder, as the values of a connection do.
fn value(text: String) -> HeaderValue {
    let bytes = Bytes::from(text);
    std::mem::forget(bytes.clone());
    HeaderValue::from_maybe_shared(bytes).expect("a value")
}
