//! Whether the arguments are a policy: each value by itself, and all of them together.

use cors_grammar::{
    Mistake,
    combination::{Combination, Conflict, Origins},
    header_name,
    method::{self, MethodSet},
    pattern::Hazards,
};
use proc_macro2::Span;
use syn::{Path, spanned::Spanned};

use crate::{
    args::{self, Args},
    errors::Errors,
    origins::{self, CheckedList, duplicate},
    value::{Flag, List, Seconds},
};

/// Browsers keep the answer to a preflight no longer than this (Firefox; the others less).
const MAX_AGE_CAP: u64 = 86_400;

/// Where the arguments stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// On a handler: what is not written has its default, unless `..BASE` says otherwise.
    Attribute,
    /// In `policy!`: what is not written is unset.
    Policy,
}

/// The values of a policy that has nothing wrong, as they are sent.
pub(crate) struct Checked {
    pub(crate) methods: Option<(String, MethodSet)>,
    pub(crate) origins: Option<CheckedOrigins>,
    pub(crate) credentials: Option<bool>,
    pub(crate) allow_headers: Option<String>,
    pub(crate) expose_headers: Option<String>,
    pub(crate) max_age: Option<u32>,
    pub(crate) debug_max_age: Option<u32>,
    pub(crate) debug_origins: Option<CheckedList>,
    pub(crate) enforce: Option<bool>,
    pub(crate) vouched: Hazards,
    pub(crate) base: Option<Path>,
}

/// The value of `origins`.
pub(crate) enum CheckedOrigins {
    Every,
    Listed(CheckedList),
    Decided,
}

impl Checked {
    /// Checks the arguments; what is wrong goes to `errors`.
    pub(crate) fn new(args: &Args, place: Place, errors: &mut Errors) -> Self {
        let origins = args.origins.as_ref().map(|origins| match origins {
            args::Origins::List(list) if alone(list, "*", "lets every origin in", errors) => {
                CheckedOrigins::Every
            }
            args::Origins::List(list) => CheckedOrigins::Listed(origins::check(list, None, errors)),
            args::Origins::Decided(decider) => {
                if place == Place::Policy {
                    errors.push_mistake(decider.span(), type_in_policy());
                }
                CheckedOrigins::Decided
            }
        });
        let listed = match &origins {
            Some(CheckedOrigins::Listed(list)) => Some(list),
            _ => None,
        };
        let debug_origins = args.debug_origins.as_ref();
        let checked = Self {
            methods: args.methods.as_ref().map(|list| methods(list, errors)),
            debug_origins: debug_origins.map(|list| origins::check(list, listed, errors)),
            origins,
            credentials: args.credentials.map(|flag| flag.value),
            allow_headers: args
                .allow_headers
                .as_ref()
                .map(|list| allowed(list, errors)),
            expose_headers: args
                .expose_headers
                .as_ref()
                .map(|list| exposed(list, errors)),
            max_age: args.max_age.map(|seconds| age("max_age", seconds, errors)),
            debug_max_age: args
                .debug_max_age
                .map(|seconds| age("debug_max_age", seconds, errors)),
            enforce: args.enforce.map(|flag| flag.value),
            vouched: Hazards {
                insecure: args.danger_insecure_origins.is_some_and(|flag| flag.value),
                public_suffix: args.danger_public_suffix.is_some_and(|flag| flag.value),
                any_port: args.danger_any_port.is_some_and(|flag| flag.value),
            },
            base: args.base.clone(),
        };
        // What `..BASE` adds is not known here: a constant of the expansion checks the whole.
        if args.base.is_none() {
            checked.together(args, place, errors);
        }
        checked
    }

    /// Reports the arguments that are wrong together, each where it stands.
    fn together(&self, args: &Args, place: Place, errors: &mut Errors) {
        let list = |list: Option<&List>| list.map(List::span);
        let flag = |flag: Option<Flag>| flag.map(|flag| flag.span);
        let combination = self.combination(place);
        for conflict in Conflict::ALL.into_iter().filter(|it| combination.has(*it)) {
            let mut help = conflict.help().to_owned();
            let span = match conflict {
                Conflict::EveryOriginWithCredentials => list(args.listed_origins()),
                Conflict::EveryHeaderWithCredentials => list(args.expose_headers.as_ref()),
                Conflict::DebugMaxAgeAboveMaxAge => {
                    let max_age = self.max_age.unwrap_or_default();
                    help = format!("write at most `debug_max_age = {max_age}`");
                    args.debug_max_age.map(|seconds| seconds.span)
                }
                Conflict::NothingToEnforce => flag(args.enforce),
                Conflict::NothingToAddInDebug => list(args.debug_origins.as_ref()),
                Conflict::NothingToVouchFor => {
                    let word = args.danger_insecure_origins.or(args.danger_public_suffix);
                    flag(word.or(args.danger_any_port))
                }
                Conflict::Insecure | Conflict::AnyPort | Conflict::PublicSuffix => {
                    Self::hazardous(args, &combination, conflict, errors);
                    continue;
                }
            };
            let mistake = Mistake::new(conflict.problem(), help);
            errors.push_mistake(span.unwrap_or_else(Span::call_site), mistake);
        }
    }

