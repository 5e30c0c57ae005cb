//! What a `#[cors(…)]` says, as data.

use cors_grammar::method::MethodSet;

/// A CORS policy: what the arguments of [`#[cors(…)]`](macro@crate::cors) say.
///
/// A policy is plain data that is known when the program is compiled. Arguments that were left out
/// are unset in it; what they mean then is told at [the attribute](macro@crate::cors).
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    pub(crate) methods: Option<Methods>,
    pub(crate) credentials: Option<bool>,
    pub(crate) allow_headers: Option<&'static str>,
    pub(crate) expose_headers: Option<&'static str>,
    pub(crate) max_age: Option<Seconds>,
    pub(crate) debug_max_age: Option<Seconds>,
}

/// The methods of a policy, as written and as a set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Methods {
    pub(crate) text: &'static str,
    pub(crate) set: MethodSet,
}

/// A number of seconds, and its digits: constants cannot format numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seconds {
    pub(crate) digits: &'static str,
}

/// Setters for the expansion of the attribute, which has checked every value.
#[doc(hidden)]
impl Policy {
    /// The policy that says nothing.
    pub const UNSET: Self = Self {
        methods: None,
        credentials: None,
        allow_headers: None,
        expose_headers: None,
        max_age: None,
        debug_max_age: None,
    };

    /// `text` is the list as it is sent; `set` holds the same methods as `MethodSet::bits`.
    pub const fn methods(mut self, text: &'static str, set: u8) -> Self {
        let set = MethodSet::from_bits(set);
        self.methods = Some(Methods { text, set });
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

    /// The digits of a number of seconds.
    pub const fn max_age(mut self, digits: &'static str) -> Self {
        self.max_age = Some(Seconds { digits });
        self
    }

    /// The digits of a number of seconds; `None` in a build without `debug_assertions`.
    pub const fn debug_max_age(mut self, digits: Option<&'static str>) -> Self {
        if let Some(digits) = digits {
            self.debug_max_age = Some(Seconds { digits });
        }
        self
    }
}

impl Policy {
    pub(crate) const fn method_set(&self) -> MethodSet {
        match self.methods {
            Some(methods) => methods.set,
            None => MethodSet::NONE,
        }
    }

    /// The open policy allows credentials unless it says otherwise, as the article has it.
    pub(crate) const fn allows_credentials(&self) -> bool {
        match self.credentials {
            Some(allowed) => allowed,
            None => true,
        }
    }

    pub(crate) const fn effective_max_age(&self) -> Option<Seconds> {
        match self.debug_max_age {
            Some(seconds) => Some(seconds),
            None => self.max_age,
        }
    }
}
