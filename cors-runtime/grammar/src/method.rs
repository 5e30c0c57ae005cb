//! Methods, as a policy lists them.

use crate::Mistake;

/// Defines the methods and their list at once, so that none can be missing from it.
macro_rules! methods {
    ($($method:ident $name:literal,)*) => {
        /// A method that a handler can list: those that axum routes by name, without `TRACE`, which no
        /// browser sends. `CONNECT` no script can send either, but with it browsers open a WebSocket over
        /// HTTP/2 (RFC 8441).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "they are HTTP's")]
        pub enum Method {
            $($method,)*
        }

        impl Method {
            /// Every method, in the order of [`METHODS`].
            pub const ALL: [Self; METHODS.len()] = [$(Self::$method),*];

            /// As it is sent.
            pub const fn name(self) -> &'static str {
                METHODS[self as usize]
            }
        }

        /// The names of the methods that a handler can list.
        pub const METHODS: [&str; [$($name),*].len()] = [$($name),*];
    };
}

methods! {
    Get "GET",
    Head "HEAD",
    Post "POST",
    Put "PUT",
    Patch "PATCH",
    Delete "DELETE",
    Options "OPTIONS",
    Connect "CONNECT",
}

/// What a policy says for every method, extension methods included.
pub const EVERY: &str = "*";

/// Reads one of [`METHODS`], or says what to write instead.
///
/// Methods are case-sensitive (RFC 9110, section 9.1).
///
/// ```
/// use cors_grammar::method;
///
/// assert_eq!(method::parse("GET").unwrap(), "GET");
/// assert_eq!(method::parse("get").unwrap_err().help, "write `GET`");
/// ```
pub fn parse(method: &str) -> Result<&'static str, Mistake> {
    if let Some(known) = METHODS.into_iter().find(|known| *known == method) {
        return Ok(known);
    }
    let upper = method.to_ascii_uppercase();
    if METHODS.contains(&upper.as_str()) {
        let problem = format!("`{method}` is not a method: methods are case-sensitive");
        return Err(Mistake::corrected(problem, upper));
    }
    if is_forbidden(method) {
        return Err(Mistake::new(
            format!("no page can send `{method}`: the Fetch standard forbids it"),
            "leave it out",
        ));
    }
    if ["any", "all", "every"].contains(&method.to_ascii_lowercase().as_str()) {
        return Err(Mistake::new(
            format!("`{method}` would be the name of a method"),
            "write `methods = \"*\"` to serve every method",
        ));
    }
    let every = "`methods = \"*\"` to serve every method";
    Err(Mistake::new(
        format!("axum cannot route the method `{method}`"),
        // Two letters away is another method: `FETCH` is no `PATCH`.
        match nearest(&upper, METHODS).filter(|known| edit_distance(&upper, known) == 1) {
            Some(known) => format!("write `{known}`, or {every}"),
            None => format!("write one or more of {}, or {every}", METHODS.join(", ")),
        },
    ))
}

/// Whether no page can send a method, in any case (the Fetch standard's *forbidden method*).
pub fn is_forbidden(method: &str) -> bool {
    let forbidden = ["CONNECT", "TRACE", "TRACK"];
    forbidden
        .iter()
        .any(|known| known.eq_ignore_ascii_case(method))
}

/// The name among `known` that `name` was probably meant to be: at most two letters away, and
/// fewer than it is long.
///
/// ```
/// use cors_grammar::method::nearest;
///
/// assert_eq!(nearest("metods", ["methods", "origins"]), Some("methods"));
/// assert_eq!(nearest("colour", ["methods", "origins"]), None);
/// ```
pub fn nearest(name: &str, known: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    known
        .into_iter()
        .map(|candidate| (edit_distance(name, candidate), candidate))
        .min()
        .filter(|(distance, _)| *distance <= 2 && *distance < name.len())
        .map(|(_, candidate)| candidate)
}

/// The number of letters to insert, delete or replace to make one text of the other (Levenshtein).
fn edit_distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

