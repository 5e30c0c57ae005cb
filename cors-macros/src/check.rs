//! Whether the arguments are a policy: each value by itself, and all of them together.

use cors_grammar::{
    Mistake,
    pattern::Wildcards,
    record::{self, Hazardous, Methods, OriginList, Origins, Record},
    rules::{REQUIRED_ORIGINS, Rule},
    value,
};
use proc_macro2::Span;
use syn::spanned::Spanned as _;

use crate::{
    args::{self, Args},
    errors::Errors,
    origins::{self, Lists, SortedList},
    spanned::Spanned,
    value::{List, Seconds},
};

/// What the arguments belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// On a handler: what is not written has its default, unless `..BASE` says otherwise.
    Attribute,
    /// In `policy!`: what is not written is unset.
    Policy,
}

/// The policy that the arguments are; what is wrong goes to `errors`.
pub(crate) fn record<'a>(
    args: &'a Args,
    lists: &'a Lists<'a>,
    place: Place,
    errors: &mut Errors,
) -> Record<'a> {
    let record = Record {
        methods: args.methods.as_ref().map(|list| methods(list, errors)),
        origins: args.origins.as_ref().map(|origins| match origins {
            args::Origins::List(list) if is_every_origin(list, errors) => Origins::Every,
            args::Origins::List(_) => {
                let list = lists.origins.as_ref().map(SortedList::as_list);
                list.map_or(Origins::Every, Origins::Listed)
            }
            args::Origins::Decided(_) | args::Origins::FromState(_) => {
                if place == Place::Policy {
                    errors.push_mistake(origins.span(), type_in_policy());
                }
                Origins::Decided
            }
            args::Origins::Nobody => Origins::Listed(OriginList::EMPTY),
            args::Origins::Elsewhere(underscore) => {
                if place == Place::Attribute {
                    errors.push_mistake(underscore.span(), named_elsewhere());
                }
                Origins::Elsewhere
            }
        }),
        open: args.open.is_some_and(|flag| flag.value),
        credentials: args.credentials.map(|flag| flag.value),
        allow_headers: args
            .allow_headers
            .as_ref()
            .map(|list| allow_headers(list, errors)),
        expose_headers: args
            .expose_headers
            .as_ref()
            .map(|list| expose_headers(list, errors)),
        max_age: args
            .max_age
            .as_ref()
            .map(|age| seconds("max_age", age, errors)),
        debug_max_age: args
            .debug_max_age
            .as_ref()
            .map(|age| seconds("debug_max_age", age, errors)),
        debug_origins: lists.debug_origins.as_ref().map(SortedList::as_list),
        enforce: args.enforce.map(|flag| flag.value),
        vouched: args.vouched(),
    };
    // What `..BASE` adds is not known here: a constant of the expansion checks the whole.
    if args.base.is_none() {
        if cfg!(feature = "require-origins") && record.origins.is_none() && !record.open {
            errors.push_mistake(Span::call_site(), origins_required());
        }
        for rule in Rule::ALL {
            if record.breaks(*rule).is_some() {
                report(*rule, &record, args, place, errors);
            }
        }
    }
    record
}

/// Reports a rule that the arguments break, at their spans.
fn report(rule: Rule, record: &Record<'_>, args: &Args, place: Place, errors: &mut Errors) {
    let list = |list: Option<&List>| list.map(List::span);
    let flag = |flag: Option<Spanned<bool>>| flag.map(|flag| flag.span);
    let mut problem = rule.problem();
    let mut help = rule.help().to_owned();
    let span = match rule {
        Rule::OpenWithOrigins => flag(args.open),
        Rule::EveryOriginWithCredentials => list(args.listed_origins()),
        Rule::EveryHeaderWithCredentials => {
            problem = every_header(args);
            if args.credentials.is_some() && args.origins.is_some() {
                help = "list the names, or leave `credentials` out".to_owned();
            }
            list(args.expose_headers.as_ref())
        }
        Rule::DebugMaxAgeAboveMaxAge => {
            let max_age = record.max_age.map_or("0", |age| age.digits);
            help = format!("write at most `debug_max_age = {max_age}`");
            args.debug_max_age.as_ref().map(|age| age.span)
        }
        Rule::NothingToEnforce => args.enforce.map(|enforce| enforce.span),
        Rule::NothingToAddInDebug => list(args.debug_origins.as_ref()),
        Rule::NothingToVouchFor => {
            let word = args.danger_insecure_origins.or(args.danger_public_suffix);
            flag(word.or(args.danger_any_port).or(args.danger_any_host))
        }
        Rule::Insecure | Rule::AnyPort | Rule::PublicSuffix | Rule::AnyHost | Rule::File => {
            return report_hazards(rule, record, args, errors);
        }
        // Each entry has been reported already, with what covers it.
        Rule::InBothLists => return,
    };
    let needs_origins = matches!(
        rule,
        Rule::NothingToEnforce | Rule::NothingToAddInDebug | Rule::NothingToVouchFor
    );
    if needs_origins && place == Place::Policy && args.origins.is_none() {
        help += ", or write `origins = _` here if the attributes that use it name them";
    }
    let mistake = Mistake::new(problem, help);
    errors.push_mistake(span.unwrap_or_else(Span::call_site), mistake);
}

