//! The arguments as written: names, and values of the right kind.

use proc_macro2::{Span, TokenStream};
use syn::{
    Error, Ident, Lit, LitBool, LitInt, LitStr, Path, Result, Token, Type,
    ext::IdentExt,
    parse::{Parse, ParseStream, Parser},
    spanned::Spanned,
    token::Bracket,
};

use cors_grammar::{Mistake, list, method};

/// Every argument, with an example to write where the value is of the wrong kind.
const ARGUMENTS: [(&str, &str); 7] = [
    ("methods", "methods = \"GET, POST\""),
    ("credentials", "credentials` or `credentials = false"),
    ("allow_headers", "allow_headers = \"X-Csrf-Token\""),
    ("expose_headers", "expose_headers = \"ETag, X-Total\""),
    ("max_age", "max_age = 600"),
    ("debug_max_age", "debug_max_age` or `debug_max_age = 5"),
    ("crate", "crate = web_cors"),
];

/// The arguments of one attribute.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) methods: Option<List>,
    pub(crate) credentials: Option<bool>,
    pub(crate) allow_headers: Option<List>,
    pub(crate) expose_headers: Option<List>,
    pub(crate) max_age: Option<Seconds>,
    pub(crate) debug_max_age: Option<Seconds>,
    pub(crate) krate: Option<Path>,
}

/// A list, and where each of its elements stands.
pub(crate) struct List {
    pub(crate) elements: Vec<(String, Span)>,
}

/// A number of seconds, and where it stands.
pub(crate) struct Seconds {
    pub(crate) value: u64,
    pub(crate) span: Span,
}

/// The mistakes found so far: each is reported, not only the first.
#[derive(Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    pub(crate) fn push_mistake(&mut self, span: Span, mistake: Mistake) {
        self.push(Error::new(span, mistake));
    }

    pub(crate) fn ok<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn into_result(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

impl Args {
    /// Reads the arguments; what is wrong goes to `errors`, the rest is returned.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let parsed = (|input: ParseStream<'_>| {
            let mut seen: Vec<Ident> = Vec::new();
            while !input.is_empty() {
                let name = input.call(Ident::parse_any)?;
                let value: Value = input.parse()?;
                let twice = seen.contains(&name);
                errors.ok(match twice {
                    true => Err(twice_given(&name)),
                    false => args.set(&name, value),
                });
                seen.push(name);
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        })
        .parse2(tokens);
        errors.ok(parsed);
        args
    }

    fn set(&mut self, name: &Ident, value: Value) -> Result<()> {
        match name.to_string().as_str() {
            "methods" => self.methods = Some(value.list(name)?),
            "credentials" => self.credentials = Some(value.flag(name)?),
            "allow_headers" => self.allow_headers = Some(value.list(name)?),
            "expose_headers" => self.expose_headers = Some(value.list(name)?),
            "max_age" => self.max_age = Some(value.seconds(name)?),
            "debug_max_age" => {
                let value = match value {
                    Value::Bare => Seconds {
                        value: 1,
                        span: name.span(),
                    },
                    value => value.seconds(name)?,
                };
                self.debug_max_age = Some(value);
            }
            "crate" => self.krate = Some(value.path(name)?),
            unknown => return Err(unknown_name(unknown, name.span())),
        }
        Ok(())
    }
}

fn twice_given(name: &Ident) -> Error {
    let message = format!("`{name}` is given twice\nhelp: keep one of the two");
    Error::new(name.span(), message)
}

fn unknown_name(unknown: &str, span: Span) -> Error {
    let names = ARGUMENTS.map(|(name, _)| name);
    let help = match method::nearest(unknown, names) {
        Some(name) => format!("write `{name}`"),
        None => format!("the arguments are {}", names.join(", ")),
    };
    Error::new(
        span,
        format!("there is no argument `{unknown}`\nhelp: {help}"),
    )
}

/// What stands behind the name of an argument.
enum Value {
    /// Nothing: `credentials`.
    Bare,
    Text(LitStr),
    Array(Vec<Lit>, Span),
    Number {
        negative: bool,
        number: LitInt,
    },
    Bool(LitBool),
    Type(Box<Type>),
    Other(Span),
}

