//! What a policy says, as one record: the attribute fills it from literals, `policy!` makes it a
//! constant.

use crate::{
    header_name,
    method::MethodSet,
    origin_list,
    pattern::{Hazards, Wildcards},
};

/// The arguments of a policy. `None` is what is not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// `methods`.
    pub methods: Option<Methods<'a>>,
    /// `origins`.
    pub origins: Option<Origins<'a>>,
    /// `open`.
    pub open: bool,
    /// `credentials`.
    pub credentials: Option<bool>,
    /// `allow_headers`, as it is sent; the empty text for none.
    pub allow_headers: Option<&'a str>,
    /// `expose_headers`, as it is sent.
    pub expose_headers: Option<&'a str>,
    /// `max_age`.
    pub max_age: Option<Seconds<'a>>,
    /// `debug_max_age`, in a build with `debug_assertions`.
    pub debug_max_age: Option<Seconds<'a>>,
    /// `debug_origins`, in a build with `debug_assertions`.
    pub debug_origins: Option<OriginList<'a>>,
    /// `enforce`.
    pub enforce: Option<Enforce>,
    /// The hazards that a `danger_` word vouches for.
    pub vouched: Hazards,
}

/// The methods of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Methods<'a> {
    /// The list as it is sent.
    pub text: &'a str,
    /// The same methods.
    pub set: MethodSet,
}

/// The value of `origins`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origins<'a> {
    /// `_`: they are named by whoever takes this policy as its base.
    Elsewhere,
    /// `"*"`.
    Every,
    /// A list.
    Listed(OriginList<'a>),
    /// A type that decides at run time.
    Decided,
}

/// What the server itself does with a request that the policy does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforce {
    /// It lets the request pass: the browser decides what the page may read.
    Off,
    /// The same, with an event.
    Report,
    /// It refuses the request.
    On,
}

/// Origins and patterns that have been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OriginList<'a> {
    /// Their texts, in byte order.
    pub sorted: &'a [&'a str],
    /// The wildcards that they have.
    pub wildcards: Wildcards,
    /// The hazards that they have under credentials.
    pub hazardous: Hazardous<'a>,
}

/// Of each hazard the first entry of a list that has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hazardous<'a> {
    /// See [`Hazards::insecure`].
    pub insecure: Option<&'a str>,
    /// See [`Hazards::any_port`].
    pub any_port: Option<&'a str>,
    /// See [`Hazards::public_suffix`].
    pub public_suffix: Option<&'a str>,
    /// See [`Hazards::any_host`].
    pub any_host: Option<&'a str>,
    /// See [`Hazards::file`].
    pub file: Option<&'a str>,
}

/// A number of seconds, and its digits: constants cannot format numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seconds<'a> {
    /// The number.
    pub number: u32,
    /// Its decimal digits.
    pub digits: &'a str,
}

/// The first that is set; `Option::or` cannot be called in constants.
macro_rules! first {
    ($own:expr, $base:expr) => {
        match $own {
            None => $base,
            own => own,
        }
    };
}

/// Functions that set an argument. The expansion of the attribute is a chain of them: `rustc` takes that
/// sooner than a struct expression with its many names.
macro_rules! setters {
    ($($setter:ident: $field:ident = Some($value:ty),)*) => {
        $(
            #[doc = concat!("With `", stringify!($field), "`.")]
            pub const fn $setter(self, $field: $value) -> Self {
                let $field = Some($field);
                Self { $field, ..self }
            }
        )*
    };
}

impl<'a> Record<'a> {
    /// The policy that says nothing: the open one.
    pub const UNSET: Self = Self {
        methods: None,
        origins: None,
        open: false,
        credentials: None,
        allow_headers: None,
        expose_headers: None,
        max_age: None,
        debug_max_age: None,
        debug_origins: None,
        enforce: None,
        vouched: Hazards::NONE,
    };

    /// With `methods`: the list as it is sent, and the bits of its set.
    pub const fn with_methods(self, text: &'a str, bits: u16) -> Self {
        let set = MethodSet::from_bits(bits);
        let methods = Some(Methods { text, set });
        Self { methods, ..self }
    }

