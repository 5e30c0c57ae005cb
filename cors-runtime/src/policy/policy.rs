//! What a `#[cors(…)]` says, as data.

use cors_grammar::{
    method,
    record::{Origins, Record},
};

/// A CORS policy: what the arguments of [`#[cors(…)]`](macro@crate::cors) or
/// [`policy!`](crate::policy) say.
///
/// A policy is plain data that is known when the program is compiled. Arguments that were left out
/// are unset in it; their defaults are listed at [the attribute](macro@crate::cors).
///
/// It shows itself as it is written, save that lists of origins are sorted:
///
/// ```
/// let policy = cors_runtime::policy!(methods = "GET", origins = "*");
/// assert_eq!(format!("{policy:?}"), r#"policy!(methods = "GET", origins = "*")"#);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[must_use = "a policy does nothing until a handler or a layer takes it"]
pub struct Policy(Record<'static>);

/// The policy of a record; for the expansion of `policy!` and of the attribute, which has checked every
/// value.
pub const fn policy(record: Record<'static>) -> Policy {
    Policy(record)
}

/// The policy of a record that takes what it leaves out from `base`.
pub const fn policy_over(record: Record<'static>, base: &Policy) -> Policy {
    Policy(record.over(&base.0))
}

impl Policy {
    /// Whether a browser would let a request through, sent with credentials exactly if the policy
    /// allows them: whether it would send it, after a preflight where one is due, and show its
    /// response to the page.
    ///
    /// `origin` is the page's, serialized as in `Origin` (`null` for an opaque one); `method` is
    /// as on the wire; `headers` are the names that the preflight would name, those of *CORS-unsafe
    /// request-headers* (so `content-type` where the body is JSON), in any case. The handler's own
    /// verdict has no say in it, nor has its existence: `GET`, `HEAD` and `POST` need no listing.
    ///
    /// For unit tests of your own:
    ///
    /// ```
    /// use cors_runtime::{Policy, policy};
    ///
    /// const PARTNERS: Policy = policy!(
    ///     origins = "https://*.partner.example",
    ///     methods = "GET, PUT",
    ///     allow_headers = "Content-Type",
    /// );
    ///
    /// assert!(PARTNERS.admits("https://eu.partner.example", "PUT", &["content-type"]));
    /// assert!(!PARTNERS.admits("https://eu.partner.example", "DELETE", &[]));
    /// assert!(!PARTNERS.admits("https://partner.example", "GET", &[]));
    /// ```
    pub fn admits(&self, origin: &str, method: &str, headers: &[&str]) -> bool {
        let methods = self.0.method_set();
        let origin_passes = match self.0.origins {
            None | Some(Origins::Every) => true,
            Some(Origins::Listed(list)) => {
                list.has(origin.as_bytes()) || self.has_debug_origin(origin.as_bytes())
            }
            // What the type would say is not known here.
            Some(Origins::Decided) => self.has_debug_origin(origin.as_bytes()),
            Some(Origins::Elsewhere) => false,
        };
        let method_passes = matches!(method, "GET" | "HEAD" | "POST")
            || ((methods.names(method) || methods.is_every()) && !method::is_forbidden(method));
        let header_passes = |name: &&str| match self.0.allow_headers {
            None => true,
            Some(names) => names
                .split(", ")
                .any(|known| known.eq_ignore_ascii_case(name)),
        };
        origin_passes && method_passes && headers.iter().all(header_passes)
    }

    /// What the policy says.
    pub(crate) const fn record(&self) -> &Record<'static> {
        &self.0
    }

    pub(crate) fn has_debug_origin(&self, origin: &[u8]) -> bool {
        self.0.debug_origins.is_some_and(|list| list.has(origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy;

    #[test]
    fn a_browser_lets_through_what_the_policy_says() {
        const OPEN: Policy = policy!(methods = "GET, PUT");
        const EVERY: Policy = policy!(origins = "*", methods = "*", allow_headers = "X-A, X-B");
        const LISTED: Policy = policy!(
            origins = "https://a.example, https://*.b.example",
            debug_origins = "http://localhost:*",
        );
        for (policy, origin, method, headers, expected) in [
            (OPEN, "https://any.example", "PUT", &["x-any"][..], true),
            (OPEN, "null", "GET", &[], true),
            (OPEN, "https://any.example", "POST", &[], true),
            (OPEN, "https://any.example", "DELETE", &[], false),
            (OPEN, "https://any.example", "put", &[], false),
            (
                EVERY,
                "https://any.example",
                "PROPFIND",
                &["x-b", "X-A"],
                true,
            ),
            (EVERY, "https://any.example", "GET", &["x-c"], false),
            (EVERY, "https://any.example", "TRACE", &[], false),
            (LISTED, "https://a.example", "GET", &["x-any"], true),
            (LISTED, "https://b.b.example", "POST", &[], true),
            (LISTED, "http://localhost:5173", "GET", &[], true),
            (LISTED, "https://a.example", "PUT", &[], false),
            (LISTED, "https://b.example", "GET", &[], false),
            (LISTED, "null", "GET", &[], false),
        ] {
            let found = policy.admits(origin, method, headers);
            assert_eq!(found, expected, "{policy:?} {origin} {method} {headers:?}");
        }
    }

    #[test]
    fn what_is_written_wins_over_the_base() {
        const BASE: Policy = policy!(
            methods = "GET",
            origins = "http://a.example",
            danger_insecure_origins,
            max_age = 60,
            credentials,
        );
        const INHERITED: Policy = policy!(methods = "PUT", ..BASE);
        const REPLACED: Policy = policy!(origins = "https://b.example", max_age = 0, ..BASE);
        assert!(INHERITED.admits("http://a.example", "PUT", &[]));
        assert!(INHERITED.record().vouched.insecure && INHERITED.record().allows_credentials());
        assert!(!REPLACED.admits("http://a.example", "GET", &[]));
        assert_eq!(
            REPLACED.record().vouched,
            cors_grammar::pattern::Hazards::NONE,
            "a danger_ word stays with its origins"
        );
        assert_eq!(
            REPLACED.record().effective_max_age().map(|age| age.digits),
            Some("0")
        );
    }
}
