//! `cors-playground check`: whether a page of an origin could make a request of any service, by the steps of the
//! Fetch standard, without a browser.

use std::{
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{
        HeaderMap, StatusCode,
        header::{HOST, HeaderValue, LOCATION},
    },
    response::{IntoResponse, Response},
};
use clap::Args;
use cors_runtime::testing::{HERE, Seen, browser};
use serde::Serialize;
use url::Url;

use crate::{secrets::hidden, service::Service};

/// Says whether a page could read the response, and exits with 1 where it could not.
#[derive(Args)]
pub(crate) struct Check {
    /// The URL that the page fetches, such as `http://localhost:8080/items`. Credentials go to its host only.
    url: Url,
    /// The page's origin, such as `https://app.example.com`, or `null`.
    #[arg(long)]
    origin: String,
    /// The method, as the page writes it.
    #[arg(long, default_value = "GET")]
    method: String,
    /// A header that the page sets, such as `X-Token: 1`; may be given several times.
    #[arg(long = "header", value_parser = header)]
    headers: Vec<(String, String)>,
    /// The page sends credentials (`credentials: "include"`).
    #[arg(long)]
    credentials: bool,
    /// A cookie that the browser has, such as `session=1`; it goes along with `--credentials`.
    #[arg(long = "cookie", value_parser = cookie)]
    cookies: Vec<(String, String)>,
    /// The body.
    #[arg(long, default_value = "")]
    body: String,
    /// Prints the exchange and the verdict as JSON.
    #[arg(long)]
    json: bool,
}

fn header(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once(':');
    let (name, value) = parts.ok_or("a header is written `Name: value`")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn cookie(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=');
    let (name, value) = parts.ok_or("a cookie is written `name=value`")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// A request that was sent, and what came back.
#[derive(Clone, Serialize)]
struct Exchange {
    request: String,
    request_headers: Vec<String>,
    status: u16,
    response_headers: Vec<String>,
}

#[derive(Serialize)]
struct Report {
    exchanges: Vec<Exchange>,
    readable: bool,
    verdict: String,
}

/// The service behind the application that the browser for unit tests knows.
#[derive(Clone)]
struct Recorded {
    service: Service,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
    failure: Arc<Mutex<Option<String>>>,
}

impl Check {
    pub(crate) async fn run(self) -> ExitCode {
        let service = match Service::of(&self.url) {
            Ok(service) => service,
            Err(problem) => return fail(&problem),
        };
        let service = Recorded {
            service,
            exchanges: Arc::default(),
            failure: Arc::default(),
        };
        if !is_origin(&self.origin) {
            return fail(&format!(
                "`{}` is not an origin as browsers send it",
                self.origin
            ));
        }
        let path = &self.url[url::Position::BeforePath..url::Position::AfterQuery];
        let mut fetch = browser(&self.origin)
            .request(&self.method, path)
            .body(&self.body);
        fetch.headers = self.headers;
        fetch.credentials = self.credentials;
        fetch.cookies = self.cookies;
        let app = Router::new().fallback(forward).with_state(service.clone());
        let seen = fetch.send(&app).await;
        let failure = service
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = failure.as_deref() {
            return fail(failure);
        }
        let exchanges = service
            .exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let report = Report {
            exchanges: exchanges.clone(),
            readable: seen.is_readable(),
            verdict: seen.to_string(),
        };
        if self.json {
            match serde_json::to_string_pretty(&report) {
                Ok(json) => println!("{json}"),
                Err(error) => return fail(&error.to_string()),
            }
        } else {
            report.print();
        }
        match seen {
            Seen::Response { .. } => ExitCode::SUCCESS,
            Seen::Blocked(_) | Seen::Elsewhere(_) => ExitCode::from(1),
        }
    }
}

impl Report {
    fn print(&self) {
        for exchange in &self.exchanges {
            println!("> {}", exchange.request);
            for line in &exchange.request_headers {
                println!("> {line}");
            }
            println!("< {}", exchange.status);
            for line in &exchange.response_headers {
                println!("< {line}");
            }
            println!();
        }
        println!("{}", self.verdict);
    }
}

/// Whether the browser for unit tests takes an origin, which panics otherwise.
fn is_origin(origin: &str) -> bool {
    origin == "null" || origin.parse::<cors_runtime::Origin>().is_ok()
}

fn fail(message: &str) -> ExitCode {
    eprintln!("cors-playground: {message}");
    ExitCode::from(2)
}

/// Sends a request on to the service, as if it were at [`HERE`].
async fn forward(State(recorded): State<Recorded>, request: Request) -> Response {
    match recorded.send(request).await {
        Ok(response) => response,
        Err(failure) => {
            let mut first = recorded
                .failure
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            first.get_or_insert(failure);
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}

impl Recorded {
    async fn send(&self, mut request: Request) -> Result<Response, String> {
        let path = request.uri().path_and_query();
        let path = path.map_or("/", |path| path.as_str());
        let line = format!("{} {path}", request.method());
        request.headers_mut().insert(HOST, self.service.host());
        let request_headers = shown(request.headers());
        let answer = self.service.send(request).await?;
        let mut head = answer.head;
        let exchange = Exchange {
            request: line,
            request_headers,
            status: head.status.as_u16(),
            response_headers: shown(&head.headers),
        };
        let mut exchanges = self
            .exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        exchanges.push(exchange);
        here(&mut head.headers, &self.service.origin());
        Ok(Response::from_parts(head, Body::from(answer.body)))
    }
}

/// Where the service redirects to itself, that is [`HERE`].
fn here(headers: &mut HeaderMap, origin: &str) {
    let location = headers
        .get(LOCATION)
        .and_then(|location| location.to_str().ok());
    let own = location.and_then(|location| location.strip_prefix(origin));
    let own = own.filter(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
    let rewritten = own.map(|path| HeaderValue::try_from(format!("{HERE}{path}")));
    if let Some(Ok(location)) = rewritten {
        headers.insert(LOCATION, location);
    }
}

/// The lines of a head, secrets left out.
fn shown(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        format!("{name}: {}", hidden(name.as_str(), &value))
    });
    lines.collect()
}
