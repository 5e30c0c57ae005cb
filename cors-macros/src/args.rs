//! The arguments as written: which there are, and what each is called.

use proc_macro2::{Span, TokenStream};
use syn::{
    Error, Ident, Lit, Path, Result, Token, Type,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    spanned::Spanned,
    token::Paren,
};

use cors_grammar::method;

use crate::{
    errors::Errors,
    value::{Flag, List, Seconds, Value},
};

/// Every argument, with what to write where its value is of the wrong kind.
const ARGUMENTS: [(&str, &str); 13] = [
    ("methods", "methods = \"GET, POST\""),
    (
        "origins",
        "origins = \"https://app.example.com\"`, or `origins = OriginSet` for origins that are known at \
         run time, or `origins = \"*\"",
    ),
    ("credentials", "credentials` or `credentials = false"),
    ("allow_headers", "allow_headers = \"X-Csrf-Token\""),
    ("expose_headers", "expose_headers = \"ETag, X-Total\""),
    ("max_age", "max_age = 600"),
    ("debug_max_age", "debug_max_age` or `debug_max_age = 5"),
    ("debug_origins", "debug_origins = \"http://localhost:*\""),
    ("enforce", "enforce` or `enforce = false"),
    ("danger_insecure_origins", "danger_insecure_origins"),
    ("danger_public_suffix", "danger_public_suffix"),
    ("danger_any_port", "danger_any_port"),
    ("crate", "crate = web_cors"),
];

/// What other libraries call an argument, and what it is called here.
const CALLED_ELSEWHERE: [(&str, &str); 8] = [
    ("allow_credentials", "credentials"),
    ("allow_methods", "methods"),
    ("allow_origin", "origins"),
    ("allow_origins", "origins"),
    ("allowed_methods", "methods"),
    ("allowed_origins", "origins"),
    ("origin_patterns", "origins"),
    ("supports_credentials", "credentials"),
];

/// The value of `origins`.
pub(crate) enum Origins {
    List(List),
    /// A type that decides at run time.
    Decided(Box<Type>),
}

/// The arguments of one attribute, or of one `policy!`.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) methods: Option<List>,
    pub(crate) origins: Option<Origins>,
    pub(crate) credentials: Option<Flag>,
    pub(crate) allow_headers: Option<List>,
    pub(crate) expose_headers: Option<List>,
    pub(crate) max_age: Option<Seconds>,
    pub(crate) debug_max_age: Option<Seconds>,
    pub(crate) debug_origins: Option<List>,
    pub(crate) enforce: Option<Flag>,
    pub(crate) danger_insecure_origins: Option<Flag>,
    pub(crate) danger_public_suffix: Option<Flag>,
    pub(crate) danger_any_port: Option<Flag>,
    pub(crate) krate: Option<Path>,
    /// The constant policy that is written behind `..`.
    pub(crate) base: Option<Path>,
}

impl Args {
    /// The elements of `origins`, where it is a list.
    pub(crate) fn listed_origins(&self) -> Option<&List> {
        match &self.origins {
            Some(Origins::List(list)) => Some(list),
            _ => None,
        }
    }

    /// The type that decides on origins at run time, if there is one.
    pub(crate) fn decider(&self) -> Option<&Type> {
        match &self.origins {
            Some(Origins::Decided(decider)) => Some(decider),
            _ => None,
        }
    }

