//! The arguments as written: which there are, and what each is called.

use proc_macro2::{Span, TokenStream};
use syn::{
    Error, Ident, Lit, Path, Result, Token, Type,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    spanned::Spanned as _,
    token::Paren,
};

use cors_grammar::{method, pattern::Hazards, record::Enforce};

use crate::{
    closure::Closure,
    errors::Errors,
    spanned::Spanned,
    tokens::up_to_comma,
    value::{List, Seconds, Value},
};

/// Defines the arguments and their list at once, so that none can be missing from it.
macro_rules! arguments {
    ($($argument:ident $name:literal $example:literal,)*) => {
        /// An argument.
        #[derive(Clone, Copy)]
        enum Argument {
            $($argument,)*
        }

        /// Every argument, with its name, and what to write where its value is of the wrong kind.
        const ARGUMENTS: [(Argument, &str, &str); [$($name),*].len()] =
            [$((Argument::$argument, $name, $example)),*];
    };
}

arguments! {
    Methods "methods" "`methods = \"GET, POST\"`",
    Origins "origins" "`origins = \"https://app.example.com\"`, or `origins = OriginSet` for origins that are known at run time, or `origins = \"*\"`",
    Open "open" "`open`",
    Credentials "credentials" "`credentials` or `credentials = false`",
    AllowHeaders "allow_headers" "`allow_headers = \"X-Csrf-Token\"`",
    ExposeHeaders "expose_headers" "`expose_headers = \"ETag, X-Total\"`",
    MaxAge "max_age" "`max_age = 600`, in seconds",
    DebugMaxAge "debug_max_age" "`debug_max_age`, or `debug_max_age = 5`, in seconds",
    DebugOrigins "debug_origins" "`debug_origins = \"http://localhost:*\"`",
    Enforce "enforce" "`enforce`, or `enforce = false`, or `enforce = \"report\"`",
    InsecureOrigins "danger_insecure_origins" "`danger_insecure_origins`",
    PublicSuffix "danger_public_suffix" "`danger_public_suffix`",
    AnyPort "danger_any_port" "`danger_any_port`",
    AnyHost "danger_any_host" "`danger_any_host`",
    Crate "crate" "`crate = web_cors`",
}

/// The names of the arguments that items may be called by, which `crate` is not.
pub(crate) fn argument_names() -> impl Iterator<Item = &'static str> {
    let names = ARGUMENTS.iter().map(|(_, name, _)| *name);
    names.filter(|name| *name != "crate")
}

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
    /// A closure from the state to a set.
    FromState(Closure),
    /// `[]`: nobody.
    Nobody,
    /// `_`: they are named elsewhere.
    Elsewhere(Token![_]),
}

impl Origins {
    /// Where the value is.
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::List(list) => list.span(),
            Self::Decided(decider) => decider.span(),
            Self::FromState(closure) => closure.span(),
            Self::Nobody => Span::call_site(),
            Self::Elsewhere(underscore) => underscore.span(),
        }
    }
}

/// The arguments of one attribute, or of one `policy!`.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) methods: Option<List>,
    pub(crate) origins: Option<Origins>,
    pub(crate) open: Option<Spanned<bool>>,
    pub(crate) credentials: Option<Spanned<bool>>,
    pub(crate) allow_headers: Option<List>,
    pub(crate) expose_headers: Option<List>,
    pub(crate) max_age: Option<Spanned<Seconds>>,
    pub(crate) debug_max_age: Option<Spanned<Seconds>>,
    pub(crate) debug_origins: Option<List>,
    pub(crate) enforce: Option<Spanned<Enforce>>,
    pub(crate) danger_insecure_origins: Option<Spanned<bool>>,
    pub(crate) danger_public_suffix: Option<Spanned<bool>>,
    pub(crate) danger_any_port: Option<Spanned<bool>>,
    pub(crate) danger_any_host: Option<Spanned<bool>>,
    pub(crate) krate: Option<Path>,
    /// The constant policy that is written behind `..`.
    pub(crate) base: Option<Path>,
    /// The names as written, those of no argument among them.
    pub(crate) names: Vec<Ident>,
}

