//! [`CorsLayerBuilder`]: a layer whose policy comes from configuration.

use std::{fmt, sync::Arc};

use cors_grammar::{
    Mistake, list,
    method::MethodSet,
    pattern::Hazards,
    record::{Enforce, Methods, Origins, Record, Seconds},
    rules::{Breach, REQUIRED_ORIGINS, Rule, UNNAMED_ORIGINS},
    value,
};

use super::cors_layer::CorsLayer;
use crate::{
    origins::{AllowOrigin, Decider, OriginSet, decided_by},
    policy::{Policy, PolicyError, policy},
    protocol::{HandlerPolicy, PolicyHeaders},
};

/// Builds a [`CorsLayer`] from configuration, made by [`CorsLayer::builder`].
///
/// It starts from a constant policy; each method replaces one argument of it, and means what
/// [the attribute's](macro@crate::cors#arguments) of that name does, with the same rules, which
/// [`build`](Self::build) reports.
///
/// ```
/// use cors_runtime::{CorsLayer, CorsRouter, OriginSet, Policy, policy};
///
/// const API: Policy = policy!(origins = _, methods = "GET, POST, PUT", credentials);
///
/// struct Settings {
///     origins: String,
///     headers: String,
///     max_age: u32,
/// }
///
/// fn layer(settings: &Settings) -> Result<CorsLayer, Box<dyn std::error::Error>> {
///     let layer = CorsLayer::builder(API)
///         .origins(settings.origins.parse::<OriginSet>()?)
///         .allow_headers(&settings.headers)
///         .max_age(settings.max_age)
///         .build()?;
///     Ok(layer)
/// }
///
/// let settings = Settings {
///     origins: "https://app.example".to_owned(),
///     headers: "X-Csrf-Token".to_owned(),
///     max_age: 600,
/// };
/// let app: axum::Router = CorsRouter::new().default_policy(layer(&settings)?).into_router();
///
/// let wrong = Settings { origins: "http://app.example".to_owned(), ..settings };
/// assert_eq!(
///     layer(&wrong).unwrap_err().to_string(),
///     "`origins`: `http://app.example`: with credentials an `http` origin lets anyone on the \
///      network path read the responses; write `https`, or add `danger_insecure_origins`",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct CorsLayerBuilder {
    base: Policy,
    /// What was set, without what owns a text.
    record: Record<'static>,
    methods: Option<Checked<MethodSet>>,
    allow_headers: Option<Checked<()>>,
    expose_headers: Option<Checked<()>>,
    max_age: Option<Checked<u32>>,
    origins: Option<Arc<RunTimeOrigins>>,
    own_origins: Option<OriginSet>,
}

/// The text of an argument, as it is sent, and what it says; or what is wrong with it.
type Checked<T> = Result<(String, T), PolicyError>;

/// Who decides on origins.
enum RunTimeOrigins {
    Set(OriginSet),
    Type(Decider<()>),
}

impl fmt::Debug for RunTimeOrigins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set(set) => set.fmt(f),
            Self::Type(_) => f.write_str("a type"),
        }
    }
}

impl CorsLayer {
    /// Builds a layer from configuration: each argument replaces that of `base`, a constant policy.
    pub fn builder(base: Policy) -> CorsLayerBuilder {
        CorsLayerBuilder {
            base,
            record: Record::UNSET,
            methods: None,
            allow_headers: None,
            expose_headers: None,
            max_age: None,
            origins: None,
            own_origins: None,
        }
    }
}

impl CorsLayerBuilder {
    /// The methods that pages may use: `"GET, POST"`, or `"*"`.
    pub fn methods(mut self, methods: impl AsRef<str>) -> Self {
        self.methods = Some(checked("methods", methods.as_ref(), value::methods));
        self
    }

    /// The origins that are allowed. Clones share the set, so that [`OriginSet::replace`] reaches the layer.
    ///
    /// Under credentials, an entry that would allow nobody is an error of [`build`](Self::build); one that
    /// `replace` brings later is refused when it is used, with the reason in the refusal.
    pub fn origins(self, origins: OriginSet) -> Self {
        self.decided(RunTimeOrigins::Set(origins))
    }

