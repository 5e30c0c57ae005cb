//! [`Origin`]: the origin of a request.

use std::{borrow::Borrow, error, fmt, str::FromStr};

use cors_grammar::{Mistake, explain, list, origin};

/// The origin of the page that sent a request, as an extractor.
///
/// Browsers say it in `Origin`, of cross-origin requests and of all that are neither `GET` nor
/// `HEAD`. Other programs write there what they like: it tells forged *browser* requests apart, and
/// authenticates nobody.
///
/// A request without exactly one `Origin`, or with one that no browser would serialize so, is
/// rejected with 400 ([`OriginRejection`](crate::OriginRejection)). `Option<Origin>` is `None` where there is no `Origin`,
/// and rejects the others.
///
/// ```
/// use cors_runtime::{Origin, cors};
///
/// #[cors(methods = "GET")]
/// async fn greet(origin: Option<Origin>) -> String {
///     match origin {
///         Some(origin) if origin == "https://app.example" => "hello, app".to_owned(),
///         Some(origin) => format!("hello, {origin}"),
///         None => "hello".to_owned(),
///     }
/// }
///
/// let origin: Origin = "https://app.example:8443".parse()?;
/// assert_eq!(origin.scheme(), Some("https"));
/// assert_eq!(origin.host(), Some("app.example"));
/// assert_eq!(origin.port(), Some(8443));
/// # Ok::<(), cors_runtime::OriginError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(Box<str>);

/// How an opaque origin is serialized.
const OPAQUE: &str = "null";

impl Origin {
    /// The origin of a header's value or a text, if it is one.
    pub(crate) fn recognise(text: &str) -> Option<Self> {
        let known = text == OPAQUE || origin::Origin::parse(text).is_some();
        known.then(|| Self(text.into()))
    }

    /// The origin as the browser serialized it: `https://app.example:8443`, or `null`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The scheme; `None` where the origin is opaque.
    pub fn scheme(&self) -> Option<&str> {
        self.parsed().map(|origin| origin.scheme)
    }

    /// The host, an IPv6 address in its brackets; `None` where the origin is opaque.
    pub fn host(&self) -> Option<&str> {
        self.parsed().map(|origin| origin.host)
    }

    /// The port; `None` where it is the scheme's default, which browsers leave out, and where the
    /// origin is opaque.
    pub fn port(&self) -> Option<u16> {
        self.parsed().and_then(|origin| origin.port)
    }

    fn parsed(&self) -> Option<origin::Origin<'_>> {
        origin::Origin::parse(&self.0)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({self})")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Borrow<str> for Origin {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0.into()
    }
}

impl AsRef<str> for Origin {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for Origin {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Origin {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    /// Reads an origin as browsers serialize it, or `null`.
    fn from_str(text: &str) -> Result<Self, OriginError> {
        Self::recognise(text).ok_or_else(|| OriginError::new(text, explain::origin(text)))
    }
}

/// Why a text is not an origin, or no pattern of origins, in the words of the compiler's check.
///
/// ```
/// use cors_runtime::Origin;
///
/// let error = "https://app.example/".parse::<Origin>().unwrap_err();
/// assert_eq!(error.entry(), "https://app.example/");
/// assert_eq!(
///     error.to_string(),
///     "`https://app.example/` has a trailing slash, which no origin has; \
///      write `https://app.example`",
/// );
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OriginError {
    entry: String,
    mistake: Mistake,
}

impl OriginError {
    pub(crate) fn new(entry: &str, mistake: Mistake) -> Self {
        let entry = list::shown(entry).to_owned();
        Self { entry, mistake }
    }

    /// The text that is wrong; of a list, the entry. Of a text that is longer than any origin, the first 400
    /// bytes.
    pub fn entry(&self) -> &str {
        &self.entry
    }
}

impl fmt::Display for OriginError {
    /// One line: what is wrong, and what to write.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.mistake.problem, self.mistake.help)
    }
}

impl fmt::Debug for OriginError {
    /// As `Display`: it is what `main` prints of an error that it returns.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl error::Error for OriginError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_parts_unless_it_is_opaque() {
        for (text, scheme, host, port) in [
            (
                "https://app.example",
                Some("https"),
                Some("app.example"),
                None,
            ),
            ("http://[::1]:8080", Some("http"), Some("[::1]"), Some(8080)),
            (
                "capacitor://localhost",
                Some("capacitor"),
                Some("localhost"),
                None,
            ),
            (
                "https://app.example.",
                Some("https"),
                Some("app.example."),
                None,
            ),
            ("null", None, None, None),
        ] {
            let origin: Origin = text.parse().unwrap();
            assert_eq!(origin, *text);
            assert_eq!(origin.to_string(), text);
            assert_eq!(
                (origin.scheme(), origin.host(), origin.port()),
                (scheme, host, port)
            );
        }
    }

    #[test]
    fn what_is_no_origin_is_explained() {
        for (text, expected) in [
            (
                "https://App.example",
                "`https://App.example` has upper case",
            ),
            ("https://*.app.example", "`*`"),
            ("", "`` has no scheme"),
        ] {
            let error = text.parse::<Origin>().unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
            assert_eq!(error.entry(), text);
        }
    }
}
