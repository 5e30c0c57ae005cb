//! [`OriginSet`]: a set of origins that is read from configuration, and can be replaced.

use std::{
    cell::Cell,
    fmt,
    str::FromStr,
    sync::{Arc, PoisonError, RwLock},
};

use super::origin::{Origin, OriginError};
use crate::policy::Policy;
use cors_grammar::{
    Mistake, list, origin, origin_list,
    pattern::{Hazards, Pattern, Wildcards},
    rules::Rule,
};

/// A set of origins and patterns, read from configuration text and kept in the application's state:
/// `origins = OriginSet`.
///
/// ```
/// use cors_runtime::{CorsRouter, OriginSet, cors, routes};
///
/// #[cors(methods = "GET", origins = OriginSet)]
/// async fn report() {}
///
/// let partners: OriginSet = "https://a.example, https://*.b.example".parse()?;
/// let app: axum::Router = CorsRouter::new()
///     .route("/report", routes!(report))
///     .with_state(partners.clone())
///     .into_router();
///
/// // While requests run:
/// partners.replace(["https://c.example"])?;
/// assert!(!partners.contains("https://a.example"));
/// # Ok::<(), cors_runtime::OriginError>(())
/// ```
///
/// Clones share the set; [`OriginSet::default`] is empty. A state that holds it among other things implements
/// [`FromRef`](axum::extract::FromRef) for it.
///
/// # Text
///
/// As in the attribute: origins and patterns with a comma and any number of spaces between them. The
/// empty text is the empty set, which allows nobody. `"*"` alone is the set of all well-formed
/// origins. Whitespace and line breaks around the text are not mistakes; what the attribute would call one
/// is an error here, in the same words.
///
/// With the feature `serde` a configuration file may hold it, as that text or as a list of its entries.
///
/// # With credentials
///
/// What the compiler would hold against an entry under a policy with `credentials` is known only when
/// such a policy asks: an `http` origin that is not loopback, a `:*` beyond loopback, a pattern that
/// reaches a public suffix (or that nothing has checked, without the feature `public-suffix`), `scheme://*`.
/// Under such a policy these entries allow nobody unless the attribute says the `danger_` word; `"*"` and
/// `file://` allow nobody at all. The refusal names the entry and the word.
#[doc(alias = "allowlist", alias = "environment", alias = "wildcard")]
#[derive(Clone, Default)]
pub struct OriginSet(Arc<RwLock<Arc<Entries>>>);

/// The entries of a set at one time.
#[derive(Default, PartialEq, Eq)]
struct Entries {
    /// Whether the set is `"*"`, and has no other entry.
    every: bool,
    /// In the byte order of their texts.
    sorted: Vec<Entry>,
    /// The wildcards of the entries.
    wildcards: Wildcards,
}

#[derive(PartialEq, Eq)]
struct Entry {
    text: Box<str>,
    hazards: Hazards,
}

/// An entry by which a policy with credentials allows nobody, and why.
#[derive(Debug)]
pub(crate) struct RefusedEntry {
    pub(crate) text: String,
    pub(crate) rule: Rule,
}

impl fmt::Display for RefusedEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, rule } = self;
        write!(f, "`{text}`, but {}: {}", rule.problem(), rule.help())
    }
}

impl AsRef<str> for Entry {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl OriginSet {
    /// The set of these origins and patterns.
    ///
    /// # Errors
    ///
    /// Where an entry is neither, with the entry and what to write instead.
    pub fn try_from_iter<I>(entries: I) -> Result<Self, OriginError>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let entries = Entries::try_from_iter(entries)?;
        Ok(Self(Arc::new(RwLock::new(Arc::new(entries)))))
    }

    /// Replaces the set as a whole, for all its clones: a request sees the one or the other.
    ///
    /// # Errors
    ///
    /// As [`OriginSet::try_from_iter`]; the set then stays as it is.
    pub fn replace<I>(&self, entries: I) -> Result<(), OriginError>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let entries = Arc::new(Entries::try_from_iter(entries)?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = entries;
        Ok(())
    }

    /// Whether an origin is in the set, as a policy without credentials asks.
    pub fn contains(&self, origin: &str) -> bool {
        self.entries().admits(origin, |_| true)
    }

