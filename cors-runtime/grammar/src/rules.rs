//! Arguments that are right by themselves and wrong together.
//!
//! The attribute judges by these rules what is written in one place; a constant of its expansion judges
//! again what `..BASE` has merged.

use std::cmp::Ordering;

use crate::{
    pattern::Hazards,
    public_suffix,
    record::{Enforce, OriginList, Origins, Record},
};

/// Defines the rules and their list at once, so that none can be missing from it.
macro_rules! rules {
    ($($(#[doc = $doc:literal])* $rule:ident,)*) => {
        /// What a [`Record`] must not be.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Rule {
            $($(#[doc = $doc])* $rule,)*
        }

        impl Rule {
            /// Every rule, in the order in which breaches are reported.
            pub const ALL: &[Self] = &[$(Self::$rule),*];
        }
    };
}

rules! {
    /// `open` beside `origins`.
    OpenWithOrigins,
    /// `origins = "*"` with `credentials`.
    EveryOriginWithCredentials,
    /// `expose_headers = "*"` with `credentials`.
    EveryHeaderWithCredentials,
    /// `debug_max_age` above `max_age`.
    DebugMaxAgeAboveMaxAge,
    /// `enforce` where every origin is allowed.
    NothingToEnforce,
    /// `debug_origins` where every origin is allowed.
    NothingToAddInDebug,
    /// A `danger_` word where every origin is allowed.
    NothingToVouchFor,
    /// An insecure origin with `credentials`.
    Insecure,
    /// `:*` with `credentials`.
    AnyPort,
    /// A pattern that reaches a public suffix with `credentials`, or that nothing has checked.
    PublicSuffix,
    /// `scheme://*` with `credentials`.
    AnyHost,
    /// `file://` with `credentials`.
    File,
    /// An entry of `debug_origins` that `origins` has.
    InBothLists,
}

/// What is wrong with a policy without `origins` where the feature `require-origins` requires them, and what
/// to write.
pub const REQUIRED_ORIGINS: (&str, &str) = (
    "`origins` is missing: without it any page of any site may use this, with the visitor's cookies (the \
     feature `require-origins` requires it)",
    "list `origins`, or write `open` where that is meant",
);

/// What is wrong with a policy that says `origins = _` where nothing names them, and what to write.
pub const UNNAMED_ORIGINS: (&str, &str) = (
    "`origins` is missing: the policy says `origins = _`, and nothing names them",
    "name them, as in `origins = \"https://app.example.com\"`",
);

/// The same of a policy that a layer takes as it is.
pub const UNNAMED_ORIGINS_OF_LAYER: (&str, &str) = (
    "a layer needs origins, and this policy says `origins = _`",
    "write the origins in place of `_`, or use `CorsLayer::builder` for origins that are known at run time",
);

/// A rule that a policy breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breach<'a> {
    /// The rule.
    pub rule: Rule,
    /// The entry of `origins` or `debug_origins` that breaks it, where it is one.
    pub entry: Option<&'a str>,
}

impl Rule {
    /// The argument that it is about, in a policy that vouches for `vouched`.
    pub const fn argument(self, vouched: Hazards) -> &'static str {
        match self {
            Self::NothingToVouchFor => vouched.word(),
            Self::OpenWithOrigins => "open",
            Self::EveryHeaderWithCredentials => "expose_headers",
            Self::DebugMaxAgeAboveMaxAge => "debug_max_age",
            Self::NothingToEnforce => "enforce",
            Self::NothingToAddInDebug | Self::InBothLists => "debug_origins",
            Self::EveryOriginWithCredentials
            | Self::Insecure
            | Self::AnyPort
            | Self::PublicSuffix
            | Self::AnyHost
            | Self::File => "origins",
        }
    }

    /// Whether a `danger_` word lets a policy break the rule.
    pub const fn is_vouched_for(self) -> bool {
        matches!(
            self,
            Self::Insecure | Self::AnyPort | Self::PublicSuffix | Self::AnyHost
        )
    }

    /// What is wrong.
    pub const fn problem(self) -> &'static str {
        match self {
            Self::OpenWithOrigins => {
                "`open` says that every origin is allowed, and `origins` names some"
            }
            Self::EveryOriginWithCredentials => {
                "`origins = \"*\"` with `credentials`: browsers refuse the two together"
            }
            Self::EveryHeaderWithCredentials => {
                "where cookies are allowed (by `credentials`, or without `origins`), browsers treat \
                 `expose_headers = \"*\"` as a header named `*`"
            }
            Self::DebugMaxAgeAboveMaxAge => {
                "`debug_max_age` is above `max_age`: a debug build would cache for longer than a \
                 release build"
            }
            Self::NothingToEnforce => {
                "`enforce` would refuse nothing: this policy allows every origin"
            }
            Self::NothingToAddInDebug => {
                "`debug_origins` would add nothing: this policy allows every origin"
            }
            Self::NothingToVouchFor => {
                "a `danger_` argument applies to listed `origins`, and this policy lists none"
            }
            Self::Insecure => {
                "with credentials an `http` origin lets anyone on the network path read the responses"
            }
            Self::AnyPort => {
                "with credentials `:*` allows every service on a host that is not loopback"
            }
            Self::PublicSuffix if public_suffix::IS_KNOWN => {
                "with credentials this pattern allows names that anyone may register: it reaches a \
                 public suffix"
            }
            Self::PublicSuffix => {
                "with credentials a pattern must not reach a public suffix, and nothing has checked \
                 this one"
            }
            Self::AnyHost => {
                "with credentials this allows every extension or app of its scheme, and anyone may publish one"
            }
            Self::File => {
                "with credentials `file://` allows every page that was ever saved to a disk"
            }
            Self::InBothLists => "`debug_origins` has it, and so has `origins`",
        }
    }

    /// What to write instead.
    pub const fn help(self) -> &'static str {
        match self {
            Self::OpenWithOrigins => "leave one of the two out",
            Self::EveryOriginWithCredentials => "list the origins, or leave `credentials` out",
            Self::EveryHeaderWithCredentials => {
                "list the names, or turn cookies off, with `credentials = false`"
            }
            Self::DebugMaxAgeAboveMaxAge => "write at most what `max_age` says",
            Self::NothingToEnforce | Self::NothingToAddInDebug => "leave it out, or list `origins`",
            Self::NothingToVouchFor => "leave it out, or write it beside `origins`",
            Self::Insecure => "write `https`, or add `danger_insecure_origins`",
            Self::AnyPort => "write the port, or add `danger_any_port`",
            Self::PublicSuffix if public_suffix::IS_KNOWN => {
                "list the hosts, write a narrower pattern, or add `danger_public_suffix`"
            }
            Self::AnyHost => "list the hosts, or add `danger_any_host`",
            Self::File => "leave `credentials` out, or serve the pages from a local server",
            Self::InBothLists => "leave it out of `debug_origins`",
            Self::PublicSuffix => {
                "enable the feature `public-suffix` of `cors-runtime`, or add \
                 `danger_public_suffix`"
            }
        }
    }
}