    /// Reads the arguments; what is wrong goes to `errors`, the rest is returned.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let parsed = (|input: ParseStream<'_>| args.parse_all(input, errors)).parse2(tokens);
        errors.ok(parsed);
        args
    }

    fn parse_all(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> Result<()> {
        let mut seen: Vec<Ident> = Vec::new();
        while !input.is_empty() {
            if input.parse::<Option<Token![..]>>()?.is_some() {
                let base: Path = input.parse()?;
                if input.peek(Paren) {
                    return Err(Error::new(
                        base.span(),
                        "behind `..` stands a constant, and this is called\n\
                         help: make a constant of it by `policy!(…)`, and write its name",
                    ));
                }
                self.base = Some(base);
                input.parse::<Option<Token![,]>>()?;
                return match input.is_empty() {
                    true => Ok(()),
                    false => Err(input.error(
                        "something stands behind the policy that fills in what is not written\n\
                         help: write `..BASE` last, as in `#[cors(methods = \"GET\", ..BASE)]`",
                    )),
                };
            }
            let name = name(input)?;
            let value: Value = input.parse()?;
            errors.ok(match seen.contains(&name) {
                true => Err(given_twice(&name)),
                false => self.set(&name, value),
            });
            seen.push(name);
            if !input.is_empty() && input.parse::<Option<Token![,]>>()?.is_none() {
                return Err(input.error(
                    "this stands behind an argument without a comma\n\
                     help: write a comma between two arguments",
                ));
            }
        }
        Ok(())
    }

    fn set(&mut self, name: &Ident, value: Value) -> Result<()> {
        let text = name.to_string();
        let Some((_, example)) = ARGUMENTS.iter().find(|(known, _)| text == *known) else {
            return Err(unknown(&text, name.span()));
        };
        let wrong_kind = |value: Value| value.wrong_kind(name, example);
        match text.as_str() {
            "methods" => self.methods = Some(value.list(wrong_kind)?),
            "origins" => {
                self.origins = Some(match value {
                    Value::Type(decider) => Origins::Decided(decider),
                    value => Origins::List(value.list(wrong_kind)?),
                });
            }
            "credentials" => self.credentials = Some(value.flag(name, wrong_kind)?),
            "allow_headers" => self.allow_headers = Some(value.list(wrong_kind)?),
            "expose_headers" => self.expose_headers = Some(value.list(wrong_kind)?),
            "max_age" => self.max_age = Some(value.seconds(name, wrong_kind)?),
            "debug_max_age" => {
                let value = match value {
                    Value::Bare => Seconds {
                        value: 1,
                        span: name.span(),
                    },
                    value => value.seconds(name, wrong_kind)?,
                };
                self.debug_max_age = Some(value);
            }
            "debug_origins" => self.debug_origins = Some(value.list(wrong_kind)?),
            "enforce" => self.enforce = Some(value.flag(name, wrong_kind)?),
            "danger_insecure_origins" => {
                self.danger_insecure_origins = Some(value.flag(name, wrong_kind)?);
            }
            "danger_public_suffix" => {
                self.danger_public_suffix = Some(value.flag(name, wrong_kind)?);
            }
            "danger_any_port" => self.danger_any_port = Some(value.flag(name, wrong_kind)?),
            _ => self.krate = Some(value.path(wrong_kind)?),
        }
        Ok(())
    }
}

/// The name of an argument.
fn name(input: ParseStream<'_>) -> Result<Ident> {
    let message = if input.peek(Lit) {
        "this belongs to no argument\n\
         help: write a list as one string, as in `methods = \"GET, POST\"`, or as an array, as in \
         `methods = [\"GET\", \"POST\"]`"
    } else if input.peek(Token![...]) || input.peek(Token![.]) {
        "a policy that fills in what is not written stands behind two dots\nhelp: write `..BASE`"
    } else {
        return input.call(Ident::parse_any).map_err(|error| {
            let message = "an argument begins with its name\n\
                           help: write arguments as in `#[cors(methods = \"GET, POST\", debug_max_age)]`";
            Error::new(error.span(), message)
        });
    };
    Err(input.error(message))
}

fn given_twice(name: &Ident) -> Error {
    let message = format!("`{name}` is given twice\nhelp: keep one of the two");
    Error::new(name.span(), message)
}

fn unknown(name: &str, span: Span) -> Error {
    let names = ARGUMENTS.map(|(name, _)| name);
    let mut elsewhere = CALLED_ELSEWHERE.iter();
    let elsewhere = elsewhere.find_map(|(other, here)| (name == *other).then_some(*here));
    let help = if method::parse(name).is_ok() {
        format!("write `methods = \"{name}\"`")
    } else if name
        .chars()
        .all(|c| matches!(c, 'A'..='Z' | '0'..='9' | '_'))
    {
        format!("a constant policy stands behind two dots: write `..{name}`, last")
    } else if let Some(meant) = elsewhere.or_else(|| method::nearest(name, names)) {
        format!("write `{meant}`")
    } else {
        format!("the arguments are {}, and `..BASE`", names.join(", "))
    };
    Error::new(span, format!("there is no argument `{name}`\nhelp: {help}"))
}