impl Parse for Value {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(Self::Bare);
        }
        if input.parse::<Token![=]>().is_err() {
            return Err(input.error(
                "this stands neither behind `=` nor behind a comma\n\
                 help: write arguments as in `#[cors(methods = \"GET, POST\", debug_max_age)]`",
            ));
        }
        if input.peek(Bracket) {
            let content;
            let bracket = syn::bracketed!(content in input);
            let elements = content.parse_terminated(Lit::parse, Token![,])?;
            return Ok(Self::Array(
                elements.into_iter().collect(),
                bracket.span.join(),
            ));
        }
        let negative = input.parse::<Option<Token![-]>>()?.is_some();
        if !negative && !input.peek(Lit) {
            return input.parse().map(|path| Self::Type(Box::new(path)));
        }
        Ok(match input.parse()? {
            Lit::Int(number) => Self::Number { negative, number },
            other if negative => Self::Other(other.span()),
            Lit::Str(text) => Self::Text(text),
            Lit::Bool(value) => Self::Bool(value),
            other => Self::Other(other.span()),
        })
    }
}

impl Value {
    fn list(self, name: &Ident) -> Result<List> {
        let (literals, span) = match self {
            Self::Text(text) => return split(&text),
            Self::Array(literals, span) => (literals, span),
            other => return Err(other.wrong_kind(name)),
        };
        if literals.is_empty() {
            let empty = list::elements("").find_map(|element| element.err());
            return Err(empty.map_or_else(
                || Error::new(span, "the list is empty"),
                |mistake| Error::new(span, mistake),
            ));
        }
        let mut errors = Errors::default();
        let elements = literals.into_iter().filter_map(|literal| {
            let Lit::Str(text) = literal else {
                let message = "a list holds strings\nhelp: put the element in quotes";
                errors.push(Error::new(literal.span(), message));
                return None;
            };
            Some((text.value(), text.span()))
        });
        let elements = elements.collect();
        errors.into_result().map(|()| List { elements })
    }

    fn flag(self, name: &Ident) -> Result<bool> {
        match self {
            Self::Bare => Ok(true),
            Self::Bool(literal) => Ok(literal.value),
            other => Err(other.wrong_kind(name)),
        }
    }

    fn seconds(self, name: &Ident) -> Result<Seconds> {
        match self {
            Self::Number {
                negative: true,
                number,
            } => Err(Error::new(
                number.span(),
                format!(
                    "`{name}` is a number of seconds, and none is negative\n\
                     help: write `{name} = 0` for no caching, or leave it out"
                ),
            )),
            Self::Number { number, .. } if number.suffix().is_empty() => Ok(Seconds {
                // A number beyond 64 bits is as much too large as any.
                value: number.base10_parse().unwrap_or(u64::MAX),
                span: number.span(),
            }),
            Self::Number { number, .. } => Err(Error::new(
                number.span(),
                format!(
                    "`{name}` is a number of seconds, without a unit\nhelp: write `{name} = {}`",
                    number.base10_digits()
                ),
            )),
            other => Err(other.wrong_kind(name)),
        }
    }

    fn path(self, name: &Ident) -> Result<Path> {
        match self {
            Self::Text(text) => text.parse_with(Path::parse_mod_style),
            Self::Type(path) => match *path {
                Type::Path(path) if path.qself.is_none() => Ok(path.path),
                other => Err(Self::Type(Box::new(other)).wrong_kind(name)),
            },
            other => Err(other.wrong_kind(name)),
        }
    }

    fn wrong_kind(&self, name: &Ident) -> Error {
        let example = ARGUMENTS.iter().find(|(known, _)| name == known);
        let example = example.map_or("", |(_, example)| example);
        let span = match self {
            Self::Bare => name.span(),
            Self::Text(text) => text.span(),
            Self::Array(_, span) | Self::Other(span) => *span,
            Self::Number { number, .. } => number.span(),
            Self::Bool(value) => value.span(),
            Self::Type(path) => path.span(),
        };
        let message = match self {
            Self::Bare => format!("`{name}` needs a value\nhelp: write `{example}`"),
            _ => format!("this is no value for `{name}`\nhelp: write `{example}`"),
        };
        Error::new(span, message)
    }
}

fn split(text: &LitStr) -> Result<List> {
    let mut errors = Errors::default();
    let value = text.value();
    let elements = list::elements(&value).filter_map(|element| {
        let element = element.map_err(|mistake| Error::new(text.span(), mistake));
        errors
            .ok(element)
            .map(|element| (element.to_owned(), text.span()))
    });
    let elements = elements.collect();
    errors.into_result().map(|()| List { elements })
}
