//! `cors-playground check`: whether a page of an origin could make a request of any service, by the steps of the
//! Fetch standard, without a browser.

use std::process::ExitCode;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{
        HeaderMap, StatusCode,
        header::{HeaderValue, LOCATION},
    },
    response::{IntoResponse, Response},
};
use clap::Args;
use cors_runtime::{
    Origin,
    testing::{HERE, browser},
};
use serde::Serialize;
use url::Url;

use crate::{
    record::{Exchange, Record},
    service::{Answer, Service, path},
    verdict::guilty_header,
};

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
#[derive(Serialize)]
struct Sent {
    request: String,
    request_headers: Vec<String>,
    status: u16,
    response_headers: Vec<String>,
}

#[derive(Serialize)]
struct Report {
    exchanges: Vec<Sent>,
    readable: bool,
    verdict: String,
    /// The response header that is to blame, in lower case, where one is.
    header: Option<String>,
}

/// The service behind the application that the browser for unit tests knows.
#[derive(Clone)]
struct Recorded {
    service: Service,
    record: Record,
}

impl Check {
    pub(crate) async fn run(self) -> ExitCode {
        match self.report().await {
            Err(failure) => {
                eprintln!("cors-playground: {failure}");
                ExitCode::from(2)
            }
            Ok(report) if report.readable => ExitCode::SUCCESS,
            Ok(_) => ExitCode::from(1),
        }
    }

    /// Makes the request, and prints what became of it; `Err` says in one line why it could not be made.
    async fn report(self) -> Result<Report, String> {
        let service = Service::of(&self.url)?;
        if self.origin.parse::<Origin>().is_err() {
            let origin = self.origin;
            return Err(format!("`{origin}` is not an origin as browsers send it"));
        }
        let mut fetch = browser(&self.origin)
            .request(&self.method, path(&self.url))
            .body(&self.body);
        fetch.headers = self.headers;
        fetch.credentials = self.credentials;
        fetch.cookies = self.cookies;
        let record = Record::default();
        let recorded = Recorded {
            service,
            record: record.clone(),
        };
        let app = Router::new().fallback(forward).with_state(recorded);
        let seen = fetch.send(&app).await;
        let exchanges: Result<Vec<_>, _> = record.of("").into_iter().map(Sent::of).collect();
        let report = Report {
            exchanges: exchanges?,
            readable: seen.is_readable(),
            verdict: seen.to_string(),
            header: guilty_header(&seen),
        };
        if self.json {
            let json = serde_json::to_string_pretty(&report);
            println!("{}", json.map_err(|error| error.to_string())?);
        } else {
            report.print();
        }
        Ok(report)
    }
}

impl Sent {
    fn of(exchange: Exchange) -> Result<Self, String> {
        let shown = |lines: Vec<(String, String)>| {
            let lines = lines.into_iter();
            lines
                .map(|(name, value)| format!("{name}: {value}"))
                .collect()
        };
        let answer = exchange.answer?;
        Ok(Self {
            request: format!("{} {}", exchange.method, exchange.path),
            request_headers: shown(exchange.request),
            status: answer.status,
            response_headers: shown(answer.headers),
        })
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

/// Sends a request on to the service, as if it were at [`HERE`].
async fn forward(State(recorded): State<Recorded>, request: Request) -> Response {
    let Recorded { service, record } = recorded;
    match record.send(&service, String::new(), request).await {
        Ok(Answer { mut head, body, .. }) => {
            here(&mut head.headers, &service.origin());
            Response::from_parts(head, Body::from(body))
        }
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
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