impl Hazards {
    /// The `danger_` word of the first of these hazards.
    pub const fn word(self) -> &'static str {
        match self.breaks(Self::NONE) {
            Some(Rule::AnyPort) => "danger_any_port",
            Some(Rule::PublicSuffix) => "danger_public_suffix",
            Some(Rule::AnyHost) => "danger_any_host",
            _ => "danger_insecure_origins",
        }
    }

    /// The first rule that an entry with these hazards breaks in a policy with credentials that vouches
    /// for `vouched`.
    pub const fn breaks(self, vouched: Self) -> Option<Rule> {
        let Self {
            insecure,
            any_port,
            public_suffix,
            any_host,
            file,
        } = self;
        if insecure && !vouched.insecure {
            Some(Rule::Insecure)
        } else if any_port && !vouched.any_port {
            Some(Rule::AnyPort)
        } else if public_suffix && !vouched.public_suffix {
            Some(Rule::PublicSuffix)
        } else if any_host && !vouched.any_host {
            Some(Rule::AnyHost)
        } else if file && !vouched.file {
            Some(Rule::File)
        } else {
            None
        }
    }
}

impl<'a> Record<'a> {
    /// The first rule that the policy breaks.
    pub const fn breach(&self) -> Option<Breach<'a>> {
        let mut i = 0;
        while i < Rule::ALL.len() {
            if let Some(breach) = self.breaks(Rule::ALL[i]) {
                return Some(breach);
            }
            i += 1;
        }
        None
    }

    /// How the policy breaks a rule, if it does.
    pub const fn breaks(&self, rule: Rule) -> Option<Breach<'a>> {
        let entry = None;
        let credentials = self.allows_credentials();
        let is_broken = match rule {
            Rule::OpenWithOrigins => self.open && self.origins.is_some(),
            Rule::EveryOriginWithCredentials => {
                credentials && matches!(self.origins, Some(Origins::Every))
            }
            Rule::EveryHeaderWithCredentials => credentials && self.exposes_every_header(),
            Rule::DebugMaxAgeAboveMaxAge => match (self.debug_max_age, self.max_age) {
                (Some(debug), Some(release)) => debug.number > release.number,
                _ => false,
            },
            Rule::NothingToEnforce => {
                matches!(self.enforce, Some(Enforce::On | Enforce::Report)) && !self.is_closed()
            }
            Rule::NothingToAddInDebug => self.debug_origins.is_some() && !self.is_closed(),
            Rule::NothingToVouchFor => !self.vouched.within(Hazards::NONE) && !self.is_closed(),
            Rule::Insecure | Rule::AnyPort | Rule::PublicSuffix | Rule::AnyHost | Rule::File => {
                return match self.hazardous(rule) {
                    Some(entry) if credentials => Some(Breach {
                        rule,
                        entry: Some(entry),
                    }),
                    _ => None,
                };
            }
            Rule::InBothLists => {
                return match (self.origins, self.debug_origins) {
                    (Some(Origins::Listed(list)), Some(debug)) => match common(&list, &debug) {
                        Some(entry) => Some(Breach {
                            rule,
                            entry: Some(entry),
                        }),
                        None => None,
                    },
                    _ => None,
                };
            }
        };
        if is_broken {
            Some(Breach { rule, entry })
        } else {
            None
        }
    }

    /// The first entry of the lists with a hazard that nothing vouches for.
    const fn hazardous(&self, rule: Rule) -> Option<&'a str> {
        let listed = match self.origins {
            Some(Origins::Listed(list)) => hazardous(&list, rule, self.vouched),
            _ => None,
        };
        match (listed, self.debug_origins) {
            (None, Some(debug)) => hazardous(&debug, rule, self.vouched),
            (listed, _) => listed,
        }
    }
}

