//! [`Fetch`], a page's request.

use http::header::CONTENT_TYPE;
use serde_core::Serialize;

/// The origin of every URL that is fetched: a page of it is on the application's own origin.
pub const HERE: &str = "https://service.example";

/// What a page asks its browser to fetch (`fetch(url, { method, headers, credentials, body })`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use = "a fetch does nothing until it is sent"]
pub struct Fetch {
    /// The page's origin, serialized: `null` where it is opaque.
    pub origin: String,
    /// The URL's path and query; its origin is [`HERE`].
    pub path: String,
    /// The method, as the page writes it.
    pub method: String,
    /// The headers, as the page sets them.
    pub headers: Vec<(String, String)>,
    /// `credentials: "include"`.
    pub credentials: bool,
    /// The body; empty for none.
    pub body: String,
    /// Cookies of [`HERE`] besides those in the browser's jar, which go wherever cookies go.
    pub cookies: Vec<(String, String)>,
}

impl Fetch {
    /// Sets a header, as the page does. Those that no page may set (`Cookie`, `Origin`, …) are left
    /// out, as a browser does.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// `credentials: "include"`: cookies go with the request, and those of the response are kept.
    pub fn credentials(mut self) -> Self {
        self.credentials = true;
        self
    }

    /// A cookie that the browser has of the application, as if it were `SameSite=None`: it goes along with
    /// [`credentials`](Fetch::credentials), and always from a page of the application's own.
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body. It sets no `Content-Type`; where the page's would ask for a preflight, as
    /// `application/json` does, [`header`](Fetch::header) sets it.
    pub fn body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    /// Sets the body to a value as JSON, and `Content-Type: application/json`, as
    /// `fetch(url, { headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) })` does.
    ///
    /// # Panics
    ///
    /// Where the value does not serialize.
    pub fn json(self, value: &impl Serialize) -> Self {
        let json = serde_json::to_string(value);
        assert!(json.is_ok(), "the value does not serialize: {json:?}");
        let body = json.unwrap_or_default();
        self.header(CONTENT_TYPE.as_str(), "application/json")
            .body(&body)
    }
}
