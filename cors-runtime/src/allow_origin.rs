//! [`AllowOrigin`]: origins decided at run time.

use http::request::Parts;

use crate::{origin::Origin, policy::Policy};

/// A type that decides at run time which origins a policy lets in: `origins = Tenants`.
///
/// It sees the application's own state `S`, so that a tenant's origins can come from a database,
/// with no global and no closure.
///
/// ```
/// use std::{collections::HashSet, sync::Arc};
///
/// use axum::http::request::Parts;
/// use cors_runtime::{AllowOrigin, CorsRouter, Origin, cors, routes};
///
/// #[derive(Clone)]
/// struct App {
///     partners: Arc<HashSet<String>>,
/// }
///
/// struct Partners;
///
/// impl AllowOrigin<App> for Partners {
///     async fn allows(origin: &Origin, _: &Parts, app: &App) -> bool {
///         app.partners.contains(origin.as_str())
///     }
/// }
///
/// #[cors(methods = "GET", origins = Partners)]
/// async fn report() {}
///
/// let partners = Arc::new(HashSet::from(["https://a.example".to_owned()]));
/// let app: axum::Router = CorsRouter::new()
///     .route("/report", routes!(report))
///     .with_state(App { partners })
///     .into_router();
/// ```
///
/// It is asked for one well-formed origin with scheme and host only; never for `null`, a malformed,
/// a repeated or a missing one, which no such policy lets in. There is at most one decision for each
/// request and policy. One that was begun and cancelled, because a timeout dropped it, is not begun
/// again: the response goes out as for an origin that is not let in.
///
/// A decision that never ends holds its request up. Put a timeout layer on the application for those
/// that a handler waits for, and one on the resulting router for preflights.
///
/// [`OriginSet`](crate::OriginSet) is a ready-made one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not decide on origins with the state `{S}`",
    label = "`AllowOrigin<{S}>` is not implemented for `{Self}`",
    note = "implement `AllowOrigin` for the type in `origins`, for the state that `with_state` provides; \
            for `OriginSet`, implement `axum::extract::FromRef`, so that the state gives one"
)]
pub trait AllowOrigin<S>: 'static {
    /// Whether pages of `origin` are let in.
    ///
    /// Of `parts` it may rely on the URI and on `Host`, on nothing else: a preflight carries no cookie
    /// and no `Authorization`, and of a request that a layer answered nothing else is kept. The URI
    /// is that which the handler sees, without the prefixes under which it is nested.
    fn allows(origin: &Origin, parts: &Parts, state: &S) -> impl Future<Output = bool> + Send;

    /// The same, for a type that wants to know the policy it decides for.
    #[doc(hidden)]
    fn allows_under(
        _policy: &Policy,
        origin: &Origin,
        parts: &Parts,
        state: &S,
    ) -> impl Future<Output = bool> + Send {
        Self::allows(origin, parts, state)
    }
}
