//! Lists of origins: `origins` and `debug_origins`.

use std::collections::HashSet;

use cors_grammar::{
    Mistake, origin_list,
    pattern::{Hazards, Pattern, Wildcards},
};

use crate::{errors::Errors, value::List};

/// A list of origins and patterns in byte order, as the runtime looks them up.
pub(crate) struct CheckedList {
    pub(crate) sorted: Vec<String>,
    pub(crate) wildcards: Wildcards,
    pub(crate) hazards: Hazards,
}

/// Checks a list, whose elements must not be in `others` either; what is wrong goes to `errors`.
pub(crate) fn check(list: &List, others: Option<&CheckedList>, errors: &mut Errors) -> CheckedList {
    let mut entries = Vec::new();
    let mut seen = HashSet::new();
    for (text, span) in &list.elements {
        match Pattern::parse(text) {
            // Beside others, it has been reported already.
            Err(_) if text == "*" && others.is_none() => {}
            Err(_) if text == "*" => errors.push_mistake(*span, every_origin_in_debug()),
            Err(mistake) => errors.push_mistake(*span, mistake),
            Ok(_) if !seen.insert(text) => errors.push_mistake(*span, duplicate(text)),
            Ok(entry) => entries.push((text, *span, entry)),
        }
    }
    let mut sorted: Vec<String> = entries.iter().map(|(text, ..)| (*text).clone()).collect();
    sorted.sort_unstable();
    for (text, span, entry) in &entries {
        if let Some(wider) = origin_list::covering(&sorted, entry) {
            errors.push_mistake(*span, covered(text, wider, "this list"));
        } else if let Some(others) = others {
            let same = others.sorted.binary_search(text).map(|_| *text);
            if let Some(other) = same.ok().or(origin_list::covering(&others.sorted, entry)) {
                errors.push_mistake(*span, covered(text, other, "`origins`"));
            }
        }
    }
    let wildcards = entries.iter().map(|(.., entry)| entry.wildcards());
    let hazards = entries.iter().map(|(.., entry)| entry.hazards());
    CheckedList {
        wildcards: wildcards.fold(Wildcards::NONE, Wildcards::or),
        hazards: hazards.fold(Hazards::NONE, Hazards::or),
        sorted,
    }
}

/// What speaks against one element of a list that has been checked.
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
        "`debug_origins` lists origins, and `*` is none",
        "list them, as in `http://localhost:*`",
    )
}

pub(crate) fn duplicate(element: &str) -> Mistake {
    Mistake::new(
        format!("`{element}` stands in the list twice"),
        "leave one out",
    )
}