    /// The type `T` decides which origins are allowed, with the state `state`.
    ///
    /// ```
    /// use axum::http::request::Parts;
    /// use cors_runtime::{AllowOrigin, CorsLayer, Origin, policy};
    ///
    /// struct Tenants;
    ///
    /// impl AllowOrigin<Vec<String>> for Tenants {
    ///     async fn allows(origin: &Origin, _: &Parts, tenants: &Vec<String>) -> bool {
    ///         tenants.iter().any(|tenant| origin == tenant.as_str())
    ///     }
    /// }
    ///
    /// let tenants = vec!["https://one.example".to_owned()];
    /// let layer = CorsLayer::builder(policy!(origins = _)).origins_by::<Tenants, _>(tenants).build()?;
    /// # Ok::<(), cors_runtime::PolicyError>(())
    /// ```
    pub fn origins_by<T, S>(self, state: S) -> Self
    where
        T: AllowOrigin<S>,
        S: Clone + Send + Sync + 'static,
    {
        let decider = decided_by::<T, S>().with_state(state);
        self.decided(RunTimeOrigins::Type(decider))
    }

    fn decided(mut self, origins: RunTimeOrigins) -> Self {
        self.record.origins = Some(Origins::Decided);
        self.origins = Some(Arc::new(origins));
        self
    }

    /// Says that the open policy is meant, as the feature `require-origins` wants to hear.
    pub fn open(mut self) -> Self {
        self.record.open = true;
        self
    }

    /// Whether cookies and the like may come along.
    pub fn credentials(mut self, allowed: bool) -> Self {
        self.record.credentials = Some(allowed);
        self
    }

    /// The request headers that pages may set: `"X-Csrf-Token, X-Total"`. The empty text allows none.
    pub fn allow_headers(mut self, names: impl AsRef<str>) -> Self {
        self.allow_headers = Some(checked(
            "allow_headers",
            names.as_ref(),
            value::allow_headers,
        ));
        self
    }

    /// The response headers that pages may read: `"ETag"`, or `"*"` without credentials.
    pub fn expose_headers(mut self, names: impl AsRef<str>) -> Self {
        self.expose_headers = Some(checked(
            "expose_headers",
            names.as_ref(),
            value::expose_headers,
        ));
        self
    }

    /// How long browsers may keep the answer to a preflight, in seconds: at most 86,400.
    pub fn max_age(mut self, seconds: u32) -> Self {
        let number = value::seconds("max_age", seconds.into());
        let number = number.map_err(|mistake| PolicyError::new("max_age", mistake));
        self.max_age = Some(number.map(|number| (number.to_string(), number)));
        self
    }

    /// Whether the server itself refuses what a closed policy does not allow.
    pub fn enforce(mut self, enforce: bool) -> Self {
        self.record.enforce = Some(if enforce { Enforce::On } else { Enforce::Off });
        self
    }

    /// Lets through what a closed policy does not allow, with an event: `enforce = "report"`.
    pub fn enforce_report(mut self) -> Self {
        self.record.enforce = Some(Enforce::Report);
        self
    }

    /// Where the service's own pages live, for `enforce`: see
    /// [`CorsRouter::own_origins`](crate::CorsRouter::own_origins), which this one beats. An entry that would
    /// not count is an error of [`build`](Self::build).
    pub fn own_origins(mut self, own_origins: OriginSet) -> Self {
        self.own_origins = Some(own_origins);
        self
    }

    /// Vouches for `http` origins that are not loopback, with credentials.
    pub fn danger_insecure_origins(mut self) -> Self {
        self.record.vouched.insecure = true;
        self
    }

    /// Vouches for patterns that reach a public suffix, or that nothing has checked, with credentials.
    pub fn danger_public_suffix(mut self) -> Self {
        self.record.vouched.public_suffix = true;
        self
    }

    /// Vouches for `:*` on hosts that are not loopback, with credentials.
    pub fn danger_any_port(mut self) -> Self {
        self.record.vouched.any_port = true;
        self
    }

