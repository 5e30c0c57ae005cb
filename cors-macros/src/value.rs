//! The value behind the name of an argument, and the kinds it can be of.

use cors_grammar::{list, record::Enforce, value};
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Error, Ident, Lit, LitBool, LitInt, LitStr, Path, Result, Token, Type,
    ext::IdentExt,
    parse::{self, Parse, ParseStream, Parser},
    spanned::Spanned as _,
    token::{Bracket, Paren},
};

use crate::{
    closure::Closure, errors::Errors, expression::Expression, spanned::Spanned, tokens::up_to_comma,
};

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
    /// `=`, and nothing behind it.
    Missing(Span),
    Text(LitStr),
    Array(Vec<LitStr>, Span),
    Number {
        negative: bool,
        number: LitInt,
    },
    Bool(LitBool),
    Type(Box<Type>),
    Closure(Closure),
    /// `_`.
    Underscore(Token![_]),
    /// What is none of these: an expression, which no macro can evaluate.
    Expression(Expression),
}

impl Parse for Value {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if is_at_end(input) {
            return Ok(Self::Bare);
        }
        if input.peek(Paren) {
            return Err(input.error(
                "a value must follow `=`, without parentheses\n\
                 help: write arguments as in `#[cors(methods = \"GET, POST\", max_age = 600)]`",
            ));
        }
        if input.peek(Token![-]) {
            return Err(input.error(
                "the names of arguments have `_`, not `-`\n\
                 help: write `_` instead of `-`, as in `max_age`",
            ));
        }
        if input.peek(Token![:]) {
            return Err(input.error(
                "a value must follow `=`, and this is `:`\nhelp: write `=` instead of `:`",
            ));
        }
        let Some(equals) = input.parse::<Option<Token![=]>>()? else {
            return Err(input.error(
                "expected `=` or a comma before this\n\
                 help: write arguments as in `#[cors(methods = \"GET, POST\", max_age = 600)]`",
            ));
        };
        if is_at_end(input) {
            return Ok(Self::Missing(equals.span()));
        }
        if Closure::peek(input) {
            return Ok(Self::Closure(input.parse()?));
        }
        // A minus is peeked as part of a literal.
        let is_literal = input.peek(Lit) && !input.peek(Token![-]);
        let is_complete = is_literal || input.peek(Bracket);
        let mut tokens = TokenStream::from(input.parse::<TokenTree>()?);
        // Behind a whole value another begins, and a comma has been forgotten.
        if !(is_complete && (input.peek(Lit) || input.peek(Ident::peek_any))) {
            while !is_at_end(input) {
                tokens.extend([input.parse::<TokenTree>()?]);
            }
        }
        Self::of(tokens)
    }
}

/// Whether an argument ends here. A semicolon is in no value.
fn is_at_end(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,]) || input.peek(Token![;])
}