    /// Whether a policy allows an origin by this set.
    pub(crate) fn admits(&self, policy: &Policy, origin: &Origin) -> bool {
        let entries = self.entries();
        match policy.record().allows_credentials() {
            true if entries.every => false,
            true => {
                let vouched = policy.record().vouched;
                entries.admits(origin.as_str(), |entry| entry.hazards.within(vouched))
            }
            false => entries.admits(origin.as_str(), |_| true),
        }
    }

    /// Whether an origin is in the set, as a policy with credentials asks that vouches for nothing.
    pub(crate) fn has_safe(&self, origin: &str) -> bool {
        let entries = self.entries();
        !entries.every && entries.admits(origin, |entry| entry.hazards.within(Hazards::NONE))
    }

    /// The entry that has an origin, and that a policy allows nobody by.
    pub(crate) fn refused_entry(&self, policy: &Policy, origin: &str) -> Option<RefusedEntry> {
        let record = policy.record();
        if record.allows_credentials() {
            self.entries().refused(record.vouched, Some(origin))
        } else {
            None
        }
    }

    /// The first entry that a policy with credentials which vouches for `vouched` allows nobody by.
    pub(crate) fn first_refused_entry(&self, vouched: Hazards) -> Option<RefusedEntry> {
        self.entries().refused(vouched, None)
    }

    /// The entry that has an origin and does not count as the service's own.
    pub(crate) fn unsafe_entry(&self, origin: &str) -> Option<RefusedEntry> {
        self.entries().refused(Hazards::NONE, Some(origin))
    }

    fn entries(&self) -> Arc<Entries> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Entries {
    fn try_from_iter<I>(texts: I) -> Result<Self, OriginError>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let mut entries = Self::default();
        for (position, text) in texts.into_iter().enumerate() {
            let text = text.as_ref();
            if entries.every || (text == "*" && position > 0) {
                return Err(OriginError::new("*", every_beside_others()));
            }
            if text == "*" {
                entries.every = true;
                continue;
            }
            let pattern =
                Pattern::parse(text).map_err(|mistake| OriginError::new(text, mistake))?;
            entries.wildcards = entries.wildcards.or(pattern.wildcards());
            entries.sorted.push(Entry {
                text: text.into(),
                hazards: pattern.hazards(),
            });
        }
        entries
            .sorted
            .sort_unstable_by(|one, other| one.text.cmp(&other.text));
        entries.sorted.dedup_by(|one, other| one.text == other.text);
        Ok(entries)
    }

    /// The first entry by which a policy with credentials allows nobody; of those that have `origin`,
    /// where there is one.
    fn refused(&self, vouched: Hazards, origin: Option<&str>) -> Option<RefusedEntry> {
        if self.every {
            return Some(RefusedEntry {
                text: "*".to_owned(),
                rule: Rule::EveryOriginWithCredentials,
            });
        }
        let found = Cell::new(None);
        let keep = |entry: &Entry| {
            let refused = entry.hazards.breaks(vouched).map(|rule| RefusedEntry {
                text: entry.text.to_string(),
                rule,
            });
            let is_refused = refused.is_some();
            found.set(refused);
            is_refused
        };
        match origin {
            Some(origin) => self.admits(origin, keep),
            None => self.sorted.iter().any(keep),
        };
        found.into_inner()
    }

    fn admits(&self, origin: &str, admits: impl Fn(&Entry) -> bool) -> bool {
        if self.every {
            origin::Origin::parse(origin).is_some()
        } else {
            origin_list::admits(&self.sorted, self.wildcards, origin.as_bytes(), admits)
        }
    }
}

fn every_beside_others() -> Mistake {
    Mistake::new(
        "`*` allows every origin, and is not alone in its list",
        "write `*` alone, or the others without it",
    )
}

/// Whether both have the same entries now. Clones share what [`OriginSet::replace`] brings, so a set has
/// neither `Eq` nor `Hash`.
impl PartialEq for OriginSet {
    fn eq(&self, other: &Self) -> bool {
        self.entries() == other.entries()
    }
}

impl FromStr for OriginSet {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let text = text.trim();
        if text.is_empty() {
            return Self::try_from_iter([""; 0]);
        }
        let named = text.split(',').zip(list::elements(text));
        let entries: Result<Vec<_>, _> = named
            .map(|(entry, element)| {
                element.map_err(|mistake| OriginError::new(entry.trim(), mistake))
            })
            .collect();
        Self::try_from_iter(entries?)
    }
}

