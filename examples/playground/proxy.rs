//! The recording proxy: your own service behind an address that the page may fire at.
//!
//! It serves the page of its own run and nobody else, follows no redirects, and leaves out what would outlive
//! the run in the browser.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode, Uri,
        header::{
            ACCEPT_ENCODING, CONTENT_SECURITY_POLICY, HOST, LOCATION, STRICT_TRANSPORT_SECURITY,
        },
    },
    response::{IntoResponse, Response},
};
use url::Url;

use crate::{
    record::Record,
    run::{self, Run},
    service::{self, Service},
    translation::Translation,
};

/// The longest body of a request, in bytes.
const LONGEST_BODY: usize = 1024 * 1024;

/// What would tell the browser something about `localhost` that outlives the run.
const LASTING: [HeaderName; 3] = [
    STRICT_TRANSPORT_SECURITY,
    HeaderName::from_static("clear-site-data"),
    HeaderName::from_static("service-worker-allowed"),
];

/// A proxy before a service.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) service: Service,
    /// The origin of the playground's own page.
    pub(crate) page: String,
    pub(crate) run: Run,
    pub(crate) record: Record,
}

pub(crate) fn router(proxy: Proxy) -> Router {
    Router::new().fallback(forward).with_state(proxy)
}

async fn forward(State(proxy): State<Proxy>, request: Request) -> Response {
    let (attempt, path) = run::attempt(request.uri());
    if !proxy.run.owns(&attempt) {
        let text = "cors-playground: only the playground's own page may send requests here\n";
        return (StatusCode::FORBIDDEN, text).into_response();
    }
    let host = request.headers().get(HOST).cloned();
    let chosen = proxy.run.chosen(&attempt);
    let translation = chosen.as_deref().map(|chosen| Translation {
        page: &proxy.page,
        chosen,
    });
    let translation = translation.filter(|it| it.is_of(request.headers()));
    let request = match proxy.prepared(request, &path, translation.as_ref()).await {
        Ok(request) => request,
        Err(problem) => return problem.into_response(),
    };
    let answer = proxy
        .record
        .send(&proxy.service, attempt.clone(), request)
        .await;
    match answer {
        Ok(answer) => proxy.passed_on(answer, &path, &attempt, host, translation.as_ref()),
        Err(failure) => (StatusCode::BAD_GATEWAY, failure).into_response(),
    }
}

impl Proxy {
    /// A request as the service gets it.
    async fn prepared(
        &self,
        request: Request,
        path: &str,
        translation: Option<&Translation<'_>>,
    ) -> Result<Request, (StatusCode, String)> {
        let (mut head, body) = request.into_parts();
        let uri: Result<Uri, _> = path.parse();
        head.uri = uri.map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
        // Bodies are to be read by people.
        head.headers.remove(ACCEPT_ENCODING);
        if let Some(translation) = translation {
            translation.to_service(&mut head.headers, self.service.url());
        }
        let body = to_bytes(body, LONGEST_BODY).await;
        let body = body.map_err(|error| (StatusCode::PAYLOAD_TOO_LARGE, error.to_string()))?;
        Ok(Request::from_parts(head, Body::from(body)))
    }

    /// A response as the browser gets it.
    fn passed_on(
        &self,
        answer: service::Answer,
        path: &str,
        attempt: &str,
        host: Option<HeaderValue>,
        translation: Option<&Translation<'_>>,
    ) -> Response {
        let service::Answer { mut head, body, .. } = answer;
        for name in LASTING {
            head.headers.remove(name);
        }
        if let Some(translation) = translation {
            translation.to_page(&mut head.headers);
        }
        let host = host.as_ref().and_then(|host| host.to_str().ok());
        if let Some(location) = self.location(&head.headers, path, attempt, host) {
            head.headers.insert(LOCATION, location);
        }
        // Nothing of the service runs as a page of the proxy's origin, in a frame or out of one.
        let policy = HeaderValue::from_static("sandbox; frame-ancestors 'none'");
        head.headers.append(CONTENT_SECURITY_POLICY, policy);
        Response::from_parts(head, Body::from(body))
    }

    /// Where a redirect within the service leads by way of the proxy.
    fn location(
        &self,
        response: &HeaderMap,
        path: &str,
        attempt: &str,
        host: Option<&str>,
    ) -> Option<HeaderValue> {
        let location = response.get(LOCATION)?.to_str().ok()?;
        let url: Url = self.service.url().join(path).ok()?.join(location).ok()?;
        if url.origin() != self.service.url().origin() {
            return None;
        }
        let query = run::with_attempt(url.query(), attempt);
        let fragment = url.fragment().map(|fragment| format!("#{fragment}"));
        let fragment = fragment.unwrap_or_default();
        let location = format!("http://{}{}?{query}{fragment}", host?, url.path());
        HeaderValue::try_from(location).ok()
    }
}
