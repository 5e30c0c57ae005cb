//! What a server saw and sent, by the attempt that the query of a URL names (`?try=7`).

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use serde::Serialize;

use crate::{
    run,
    secrets::without_secrets,
    service::{self, Service},
};

/// How many exchanges are kept.
const KEPT: usize = 500;

/// The longest body that is kept and passed on, in bytes: more than the API takes, and so than it echoes.
const LONGEST_BODY: usize = 64 * 1024;

/// The last exchanges, in the order of their ends.
#[derive(Clone, Default)]
pub(crate) struct Record(Arc<Mutex<VecDeque<Exchange>>>);

/// A request and its response.
#[derive(Clone, Serialize)]
pub(crate) struct Exchange {
    #[serde(skip)]
    pub(crate) attempt: String,
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    pub(crate) request: Vec<(String, String)>,
    /// What came back; `Err` says in one line why nothing did.
    pub(crate) answer: Result<Answer, String>,
}

#[derive(Clone, Serialize)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// Whether the body goes on.
    pub(crate) is_cut: bool,
}

impl Exchange {
    /// Whether this is a preflight, as the Fetch standard has it.
    pub(crate) fn is_preflight(&self) -> bool {
        let mut request = self.request.iter();
        self.method == "OPTIONS" && request.any(|(name, _)| name == "access-control-request-method")
    }
}

impl Answer {
    fn new(status: StatusCode, headers: &HeaderMap, body: &[u8], is_cut: bool) -> Self {
        Self {
            status: status.as_u16(),
            headers: lines(headers),
            body: String::from_utf8_lossy(body).into_owned(),
            is_cut,
        }
    }
}

impl Record {
    /// Records all that goes through `router`, its answers to preflights too.
    pub(crate) fn of_all_through(&self, router: Router) -> Router {
        router.layer(from_fn_with_state(self.clone(), record))
    }

    /// The exchanges of an attempt.
    pub(crate) fn of(&self, attempt: &str) -> Vec<Exchange> {
        let exchanges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_attempt = exchanges.iter().filter(|it| it.attempt == attempt);
        of_attempt.cloned().collect()
    }

    /// Sends a request to a service and keeps the exchange, without what is secret in it.
    pub(crate) async fn send(
        &self,
        service: &Service,
        attempt: String,
        mut request: Request,
    ) -> Result<service::Answer, String> {
        service.address(request.headers_mut());
        let path = request.uri().path_and_query();
        let path = path.map_or("/", |path| path.as_str()).to_owned();
        let method = request.method().to_string();
        let sent = without_secrets(lines(request.headers()));
        let answer = service.send(request).await;
        let found = match &answer {
            Err(failure) => Err(failure.clone()),
            Ok(service::Answer { head, body, is_cut }) => {
                let mut found = Answer::new(head.status, &head.headers, body, *is_cut);
                found.headers = without_secrets(found.headers);
                Ok(found)
            }
        };
        self.keep(Exchange {
            attempt,
            method,
            path,
            request: sent,
            answer: found,
        });
        answer
    }

    fn keep(&self, exchange: Exchange) {
        let mut exchanges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if exchanges.len() == KEPT {
            exchanges.pop_front();
        }
        exchanges.push_back(exchange);
    }
}

async fn record(State(record): State<Record>, request: Request, next: Next) -> Response {
    let (attempt, path) = run::attempt(request.uri());
    let method = request.method().to_string();
    let sent = lines(request.headers());

    let is_head = *request.method() == Method::HEAD;
    let (head, body) = next.run(request).await.into_parts();
    let body = to_bytes(body, LONGEST_BODY).await.unwrap_or_default();
    // The server leaves the body of a response to `HEAD` out.
    let sent_body: &[u8] = if is_head { &[] } else { &body };
    record.keep(Exchange {
        attempt,
        method,
        path,
        request: sent,
        answer: Ok(Answer::new(head.status, &head.headers, sent_body, false)),
    });
    Response::from_parts(head, Body::from(body))
}

/// The lines of a head.
fn lines(headers: &HeaderMap) -> Vec<(String, String)> {
    let lines = headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        (name.to_string(), value.into_owned())
    });
    lines.collect()
}