    /// Reports each origin that a policy with credentials should not let in.
    fn hazardous(args: &Args, combination: &Combination, conflict: Conflict, errors: &mut Errors) {
        let lists = [args.listed_origins(), args.debug_origins.as_ref()];
        let lists = lists.into_iter().flatten();
        for (entry, span) in lists.flat_map(|list| &list.elements) {
            let hazards = origins::hazards(entry);
            if (Combination {
                hazards,
                ..*combination
            })
            .has(conflict)
            {
                let problem = format!("`{entry}`: {}", conflict.problem());
                errors.push_mistake(*span, Mistake::new(problem, conflict.help()));
            }
        }
    }

    fn combination(&self, place: Place) -> Combination {
        let origins = match &self.origins {
            Some(CheckedOrigins::Every) => Origins::Every,
            Some(CheckedOrigins::Listed(_)) => Origins::Listed,
            Some(CheckedOrigins::Decided) => Origins::Decided,
            None if place == Place::Attribute => Origins::Open,
            // The attribute that takes this policy as its base may say anything. What vouches
            // for origins is taken over together with them, though, and there are none.
            None if self.vouched == Hazards::NONE => Origins::Decided,
            None => Origins::Open,
        };
        let listed = match &self.origins {
            Some(CheckedOrigins::Listed(list)) => list.hazards,
            _ => Hazards::NONE,
        };
        let debug = self
            .debug_origins
            .as_ref()
            .map_or(Hazards::NONE, |list| list.hazards);
        let open = place == Place::Attribute && self.origins.is_none();
        Combination {
            origins,
            debug_origins: self.debug_origins.is_some(),
            credentials: self.credentials.unwrap_or(open),
            exposes_every_header: self.expose_headers.as_deref() == Some(header_name::EVERY),
            max_age: self.max_age,
            debug_max_age: self.debug_max_age,
            enforce: self.enforce == Some(true),
            hazards: listed.or(debug),
            vouched: self.vouched,
        }
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
            // Reported as standing beside others.
            Err(_) if name == method::EVERY => {}
            Err(mistake) => errors.push_mistake(*span, mistake),
        }
    }
    (joined(list), set)
}

fn allowed(list: &List, errors: &mut Errors) -> String {
    header_names(list, errors, |name| match name {
        header_name::EVERY => Err(Mistake::new(
            "`allow_headers = \"*\"` does not allow every header: with credentials it is a header \
             named `*`, and it never covers `Authorization`",
            "leave `allow_headers` out: then the headers asked for are allowed",
        )),
        name => header_name::check_allowed(name),
    })
}

fn exposed(list: &List, errors: &mut Errors) -> String {
    match alone(list, header_name::EVERY, "exposes every header", errors) {
        true => header_name::EVERY.to_owned(),
        false => header_names(list, errors, header_name::check_exposed),
    }
}

fn header_names(
    list: &List,
    errors: &mut Errors,
    check: impl Fn(&str) -> Result<(), Mistake>,
) -> String {
    for (position, (name, span)) in list.elements.iter().enumerate() {
        let mut before = list.elements[..position].iter();
        if let Err(mistake) = check(name) {
            errors.push_mistake(*span, mistake);
        } else if before.any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            errors.push_mistake(*span, duplicate(name));
        }
    }
    joined(list)
}

/// Whether the list is the wildcard, which is wrong beside other elements.
fn alone(list: &List, wildcard: &str, does: &str, errors: &mut Errors) -> bool {
    let found = list
        .elements
        .iter()
        .find(|(element, _)| element == wildcard);
    if let Some((_, span)) = found
        && !list.is_only(wildcard)
    {
        let mistake = Mistake::new(
            format!("`{wildcard}` {does}, and stands beside others"),
            format!("write `\"{wildcard}\"` alone, or the others without it"),
        );
        errors.push_mistake(*span, mistake);
    }
    list.is_only(wildcard)
}

fn age(name: &str, Seconds { value, span }: Seconds, errors: &mut Errors) -> u32 {
    if value > MAX_AGE_CAP {
        let mistake = Mistake::new(
            format!("no browser keeps the answer to a preflight longer than {MAX_AGE_CAP} seconds"),
            format!("write at most `{name} = {MAX_AGE_CAP}`"),
        );
        errors.push_mistake(span, mistake);
    }
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn type_in_policy() -> Mistake {
    Mistake::new(
        "`policy!` takes no type and no variable in `origins`: a constant cannot ask them",
        "list the origins here as literals; for origins that are known at run time, write \
         `origins = OriginSet` in the attributes",
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