/// A set of [`METHODS`], or every method there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MethodSet(u16);

/// One bit is left that no method has: all methods together are not every method.
const _: () = assert!(METHODS.len() < u16::BITS as usize);

impl MethodSet {
    /// No method.
    pub const NONE: Self = Self(0);
    /// Every method, extension methods included: what [`EVERY`] means.
    pub const EVERY: Self = Self(u16::MAX);

    /// The set with `method` added, where it is one of [`METHODS`] or [`EVERY`]; otherwise the
    /// set as it is.
    pub fn with(self, method: &str) -> Self {
        match method {
            EVERY => Self::EVERY,
            _ => Self(self.0 | Self::bit(method)),
        }
    }

    /// The set that [`MethodSet::bits`] was taken from.
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// One bit for each of [`METHODS`], in their order, the lowest first; all sixteen are set in
    /// [`MethodSet::EVERY`] only.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Whether this is [`MethodSet::EVERY`].
    pub const fn is_every(self) -> bool {
        self.0 == u16::MAX
    }

    /// Whether `method`, in its own case, is *named* in this set. [`MethodSet::EVERY`] names none:
    /// it takes what others leave.
    pub fn names(self, method: &str) -> bool {
        !self.is_every() && self.0 & Self::bit(method) != 0
    }

    /// The methods that are named in this set, in the order of [`METHODS`].
    pub fn iter(self) -> impl Iterator<Item = Method> {
        let methods = Method::ALL.into_iter();
        methods.filter(move |method| self.names(method.name()))
    }

    /// The first method that both sets name, or [`EVERY`] where both take all the others leave.
    pub const fn clash(self, other: Self) -> Option<&'static str> {
        if self.is_every() || other.is_every() {
            return if self.is_every() && other.is_every() {
                Some(EVERY)
            } else {
                None
            };
        }
        let common = self.0 & other.0;
        if common == 0 {
            None
        } else {
            Some(METHODS[common.trailing_zeros() as usize])
        }
    }

    fn bit(method: &str) -> u16 {
        match METHODS.into_iter().position(|known| known == method) {
            Some(position) => 1 << position,
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_cannot_be_listed_is_answered_with_what_to_write() {
        for (method, help) in [
            ("get", "write `GET`"),
            ("Delete", "write `DELETE`"),
            (
                "GETT",
                "write `GET`, or `methods = \"*\"` to serve every method",
            ),
            (
                "PROPFIND",
                "write one or more of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, CONNECT, \
                 or `methods = \"*\"` to serve every method",
            ),
            ("TRACE", "leave it out"),
            ("connect", "write `CONNECT`"),
            ("any", "write `methods = \"*\"` to serve every method"),
            ("Track", "leave it out"),
        ] {
            assert_eq!(parse(method).unwrap_err().help, help, "{method}");
        }
    }

    #[test]
    fn two_sets_clash_on_a_method_that_both_name() {
        let set = |methods: &[&str]| methods.iter().fold(MethodSet::NONE, |set, m| set.with(m));
        for (one, other, clash) in [
            (&["GET", "POST"][..], &["DELETE"][..], None),
            (&["GET", "POST"], &["PUT", "POST"], Some("POST")),
            (&["GET"], &["HEAD"], None),
            (&["*"], &["GET", "OPTIONS"], None),
            (&["*"], &["*"], Some("*")),
            (&["OPTIONS"], &["OPTIONS"], Some("OPTIONS")),
        ] {
            assert_eq!(set(one).clash(set(other)), clash, "{one:?} {other:?}");
        }
    }

    #[test]
    fn every_method_together_is_not_the_set_of_all_methods() {
        let named = METHODS.iter().fold(MethodSet::NONE, |set, m| set.with(m));
        assert!(!named.is_every());
        assert_eq!(named.iter().count(), METHODS.len());
        assert_eq!(MethodSet::EVERY.iter().count(), 0);
    }
}
