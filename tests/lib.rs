//! What the tests share: a server on a real socket and a client that sends exactly what a test writes.

use std::net::SocketAddr;

use axum::{
    BoxError, Router,
    http::{HeaderMap, Method, Request, Response, Uri, header},
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::{net::TcpListener, task::JoinHandle};

pub mod documented;
pub mod engines;
pub mod handlers;
pub mod programs;
pub mod proxies;
pub mod running;
pub mod tls;

/// The README's examples compile and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

/// And those of the README that a registry shows.
#[cfg(doctest)]
#[doc = include_str!("../cors-runtime/README.md")]
pub struct PackagedReadme;

/// An application on a loopback socket, until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
    task: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves `app` on a free port.
    pub async fn start(app: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut server = Self::at(listener.local_addr().unwrap());
        let task = async move { axum::serve(listener, app).await.unwrap() };
        server.task = Some(tokio::spawn(task));
        server
    }

    /// A server that somebody else has started.
    pub fn at(address: SocketAddr) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self {
            address,
            client,
            task: None,
        }
    }

    /// Where the application listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a request without a body; see [`Server::send`].
    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Response<Bytes> {
        self.send(request(method, path, headers, "")).await
    }

    /// Sends a request whose URI is a path, and reads the whole response.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Response<Bytes> {
        self.try_send(request).await.unwrap()
    }

    /// The same, where the response may break off.
    pub async fn try_send(
        &self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, BoxError> {
        let uri = format!("http://{}{}", self.address, request.uri());
        *request.uri_mut() = uri.parse::<Uri>()?;
        let (head, body) = self.client.request(request).await?.into_parts();
        Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// A request with these headers, each on a line of its own.
pub fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Request<Full<Bytes>> {
    let mut request = Request::builder()
        .method(Method::from_bytes(method.as_bytes()).unwrap())
        .uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request
        .body(Full::new(Bytes::from(body.to_owned())))
        .unwrap()
}

/// The lines of the six access headers and of `Vary`, in a fixed order, as `name: value`.
///
/// ```
/// # use axum::http::HeaderMap;
/// let mut headers = HeaderMap::new();
/// headers.insert("vary", "Origin".parse().unwrap());
/// assert_eq!(cors_tests::access_lines(&headers), ["vary: Origin"]);
/// ```
pub fn access_lines(headers: &HeaderMap) -> Vec<String> {
    let names = [
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        header::ACCESS_CONTROL_ALLOW_METHODS,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        header::ACCESS_CONTROL_MAX_AGE,
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        header::VARY,
    ];
    let lines = names.iter().flat_map(|name| {
        let values = headers.get_all(name).iter();
        values.map(move |value| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
    });
    lines.collect()
}
