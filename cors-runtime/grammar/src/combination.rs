//! Arguments that are right by themselves and wrong together.
//!
//! The attribute looks at what is written in one place; a constant of its expansion looks again
//! at what `..BASE` has merged. Both ask here.

use crate::{pattern::Hazards, public_suffix};

/// Whom a policy lets in, as far as the rules need to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origins {
    /// `origins` is left out: anyone, whose origin is echoed.
    Open,
    /// `origins = "*"`.
    Every,
    /// A list of origins.
    Listed,
    /// A type that decides at run time.
    Decided,
}

/// The arguments of a policy that have a say in each other.
#[derive(Debug, Clone, Copy)]
pub struct Combination {
    /// Whom the policy lets in.
    pub origins: Origins,
    /// Whether it has `debug_origins`.
    pub debug_origins: bool,
    /// Whether it sends `Access-Control-Allow-Credentials`.
    pub credentials: bool,
    /// Whether `expose_headers` is `"*"`.
    pub exposes_every_header: bool,
    /// `max_age`, in seconds.
    pub max_age: Option<u32>,
    /// `debug_max_age`, in seconds.
    pub debug_max_age: Option<u32>,
    /// Whether it says `enforce`, and not `enforce = false`.
    pub enforce: bool,
    /// What speaks against its origins, were they let in with credentials.
    pub hazards: Hazards,
    /// What it vouches for by a `danger_` word.
    pub vouched: Hazards,
}

/// What can be wrong with a [`Combination`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// `origins = "*"` with `credentials`.
    EveryOriginWithCredentials,
    /// `expose_headers = "*"` with `credentials`.
    EveryHeaderWithCredentials,
    /// `debug_max_age` above `max_age`.
    DebugMaxAgeAboveMaxAge,
    /// `enforce` where every origin is let in.
    NothingToEnforce,
    /// `debug_origins` where every origin is let in.
    NothingToAddInDebug,
    /// A `danger_` word where every origin is let in.
    NothingToVouchFor,
    /// An insecure origin with `credentials`.
    Insecure,
    /// `:*` with `credentials`.
    AnyPort,
    /// A pattern that reaches a public suffix with `credentials`, or that nothing has checked.
    PublicSuffix,
}

impl Conflict {
    /// Every conflict, in the order in which they are reported.
    pub const ALL: [Self; 9] = [
        Self::EveryOriginWithCredentials,
        Self::EveryHeaderWithCredentials,
        Self::DebugMaxAgeAboveMaxAge,
        Self::NothingToEnforce,
        Self::NothingToAddInDebug,
        Self::NothingToVouchFor,
        Self::Insecure,
        Self::AnyPort,
        Self::PublicSuffix,
    ];

    /// What is wrong.
    pub const fn problem(self) -> &'static str {
        match self {
            Self::EveryOriginWithCredentials => {
                "`origins = \"*\"` with `credentials`: browsers refuse the two together"
            }
            Self::EveryHeaderWithCredentials => {
                "with credentials browsers take `expose_headers = \"*\"` for a header named `*`"
            }
            Self::DebugMaxAgeAboveMaxAge => {
                "`debug_max_age` is above `max_age`: a debug build would cache for longer than a \
                 release build"
            }
            Self::NothingToEnforce => {
                "`enforce` would refuse nothing: this policy lets every origin in"
            }
            Self::NothingToAddInDebug => {
                "`debug_origins` would add nothing: this policy lets every origin in"
            }
            Self::NothingToVouchFor => {
                "a `danger_` word vouches for `origins`, and this policy lists none"
            }
            Self::Insecure => {
                "with credentials an `http` origin lets in whoever is on the way to it"
            }
            Self::AnyPort => {
                "with credentials `:*` lets in every service of a host that is not loopback"
            }
            Self::PublicSuffix if public_suffix::IS_KNOWN => {
                "with credentials this pattern lets in names that anyone may register: it reaches a \
                 public suffix"
            }
            Self::PublicSuffix => {
                "with credentials a pattern must not reach a public suffix, and nothing has checked \
                 this one"
            }
        }
    }

    /// What to write instead.
    pub const fn help(self) -> &'static str {
        match self {
            Self::EveryOriginWithCredentials => "list the origins, or leave `credentials` out",
            Self::EveryHeaderWithCredentials => "list the names, or write `credentials = false`",
            Self::DebugMaxAgeAboveMaxAge => "write at most what `max_age` says",
            Self::NothingToEnforce | Self::NothingToAddInDebug => "leave it out, or list `origins`",
            Self::NothingToVouchFor => "leave it out, or write it beside `origins`",
            Self::Insecure => "write `https`, or vouch with `danger_insecure_origins`",
            Self::AnyPort => "write the port, or vouch with `danger_any_port`",
            Self::PublicSuffix if public_suffix::IS_KNOWN => {
                "write a narrower pattern, or vouch with `danger_public_suffix`"
            }
            Self::PublicSuffix => {
                "enable the feature `public-suffix` of `cors-runtime`, or vouch with \
                 `danger_public_suffix`"
            }
        }
    }
}

impl Combination {
    /// The first conflict that is there.
    pub const fn conflict(&self) -> Option<Conflict> {
        let mut i = 0;
        while i < Conflict::ALL.len() {
            if self.has(Conflict::ALL[i]) {
                return Some(Conflict::ALL[i]);
            }
            i += 1;
        }
        None
    }

    /// Whether a conflict is there.
    pub const fn has(&self, conflict: Conflict) -> bool {
        let everyone = matches!(self.origins, Origins::Open | Origins::Every);
        match conflict {
            Conflict::EveryOriginWithCredentials => {
                self.credentials && matches!(self.origins, Origins::Every)
            }
            Conflict::EveryHeaderWithCredentials => self.credentials && self.exposes_every_header,
            Conflict::DebugMaxAgeAboveMaxAge => match (self.debug_max_age, self.max_age) {
                (Some(debug), Some(release)) => debug > release,
                _ => false,
            },
            Conflict::NothingToEnforce => self.enforce && everyone,
            Conflict::NothingToAddInDebug => self.debug_origins && everyone,
            Conflict::NothingToVouchFor => {
                let vouches = !self.vouched.within(Hazards::NONE);
                vouches && everyone
            }
            Conflict::Insecure => {
                self.credentials && self.hazards.insecure && !self.vouched.insecure
            }
            Conflict::AnyPort => {
                self.credentials && self.hazards.any_port && !self.vouched.any_port
            }
            Conflict::PublicSuffix => {
                self.credentials && self.hazards.public_suffix && !self.vouched.public_suffix
            }
        }
    }
}
