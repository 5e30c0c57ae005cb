//! Patterns of origins, and their hazards.

use crate::{
    host,
    origin::{Parts, is_host, is_scheme, parse_port},
    public_suffix,
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

/// What a list of origins may hold: an origin, or a pattern with `*` as the first label of the
/// host (one or more labels), as the port (any, or none), or as both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern<'a> {
    /// The scheme, without `://`.
    pub scheme: &'a str,
    /// The host; without `*.` where the pattern has it.
    pub host: &'a str,
    /// Whether the pattern matches the hosts below `host`, and not for `host` itself.
    pub subdomains: bool,
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
        let (host, subdomains) = match host.strip_prefix("*.") {
            Some(base) => (base, true),
            None => (host, false),
        };
        let fits = if subdomains {
            host.len() + 2 <= host::LONGEST_HOST
                && host::is_domain(host)
                && !host::ends_in_number(host)
        } else {
            is_host(scheme, host)
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

    /// The hazards of this entry in a policy with credentials.
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

/// Why an entry is refused in a policy with credentials; each has a `danger_` word that
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
}

impl Hazards {
    /// None.
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