/// What is wrong with `expose_headers = "*"`, and which of the arguments makes it so.
fn every_header(args: &Args) -> &'static str {
    if args.credentials.is_some() {
        "with `credentials`, browsers treat `expose_headers = \"*\"` as a header named `*`"
    } else {
        "without `origins`, cookies are allowed, and browsers treat `expose_headers = \"*\"` as a header \
         named `*`"
    }
}

/// Reports each origin that a policy with credentials should not allow.
fn report_hazards(rule: Rule, record: &Record<'_>, args: &Args, errors: &mut Errors) {
    let lists = [args.listed_origins(), args.debug_origins.as_ref()];
    let lists = lists.into_iter().flatten();
    for Spanned { value, span } in lists.flat_map(|list| &list.elements) {
        let only = OriginList {
            sorted: &[],
            wildcards: Wildcards::NONE,
            hazardous: Hazardous::NONE.with(value, origins::hazards(value)),
        };
        let only = Record {
            origins: Some(Origins::Listed(only)),
            debug_origins: None,
            credentials: Some(record.allows_credentials()),
            ..*record
        };
        if only.breaks(rule).is_some() {
            let problem = format!("`{value}`: {}", rule.problem());
            errors.push_mistake(*span, Mistake::new(problem, rule.help()));
        }
    }
}

/// The methods, in the order written.
fn methods<'a>(list: &'a List, errors: &mut Errors) -> Methods<'a> {
    let text = list.text.as_str();
    let set = value::methods(&list.texts(), &mut at_elements(list, errors));
    Methods { text, set }
}

fn allow_headers<'a>(list: &'a List, errors: &mut Errors) -> &'a str {
    value::allow_headers(&list.texts(), &mut at_elements(list, errors));
    &list.text
}

fn expose_headers<'a>(list: &'a List, errors: &mut Errors) -> &'a str {
    value::expose_headers(&list.texts(), &mut at_elements(list, errors));
    &list.text
}

fn is_every_origin(list: &List, errors: &mut Errors) -> bool {
    let mut report = at_elements(list, errors);
    value::is_every(&list.texts(), "*", "allows every origin", &mut report)
}

/// Reports mistakes at the elements of a list that have them.
fn at_elements<'a>(list: &'a List, errors: &'a mut Errors) -> impl FnMut(usize, Mistake) + use<'a> {
    |position, mistake| errors.push_mistake(list.elements[position].span, mistake)
}

fn seconds<'a>(
    name: &str,
    Spanned { value, span }: &'a Spanned<Seconds>,
    errors: &mut Errors,
) -> record::Seconds<'a> {
    let number = value::seconds(name, value.number).unwrap_or_else(|mistake| {
        errors.push_mistake(*span, mistake);
        u32::MAX
    });
    record::Seconds {
        number,
        digits: &value.digits,
    }
}

fn origins_required() -> Mistake {
    Mistake::new(REQUIRED_ORIGINS.0, REQUIRED_ORIGINS.1)
}

fn named_elsewhere() -> Mistake {
    Mistake::new(
        "`origins = _` is for a `policy!` that attributes complete, and an attribute names its origins",
        "write them, as in `origins = \"https://app.example.com\"`",
    )
}

fn type_in_policy() -> Mistake {
    Mistake::new(
        "`policy!` makes a constant, and takes neither a type nor a closure in `origins`",
        "write `origins = _` here, and the type or the closure in each attribute, before `..BASE`",
    )
}
