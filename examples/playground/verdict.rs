//! What the Fetch standard makes of a request: the browser for unit tests, asked about the API.

use cors_runtime::testing::Fetch;
use serde::{Deserialize, Serialize};

use crate::{api, record::Record};

/// A request of a page, as its script writes it.
#[derive(Deserialize)]
pub(crate) struct Attempt {
    /// The page's origin, `null` for the sandboxed frame's.
    origin: String,
    path: String,
    method: String,
    headers: Vec<(String, String)>,
    credentials: bool,
    body: String,
}

/// What should become of it.
#[derive(Serialize)]
pub(crate) struct Verdict {
    readable: bool,
    /// One sentence.
    sentence: String,
    /// The step of the standard that stops it, if one does.
    step: Option<String>,
    /// Whether a browser that remembers nothing asks before it sends the request.
    preflight: bool,
}

impl Verdict {
    /// Tries the request on an API that nobody else uses.
    pub(crate) async fn on(attempt: Attempt) -> Self {
        let record = Record::default();
        let app = record.of_all_through(api::router());
        let fetch = Fetch {
            origin: attempt.origin,
            path: format!("{}?try=this", attempt.path),
            method: attempt.method,
            headers: attempt.headers,
            credentials: attempt.credentials,
            body: attempt.body,
            cookies: Vec::new(),
        };
        let seen = fetch.send(&app).await;
        let exchanges = record.of("this");
        Self {
            readable: seen.is_readable(),
            sentence: seen.to_string(),
            step: seen.blocked().map(|step| format!("{step:?}")),
            preflight: exchanges.iter().any(|it| it.method == "OPTIONS"),
        }
    }
}
