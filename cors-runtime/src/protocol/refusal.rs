//! Why a request is refused, for those who have to find out.

use std::borrow::Cow;

use cors_grammar::{origin, record::Origins};
use http::header::{HeaderName, HeaderValue, ORIGIN};

use super::{
    enforce::{SEC_FETCH_SITE, Step},
    handler_policy::HandlerPolicy,
    request_head::RequestHead,
    requested::only_line,
};
use crate::origins::RefusedEntry;

/// How much of a header line is shown, in bytes: more than any real `Origin` has.
const LONGEST_SHOWN: usize = 400;

/// How many lines of a header are shown.
const MOST_SHOWN: usize = 3;

/// A policy's refusal of a request.
pub(super) struct Refusal<'a, S> {
    pub(super) policy: &'a HandlerPolicy<S>,
    pub(super) state: &'a S,
    pub(super) request: RequestHead<'a>,
    /// The step of `enforce` that refuses; `None` for a preflight.
    pub(super) step: Option<Step>,
}

impl<S> HandlerPolicy<S> {
    /// The refusal of a request; `step` is that of `enforce` which refuses it.
    pub(super) fn refuse<'a>(
        &'a self,
        request: RequestHead<'a>,
        state: &'a S,
        step: Option<Step>,
    ) -> Refusal<'a, S> {
        Refusal {
            policy: self,
            state,
            request,
            step,
        }
    }
}

impl<S> Refusal<'_, S> {
    /// The lines of a header of the request, as far as one line can hold them.
    fn shown(&self, name: HeaderName) -> String {
        let lines = self.request.headers.get_all(name);
        let shown = |line: &HeaderValue| {
            let line = line.as_bytes();
            let start = line.split_at(line.len().min(LONGEST_SHOWN)).0;
            String::from_utf8_lossy(start).into_owned()
        };
        let lines: Vec<_> = lines.iter().take(MOST_SHOWN).map(shown).collect();
        lines.join(", ")
    }

    /// Why the policy does not allow the origin.
    fn reason(&self) -> Cow<'static, str> {
        let policy = self.policy.headers.policy();
        let headers = self.request.headers;
        let origin = match only_line(headers, ORIGIN) {
            Some(origin) => origin.to_str().unwrap_or_default(),
            None if headers.contains_key(ORIGIN) => {
                return "there is more than one".into();
            }
            None => return "it has no `Origin`".into(),
        };
        if origin == "null" {
            return "an opaque origin (`null`) never matches".into();
        }
        if origin::Origin::parse(origin).is_none() {
            return "it is not serialized as a browser would".into();
        }
        let decider = match policy.record().origins {
            Some(Origins::Decided) => self.policy.decider(),
            _ => None,
        };
        let Some(decider) = decider else {
            return "it is not in `origins`".into();
        };
        let Some(set) = decider.set(self.state) else {
            return "the type in `origins` does not allow it".into();
        };
        match set.refused_entry(policy, origin) {
            Some(refused) => format!("the set in `origins` has {refused}").into(),
            None => "it is not in the set in `origins`".into(),
        }
    }

    /// What the step of `enforce` that refuses has compared.
    fn compared(&self) -> Option<String> {
        let site = || self.shown(SEC_FETCH_SITE);
        Some(match self.step? {
            Step::SiteWithoutOrigin => {
                format!("step 2 of `enforce`: `Sec-Fetch-Site` is `{}`", site())
            }
            Step::Site => format!("step 3 of `enforce`: `Sec-Fetch-Site` is `{}`", site()),
            Step::NotOfTheWeb => "step 4 of `enforce` knows `http` and `https` only".to_owned(),
            Step::Host => {
                let authority = self.request.authority().unwrap_or_default().chars();
                let authority: String = authority.take(LONGEST_SHOWN).collect();
                format!(
                    "step 4 of `enforce`: the request is sent to `{authority}` (where a proxy rewrites \
                     `Host`, set `own_origins`)"
                )
            }
            Step::OwnOrigins => match self.refused_own() {
                Some(refused) => format!("step 4 of `enforce`: `own_origins` has {refused}"),
                None => "step 4 of `enforce`: nor is it in `own_origins`".to_owned(),
            },
        })
    }

    /// Why the entry of `own_origins` that has the origin does not count.
    fn refused_own(&self) -> Option<String> {
        let origin = only_line(self.request.headers, ORIGIN)?.to_str().ok()?;
        let RefusedEntry { text, rule } = self.policy.own_origins()?.unsafe_entry(origin)?;
        Some(format!("`{text}`, but {}", rule.problem()))
    }

    /// The reason, and what was compared.
    fn rule(&self) -> String {
        let reason = self.reason().into_owned();
        match self.compared() {
            Some(compared) => reason + "; " + &compared,
            None => reason,
        }
    }

    /// What is refused, and why, as one sentence.
    fn sentence(&self) -> String {
        let rule = self.rule();
        match self.request.headers.contains_key(ORIGIN) {
            true => format!("does not allow the origin `{}`: {rule}", self.shown(ORIGIN)),
            false => format!("refuses the request: {rule}"),
        }
    }

    /// Adds a line for the developer to `text`; nothing where the policy's location is not known, as in
    /// a release build.
    pub(super) fn explain(&self, text: &mut String) {
        if let Some(location) = self.policy.headers.location {
            *text += &format!("{location} {}\n", self.sentence());
        }
    }

    /// Reports the refusal where the application's events go; `method` is the requested one.
    #[cfg(feature = "tracing")]
    pub(super) fn report(&self, method: &str) {
        use super::policy_location::PolicyLocation;

        if !tracing::enabled!(tracing::Level::DEBUG) {
            return;
        }
        let (origin, rule) = (self.shown(ORIGIN), self.rule());
        match self.policy.headers.location {
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
    pub(super) fn report_only(&self) {
        let (origin, rule) = (self.shown(ORIGIN), self.rule());
        let method = self.request.method.as_str();
        let handler = self.handler();
        tracing::info!(
            origin,
            method,
            rule,
            handler,
            "`enforce` would refuse this request"
        );
    }

    #[cfg(not(feature = "tracing"))]
    pub(super) fn report_only(&self) {}

    /// The handler's name, as a field of an event.
    #[cfg(feature = "tracing")]
    fn handler(&self) -> Option<&'static str> {
        self.policy
            .headers
            .location
            .map(|location| location.handler)
    }

    /// Reports that the type that decides has panicked.
    #[cfg(feature = "tracing")]
    pub(super) fn report_panic(&self) {
        let origin = self.shown(ORIGIN);
        let handler = self.handler();
        tracing::error!(
            origin,
            handler,
            "the type in `origins` panicked: the origin is not allowed"
        );
    }

    #[cfg(not(feature = "tracing"))]
    pub(super) fn report_panic(&self) {}
}