    setters! {
        with_origins: origins = Some(Origins<'a>),
        with_credentials: credentials = Some(bool),
        with_allow_headers: allow_headers = Some(&'a str),
        with_expose_headers: expose_headers = Some(&'a str),
        with_max_age: max_age = Some(Seconds<'a>),
        with_enforce: enforce = Some(Enforce),
    }

    /// With `open`.
    pub const fn with_open(self) -> Self {
        let open = true;
        Self { open, ..self }
    }

    /// With `debug_max_age`, where it is there.
    pub const fn with_debug_max_age(self, debug_max_age: Option<Seconds<'a>>) -> Self {
        Self {
            debug_max_age,
            ..self
        }
    }

    /// With `debug_origins`, where they are there.
    pub const fn with_debug_origins(self, debug_origins: Option<OriginList<'a>>) -> Self {
        Self {
            debug_origins,
            ..self
        }
    }

    /// With `danger_` words.
    pub const fn with_vouched(self, vouched: Hazards) -> Self {
        Self { vouched, ..self }
    }

    /// Fills in from `base` what is not set here. What `base` vouches for comes along only with the
    /// origins that it names, or leaves to be named.
    pub const fn over(self, base: &Self) -> Self {
        // Without `..`, so that a new argument cannot be forgotten.
        let Self {
            methods,
            origins,
            open,
            credentials,
            allow_headers,
            expose_headers,
            max_age,
            debug_max_age,
            debug_origins,
            enforce,
            vouched,
        } = self;
        let takes_origins = origins.is_none() || matches!(base.origins, Some(Origins::Elsewhere));
        Self {
            methods: first!(methods, base.methods),
            origins: first!(origins, base.origins),
            open: open || (base.open && origins.is_none()),
            credentials: first!(credentials, base.credentials),
            allow_headers: first!(allow_headers, base.allow_headers),
            expose_headers: first!(expose_headers, base.expose_headers),
            max_age: first!(max_age, base.max_age),
            debug_max_age: first!(debug_max_age, base.debug_max_age),
            debug_origins: first!(debug_origins, base.debug_origins),
            enforce: first!(enforce, base.enforce),
            vouched: if takes_origins {
                vouched.or(base.vouched)
            } else {
                vouched
            },
        }
    }

    /// The methods; none where they are not set.
    pub const fn method_set(&self) -> MethodSet {
        match self.methods {
            Some(methods) => methods.set,
            None => MethodSet::NONE,
        }
    }

    /// Whether credentials are allowed. The open policy allows them unless it says otherwise; every
    /// other only where it says so.
    pub const fn allows_credentials(&self) -> bool {
        match self.credentials {
            Some(allowed) => allowed,
            None => self.origins.is_none(),
        }
    }

    /// What the server itself does with what the policy does not allow.
    pub const fn effective_enforce(&self) -> Enforce {
        match self.enforce {
            _ if !self.is_closed() => Enforce::Off,
            Some(enforce) => enforce,
            None => Enforce::On,
        }
    }

    /// Whether there are origins that the policy does not allow.
    pub const fn is_closed(&self) -> bool {
        !matches!(self.origins, None | Some(Origins::Every))
    }

    /// `debug_max_age`, else `max_age`.
    pub const fn effective_max_age(&self) -> Option<Seconds<'a>> {
        first!(self.debug_max_age, self.max_age)
    }

    /// Whether `expose_headers` is `"*"`.
    pub const fn exposes_every_header(&self) -> bool {
        match self.expose_headers {
            Some(names) => header_name::is_every(names),
            None => false,
        }
    }
}

impl OriginList<'_> {
    /// Nobody.
    pub const EMPTY: Self = Self {
        sorted: &[],
        wildcards: Wildcards::NONE,
        hazardous: Hazardous::NONE,
    };

    /// Whether the list has an origin.
    pub fn has(&self, origin: &[u8]) -> bool {
        origin_list::admits(self.sorted, self.wildcards, origin, |_| true)
    }
}

impl<'a> OriginList<'a> {
    /// A list that has neither wildcards nor hazards.
    pub const fn plain(sorted: &'a [&'a str]) -> Self {
        Self {
            sorted,
            wildcards: Wildcards::NONE,
            hazardous: Hazardous::NONE,
        }
    }
}

impl<'a> Hazardous<'a> {
    /// No entry is hazardous.
    pub const NONE: Self = Self {
        insecure: None,
        any_port: None,
        public_suffix: None,
        any_host: None,
        file: None,
    };

    /// With an entry, where it is the first that has its hazards.
    pub fn with(self, entry: &'a str, hazards: Hazards) -> Self {
        let Hazards {
            insecure,
            any_port,
            public_suffix,
            any_host,
            file,
        } = hazards;
        let first = |known: Option<&'a str>, has: bool| known.or(has.then_some(entry));
        Self {
            insecure: first(self.insecure, insecure),
            any_port: first(self.any_port, any_port),
            public_suffix: first(self.public_suffix, public_suffix),
            any_host: first(self.any_host, any_host),
            file: first(self.file, file),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_vouched_for_stays_with_its_origins() {
        let list = OriginList::plain(&["http://a.example"]);
        let vouched = Hazards {
            insecure: true,
            ..Hazards::NONE
        };
        let listed = Record {
            origins: Some(Origins::Listed(list)),
            ..Record::UNSET
        };
        for (base, own, expected) in [
            (listed, Record::UNSET, vouched),
            (listed, listed, Hazards::NONE),
            (
                Record {
                    origins: Some(Origins::Elsewhere),
                    ..Record::UNSET
                },
                listed,
                vouched,
            ),
        ] {
            let base = Record { vouched, ..base };
            assert_eq!(own.over(&base).vouched, expected);
        }
    }
}