impl Value {
    /// The value that all these tokens are.
    fn of(tokens: TokenStream) -> Result<Self> {
        let parsed = |input: ParseStream<'_>| {
            if input.peek(Bracket) {
                let content;
                let bracket = syn::bracketed!(content in input);
                return Ok(Self::Array(elements(&content)?, bracket.span.join()));
            }
            if let Some(underscore) = input.parse()? {
                return Ok(Self::Underscore(underscore));
            }
            let negative = input.parse::<Option<Token![-]>>()?.is_some();
            if input.peek(Lit) {
                return match input.parse()? {
                    Lit::Int(number) => Ok(Self::Number { negative, number }),
                    Lit::Str(text) if !negative => Ok(Self::Text(text)),
                    Lit::Bool(value) if !negative => Ok(Self::Bool(value)),
                    other => Err(Error::new(other.span(), "")),
                };
            }
            Ok(Self::Type(input.parse()?))
        };
        let is_list = |tokens: &TokenStream| {
            let mut tokens = tokens.clone().into_iter();
            let first = tokens.next();
            matches!(first, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket)
                && tokens.next().is_none()
        };
        match parsed.parse2(tokens.clone()) {
            // `concat!(…)` and the like, and what a constant looks like.
            Ok(Self::Type(ty)) if !Expression::is_type(&ty) => {}
            Ok(value) => return Ok(value),
            Err(error) if is_list(&tokens) => return Err(error),
            Err(_) => {}
        }
        Ok(Self::Expression(Expression::new(tokens)))
    }

    pub(crate) fn list(self, name: &Ident, wrong_kind: impl Fn(Self) -> Error) -> Result<List> {
        let empty = |span| Err(Error::new(span, value::empty(&name.to_string())));
        match self {
            Self::Text(text) if text.value().is_empty() => empty(text.span()),
            Self::Text(text) => split(&text.value(), text.span()),
            Self::Array(literals, span) if literals.is_empty() => empty(span),
            Self::Array(literals, _) => Ok(strings(&literals)),
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
            if let Self::Text(text) = &self
                && let Ok(seconds) = text.value().parse::<u64>()
            {
                let message = format!(
                    "`{name}` is a number, and this is a string\nhelp: write `{name} = {seconds}`"
                );
                return Err(Error::new(text.span(), message));
            }
            return Err(wrong_kind(self));
        };
        let message = if negative {
            format!(
                "`{name}` is a number of seconds, which cannot be negative\n\
                 help: write `{name} = 0` for no caching, or leave it out"
            )
        } else if !number.suffix().is_empty() {
            let unit = match number.suffix() {
                "m" | "min" => 60,
                "h" => 60 * 60,
                "d" => 24 * 60 * 60,
                _ => 1,
            };
            let seconds = number.base10_parse().unwrap_or(0_u64).saturating_mul(unit);
            format!(
                "`{name}` is a number of seconds, without a unit\nhelp: write `{name} = {seconds}`"
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

    /// The error of a value of another kind than its argument's; `help` says what to write.
    pub(crate) fn wrong_kind(self, name: &Ident, help: &str) -> Error {
        let span = match &self {
            Self::Bare => name.span(),
            Self::Text(text) => text.span(),
            Self::Array(_, span) | Self::Missing(span) => *span,
            Self::Number { number, .. } => number.span(),
            Self::Bool(value) => value.span(),
            Self::Type(path) => {
                return Expression::new(path.to_token_stream()).no_value(name, help);
            }
            Self::Closure(closure) => closure.span(),
            Self::Underscore(underscore) => underscore.span(),
            Self::Expression(expression) => return expression.no_value(name, help),
        };
        let problem = match self {
            Self::Bare | Self::Missing(_) => format!("`{name}` needs a value"),
            _ => format!("this is not a value for `{name}`"),
        };
        Error::new(span, format!("{problem}\nhelp: write {help}"))
    }
}

/// The elements of an array, each of which is a string.
fn elements(input: ParseStream<'_>) -> Result<Vec<LitStr>> {
    let mut errors = Errors::default();
    let mut elements = Vec::new();
    while !input.is_empty() {
        if input.peek(LitStr) && (input.peek2(Token![,]) || input.peek2(parse::End)) {
            elements.push(input.parse()?);
        } else if input.peek(LitStr) {
            input.parse::<LitStr>()?;
            return Err(input.error(
                "a comma is missing before this\nhelp: write `,` after the element before it",
            ));
        } else {
            let tokens = up_to_comma(input)?;
            if tokens.is_empty() {
                let span = input.span();
                errors.push(Error::new(
                    span,
                    "an element is empty\nhelp: leave one comma out",
                ));
            } else {
                errors.push(Expression::new(tokens).no_element());
            }
        }
        input.parse::<Option<Token![,]>>()?;
    }
    errors.into_result().map(|()| elements)
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
fn strings(literals: &[LitStr]) -> List {
    let elements = literals.iter();
    let elements = elements.map(|text| Spanned::new(text.value(), text.span()));
    List::new(elements.collect())
}
