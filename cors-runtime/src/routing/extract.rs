//! [`Origin`] as an extractor, for handlers that decide by themselves; and [`OriginSet`] from a state.

use std::{error, fmt, future::ready};

use axum::{
    extract::{FromRef, FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header::ORIGIN, request::Parts};

use crate::origins::{AllowOrigin, NoState, Origin, OriginSet};

/// Why a request has no [`Origin`] to extract: 400.
///
/// ```
/// use cors_runtime::{Origin, OriginRejection, cors};
///
/// #[cors(methods = "GET", open)]
/// async fn who(origin: Result<Origin, OriginRejection>) -> String {
///     match origin {
///         Ok(origin) => format!("a page of {origin}"),
///         Err(rejection) => format!("no page: {rejection}"),
///     }
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OriginRejection(&'static str);

const MISSING: OriginRejection = OriginRejection("the request has no `Origin`");
const SEVERAL: OriginRejection = OriginRejection("the request has more than one `Origin`");
const MALFORMED: OriginRejection = OriginRejection("the request's `Origin` is not an origin");

impl OriginRejection {
    /// The status of the response: 400.
    pub fn status(&self) -> StatusCode {
        StatusCode::BAD_REQUEST
    }

    /// The body of the response.
    pub fn body_text(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for OriginRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl error::Error for OriginRejection {}

impl IntoResponse for OriginRejection {
    fn into_response(self) -> Response {
        (self.status(), self.0).into_response()
    }
}

impl<S: Sync> FromRequestParts<S> for Origin {
    type Rejection = OriginRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, OriginRejection> {
        let mut lines = parts.headers.get_all(ORIGIN).iter();
        match (lines.next(), lines.next()) {
            (None, _) => Err(MISSING),
            (Some(_), Some(_)) => Err(SEVERAL),
            (Some(line), None) => {
                let origin = line.to_str().ok().and_then(Self::recognise);
                origin.ok_or(MALFORMED)
            }
        }
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Origin {
    type Rejection = OriginRejection;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> Result<Option<Self>, OriginRejection> {
        match <Self as FromRequestParts<S>>::from_request_parts(parts, state).await {
            Ok(origin) => Ok(Some(origin)),
            Err(MISSING) => Ok(None),
            Err(rejection) => Err(rejection),
        }
    }
}

/// The second implementation that may be meant while the state is not known.
impl AllowOrigin<NoState<()>> for OriginSet {
    async fn allows(_: &Origin, _: &Parts, _: &NoState<()>) -> bool {
        false
    }
}

// Not `FromRef` is to be missing, but what `AllowOrigin` says of it.
#[diagnostic::do_not_recommend]
impl<S> AllowOrigin<S> for OriginSet
where
    Self: FromRef<S>,
{
    fn allows(origin: &Origin, _: &Parts, state: &S) -> impl Future<Output = bool> + Send {
        ready(Self::from_ref(state).contains(origin.as_str()))
    }

    fn set(state: &S) -> Option<Self> {
        Some(Self::from_ref(state))
    }
}