    /// Vouches for `scheme://*`, with credentials.
    pub fn danger_any_host(mut self) -> Self {
        self.record.vouched.any_host = true;
        self
    }

    /// The layer.
    ///
    /// # Errors
    ///
    /// Where an argument is wrong by itself, or together with the others: what the compiler would say of
    /// the attribute.
    pub fn build(self) -> Result<CorsLayer, PolicyError> {
        let methods = self.methods.clone().transpose()?;
        let allow_headers = self.allow_headers.clone().transpose()?;
        let expose_headers = self.expose_headers.clone().transpose()?;
        let max_age = self.max_age.clone().transpose()?;
        let record = Record {
            methods: methods
                .as_ref()
                .map(|(text, set)| Methods { text, set: *set }),
            allow_headers: allow_headers.as_ref().map(|(text, ())| text.as_str()),
            expose_headers: expose_headers.as_ref().map(|(text, ())| text.as_str()),
            max_age: max_age.as_ref().map(|(digits, number)| Seconds {
                number: *number,
                digits,
            }),
            ..self.record
        };
        let record = record.over(self.base.record());
        self.check(&record)?;
        let policy = policy(self.record.over(self.base.record()));
        let headers = PolicyHeaders::built(&policy, &record);
        let decider = self.origins.map(|origins| match &*origins {
            RunTimeOrigins::Set(set) => Decider::of_set(set.clone()),
            RunTimeOrigins::Type(decider) => decider.clone(),
        });
        let policy = HandlerPolicy::new(headers, decider, self.own_origins);
        Ok(CorsLayer::built(policy))
    }

    /// Checks the whole.
    fn check(&self, record: &Record<'_>) -> Result<(), PolicyError> {
        let missing = |(problem, help)| PolicyError::new("origins", Mistake::new(problem, help));
        if matches!(record.origins, Some(Origins::Elsewhere)) {
            return Err(missing(UNNAMED_ORIGINS));
        }
        if cfg!(feature = "require-origins") && record.origins.is_none() && !record.open {
            return Err(missing(REQUIRED_ORIGINS));
        }
        if let Some(breach) = record.breach() {
            return Err(PolicyError::breach(breach, record.vouched));
        }
        if let Some(RunTimeOrigins::Set(set)) = self.origins.as_deref()
            && record.allows_credentials()
            && let Some(refused) = set.first_refused_entry(record.vouched)
        {
            let entry = Some(refused.text.as_str());
            let rule = refused.rule;
            return Err(PolicyError::breach(Breach { rule, entry }, record.vouched));
        }
        let own_origins = self.own_origins.as_ref();
        match own_origins.and_then(|own| own.first_refused_entry(Hazards::NONE)) {
            Some(refused) => {
                let problem = match refused.rule {
                    Rule::EveryOriginWithCredentials => {
                        "`*` has every origin, and not only the service's own".to_owned()
                    }
                    rule => format!("`{}`: {}", refused.text, rule.problem()),
                };
                let help = "list the origins of the service's own pages, with `https` unless they are loopback";
                Err(PolicyError::new("own_origins", Mistake::new(problem, help)))
            }
            None => Ok(()),
        }
    }
}

/// A list in one text, as it is sent, and what `check` makes of its elements. Whitespace around the
/// text is not a mistake, since secrets from files end in a line break.
fn checked<T>(
    argument: &'static str,
    text: &str,
    check: impl Fn(&[&str], &mut dyn FnMut(usize, Mistake)) -> T,
) -> Checked<T> {
    let error = |mistake| PolicyError::new(argument, mistake);
    let text = text.trim();
    let elements: Result<Vec<_>, _> = match (argument, text) {
        ("allow_headers", "") => Ok(Vec::new()),
        (_, "") => Err(value::empty(argument)),
        _ => list::elements(text).collect(),
    };
    let elements = elements.map_err(error)?;
    let mut first = None;
    let value = check(&elements, &mut |_, mistake| {
        first.get_or_insert(mistake);
    });
    match first {
        Some(mistake) => Err(error(mistake)),
        None => Ok((elements.join(", "), value)),
    }
}
