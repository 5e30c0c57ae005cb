//! What a `#[cors(…)]` says, as data.

use cors_grammar::{
    combination::{self, Combination},
    header_name,
    method::{self, MethodSet},
    origin_list,
    pattern::{Hazards, Wildcards},
};

/// A CORS policy: what the arguments of [`#[cors(…)]`](macro@crate::cors) or
/// [`policy!`](crate::policy) say.
///
/// A policy is plain data that is known when the program is compiled. Arguments that were left out
/// are unset in it; what they mean then is told at [the attribute](macro@crate::cors).
///
/// It shows itself as it is written, save that lists of origins are sorted:
///
/// ```
/// let policy = cors_runtime::policy!(methods = "GET", origins = "*");
/// assert_eq!(format!("{policy:?}"), r#"policy!(methods = "GET", origins = "*")"#);
/// ```
#[derive(Clone, Copy)]
pub struct Policy {
    pub(crate) methods: Option<Methods>,
    pub(crate) origins: Option<Origins>,
    pub(crate) credentials: Option<bool>,
    pub(crate) allow_headers: Option<&'static str>,
    pub(crate) expose_headers: Option<&'static str>,
    pub(crate) max_age: Option<Seconds>,
    pub(crate) debug_max_age: Option<Seconds>,
    pub(crate) debug_origins: Option<OriginList>,
    pub(crate) enforce: Option<bool>,
    pub(crate) vouched: Hazards,
}

/// The methods of a policy, as written and as a set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Methods {
    pub(crate) text: &'static str,
    pub(crate) set: MethodSet,
}

/// The value of `origins`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origins {
    /// `"*"`.
    Every,
    Listed(OriginList),
    /// A type that decides at run time.
    Decided,
}

/// Origins and patterns, as the attribute has checked and sorted them.
#[derive(Clone, Copy, Debug)]
pub struct OriginList {
    /// Their texts, in byte order.
    pub sorted: &'static [&'static str],
    /// The wildcards that they have.
    pub wildcards: Wildcards,
    /// What speaks against them in a policy with credentials.
    pub hazards: Hazards,
}

impl OriginList {
    pub(crate) fn has(&self, origin: &[u8]) -> bool {
        origin_list::admits(self.sorted, self.wildcards, origin, |_| true)
    }
}

/// A number of seconds, and its digits: constants cannot format numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seconds {
    pub(crate) number: u32,
    pub(crate) digits: &'static str,
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
        let methods = self.method_set();
        let origin_passes = match self.origins {
            None | Some(Origins::Every) => true,
            Some(Origins::Listed(list)) => {
                list.has(origin.as_bytes()) || self.debug_origins_have(origin.as_bytes())
            }
            // What the type would say is not known here.
            Some(Origins::Decided) => self.debug_origins_have(origin.as_bytes()),
        };
        let method_passes = matches!(method, "GET" | "HEAD" | "POST")
            || methods.names(method)
            || (methods.is_every() && !method::is_forbidden(method));
        let header_passes = |name: &&str| match self.allow_headers {
            None => true,
            Some(names) => names
                .split(", ")
                .any(|known| known.eq_ignore_ascii_case(name)),
        };
        origin_passes && method_passes && headers.iter().all(header_passes)
    }

    pub(crate) fn debug_origins_have(&self, origin: &[u8]) -> bool {
        self.debug_origins.is_some_and(|list| list.has(origin))
    }

    pub(crate) const fn method_set(&self) -> MethodSet {
        match self.methods {
            Some(methods) => methods.set,
            None => MethodSet::NONE,
        }
    }

    /// The open policy allows credentials unless it says otherwise, as the article has it; every
    /// other only where it says so.
    pub(crate) const fn allows_credentials(&self) -> bool {
        match self.credentials {
            Some(allowed) => allowed,
            None => self.origins.is_none(),
        }
    }

    /// Whether the server itself refuses what the policy does not allow.
    pub(crate) const fn enforces(&self) -> bool {
        let closed = matches!(self.origins, Some(Origins::Listed(_) | Origins::Decided));
        closed && !matches!(self.enforce, Some(false))
    }

    pub(crate) const fn effective_max_age(&self) -> Option<Seconds> {
        match self.debug_max_age {
            Some(seconds) => Some(seconds),
            None => self.max_age,
        }
    }

    /// The arguments that have a say in each other.
    pub(crate) const fn combination(&self) -> Combination {
        let (origins, listed) = match self.origins {
            None => (combination::Origins::Open, Hazards::NONE),
            Some(Origins::Every) => (combination::Origins::Every, Hazards::NONE),
            Some(Origins::Listed(list)) => (combination::Origins::Listed, list.hazards),
            Some(Origins::Decided) => (combination::Origins::Decided, Hazards::NONE),
        };
        let debug = match self.debug_origins {
            Some(list) => list.hazards,
            None => Hazards::NONE,
        };
        Combination {
            origins,
            debug_origins: self.debug_origins.is_some(),
            credentials: self.allows_credentials(),
            exposes_every_header: match self.expose_headers {
                Some(names) => header_name::is_every(names),
                None => false,
            },
            max_age: number(self.max_age),
            debug_max_age: number(self.debug_max_age),
            enforce: matches!(self.enforce, Some(true)),
            hazards: listed.or(debug),
            vouched: self.vouched,
        }
    }
}

const fn number(seconds: Option<Seconds>) -> Option<u32> {
    match seconds {
        Some(seconds) => Some(seconds.number),
        None => None,
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
        assert!(INHERITED.vouched.insecure && INHERITED.allows_credentials());
        assert!(!REPLACED.admits("http://a.example", "GET", &[]));
        assert_eq!(
            REPLACED.vouched,
            Hazards::NONE,
            "a danger_ word stays with its origins"
        );
        assert_eq!(
            REPLACED.effective_max_age().map(|age| age.digits),
            Some("0")
        );
    }
}
