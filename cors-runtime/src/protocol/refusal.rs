//! Why an origin is refused, for those who have to find out.

use std::fmt;

use http::{
    HeaderMap,
    header::{HeaderValue, ORIGIN},
};

/// Where a policy was written: constants of the expansion in a build with `debug_assertions`.
#[derive(Clone, Copy, Debug)]
pub struct PolicyLocation {
    /// The name of the handler.
    pub handler: &'static str,
    /// The file of its attribute.
    pub file: &'static str,
    /// The line of its attribute.
    pub line: u32,
}

impl fmt::Display for PolicyLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({}:{})", self.handler, self.file, self.line)
    }
}

/// How much of an `Origin` is shown, in bytes: more than any real one has.
const LONGEST_SHOWN: usize = 400;

/// What a policy compares origins with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    Listed,
    Decided,
}

/// A policy's refusal of a request.
pub(super) struct Refusal<'a> {
    pub(super) location: Option<PolicyLocation>,
    pub(super) rule: Rule,
    pub(super) request: &'a HeaderMap,
}

impl Refusal<'_> {
    /// The origins that the request has, as far as a line can hold them.
    fn origin(&self) -> String {
        let lines = self
            .request
            .get_all(ORIGIN)
            .iter()
            .map(HeaderValue::as_bytes);
        let shown = |line: &'_ [u8]| {
            let start = line.split_at(line.len().min(LONGEST_SHOWN)).0;
            String::from_utf8_lossy(start).into_owned()
        };
        let lines: Vec<_> = lines.take(3).map(shown).collect();
        lines.join(", ")
    }

    /// Which part of the rule refuses.
    fn reason(&self) -> &'static str {
        let mut lines = self.request.get_all(ORIGIN).iter();
        let origin = match (lines.next(), lines.next()) {
            (Some(origin), None) => origin.to_str().unwrap_or_default(),
            (None, _) => return "the request has no `Origin`",
            (Some(_), Some(_)) => return "the request has more than one `Origin`",
        };
        match self.rule {
            _ if origin == "null" => "an opaque origin (`null`) never matches",
            _ if cors_grammar::origin::Origin::parse(origin).is_none() => {
                "it is not serialized as a browser would"
            }
            Rule::Listed => "it is not in `origins`",
            Rule::Decided => "the type in `origins` does not allow it",
        }
    }

    /// Adds a line for the developer to `text`; nothing where that is not known, as in a release
    /// build.
    pub(super) fn explain(&self, text: &mut String) {
        if let Some(location) = self.location {
            let (origin, reason) = (self.origin(), self.reason());
            *text += &format!("{location} does not allow the origin `{origin}`: {reason}\n");
        }
    }

    /// Reports the refusal where the application's events go; `method` is the requested one.
    #[cfg(feature = "tracing")]
    pub(super) fn report(&self, method: &str) {
        if !tracing::enabled!(tracing::Level::DEBUG) {
            return;
        }
        let (origin, rule) = (self.origin(), self.reason());
        match self.location {
            Some(PolicyLocation {
                handler,
                file,
                line,
            }) => {
                tracing::debug!(origin, method, rule, handler, file, line, "origin refused");
            }
            None => tracing::debug!(origin, method, rule, "origin refused"),
        }
    }

    #[cfg(not(feature = "tracing"))]
    pub(super) fn report(&self, _method: &str) {}

    /// Reports a request that would be refused, were the policy enforced.
    #[cfg(feature = "tracing")]
    pub(super) fn report_only(&self, method: &str) {
        let (origin, rule) = (self.origin(), self.reason());
        let handler = self.location.map(|location| location.handler);
        tracing::info!(
            origin,
            method,
            rule,
            handler,
            "`enforce` would refuse this request"
        );
    }

    #[cfg(not(feature = "tracing"))]
    pub(super) fn report_only(&self, _method: &str) {}

    /// Reports that the type that decides has panicked.
    #[cfg(feature = "tracing")]
    pub(super) fn report_panic(&self) {
        let (origin, handler) = (
            self.origin(),
            self.location.map(|location| location.handler),
        );
        tracing::error!(
            origin,
            handler,
            "the type in `origins` panicked: the origin is not allowed"
        );
    }

    #[cfg(not(feature = "tracing"))]
    pub(super) fn report_panic(&self) {}
}
