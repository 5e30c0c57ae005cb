//! Whether the arguments are a policy: each value by itself, and all of them together.

use cors_grammar::{
    Mistake, header_name,
    method::{self, MethodSet},
};
use proc_macro2::Span;
use syn::Error;

use crate::args::{Args, Errors, List, Seconds};

/// Browsers keep the answer to a preflight no longer than this (Firefox; the others less).
const MAX_AGE_CAP: u64 = 86_400;

/// The values of a policy that has nothing wrong, as they are sent.
pub(crate) struct Checked {
    pub(crate) methods: Option<(String, MethodSet)>,
    pub(crate) credentials: Option<bool>,
    pub(crate) allow_headers: Option<String>,
    pub(crate) expose_headers: Option<String>,
    pub(crate) max_age: Option<u64>,
    pub(crate) debug_max_age: Option<u64>,
}

impl Checked {
    /// Checks the arguments; what is wrong goes to `errors`.
    pub(crate) fn new(args: Args, errors: &mut Errors) -> Self {
        together(&args, errors);
        Self {
            methods: args.methods.as_ref().map(|list| methods(list, errors)),
            credentials: args.credentials,
            allow_headers: args.allow_headers.map(|list| allowed(list, errors)),
            expose_headers: args.expose_headers.map(|list| exposed(list, errors)),
            max_age: args.max_age.map(|seconds| age("max_age", seconds, errors)),
            debug_max_age: args
                .debug_max_age
                .map(|seconds| age("debug_max_age", seconds, errors)),
        }
    }
}

/// What is wrong with two arguments that are right by themselves.
fn together(args: &Args, errors: &mut Errors) {
    if let (Some(debug), Some(release)) = (&args.debug_max_age, &args.max_age)
        && debug.value > release.value
    {
        errors.push(Error::new(
            debug.span,
            format!(
                "`debug_max_age` is above `max_age`: a debug build would cache for longer than a \
                 release build\nhelp: write at most `debug_max_age = {}`",
                release.value
            ),
        ));
    }
    let credentials = args.credentials.unwrap_or(true);
    let everything = args.expose_headers.iter().flat_map(|list| &list.elements);
    let everything = everything
        .into_iter()
        .find(|(name, _)| name == header_name::EVERY);
    if let (true, Some((_, span))) = (credentials, everything) {
        errors.push(Error::new(
            *span,
            "with credentials browsers take `expose_headers = \"*\"` for a header named `*`\n\
             help: list the names, or write `credentials = false`",
        ));
    }
}

/// The methods, in the order written.
fn methods(list: &List, errors: &mut Errors) -> (String, MethodSet) {
    if alone(list, method::EVERY, "serves every method", errors) {
        return (method::EVERY.to_owned(), MethodSet::EVERY);
    }
    let mut set = MethodSet::NONE;
    for (name, span) in &list.elements {
        match method::parse(name) {
            Ok(name) if set.names(name) => errors.push_mistake(*span, duplicate(name)),
            Ok(name) => set = set.with(name),
            Err(_) if name == method::EVERY => {}
            Err(mistake) => errors.push_mistake(*span, mistake),
        }
    }
    (joined(list), set)
}

fn allowed(list: List, errors: &mut Errors) -> String {
    header_names(&list, errors, |name| match name {
        header_name::EVERY => Err(Mistake::new(
            "`allow_headers = \"*\"` does not allow every header: with credentials it is a header \
             named `*`, and it never covers `Authorization`",
            "leave `allow_headers` out: then the headers asked for are allowed",
        )),
        name => header_name::check_allowed(name),
    });
    joined(&list)
}

fn exposed(list: List, errors: &mut Errors) -> String {
    if !alone(&list, header_name::EVERY, "exposes every header", errors) {
        header_names(&list, errors, header_name::check_exposed);
    }
    joined(&list)
}

fn header_names(list: &List, errors: &mut Errors, check: impl Fn(&str) -> Result<(), Mistake>) {
    for (position, (name, span)) in list.elements.iter().enumerate() {
        let mut before = list.elements[..position].iter();
        if let Err(mistake) = check(name) {
            errors.push_mistake(*span, mistake);
        } else if before.any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            errors.push_mistake(*span, duplicate(name));
        }
    }
}

/// Whether the list is the wildcard, which is wrong beside other elements.
fn alone(list: &List, wildcard: &str, does: &str, errors: &mut Errors) -> bool {
    let Some((_, span)) = list
        .elements
        .iter()
        .find(|(element, _)| element == wildcard)
    else {
        return false;
    };
    if list.elements.len() > 1 {
        let mistake = Mistake::new(
            format!("`{wildcard}` {does}, and stands beside others"),
            format!("write `\"{wildcard}\"` alone, or the others without it"),
        );
        errors.push_mistake(*span, mistake);
    }
    list.elements.len() == 1
}

fn age(name: &str, Seconds { value, span }: Seconds, errors: &mut Errors) -> u64 {
    if value > MAX_AGE_CAP {
        let mistake = Mistake::new(
            format!("no browser keeps the answer to a preflight longer than {MAX_AGE_CAP} seconds"),
            format!("write at most `{name} = {MAX_AGE_CAP}`"),
        );
        errors.push_mistake(span, mistake);
    }
    value
}

fn duplicate(name: &str) -> Mistake {
    Mistake::new(
        format!("`{name}` stands in the list twice"),
        "leave one out",
    )
}

fn joined(list: &List) -> String {
    let elements: Vec<_> = list
        .elements
        .iter()
        .map(|(element, _)| element.as_str())
        .collect();
    elements.join(", ")
}

/// Where no argument stands that an error could point to.
pub(crate) fn missing_methods() -> Error {
    Error::new(
        Span::call_site(),
        "`methods` is missing: which methods does this handler serve?\n\
         help: write `#[cors(methods = \"GET, POST\")]`, or `methods = \"*\"` for every method",
    )
}