const fn hazardous<'a>(list: &OriginList<'a>, rule: Rule, vouched: Hazards) -> Option<&'a str> {
    let (entry, is_vouched) = match rule {
        Rule::Insecure => (list.hazardous.insecure, vouched.insecure),
        Rule::AnyPort => (list.hazardous.any_port, vouched.any_port),
        Rule::AnyHost => (list.hazardous.any_host, vouched.any_host),
        Rule::File => (list.hazardous.file, vouched.file),
        _ => (list.hazardous.public_suffix, vouched.public_suffix),
    };
    if is_vouched { None } else { entry }
}

/// The first text that two sorted lists have in common.
const fn common<'a>(one: &OriginList<'a>, other: &OriginList<'a>) -> Option<&'a str> {
    let (one, other) = (one.sorted, other.sorted);
    let (mut i, mut j) = (0, 0);
    while i < one.len() && j < other.len() {
        match compare(one[i].as_bytes(), other[j].as_bytes()) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => return Some(one[i]),
        }
    }
    None
}

/// `Ord::cmp` cannot be called in constants.
const fn compare(one: &[u8], other: &[u8]) -> Ordering {
    let mut i = 0;
    while i < one.len() && i < other.len() {
        if one[i] < other[i] {
            return Ordering::Less;
        }
        if one[i] > other[i] {
            return Ordering::Greater;
        }
        i += 1;
    }
    if one.len() < other.len() {
        Ordering::Less
    } else if one.len() > other.len() {
        Ordering::Greater
    } else {
        Ordering::Equal
    }
}
