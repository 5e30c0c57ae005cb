//! A service anywhere, spoken to over HTTP.

use std::{error::Error, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{
        HeaderMap, HeaderValue, Uri,
        header::{CONNECTION, CONTENT_LENGTH, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE},
        response::Parts,
    },
};
use http_body_util::BodyExt;
use hyper_util::{
    client::legacy::{self, Client},
    rt::TokioExecutor,
};
use tokio::time::{Instant, timeout, timeout_at};
use url::{Position, Url};

/// How long a response may take to begin.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a body is read, and how many bytes of it: events never end.
const LONGEST: Duration = Duration::from_secs(5);
const MOST: usize = 64 * 1024;

/// What is about one connection, and not about what goes through it.
const HOP_BY_HOP: [axum::http::HeaderName; 5] =
    [CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

#[cfg(feature = "tls")]
type Connector = hyper_rustls::HttpsConnector<legacy::connect::HttpConnector>;
#[cfg(not(feature = "tls"))]
type Connector = legacy::connect::HttpConnector;

/// The service at an origin.
#[derive(Clone)]
pub(crate) struct Service {
    /// Its origin, as a URL.
    url: Url,
    client: Client<Connector, Body>,
}

/// What a service has answered.
pub(crate) struct Answer {
    pub(crate) head: Parts,
    /// The body, or its beginning.
    pub(crate) body: Bytes,
    /// Whether the body goes on.
    pub(crate) is_cut: bool,
}

impl Service {
    /// The service that a URL is of.
    pub(crate) fn of(url: &Url) -> Result<Self, String> {
        match url.scheme() {
            "http" => {}
            "https" if cfg!(feature = "tls") => {}
            "https" => {
                return Err(
                    "`https` needs the feature `tls` of cors-playground: install it with \
                            `--features tls`, or name the service behind its TLS proxy"
                        .to_owned(),
                );
            }
            _ => return Err(format!("`{url}` is not a URL of HTTP: write `http://…`")),
        }
        let origin = url.origin().ascii_serialization();
        Ok(Self {
            url: Url::parse(&origin).map_err(|error| error.to_string())?,
            client: Client::builder(TokioExecutor::new()).build(connector()?),
        })
    }

    /// Its origin, serialized.
    pub(crate) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Its URL, which ends in a slash.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Addresses a request to this service: its `Host`, and nothing that is about another connection.
    pub(crate) fn address(&self, request: &mut HeaderMap) {
        let host = HeaderValue::from_str(self.url.authority());
        request.insert(HOST, host.unwrap_or(HeaderValue::from_static("localhost")));
        remove_hop_by_hop(request);
    }

    /// Sends a request that is addressed to this service, for its path. What fails is said in one line.
    pub(crate) async fn send(&self, mut request: Request) -> Result<Answer, String> {
        let origin = self.origin();
        let path = request.uri().path_and_query();
        let path = path.map_or("/", |path| path.as_str());
        let uri: Result<Uri, _> = format!("{origin}{path}").parse();
        *request.uri_mut() = uri.map_err(|error| format!("`{path}` is not a path: {error}"))?;
        let response = timeout(PATIENCE, self.client.request(request)).await;
        let seconds = PATIENCE.as_secs();
        let response =
            response.map_err(|_| format!("`{origin}` has not answered for {seconds} s"))?;
        let response = response.map_err(|error| failure(&origin, &error))?;
        let (mut head, body) = response.into_parts();
        remove_hop_by_hop(&mut head.headers);
        let (body, is_cut) = beginning(Body::new(body)).await?;
        if is_cut {
            head.headers.remove(CONTENT_LENGTH);
        }
        Ok(Answer { head, body, is_cut })
    }
}

/// The path and query of a URL.
pub(crate) fn path(url: &Url) -> &str {
    &url[Position::BeforePath..Position::AfterQuery]
}

#[cfg(feature = "tls")]
fn connector() -> Result<Connector, String> {
    let provider = rustls::crypto::ring::default_provider();
    let builder =
        hyper_rustls::HttpsConnectorBuilder::new().with_provider_and_native_roots(provider);
    let builder = builder.map_err(|error| format!("this machine's certificates: {error}"))?;
    Ok(builder.https_or_http().enable_http1().build())
}

#[cfg(not(feature = "tls"))]
#[expect(clippy::unnecessary_wraps, reason = "with TLS it can fail")]
fn connector() -> Result<Connector, String> {
    Ok(Connector::new())
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
    headers.remove("keep-alive");
}

/// Why there is no response.
fn failure(origin: &str, error: &legacy::Error) -> String {
    let mut reason: &dyn Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    if error.is_connect() {
        format!("cannot connect to `{origin}`: {reason}")
    } else {
        format!("`{origin}` does not answer as HTTP does: {reason}")
    }
}

/// The beginning of a body, and whether it goes on.
async fn beginning(mut body: Body) -> Result<(Bytes, bool), String> {
    let mut read = Vec::new();
    let end = Instant::now() + LONGEST;
    loop {
        let Ok(frame) = timeout_at(end, body.frame()).await else {
            return Ok((read.into(), true));
        };
        match frame {
            None => return Ok((read.into(), false)),
            Some(Err(error)) => return Err(format!("the body broke off: {error}")),
            Some(Ok(frame)) => read.extend(frame.into_data().unwrap_or_default()),
        }
        if read.len() > MOST {
            read.truncate(MOST);
            return Ok((read.into(), true));
        }
    }
}
