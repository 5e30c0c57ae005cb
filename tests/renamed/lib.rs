//! A crate that depends on `cors-runtime` under another name, which the attribute is told and
//! `routes!` finds by itself.

use web_cors::{Policy, Routes, cors, policy, routes};

#[cors(methods = "GET", crate = web_cors)]
async fn as_path() {}

#[cors(methods = "PUT", crate = "web_cors")]
async fn as_string() {}

/// The open policy, said in so many words.
pub const MEANT: Policy = policy!(open);
const BASE: Policy = policy!(origins = "https://app.example");
const UNSAID: Policy = policy!(max_age = 5, ..BASE);

#[cors(methods = "PATCH", crate = web_cors, ..MEANT)]
async fn meant() {}

/// Says that it is open, as [`MEANT`] does.
#[cors(methods = "DELETE", open, crate = web_cors)]
pub async fn said() {}

#[cors(methods = "HEAD", crate = web_cors, ..UNSAID)]
async fn listed() {}

/// Handlers that name the crate in both forms; [`said`] is one, though its companion has its name.
pub fn both() -> Routes {
    routes!(as_path, as_string, meant, said, listed)
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, http::Request};
    use tower::ServiceExt;

    #[tokio::test]
    async fn a_renamed_dependency_is_named_by_crate() {
        let app: Router = Router::new().route("/", super::both().into());
        for method in ["GET", "PUT"] {
            let request = Request::builder().method(method).uri("/");
            let request = request.body(Body::empty()).unwrap();
            let response = app.clone().oneshot(request).await.unwrap();
            assert_eq!(
                response.headers()["access-control-allow-origin"],
                "*",
                "{method}"
            );
        }
    }
}
