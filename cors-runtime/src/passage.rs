//! A request's way through its policy: in, unless the server refuses it, and its response's way out.

use http::{
    HeaderMap, Method, Response, StatusCode, Uri,
    header::{CACHE_CONTROL, HeaderValue},
};

use crate::{
    enforcement,
    headers::{PolicyHeaders, remove_access_headers},
    mark,
    reflection::Reflection,
    vary::Vary,
};

/// What the policy keeps of a request while its handler has it.
#[derive(Debug)]
pub(crate) struct Passage {
    /// `None`: the policy does not let the origin in, and its pages may read nothing.
    allow_origin: Option<HeaderValue>,
    reflection: Reflection,
    vary: Vary,
    /// Whether somebody outside asks whether the response has met a policy.
    watched: bool,
}

impl Passage {
    /// Lets a request in, or has the server refuse it by itself, before anything else has looked at it.
    /// `allow_origin` is there if the policy lets its origin in.
    pub(crate) fn enter(
        policy: &PolicyHeaders,
        allow_origin: Option<HeaderValue>,
        watched: bool,
        (method, uri, headers): (&Method, &Uri, &HeaderMap),
    ) -> Result<Self, Refused> {
        let reflection = policy.reflect(method, headers);
        let mut vary = policy.vary(&reflection);
        let mut passes = true;
        if policy.enforces() {
            let verdict = enforcement::judge(allow_origin.is_some(), method, uri, headers);
            (passes, vary) = (verdict.passes, verdict.vary);
        }
        if *method == Method::OPTIONS {
            vary = Vary::AllThree;
        }
        if !passes {
            let refusal = policy.refuse(headers);
            refusal.report(method.as_str());
            return Err(Refused {
                why: refusal.told(),
                vary,
                watched,
            });
        }
        Ok(Self {
            allow_origin,
            reflection,
            vary,
            watched,
        })
    }

    /// Puts the policy's access headers on the response, in place of those there. One that has met
    /// its policy already keeps what that has put there.
    pub(crate) fn leave<B>(self, policy: &PolicyHeaders, response: &mut Response<B>) {
        if mark::has_met(response.extensions()) {
            return;
        }
        remove_access_headers(response.headers_mut());
        if let Some(allow_origin) = self.allow_origin {
            policy.grant_response(allow_origin, self.reflection, response.headers_mut());
        }
        self.vary.add_to(response.headers_mut());
        if self.watched {
            mark::meet(response.extensions_mut());
        }
    }
}

/// A request that the server itself refuses.
pub(crate) struct Refused {
    /// What to tell the developer; nothing in a release build.
    pub(crate) why: String,
    vary: Vary,
    watched: bool,
}

impl Refused {
    /// The answer: 403, which nobody keeps.
    pub(crate) fn answer<B>(&self, body: B) -> Response<B> {
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::FORBIDDEN;
        let no_store = const { HeaderValue::from_static("no-store") };
        response.headers_mut().insert(CACHE_CONTROL, no_store);
        self.vary.add_to(response.headers_mut());
        if self.watched {
            mark::meet(response.extensions_mut());
        }
        response
    }
}
