//! The value behind the name of an argument, and the kinds it can be of.

use cors_grammar::{list, record::Enforce};
use proc_macro2::Span;
use syn::{
    Error, Ident, Lit, LitBool, LitInt, LitStr, Path, Result, Token, Type,
    parse::{Parse, ParseStream},
    spanned::Spanned as _,
    token::{Bracket, Paren},
};

use crate::{closure::Closure, errors::Errors, spanned::Spanned};

/// A list, as it is sent, and its elements.
#[derive(Default)]
pub(crate) struct List {
    pub(crate) text: String,
    pub(crate) elements: Vec<Spanned<String>>,
}

impl List {
    fn new(elements: Vec<Spanned<String>>) -> Self {
        let text = texts(&elements).join(", ");
        Self { text, elements }
    }

    /// The texts of the elements.
    pub(crate) fn texts(&self) -> Vec<&str> {
        texts(&self.elements)
    }

    /// The span of the first element, for errors about the whole list.
    pub(crate) fn span(&self) -> Span {
        let first = self.elements.first();
        first.map_or_else(Span::call_site, |element| element.span)
    }

    /// Whether the list is this one element.
    pub(crate) fn is_only(&self, element: &str) -> bool {
        self.elements.len() == 1 && self.text == element
    }
}

fn texts(elements: &[Spanned<String>]) -> Vec<&str> {
    let texts = elements.iter().map(|element| element.value.as_str());
    texts.collect()
}

/// A number of seconds, and its digits.
pub(crate) struct Seconds {
    pub(crate) number: u64,
    pub(crate) digits: String,
}

impl From<u64> for Seconds {
    fn from(number: u64) -> Self {
        let digits = number.to_string();
        Self { number, digits }
    }
}

/// What follows the name of an argument.
pub(crate) enum Value {
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
    Closure(Closure),
    /// `_`.
    Underscore(Token![_]),
    Other(Span),
}