impl Args {
    /// The elements of `origins`, where it is a list.
    pub(crate) fn listed_origins(&self) -> Option<&List> {
        match &self.origins {
            Some(Origins::List(list)) => Some(list),
            _ => None,
        }
    }

    /// The hazards that the `danger_` words vouch for.
    pub(crate) fn vouched(&self) -> Hazards {
        let is_set = |flag: Option<Spanned<bool>>| flag.is_some_and(|flag| flag.value);
        Hazards {
            insecure: is_set(self.danger_insecure_origins),
            public_suffix: is_set(self.danger_public_suffix),
            any_port: is_set(self.danger_any_port),
            any_host: is_set(self.danger_any_host),
            // No word vouches for it.
            file: false,
        }
    }

    /// Reads the arguments; what is wrong goes to `errors`, the rest is returned.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let parsed = (|input: ParseStream<'_>| args.parse_all(input, errors)).parse2(tokens);
        errors.ok(parsed);
        if let Some(error) = args.methods_without_argument() {
            errors.push(error);
        }
        args
    }

    fn parse_all(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> Result<()> {
        while !input.is_empty() {
            if let Some(dots) = input.parse::<Option<Token![..]>>()? {
                let base: Path = input.parse().map_err(|_| {
                    let message = "`..` must be followed by the name of a base policy\n\
                                   help: write `..BASE`, where `const BASE: Policy = policy!(…);`";
                    Error::new(dots.spans[0], message)
                })?;
                if input.peek(Paren) || input.peek(Token![!]) {
                    return Err(Error::new(
                        base.span(),
                        "`..` takes the name of a constant, and this is a call\n\
                         help: write `const BASE: Policy = policy!(…);` and here `..BASE`, or write its \
                         arguments here",
                    ));
                }
                self.base = Some(base);
                input.parse::<Option<Token![,]>>()?;
                return if input.is_empty() {
                    Ok(())
                } else {
                    Err(input.error(
                        "`..BASE` is not the last argument\n\
                         help: write `..BASE` last, as in `#[cors(methods = \"GET\", ..BASE)]`",
                    ))
                };
            }
            let name = name(input)?;
            let is_second = self.names.contains(&name);
            self.names.push(name.clone());
            match input.parse::<Value>() {
                Ok(_) if is_second => errors.push(given_twice(&name)),
                Ok(value) => {
                    errors.ok(self.set(&name, value));
                }
                Err(error) => {
                    errors.push(error);
                    up_to_comma(input)?;
                }
            }
            if input.peek(Token![;]) {
                return Err(input.error(
                    "commas separate arguments, and this is a semicolon\nhelp: write `,` instead of `;`",
                ));
            }
            if !input.is_empty() && input.parse::<Option<Token![,]>>()?.is_none() {
                return Err(input.error(
                    "a comma is missing before this\nhelp: write `,` after the argument before it",
                ));
            }
        }
        Ok(())
    }

    /// Methods that are written as arguments: `#[cors(GET, POST)]`.
    fn methods_without_argument(&self) -> Option<Error> {
        let names = self.names.iter();
        let is_method = |name: &&Ident| method::METHODS.iter().any(|method| name == method);
        let methods: Vec<_> = names.filter(is_method).collect();
        let first = methods.first()?;
        let list: Vec<_> = methods.iter().map(|name| name.to_string()).collect();
        let message = format!(
            "`{first}` is a method, not an argument\nhelp: write `methods = \"{}\"`",
            list.join(", ")
        );
        Some(Error::new(first.span(), message))
    }

    fn set(&mut self, name: &Ident, value: Value) -> Result<()> {
        let text = name.to_string();
        let mut arguments = ARGUMENTS.iter();
        let Some((argument, _, help)) = arguments.find(|(_, known, _)| text == *known) else {
            // Methods are reported together.
            return match method::parse(&text) {
                Ok(_) => Ok(()),
                Err(_) => Err(unknown(&text, name.span(), &self.names)),
            };
        };
        let wrong_kind = |value: Value| value.wrong_kind(name, help);
        match argument {
            Argument::Methods => self.methods = Some(value.list(name, wrong_kind)?),
            Argument::Origins => {
                self.origins = Some(match value {
                    Value::Type(decider) => Origins::Decided(decider),
                    Value::Closure(closure) => Origins::FromState(closure),
                    Value::Underscore(underscore) => Origins::Elsewhere(underscore),
                    Value::Array(literals, _) if literals.is_empty() => Origins::Nobody,
                    value => Origins::List(value.list(name, wrong_kind)?),
                });
            }
            Argument::Open => self.open = Some(value.flag(name, wrong_kind)?),
            Argument::Credentials => self.credentials = Some(value.flag(name, wrong_kind)?),
            Argument::AllowHeaders => {
                self.allow_headers = Some(match value {
                    Value::Array(literals, _) if literals.is_empty() => List::default(),
                    value => value.list(name, wrong_kind)?,
                });
            }
            Argument::ExposeHeaders => self.expose_headers = Some(value.list(name, wrong_kind)?),
            Argument::MaxAge => self.max_age = Some(value.seconds(name, wrong_kind)?),
            Argument::DebugMaxAge => {
                self.debug_max_age = Some(match value {
                    Value::Bare => Spanned::new(Seconds::from(1), name.span()),
                    value => value.seconds(name, wrong_kind)?,
                });
            }
            Argument::DebugOrigins => self.debug_origins = Some(value.list(name, wrong_kind)?),
            Argument::Enforce => self.enforce = Some(value.enforce(name, wrong_kind)?),
            Argument::InsecureOrigins => {
                self.danger_insecure_origins = Some(value.flag(name, wrong_kind)?);
            }
            Argument::PublicSuffix => {
                self.danger_public_suffix = Some(value.flag(name, wrong_kind)?);
            }
            Argument::AnyPort => self.danger_any_port = Some(value.flag(name, wrong_kind)?),
            Argument::AnyHost => self.danger_any_host = Some(value.flag(name, wrong_kind)?),
            Argument::Crate => self.krate = Some(value.path(wrong_kind)?),
        }
        Ok(())
    }
}

