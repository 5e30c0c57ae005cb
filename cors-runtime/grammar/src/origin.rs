//! Origins, as browsers serialize them.

use crate::host;

/// The longest scheme, in bytes.
pub(crate) const LONGEST_SCHEME: usize = 64;

/// The longest origin: scheme, `://`, host, `:` and a port.
pub(crate) const LONGEST: usize = LONGEST_SCHEME + 3 + host::LONGEST_HOST + 6;

/// A serialized tuple origin, as a browser sends it.
///
/// ```
/// use cors_grammar::origin::Origin;
///
/// let origin = Origin::parse("https://app.example.com:8443").unwrap();
/// assert_eq!(origin.host, "app.example.com");
/// assert_eq!(origin.port, Some(8443));
/// assert_eq!(Origin::parse("https://app.example.com/"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The scheme, without `://`.
    pub scheme: &'a str,
    /// The host; an IPv6 address in its brackets.
    pub host: &'a str,
    /// The port, where it is not the scheme's default.
    pub port: Option<u16>,
}

impl<'a> Origin<'a> {
    /// Reads an origin, or `None` where no browser would serialize one so. Nothing is allocated,
    /// and no more than the longest origin is looked at.
    pub fn parse(text: &'a str) -> Option<Self> {
        Parts::of(text)?.origin()
    }

    /// The port that is meant where none is written: that of `http` or `https`.
    pub fn default_port(scheme: &str) -> Option<u16> {
        match scheme {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        }
    }
}

/// A text cut where an origin has its joints; nothing is checked yet.
pub(crate) struct Parts<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) host: &'a str,
    pub(crate) port: Option<&'a str>,
}

impl<'a> Parts<'a> {
    pub(crate) fn of(text: &'a str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        // To look for one byte is cheaper than for three.
        let (scheme, rest) = text.split_once(':')?;
        Self::of_rest(scheme, rest.strip_prefix("//")?)
    }

    /// The origin that these are the parts of, if they are of one.
    pub(crate) fn origin(self) -> Option<Origin<'a>> {
        let Self { scheme, host, port } = self;
        let is_of_a_page = is_scheme(scheme) && is_host(scheme, host);
        (is_of_a_page || is_file(scheme, host, port.is_none())).then_some(())?;
        let port = match port {
            None => None,
            Some(port) => Some(parse_port(scheme, port)?),
        };
        Some(Origin { scheme, host, port })
    }

    /// Cuts what follows `://`.
    pub(crate) fn of_rest(scheme: &'a str, rest: &'a str) -> Option<Self> {
        let host_len = if rest.contains('[') {
            rest.find(']')? + 1
        } else {
            rest.find(':').unwrap_or(rest.len())
        };
        let (host, port) = rest.split_at(host_len);
        let port = match port {
            "" => None,
            port => Some(port.strip_prefix(':')?),
        };
        Some(Self { scheme, host, port })
    }
}

/// Whether a scheme is `http` or `https`.
pub(crate) fn is_web(scheme: &str) -> bool {
    matches!(scheme, "http" | "https")
}

/// The schemes that the URL standard knows besides, and that no page is at.
pub(crate) const WITHOUT_PAGES: [&str; 4] = ["file", "ftp", "ws", "wss"];

/// Whether an origin is that of files, as Electron, Cordova and a browser that was told so send it. In
/// others it is opaque.
pub(crate) fn is_file(scheme: &str, host: &str, default_port: bool) -> bool {
    scheme == "file" && host.is_empty() && default_port
}

/// Whether a text is a scheme in lower case (RFC 3986, section 3.1) that pages are at.
pub(crate) fn is_scheme(scheme: &str) -> bool {
    scheme.len() <= LONGEST_SCHEME
        && scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.'))
        && !WITHOUT_PAGES.contains(&scheme)
}

pub(crate) fn is_host(scheme: &str, host: &str) -> bool {
    if is_web(scheme) {
        host::is_web_host(host)
    } else {
        host::is_opaque_host(host)
    }
}

/// Reads a port as a browser writes it: without leading zeros, and only where it is not the
/// scheme's default.
pub(crate) fn parse_port(scheme: &str, port: &str) -> Option<u16> {
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    let number = port
        .parse()
        .ok()
        .filter(|_| digits && !port.starts_with('0'))?;
    (Origin::default_port(scheme) != Some(number)).then_some(number)
}
