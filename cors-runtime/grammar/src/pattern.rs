//! Patterns of origins, and their hazards.

use crate::{
    host,
    origin::{Parts, is_file, is_host, is_scheme, is_web, parse_port},
    public_suffix, punycode,
};

/// The port of a [`Pattern`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// The scheme's default.
    Default,
    /// This one.
    Number(u16),
    /// `:*`: any, or none.
    Any,
}

/// The host of a [`Pattern`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host<'a> {
    /// This one.
    Exact(&'a str),
    /// `*.`: every host below this one, one label or more.
    Below(&'a str),
    /// `*` in the first label, next to a hyphen: every host with a label in its place below this one.
    Label(&'a str),
    /// `*`: every host.
    Any,
}

/// What a list of origins may hold: an origin, or a pattern with `*` in the place of hosts, of ports (any,
/// or none), or of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern<'a> {
    /// The scheme, without `://`.
    pub scheme: &'a str,
    /// The host.
    pub host: Host<'a>,
    /// The host as it is written.
    pub(crate) host_text: &'a str,
    /// The port.
    pub port: Port,
}

impl<'a> Pattern<'a> {
    /// Reads an origin or a pattern. A host with a trailing dot is an origin, but one that nobody
    /// means to list.
    pub(crate) fn recognise(text: &'a str) -> Option<Self> {
        let Parts { scheme, host, port } = Parts::of(text)?;
        let port = match port {
            None => Port::Default,
            Some("*") => Port::Any,
            Some(port) => Port::Number(parse_port(scheme, port)?),
        };
        let host_text = host;
        let host = Host::recognise(scheme, host)?;
        let fits = is_scheme(scheme) || is_file(scheme, host_text, port == Port::Default);
        fits.then_some(Self {
            scheme,
            host,
            host_text,
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
            subdomains: matches!(self.host, Host::Below(_)),
            label: matches!(self.host, Host::Label(_)),
            any_host: self.host == Host::Any,
            any_port: self.port == Port::Any,
        }
    }

    /// The hazards of this entry in a policy with credentials.
    pub fn hazards(&self) -> Hazards {
        let (loopback, public_suffix) = match self.host {
            Host::Exact(host) => (host::is_loopback(host), false),
            Host::Below(base) | Host::Label(base) => {
                let loopback = host::is_loopback(base);
                (loopback, !loopback && public_suffix::reaches(base))
            }
            Host::Any => (false, false),
        };
        Hazards {
            insecure: self.scheme == "http" && !loopback,
            any_port: self.port == Port::Any && !loopback,
            public_suffix,
            any_host: self.host == Host::Any,
            file: self.scheme == "file",
        }
    }
}

impl<'a> Host<'a> {
    fn recognise(scheme: &str, host: &'a str) -> Option<Self> {
        let is_base = |base: &str| {
            host.len() <= host::LONGEST_HOST
                && host::is_domain(base)
                && !host::ends_in_number(base)
                && !base.ends_with('.')
        };
        if let Some(base) = host.strip_prefix("*.") {
            return is_base(base).then_some(Self::Below(base));
        }
        if host == "*" {
            return (!is_web(scheme)).then_some(Self::Any);
        }
        if host.contains('*') {
            let (label, base) = host.split_once('.')?;
            let fits = is_label_pattern(label) && base.contains('.') && is_base(base);
            return fits.then_some(Self::Label(base));
        }
        let fits = is_host(scheme, host) || (scheme == "file" && host.is_empty());
        let dotted = is_web(scheme) && host.ends_with('.');
        (fits && !dotted).then_some(Self::Exact(host))
    }
}

/// Whether a text is a label with `*` at its start or end, next to a hyphen. Without the hyphen
/// `https://*example.com` would have `https://evilexample.com`.
fn is_label_pattern(label: &str) -> bool {
    let written = match (label.strip_prefix('*'), label.strip_suffix('*')) {
        (Some(end), None) if end.starts_with('-') => end,
        (None, Some(start)) if start.ends_with('-') => start,
        _ => return false,
    };
    label.len() <= host::LONGEST_LABEL
        && written.bytes().all(host::is_label_byte)
        && !punycode::is_marked(written)
}

/// Which of the wildcards the entries of a list have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wildcards {
    /// `*.` before a host.
    pub subdomains: bool,
    /// `*` in the first label of a host.
    pub label: bool,
    /// `*` as the host.
    pub any_host: bool,
    /// `:*`.
    pub any_port: bool,
}

impl Wildcards {
    /// None: every entry is one origin.
    pub const NONE: Self = Self {
        subdomains: false,
        label: false,
        any_host: false,
        any_port: false,
    };

    /// All there are.
    pub(crate) const ALL: Self = Self {
        subdomains: true,
        label: true,
        any_host: true,
        any_port: true,
    };

    /// The wildcards of either.
    pub const fn or(self, other: Self) -> Self {
        Self {
            subdomains: self.subdomains || other.subdomains,
            label: self.label || other.label,
            any_host: self.any_host || other.any_host,
            any_port: self.any_port || other.any_port,
        }
    }
}

/// Why an entry is refused in a policy with credentials; each but the last has a `danger_` word that
/// vouches for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hazards {
    /// `http` on a host that is not loopback: anyone on the way can pose as it.
    pub insecure: bool,
    /// `:*` on a host that is not loopback: any service of that host is allowed.
    pub any_port: bool,
    /// A pattern that can match under a public suffix, where anyone may register a name; or that
    /// nothing has checked, because the feature `public-suffix` is off.
    pub public_suffix: bool,
    /// `scheme://*`: anyone may publish a program of that scheme.
    pub any_host: bool,
    /// `file://`: any file that was ever saved.
    pub file: bool,
}

impl Hazards {
    /// None.
    pub const NONE: Self = Self {
        insecure: false,
        any_port: false,
        public_suffix: false,
        any_host: false,
        file: false,
    };

    /// Whether each of these hazards is among the vouched ones.
    pub const fn within(self, vouched: Self) -> bool {
        (!self.insecure || vouched.insecure)
            && (!self.any_port || vouched.any_port)
            && (!self.public_suffix || vouched.public_suffix)
            && (!self.any_host || vouched.any_host)
            && (!self.file || vouched.file)
    }

    /// The hazards of this and the other.
    pub const fn or(self, other: Self) -> Self {
        Self {
            insecure: self.insecure || other.insecure,
            any_port: self.any_port || other.any_port,
            public_suffix: self.public_suffix || other.public_suffix,
            any_host: self.any_host || other.any_host,
            file: self.file || other.file,
        }
    }
}
