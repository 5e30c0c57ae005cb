//! An answer that no handler gives, as axum's response.

use axum::{body::Body, response::Response};
use http::header::{CONTENT_TYPE, HeaderValue};

/// The answer with its text as the body, where it has one.
pub(crate) fn into_response(answer: http::Response<String>) -> Response {
    let (mut head, text) = answer.into_parts();
    if text.is_empty() {
        return Response::from_parts(head, Body::empty());
    }
    let kind = const { HeaderValue::from_static("text/plain; charset=utf-8") };
    head.headers.insert(CONTENT_TYPE, kind);
    Response::from_parts(head, Body::from(text))
}
