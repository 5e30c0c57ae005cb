//! What the Fetch standard makes of a request: the browser for unit tests, asked about the same exchange.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use cors_runtime::testing::{Seen, browser};
use serde::{Deserialize, Serialize};

use crate::{
    record::{Exchange, Record},
    run::with_attempt,
};

/// A request of a page, as its script writes it.
#[derive(Deserialize)]
pub(crate) struct Attempt {
    /// Its number.
    pub(crate) attempt: String,
    /// The page's origin, or the one that it passes for; `null` for the sandboxed frame's.
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
    /// The response header that is to blame, in lower case, where one is.
    guilty: Option<String>,
    /// Whether a browser that remembers nothing asks before it sends the request.
    preflight: bool,
}

impl Verdict {
    /// Tries the request on an application that nobody else uses.
    pub(crate) async fn on(attempt: Attempt, app: Router) -> Self {
        let record = Record::default();
        let app = record.of_all_through(app);
        let (path, query) = match attempt.path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (attempt.path.as_str(), None),
        };
        let path = format!("{path}?{}", with_attempt(query, "this"));
        let mut fetch = browser("null").request(&attempt.method, &path);
        fetch.origin = attempt.origin;
        fetch.headers = attempt.headers;
        fetch.credentials = attempt.credentials;
        fetch.body = attempt.body;
        let seen = fetch.send(&app).await;
        let exchanges = record.of("this");
        Self {
            readable: seen.is_readable(),
            step: seen.blocked().map(|step| format!("{step:?}")),
            guilty: guilty_header(&seen),
            sentence: seen.to_string(),
            preflight: exchanges.iter().any(Exchange::is_preflight),
        }
    }
}

/// The response header that is to blame, in lower case, where one is.
pub(crate) fn guilty_header(seen: &Seen) -> Option<String> {
    match seen {
        Seen::Blocked(blocked) => blocked.header().map(HeaderName::to_string),
        Seen::Response { .. } | Seen::Elsewhere(_) => None,
    }
}

/// What a service has answered, once more: to ask it again could change something there.
pub(crate) fn replay(exchanges: Vec<Exchange>) -> Router {
    let exchanges = Arc::new(Mutex::new(VecDeque::from(exchanges)));
    Router::new().fallback(answer_again).with_state(exchanges)
}

async fn answer_again(
    State(exchanges): State<Arc<Mutex<VecDeque<Exchange>>>>,
    request: Request,
) -> Response {
    let is_preflight = request
        .headers()
        .contains_key("access-control-request-method");
    let mut exchanges = exchanges.lock().unwrap_or_else(PoisonError::into_inner);
    let position = exchanges
        .iter()
        .position(|it| it.is_preflight() == is_preflight);
    let exchange = position.and_then(|position| exchanges.remove(position));
    let Some(Ok(answer)) = exchange.map(|exchange| exchange.answer) else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or_default();
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
