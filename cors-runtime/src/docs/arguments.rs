//! The arguments of `#[cors(…)]` and `policy!(…)` in short, for editors: hover shows these texts, and completion
//! offers these names. The manual of the attribute has the rest.

#![expect(
    non_upper_case_globals,
    reason = "they are called as the arguments are"
)]

/// The methods that the handler serves, and the value of `Access-Control-Allow-Methods`.
///
/// Left out: an error, unless `..BASE` has it. `"*"` serves every method that no other handler of the path lists.
///
/// ```text
/// methods = "GET, POST"
/// ```
pub const methods: () = ();

/// Whose pages may use the handler: origins and patterns, `"*"` for all without credentials, `[]` for own pages
/// only, or a type or closure that decides at run time.
///
/// Left out: anyone's, with the visitor's cookies (the open policy).
///
/// ```text
/// origins = "https://app.example.com, https://*.partner.example"
/// origins = OriginSet
/// origins = |app: &Arc<App>| &app.origins
/// ```
pub const origins: () = ();

/// Confirms that the open policy is intended: any page of any site, with cookies.
///
/// Left out: nothing changes, unless the feature `require-origins` is on.
///
/// ```text
/// open
/// ```
pub const open: () = ();

/// Whether pages may make requests with credentials (cookies) and read the responses:
/// `Access-Control-Allow-Credentials: true`.
///
/// Left out: no beside `origins`, yes without.
///
/// ```text
/// credentials
/// credentials = false
/// ```
pub const credentials: () = ();

/// The request headers that pages may set: `Access-Control-Allow-Headers`. `[]`: none.
///
/// Left out: those that the request names.
///
/// ```text
/// allow_headers = "Content-Type, X-Csrf-Token"
/// ```
pub const allow_headers: () = ();

/// The response headers that pages may read besides the usual seven: `Access-Control-Expose-Headers`.
///
/// Left out: none. `"*"`: all, without credentials only.
///
/// ```text
/// expose_headers = "ETag, X-Total"
/// ```
pub const expose_headers: () = ();

/// How long browsers may keep the answer to a preflight, in seconds, at most 86,400: `Access-Control-Max-Age`.
///
/// Left out: not sent; browsers keep it for 5 seconds.
///
/// ```text
/// max_age = 600
/// ```
pub const max_age: () = ();

/// The same in builds with `debug_assertions` only, where it wins over `max_age`.
///
/// Left out: `max_age` counts there too. Bare: 1 second.
///
/// ```text
/// debug_max_age
/// debug_max_age = 5
/// ```
pub const debug_max_age: () = ();

/// Origins that are allowed besides `origins` in builds with `debug_assertions` only.
///
/// Left out: none.
///
/// ```text
/// debug_origins = "http://localhost:*"
/// ```
pub const debug_origins: () = ();

/// Whether the server itself refuses (403) what a closed policy does not allow.
///
/// Left out: yes beside `origins`. `"report"` lets it pass with an event.
///
/// ```text
/// enforce = false
/// enforce = "report"
/// ```
pub const enforce: () = ();

/// Vouches for `http` origins that are not loopback, with credentials.
///
/// ```text
/// origins = "http://kiosk.example.com", credentials, danger_insecure_origins
/// ```
pub const danger_insecure_origins: () = ();

/// Vouches for patterns that reach a public suffix, or that nothing has checked, with credentials.
///
/// ```text
/// origins = "https://*.example.com", credentials, danger_public_suffix
/// ```
pub const danger_public_suffix: () = ();

/// Vouches for `:*` on a host that is not loopback, with credentials.
///
/// ```text
/// origins = "https://app.example.com:*", credentials, danger_any_port
/// ```
pub const danger_any_port: () = ();

/// Vouches for `scheme://*`, with credentials.
///
/// ```text
/// origins = "moz-extension://*", credentials, danger_any_host
/// ```
pub const danger_any_host: () = ();
