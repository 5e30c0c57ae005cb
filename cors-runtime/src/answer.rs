//! What an answer that no handler gives says in words, as axum's body.

use axum::{body::Body, response::Response};
use http::header::{CONTENT_TYPE, HeaderValue};

/// Gives a response this text, where there is some.
pub(crate) fn tell(response: &mut Response, text: String) {
    if text.is_empty() {
        return;
    }
    let kind = const { HeaderValue::from_static("text/plain; charset=utf-8") };
    response.headers_mut().insert(CONTENT_TYPE, kind);
    *response.body_mut() = Body::from(text);
}