impl fmt::Display for OriginSet {
    /// The text of the set, in byte order, which parses back to it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.entries();
        if entries.every {
            return f.write_str("*");
        }
        for (position, entry) in entries.sorted.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(f, "{separator}{}", entry.text)?;
        }
        Ok(())
    }
}

impl fmt::Debug for OriginSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OriginSet({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy;

    #[test]
    fn a_set_is_read_from_text_and_written_as_text_that_reads_back() {
        for (text, written) in [
            ("", ""),
            (" \n", ""),
            ("*", "*"),
            ("\thttps://a.example\r\n", "https://a.example"),
            (
                "https://b.example,https://a.example",
                "https://a.example, https://b.example",
            ),
            ("https://a.example,  https://a.example", "https://a.example"),
            (
                "https://*.a.example, https://b.a.example",
                "https://*.a.example, https://b.a.example",
            ),
        ] {
            let set: OriginSet = text.parse().unwrap();
            assert_eq!(set.to_string(), written, "{text}");
            assert_eq!(written.parse::<OriginSet>().unwrap().to_string(), written);
        }
    }

    #[test]
    fn a_wrong_entry_is_named_and_explained() {
        for (text, entry, expected) in [
            (
                "https://a.example, https://b.example/",
                "https://b.example/",
                "write `https://b.example`",
            ),
            ("https://a.example,", "", "element 2 of the list is empty"),
            (
                "https://a.example https://b.example",
                "https://a.example https://b.example",
                "whitespace",
            ),
            ("*, https://a.example", "*", "is not alone in its list"),
            ("https://a.example, *", "*", "is not alone in its list"),
            ("*, *", "*", "is not alone in its list"),
            ("null", "null", "leave it out"),
        ] {
            let error = text.parse::<OriginSet>().unwrap_err();
            assert_eq!(error.entry(), entry, "{text}");
            assert!(error.to_string().contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_replacement_is_seen_by_all_clones_and_a_wrong_one_by_none() {
        let set: OriginSet = "https://a.example".parse().unwrap();
        let clone = set.clone();
        set.replace(["https://b.example", "https://c.example"])
            .unwrap();
        assert!(clone.contains("https://b.example") && !clone.contains("https://a.example"));
        set.replace(["https://d.example", "d.example"]).unwrap_err();
        assert_eq!(clone.to_string(), "https://b.example, https://c.example");
    }

    #[test]
    fn what_credentials_forbid_lets_nobody_in_unless_vouched_for() {
        const WITHOUT: Policy = policy!(credentials = false);
        const WITH: Policy = policy!(credentials);
        const INSECURE: Policy = policy!(origins = _, credentials, danger_insecure_origins);
        const ANY_PORT: Policy = policy!(origins = _, credentials, danger_any_port);
        const SUFFIX: Policy = policy!(origins = _, credentials, danger_public_suffix);
        let checked = cfg!(feature = "public-suffix");
        for (text, origin, without, with, vouching) in [
            ("https://a.example", "https://a.example", true, true, WITH),
            (
                "http://a.example",
                "http://a.example",
                true,
                false,
                INSECURE,
            ),
            ("http://localhost:*", "http://localhost:1", true, true, WITH),
            (
                "https://a.example:*",
                "https://a.example:1",
                true,
                false,
                ANY_PORT,
            ),
            (
                "https://*.a.example",
                "https://b.a.example",
                true,
                checked,
                SUFFIX,
            ),
            (
                "https://*.github.io",
                "https://a.github.io",
                true,
                false,
                SUFFIX,
            ),
            (
                "https://*.a.example, https://b.a.example",
                "https://b.a.example",
                true,
                true,
                WITH,
            ),
            ("", "https://a.example", false, false, WITH),
        ] {
            let set: OriginSet = text.parse().unwrap();
            let origin: Origin = origin.parse().unwrap();
            assert_eq!(set.admits(&WITHOUT, &origin), without, "{text} without");
            assert_eq!(set.admits(&WITH, &origin), with, "{text} with");
            assert_eq!(
                set.admits(&vouching, &origin),
                without,
                "{text} vouched for"
            );
        }
        let every: OriginSet = "*".parse().unwrap();
        let origin: Origin = "https://any.example".parse().unwrap();
        assert!(every.admits(&WITHOUT, &origin));
        assert!(!every.admits(&WITH, &origin) && !every.admits(&INSECURE, &origin));
        assert!(!every.contains("null") && !every.contains("any.example"));
    }
}
