//! What the value of an argument may be: the attribute reads it from literals, the builder from
//! configuration.

use crate::{
    Mistake, header_name,
    method::{self, MethodSet},
};

/// Browsers keep the answer to a preflight no longer than this (Firefox; the others less).
const MAX_AGE_CAP: u64 = 86_400;

/// Takes what is wrong with the element at a position.
type Report<'r> = &'r mut dyn FnMut(usize, Mistake);

/// The methods of `methods`, from its elements; what is wrong goes to `report`.
pub fn methods(elements: &[&str], report: Report<'_>) -> MethodSet {
    if is_every(elements, method::EVERY, "serves every method", report) {
        return MethodSet::EVERY;
    }
    let mut set = MethodSet::NONE;
    for (position, name) in elements.iter().enumerate() {
        match method::parse(name) {
            Ok(name) if set.names(name) => report(position, duplicate(name)),
            Ok(name) => set = set.with(name),
            // Reported as standing beside others.
            Err(_) if *name == method::EVERY => {}
            Err(mistake) => report(position, mistake),
        }
    }
    set
}

/// Checks the elements of `allow_headers`; what is wrong goes to `report`.
pub fn allow_headers(elements: &[&str], report: Report<'_>) {
    header_names(elements, header_name::check_allowed, report);
}

/// Checks the elements of `expose_headers`; what is wrong goes to `report`.
pub fn expose_headers(elements: &[&str], report: Report<'_>) {
    if !is_every(elements, header_name::EVERY, "exposes every header", report) {
        header_names(elements, check_exposed, report);
    }
}

fn check_exposed(name: &str) -> Result<(), Mistake> {
    match name {
        // Reported as standing beside others.
        header_name::EVERY => Ok(()),
        name => header_name::check_exposed(name),
    }
}

fn header_names(
    elements: &[&str],
    check: impl Fn(&str) -> Result<(), Mistake>,
    report: Report<'_>,
) {
    for (position, name) in elements.iter().enumerate() {
        let mut before = elements.iter().take(position);
        if let Err(mistake) = check(name) {
            report(position, mistake);
        } else if let Some(other) = before.find(|other| other.eq_ignore_ascii_case(name)) {
            report(position, same_header(other, name));
        }
    }
}

/// The seconds of `max_age` or `debug_max_age`, which `argument` says.
pub fn seconds(argument: &str, number: u64) -> Result<u32, Mistake> {
    match u32::try_from(number) {
        Ok(seconds) if number <= MAX_AGE_CAP => Ok(seconds),
        _ => Err(Mistake::new(
            format!("no browser keeps the answer to a preflight longer than {MAX_AGE_CAP} seconds"),
            format!("write at most `{argument} = {MAX_AGE_CAP}`"),
        )),
    }
}

/// Whether a list is the wildcard, which is wrong beside other elements.
pub fn is_every(elements: &[&str], wildcard: &str, does: &str, report: Report<'_>) -> bool {
    if elements == [wildcard] {
        return true;
    }
    if let Some(position) = elements.iter().position(|element| *element == wildcard) {
        let mistake = Mistake::new(
            format!("`{wildcard}` {does}, and is not alone in its list"),
            format!("write `\"{wildcard}\"` alone, or the others without it"),
        );
        report(position, mistake);
    }
    false
}

/// A list without elements, of the argument of this name.
pub fn empty(argument: &str) -> Mistake {
    let help = match argument {
        "methods" => "write `methods = \"GET, POST\"`, or `methods = \"*\"` for every method",
        "origins" => {
            "write `origins = []` for pages of your own origin only, or list origins, as in `origins = \
             \"https://app.example.com\"`"
        }
        "allow_headers" => "write `allow_headers = []` for none, or list the names",
        _ => "leave it out, or list what belongs in it",
    };
    Mistake::new(format!("`{argument}` is empty"), help)
}

/// A header whose name is in a list twice.
fn same_header(one: &str, other: &str) -> Mistake {
    if one == other {
        return duplicate(one);
    }
    Mistake::new(
        format!("`{one}` and `{other}` are one header: case does not matter"),
        "leave one out",
    )
}

/// An element that is in a list twice.
pub fn duplicate(element: &str) -> Mistake {
    Mistake::new(format!("`{element}` is in the list twice"), "leave one out")
}
