//! [`AllowOrigin`]: origins decided at run time.

use http::request::Parts;

use super::{origin::Origin, origin_set::OriginSet};

/// A type that decides at run time which origins a policy allows: `origins = Tenants`.
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
/// It is asked only about one well-formed origin with scheme and host; never about `null`, a malformed,
/// a repeated or a missing one, which no such policy allows. A policy asks once for each request; on a
/// [`CorsRouter`](crate::CorsRouter) before any layer runs.
///
/// A decision that panics allows nobody: the origin is refused, the response says `no-store`, and with
/// the feature `tracing` there is an event at error level. (With `panic = "abort"` nothing can be
/// caught.)
///
/// A decision that never ends holds its request up, since no layer is around it: give it a time
/// limit of its own. Put a limiter that is to shield a costly decision around the router that
/// [`into_router`](crate::CorsRouter::into_router) returns.
///
/// [`OriginSet`](crate::OriginSet) is a ready-made one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` in `origins` does not implement `AllowOrigin` for the state of this router",
    label = "its policy cannot ask `{Self}`",
    note = "for `OriginSet`: write `#[derive(Clone, FromRef)]` (axum's feature `macros`) on the state, with a field \
            of that type, or give the set itself to `with_state`",
    note = "for `OriginSet` in a function that is generic over the state: write `where OriginSet: FromRef<S>`",
    note = "for a type of your own: write `impl AllowOrigin<App> for …`, with `async fn allows(origin: &Origin, \
            parts: &Parts, app: &App) -> bool`; `App` is the type given to `with_state` (`()` if it is not called)"
)]
pub trait AllowOrigin<S>: 'static {
    /// Whether pages of `origin` are allowed.
    ///
    /// Of `parts` it may rely on the URI, on `Host` and on the path's parameters, on nothing else: a
    /// preflight carries no cookie and no `Authorization`. The URI is the one that was requested, with
    /// the prefixes under which the router is nested (axum's
    /// [`OriginalUri`](axum::extract::OriginalUri)).
    fn allows(origin: &Origin, parts: &Parts, state: &S) -> impl Future<Output = bool> + Send;

    /// The set that decides, where the type is one: it is asked without waiting, and knows of credentials.
    #[doc(hidden)]
    fn set(_state: &S) -> Option<OriginSet> {
        None
    }
}
