//! The paths of a router of axum's, which only axum knows.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};

use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request},
    response::Response,
    routing::Route,
};
use http::Uri;
use tower::{Layer, Service};

/// A copy of a router whose endpoints answer with the path that axum has matched.
pub(crate) struct Paths(Router);

impl Paths {
    pub(crate) fn of(router: &Router) -> Self {
        Self(router.clone().layer(AnswerMatchedPath))
    }

    /// Whether the router has this path, in this notation. The path is looked up as a URL, which
    /// it matches by the rule of that path, if there is one.
    pub(crate) fn have(&self, path: &str) -> bool {
        let literal = path.replace("{{", "{").replace("}}", "}");
        let Ok(uri) = literal.parse::<Uri>() else {
            // No request has such a URL.
            return false;
        };
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = uri;
        let response = pin!(self.0.clone().call(request));
        match response.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(response)) => {
                let matched = response.extensions().get::<MatchedPath>();
                matched.is_some_and(|matched| matched.as_str() == path)
            }
            Poll::Pending => false,
        }
    }
}

#[derive(Clone)]
struct AnswerMatchedPath;

impl Layer<Route> for AnswerMatchedPath {
    type Service = Self;

    fn layer(&self, _: Route) -> Self {
        Self
    }
}

impl Service<Request> for AnswerMatchedPath {
    type Response = Response;
    type Error = Infallible;
    type Future = Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let mut response = Response::new(Body::empty());
        if let Some(path) = request.extensions().get::<MatchedPath>() {
            response.extensions_mut().insert(path.clone());
        }
        ready(Ok(response))
    }
}
