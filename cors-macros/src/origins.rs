//! Lists of origins: `origins` and `debug_origins`.

use std::collections::HashSet;

use cors_grammar::{
    Mistake, origin_list,
    pattern::{Hazards, Pattern, Wildcards},
    record::{Hazardous, OriginList},
    rules::Rule,
    value,
};

use crate::{args::Args, errors::Errors, spanned::Spanned, value::List};

/// The lists of a policy.
pub(crate) struct Lists<'a> {
    /// `origins`, where it is a list.
    pub(crate) origins: Option<SortedList<'a>>,
    /// `debug_origins`.
    pub(crate) debug_origins: Option<SortedList<'a>>,
}

impl<'a> Lists<'a> {
    /// Checks the lists; what is wrong goes to `errors`.
    pub(crate) fn check(args: &'a Args, errors: &mut Errors) -> Self {
        let is_every = |list: &&List| list.is_only("*");
        let origins = args.listed_origins().filter(|list| !is_every(list));
        let credentials = args.credentials.is_some_and(|flag| flag.value);
        let judged = credentials.then(|| args.vouched());
        let origins = origins.map(|list| SortedList::check(list, None, judged, errors));
        let debug_origins = args.debug_origins.as_ref();
        Self {
            debug_origins: debug_origins
                .map(|list| SortedList::check(list, origins.as_ref(), judged, errors)),
            origins,
        }
    }
}

/// A list of origins and patterns in byte order, as the runtime looks them up.
pub(crate) struct SortedList<'a> {
    sorted: Vec<&'a str>,
    wildcards: Wildcards,
    hazardous: Hazardous<'a>,
}

impl<'a> SortedList<'a> {
    pub(crate) fn as_list(&self) -> OriginList<'_> {
        OriginList {
            sorted: &self.sorted,
            wildcards: self.wildcards,
            hazardous: self.hazardous,
        }
    }

    /// Checks a list, whose elements must not be in `others` either. Under credentials, `vouched` is what
    /// the `danger_` words vouch for.
    fn check(
        list: &'a List,
        others: Option<&SortedList<'_>>,
        vouched: Option<Hazards>,
        errors: &mut Errors,
    ) -> Self {
        let mut entries = Vec::new();
        let mut seen = HashSet::new();
        for Spanned { value, span } in &list.elements {
            let text = value.as_str();
            match Pattern::parse(text) {
                // Beside others, it is reported with the arguments.
                Err(_) if text == "*" && others.is_none() => {}
                Err(_) if text == "*" => errors.push_mistake(*span, every_origin_in_debug()),
                Err(mistake) => errors.push_mistake(*span, acceptable(mistake, vouched)),
                Ok(_) if !seen.insert(text) => errors.push_mistake(*span, value::duplicate(text)),
                Ok(entry) => entries.push((text, *span, entry)),
            }
        }
        let mut sorted: Vec<_> = entries.iter().map(|(text, ..)| *text).collect();
        sorted.sort_unstable();
        for (text, span, entry) in &entries {
            if let Some(wider) = origin_list::covering(&sorted, entry) {
                errors.push_mistake(*span, covered(text, wider, "this list"));
            } else if let Some(others) = others {
                let same = others.sorted.binary_search(text).map(|_| text);
                if let Some(other) = same.ok().or(origin_list::covering(&others.sorted, entry)) {
                    errors.push_mistake(*span, covered(text, other, "`origins`"));
                }
            }
        }
        let wildcards = entries.iter().map(|(.., entry)| entry.wildcards());
        let hazardous = entries
            .iter()
            .fold(Hazardous::NONE, |known, (text, _, entry)| {
                known.with(text, entry.hazards())
            });
        Self {
            wildcards: wildcards.fold(Wildcards::NONE, Wildcards::or),
            hazardous,
            sorted,
        }
    }
}

/// A mistake whose correction would be refused under credentials says what to write besides.
fn acceptable(mistake: Mistake, vouched: Option<Hazards>) -> Mistake {
    let (Some(corrected), Some(vouched)) = (&mistake.corrected, vouched) else {
        return mistake;
    };
    let hazards = hazards(corrected);
    match hazards.breaks(vouched) {
        Some(rule) => {
            let word = hazards.word();
            let help = match corrected.strip_prefix("http://") {
                Some(rest) if rule == Rule::Insecure => {
                    format!("write `https://{rest}`, or `{corrected}` with `{word}`")
                }
                _ => format!("write `{corrected}`, and add `{word}`"),
            };
            Mistake::new(mistake.problem, help)
        }
        None => mistake,
    }
}

/// The hazards of one element of a list that has been checked.
pub(crate) fn hazards(entry: &str) -> Hazards {
    Pattern::parse(entry).map_or(Hazards::NONE, |entry| entry.hazards())
}

fn covered(text: &str, wider: &str, place: &str) -> Mistake {
    Mistake::new(
        format!("`{text}` adds nothing: {place} has `{wider}`"),
        format!("leave `{text}` out"),
    )
}

fn every_origin_in_debug() -> Mistake {
    Mistake::new(
        "`debug_origins` lists origins, and `*` is not one",
        "list them, as in `http://localhost:*`",
    )
}
