//! The answer to a [CORS-preflight request](https://fetch.spec.whatwg.org/#cors-preflight-request).

use http::{
    Method,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_REQUEST_METHOD, CONTENT_LENGTH, HeaderMap, HeaderValue, ORIGIN,
    },
};

use super::{
    policy_headers::{EVERY_ORIGIN, PolicyHeaders},
    requested::{HeaderLines, RequestedAccess},
    vary::Vary,
};

/// Whether a request is a preflight: an `OPTIONS` that says for which origin and method it asks.
pub(crate) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::OPTIONS
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        && headers.contains_key(ORIGIN)
}

/// The requested method; the empty text where it is not text.
pub(super) fn requested_method(request: &HeaderMap) -> &str {
    let requested = request.get(ACCESS_CONTROL_REQUEST_METHOD);
    requested
        .and_then(|method| method.to_str().ok())
        .unwrap_or_default()
}

impl PolicyHeaders {
    /// The headers of the answer to a preflight, for a policy that allows its origin: what the
    /// [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch) reads in its step 7.
    ///
    /// They are the same for all but for what the request puts in: to copy a map that is prepared is
    /// cheaper than to fill one. A map cannot be a constant, so the first preflight prepares it.
    pub(super) fn answer_preflight(
        &self,
        allow_origin: HeaderValue,
        request: &HeaderMap,
    ) -> HeaderMap {
        let mut headers = self.preflight.get_or_init(|| self.prepare()).clone();
        if let Some(prepared) = headers.get_mut(ACCESS_CONTROL_ALLOW_ORIGIN) {
            *prepared = allow_origin;
        }
        let requested = self.requested_access(request);
        if let Some(method) = requested.method {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, method);
        }
        match requested.headers {
            HeaderLines::None => {}
            HeaderLines::One(names) => {
                headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
            }
            several @ HeaderLines::Several(_) => {
                headers.remove(ACCESS_CONTROL_ALLOW_HEADERS);
                several.append_to(&mut headers, ACCESS_CONTROL_ALLOW_HEADERS);
            }
        }
        headers
    }

    /// The headers of the answer to a preflight that requests no headers.
    fn prepare(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        self.allow_origin(EVERY_ORIGIN, &mut headers);
        self.allow_request(RequestedAccess::NOTHING, &mut headers);
        Vary::AllThree.add_to(&mut headers);
        // axum would add it, and a copy of a map has no room for one more. No status 204 is sent
        // with it: the HTTP implementations take it off.
        headers.insert(CONTENT_LENGTH, const { HeaderValue::from_static("0") });
        headers
    }
}
