//! Origins and patterns of origins.

use crate::{Mistake, explain, host, public_suffix};

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

/// Why a text is no origin, and what to write. A pattern is none: it stands for many.
pub fn explain(text: &str) -> Mistake {
    match Pattern::recognise(text) {
        Some(pattern) if pattern.is_pattern() => Mistake::new(
            format!("`{text}` has `*`, and stands for more than one origin"),
            "write one origin, as in `https://app.example.com`",
        ),
        _ => explain::origin(text),
    }
}

/// The port of a [`Pattern`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// The scheme's default.
    Default,
    /// This one.
    Number(u16),
    /// `:*`: any, also none.
    Any,
}

/// What a list of origins may hold: an origin, or a pattern with `*` as the first label of the
/// host (one or more labels), as the port (any, also none), or as both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern<'a> {
    /// The scheme, without `://`.
    pub scheme: &'a str,
    /// The host; without `*.` where the pattern has it.
    pub host: &'a str,
    /// Whether the pattern stands for the hosts below `host`, and not for `host` itself.
    pub subdomains: bool,
    /// The port.
    pub port: Port,
}

impl<'a> Pattern<'a> {
    /// Reads an origin or a pattern, or says what is wrong and what to write.
    ///
    /// ```
    /// use cors_grammar::origin::Pattern;
    ///
    /// assert!(Pattern::parse("https://*.example.com").unwrap().subdomains);
    /// let mistake = Pattern::parse("https://example.com/").unwrap_err();
    /// assert_eq!(mistake.help, "write `https://example.com`");
    /// ```
    pub fn parse(text: &'a str) -> Result<Self, Mistake> {
        Self::recognise(text).ok_or_else(|| explain::origin(text))
    }

    /// Reads an origin or a pattern. A host with a trailing dot is an origin, but one that nobody
    /// means to list.
    pub(crate) fn recognise(text: &'a str) -> Option<Self> {
        let Parts { scheme, host, port } = Parts::of(text)?;
        let port = match port {
            None => Port::Default,
            Some("*") => Port::Any,
            Some(port) => Port::Number(parse_port(scheme, port)?),
        };
        let (host, subdomains) = match host.strip_prefix("*.") {
            Some(base) => (base, true),
            None => (host, false),
        };
        let fits = match subdomains {
            true => {
                host.len() + 2 <= host::LONGEST_HOST
                    && host::is_domain(host)
                    && !host::ends_in_number(host)
            }
            false => is_host(scheme, host),
        };
        (fits && is_scheme(scheme) && !host.ends_with('.')).then_some(Self {
            scheme,
            host,
            subdomains,
            port,
        })
    }

    /// Whether this is more than one origin.
    pub fn is_pattern(&self) -> bool {
        self.wildcards() != Wildcards::NONE
    }

    /// The wildcards of this entry.
    pub fn wildcards(&self) -> Wildcards {
        Wildcards {
            subdomains: self.subdomains,
            any_port: self.port == Port::Any,
        }
    }

    /// What speaks against this entry in a policy with credentials.
    pub fn hazards(&self) -> Hazards {
        let loopback = host::is_loopback(self.host);
        Hazards {
            insecure: self.scheme == "http" && !loopback,
            any_port: self.port == Port::Any && !loopback,
            public_suffix: self.subdomains && !loopback && public_suffix::reaches(self.host),
        }
    }
}

/// Which of the wildcards the entries of a list have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wildcards {
    /// `*.` before a host.
    pub subdomains: bool,
    /// `:*`.
    pub any_port: bool,
}

impl Wildcards {
    /// None: every entry is one origin.
    pub const NONE: Self = Self {
        subdomains: false,
        any_port: false,
    };

    /// The wildcards of either.
    pub const fn or(self, other: Self) -> Self {
        Self {
            subdomains: self.subdomains || other.subdomains,
            any_port: self.any_port || other.any_port,
        }
    }
}

/// What speaks against an entry in a policy with credentials; each has a `danger_` word that
/// vouches for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hazards {
    /// `http` on a host that is not loopback: anyone on the way can pose as it.
    pub insecure: bool,
    /// `:*` on a host that is not loopback: any service of that host is let in.
    pub any_port: bool,
    /// A pattern that can match under a public suffix, where anyone may register a name; or that
    /// nothing has checked, because the feature `public-suffix` is off.
    pub public_suffix: bool,
}

impl Hazards {
    /// Nothing speaks against it.
    pub const NONE: Self = Self {
        insecure: false,
        any_port: false,
        public_suffix: false,
    };

    /// Whether each of these hazards is among the vouched ones.
    pub const fn within(self, vouched: Self) -> bool {
        (!self.insecure || vouched.insecure)
            && (!self.any_port || vouched.any_port)
            && (!self.public_suffix || vouched.public_suffix)
    }

    /// The hazards of this and the other.
    pub const fn or(self, other: Self) -> Self {
        Self {
            insecure: self.insecure || other.insecure,
            any_port: self.any_port || other.any_port,
            public_suffix: self.public_suffix || other.public_suffix,
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
        (is_scheme(scheme) && is_host(scheme, host)).then_some(())?;
        let port = match port {
            None => None,
            Some(port) => Some(parse_port(scheme, port)?),
        };
        Some(Origin { scheme, host, port })
    }

    /// Cuts what stands behind `://`.
    pub(crate) fn of_rest(scheme: &'a str, rest: &'a str) -> Option<Self> {
        let host_len = match rest.contains('[') {
            true => rest.find(']')? + 1,
            false => rest.find(':').unwrap_or(rest.len()),
        };
        let (host, port) = rest.split_at(host_len);
        let port = match port {
            "" => None,
            port => Some(port.strip_prefix(':')?),
        };
        Some(Self { scheme, host, port })
    }
}

/// Whether a text is a scheme in lower case (RFC 3986, section 3.1). The origin of `file:` is
/// opaque in every browser.
pub(crate) fn is_scheme(scheme: &str) -> bool {
    scheme.len() <= LONGEST_SCHEME
        && scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.'))
        && scheme != "file"
}

fn is_host(scheme: &str, host: &str) -> bool {
    match scheme {
        "http" | "https" => host::is_web_host(host),
        _ => host::is_other_host(host),
    }
}

/// Reads a port as a browser writes it: without leading zeros, and only where it is not the
/// scheme's default.
fn parse_port(scheme: &str, port: &str) -> Option<u16> {
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    let number = port
        .parse()
        .ok()
        .filter(|_| digits && !port.starts_with('0'))?;
    (Origin::default_port(scheme) != Some(number)).then_some(number)
}