impl Parse for Value {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(Self::Bare);
        }
        if input.peek(Paren) {
            return Err(input.error(
                "a value follows `=`, without parentheses\n\
                 help: write arguments as in `#[cors(methods = \"GET, POST\", debug_max_age)]`",
            ));
        }
        if input.peek(Token![-]) {
            return Err(input.error(
                "the names of arguments have `_` and no `-`\n\
                 help: write `max_age`, `allow_headers` and the like",
            ));
        }
        if input.parse::<Token![=]>().is_err() {
            return Err(input.error(
                "expected `=` or a comma before this\n\
                 help: write arguments as in `#[cors(methods = \"GET, POST\", debug_max_age)]`",
            ));
        }
        if input.peek(Bracket) {
            let content;
            let bracket = syn::bracketed!(content in input);
            let mut elements = Vec::new();
            while !content.is_empty() {
                let element = content.parse();
                elements.push(element.map_err(|error| no_string(error.span()))?);
                if !content.is_empty() && content.parse::<Token![,]>().is_err() {
                    return Err(content.error(
                        "expected a comma after the element before this\n\
                         help: write a comma between two elements",
                    ));
                }
            }
            return Ok(Self::Array(elements, bracket.span.join()));
        }
        if let Some(underscore) = input.parse()? {
            return Ok(Self::Underscore(underscore));
        }
        if Closure::peek(input) {
            return Ok(Self::Closure(input.parse()?));
        }
        let negative = input.parse::<Option<Token![-]>>()?.is_some();
        if !negative && !input.peek(Lit) {
            let named = input.parse()?;
            if input.peek(Paren) {
                return Err(input.error(
                    "a type is named here, and this calls something\n\
                     help: leave the parentheses out, as in `origins = OriginSet`",
                ));
            }
            return Ok(match named {
                // `concat!(…)` and the like: nothing here can look into them.
                Type::Macro(call) => Self::Other(call.span()),
                path => Self::Type(Box::new(path)),
            });
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
    pub(crate) fn list(self, wrong_kind: impl Fn(Self) -> Error) -> Result<List> {
        match self {
            Self::Text(text) => split(&text.value(), text.span()),
            // As the empty text: a list without elements.
            Self::Array(literals, span) if literals.is_empty() => split("", span),
            Self::Array(literals, _) => strings(literals),
            other => Err(wrong_kind(other)),
        }
    }

    pub(crate) fn flag(
        self,
        name: &Ident,
        wrong_kind: impl Fn(Self) -> Error,
    ) -> Result<Spanned<bool>> {
        let span = name.span();
        match self {
            Self::Bare => Ok(Spanned::new(true, span)),
            Self::Bool(literal) => Ok(Spanned::new(literal.value, span)),
            other => Err(wrong_kind(other)),
        }
    }

    pub(crate) fn enforce(
        self,
        name: &Ident,
        wrong_kind: impl Fn(Self) -> Error,
    ) -> Result<Spanned<Enforce>> {
        match self {
            Self::Text(text) if text.value() == "report" => {
                Ok(Spanned::new(Enforce::Report, text.span()))
            }
            other => {
                let flag = other.flag(name, wrong_kind)?;
                let enforce = if flag.value {
                    Enforce::On
                } else {
                    Enforce::Off
                };
                Ok(Spanned::new(enforce, flag.span))
            }
        }
    }

    pub(crate) fn seconds(
        self,
        name: &Ident,
        wrong_kind: impl Fn(Self) -> Error,
    ) -> Result<Spanned<Seconds>> {
        let Self::Number { negative, number } = self else {
            return Err(wrong_kind(self));
        };
        let message = if negative {
            format!(
                "`{name}` is a number of seconds, and none is negative\n\
                 help: write `{name} = 0` for no caching, or leave it out"
            )
        } else if !number.suffix().is_empty() {
            format!(
                "`{name}` is a number of seconds, without a unit\nhelp: write `{name} = {}`",
                number.base10_digits()
            )
        } else {
            // A number beyond 64 bits is as much too large as any.
            let seconds = number.base10_parse().unwrap_or(u64::MAX);
            return Ok(Spanned::new(seconds.into(), number.span()));
        };
        Err(Error::new(number.span(), message))
    }

    pub(crate) fn path(self, wrong_kind: impl Fn(Self) -> Error) -> Result<Path> {
        match self {
            Self::Text(text) => text.parse_with(Path::parse_mod_style),
            Self::Type(path) => match *path {
                Type::Path(path) if path.qself.is_none() => Ok(path.path),
                other => Err(wrong_kind(Self::Type(Box::new(other)))),
            },
            other => Err(wrong_kind(other)),
        }
    }

    /// The error of a value of another kind than its argument's.
    pub(crate) fn wrong_kind(self, name: &Ident, example: &str) -> Error {
        let span = match &self {
            Self::Bare => name.span(),
            Self::Text(text) => text.span(),
            Self::Array(_, span) | Self::Other(span) => *span,
            Self::Number { number, .. } => number.span(),
            Self::Bool(value) => value.span(),
            Self::Type(path) => path.span(),
            Self::Closure(closure) => closure.span(),
            Self::Underscore(underscore) => underscore.span(),
        };
        let problem = match self {
            Self::Bare => format!("`{name}` needs a value"),
            _ => format!("this is no value for `{name}`"),
        };
        Error::new(span, format!("{problem}\nhelp: write `{example}`"))
    }
}

/// The elements of a list in one text, with the span of the text.
fn split(text: &str, span: Span) -> Result<List> {
    let mut errors = Errors::default();
    let elements = list::elements(text).filter_map(|element| {
        let element = element.map_err(|mistake| Error::new(span, mistake));
        let element = errors.ok(element)?;
        Some(Spanned::new(element.to_owned(), span))
    });
    let elements = elements.collect();
    errors.into_result().map(|()| List::new(elements))
}

/// The elements of an array, each with its own span.
fn strings(literals: Vec<Lit>) -> Result<List> {
    let mut errors = Errors::default();
    let elements = literals.into_iter().filter_map(|literal| match literal {
        Lit::Str(text) => Some(Spanned::new(text.value(), text.span())),
        other => {
            errors.push(no_string(other.span()));
            None
        }
    });
    let elements = elements.collect();
    errors.into_result().map(|()| List::new(elements))
}

fn no_string(span: Span) -> Error {
    Error::new(
        span,
        "a list holds strings\nhelp: put the element in quotes",
    )
}