/// The name of an argument.
fn name(input: ParseStream<'_>) -> Result<Ident> {
    let message = if input.peek(Lit) {
        "an argument begins with its name, and this is not a name\n\
         help: write `methods = \"GET, POST\"`, or `methods = [\"GET\", \"POST\"]`"
    } else if input.peek(Token![...]) || input.peek(Token![.]) {
        "a base policy follows two dots\nhelp: write `..BASE`"
    } else {
        return input.call(Ident::parse_any).map_err(|error| {
            let message = "an argument begins with its name\n\
                           help: write arguments as in `#[cors(methods = \"GET, POST\", max_age = 600)]`";
            Error::new(error.span(), message)
        });
    };
    Err(input.error(message))
}

fn given_twice(name: &Ident) -> Error {
    let message = format!("`{name}` is given twice\nhelp: keep one of the two");
    Error::new(name.span(), message)
}

fn unknown(name: &str, span: Span, given: &[Ident]) -> Error {
    let names = ARGUMENTS.map(|(_, name, _)| name);
    let mut elsewhere = CALLED_ELSEWHERE.iter();
    let elsewhere = elsewhere.find_map(|(other, here)| (name == *other).then_some(*here));
    let help = if ["path", "route", "url"].contains(&name) {
        "the router has the path: write `.route(\"/items\", routes!(items))`".to_owned()
    } else if name
        .chars()
        .all(|c| matches!(c, 'A'..='Z' | '0'..='9' | '_'))
    {
        format!("a base policy follows two dots: write `..{name}`, last")
    } else if let Some(meant) = elsewhere.or_else(|| method::nearest(name, names)) {
        if given.iter().any(|given| given == meant) {
            format!("`{meant}` is given already: write everything there")
        } else {
            format!("write `{meant}`")
        }
    } else {
        format!("the arguments are {}, and `..BASE`", names.join(", "))
    };
    Error::new(span, format!("there is no argument `{name}`\nhelp: {help}"))
}
