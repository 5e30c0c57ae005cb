//! How the expansion of the attribute and of `policy!` builds a policy: in a constant, word by word.

use cors_grammar::{
    method::MethodSet,
    pattern::{Hazards, Wildcards},
};

use super::policy::{Methods, OriginList, Origins, Policy, Seconds};

/// Setters for the expansion of the attribute, which has checked every value.
#[doc(hidden)]
impl Policy {
    /// The policy that says nothing.
    pub const UNSET: Self = Self {
        methods: None,
        origins: None,
        credentials: None,
        allow_headers: None,
        expose_headers: None,
        max_age: None,
        debug_max_age: None,
        debug_origins: None,
        enforce: None,
        vouched: Hazards::NONE,
    };

    /// The policy that allows nobody.
    pub(crate) const NOBODY: Self = Self {
        origins: Some(Origins::Listed(OriginList {
            sorted: &[],
            wildcards: Wildcards::NONE,
            hazards: Hazards::NONE,
        })),
        enforce: Some(false),
        ..Self::UNSET
    };

    /// `text` is the list as it is sent; `set` holds the same methods as `MethodSet::bits`.
    pub const fn methods(mut self, text: &'static str, set: u8) -> Self {
        let set = MethodSet::from_bits(set);
        self.methods = Some(Methods { text, set });
        self
    }

    /// `origins = "*"`.
    pub const fn every_origin(mut self) -> Self {
        self.origins = Some(Origins::Every);
        self
    }

    /// `origins = […]`.
    pub const fn origins(mut self, list: OriginList) -> Self {
        self.origins = Some(Origins::Listed(list));
        self
    }

    /// `origins = Type`.
    pub const fn decided_origins(mut self) -> Self {
        self.origins = Some(Origins::Decided);
        self
    }

    /// Whether `Access-Control-Allow-Credentials: true` is sent.
    pub const fn credentials(mut self, allowed: bool) -> Self {
        self.credentials = Some(allowed);
        self
    }

    /// The list as it is sent.
    pub const fn allow_headers(mut self, names: &'static str) -> Self {
        self.allow_headers = Some(names);
        self
    }

    /// The list as it is sent.
    pub const fn expose_headers(mut self, names: &'static str) -> Self {
        self.expose_headers = Some(names);
        self
    }

    /// A number of seconds, and its digits.
    pub const fn max_age(mut self, number: u32, digits: &'static str) -> Self {
        self.max_age = Some(Seconds { number, digits });
        self
    }

    /// A number of seconds, and its digits; `None` in a build without `debug_assertions`.
    pub const fn debug_max_age(mut self, seconds: Option<(u32, &'static str)>) -> Self {
        if let Some((number, digits)) = seconds {
            self.debug_max_age = Some(Seconds { number, digits });
        }
        self
    }

    /// Origins besides `origins`; `None` in a build without `debug_assertions`.
    pub const fn debug_origins(mut self, list: Option<OriginList>) -> Self {
        self.debug_origins = list;
        self
    }

    /// Whether the server itself refuses what the policy does not allow.
    pub const fn enforce(mut self, enforced: bool) -> Self {
        self.enforce = Some(enforced);
        self
    }

    /// Vouches for `http` origins with credentials.
    pub const fn danger_insecure_origins(mut self) -> Self {
        self.vouched.insecure = true;
        self
    }

    /// Vouches for patterns that reach a public suffix, or that nothing has checked.
    pub const fn danger_public_suffix(mut self) -> Self {
        self.vouched.public_suffix = true;
        self
    }

    /// Vouches for `:*` on hosts that are not loopback.
    pub const fn danger_any_port(mut self) -> Self {
        self.vouched.any_port = true;
        self
    }

    /// Fills in from `base` what this policy leaves unset. What `base` vouches for comes along only
    /// with the origins it was written beside.
    pub const fn over(mut self, base: &Self) -> Self {
        if self.origins.is_none() {
            self.origins = base.origins;
            self.vouched = self.vouched.or(base.vouched);
        }
        if self.methods.is_none() {
            self.methods = base.methods;
        }
        if self.credentials.is_none() {
            self.credentials = base.credentials;
        }
        if self.allow_headers.is_none() {
            self.allow_headers = base.allow_headers;
        }
        if self.expose_headers.is_none() {
            self.expose_headers = base.expose_headers;
        }
        if self.max_age.is_none() {
            self.max_age = base.max_age;
        }
        if self.debug_max_age.is_none() {
            self.debug_max_age = base.debug_max_age;
        }
        if self.debug_origins.is_none() {
            self.debug_origins = base.debug_origins;
        }
        if self.enforce.is_none() {
            self.enforce = base.enforce;
        }
        self
    }
}
