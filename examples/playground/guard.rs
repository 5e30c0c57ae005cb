//! Who may speak to a server of the playground.

use axum::{
    Router,
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_SECURITY_POLICY, HOST},
    },
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};

/// Answers requests for `localhost` and `127.0.0.1` at this port only: a name of somebody else's that leads
/// here (*DNS rebinding*) gets nothing. No page of another origin may frame what is answered.
pub(crate) fn guarded(router: Router, port: u16) -> Router {
    router.layer(from_fn_with_state(port, guard))
}

async fn guard(State(port): State<u16>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST);
    let ours = [format!("localhost:{port}"), format!("127.0.0.1:{port}")];
    if !host.is_some_and(|host| ours.iter().any(|known| host == known)) {
        let text = "cors-playground: it is at `localhost` and `127.0.0.1`, and at no other name\n";
        return (StatusCode::MISDIRECTED_REQUEST, text).into_response();
    }
    let mut response = next.run(request).await;
    let policy = HeaderValue::from_static("frame-ancestors 'self'");
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    response
}
