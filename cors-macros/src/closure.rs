//! A closure from the state to a set of origins: `|app: &App| &app.origins`.

use proc_macro2::{Span, TokenStream};
use syn::{
    Error, Ident, Result, Token, Type, TypeReference,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    spanned::Spanned,
};

use crate::tokens::up_to_comma;

/// A closure with one parameter, whose type is written.
pub(crate) struct Closure {
    pub(crate) parameter: Ident,
    /// The type of the state, without its `&`.
    pub(crate) state: Box<Type>,
    /// What it returns.
    pub(crate) body: TokenStream,
    bar: Token![|],
}

impl Closure {
    pub(crate) fn peek(input: ParseStream<'_>) -> bool {
        input.peek(Token![|]) || input.peek(Token![||]) || input.peek(Token![move])
    }

    pub(crate) fn span(&self) -> Span {
        self.bar.span()
    }
}

impl Parse for Closure {
    /// `syn` reads no expression without its feature `full`, so the body ends at the next comma that is in
    /// no brackets.
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let wrong = |span, problem: &str| {
            let help = "write `origins = |app: &App| &app.origins`, with the type of your state";
            Error::new(span, format!("{problem}\nhelp: {help}"))
        };
        if input.peek(Token![move]) {
            return Err(wrong(
                input.span(),
                "`move` is not allowed here: the closure captures nothing",
            ));
        }
        if input.peek(Token![||]) {
            return Err(wrong(
                input.span(),
                "the closure must have one parameter, the state",
            ));
        }
        let bar: Token![|] = input.parse()?;
        if input.is_empty() {
            return Err(wrong(bar.span(), "the closure is not complete"));
        }
        let parameter = input
            .call(Ident::parse_any)
            .map_err(|error| wrong(error.span(), "the closure's parameter must be a plain name"))?;
        if input.parse::<Token![:]>().is_err() {
            let problem = if input.peek(Token![|]) {
                "the closure does not say what the type of the state is"
            } else {
                "the closure's parameter must be a plain name"
            };
            return Err(wrong(parameter.span(), problem));
        }
        let no_type = |_| {
            let problem = "the closure does not say what the type of the state is";
            wrong(parameter.span(), problem)
        };
        let state = match input.parse().map_err(no_type)? {
            Type::Reference(TypeReference {
                elem,
                mutability: None,
                ..
            }) => elem,
            other => {
                return Err(wrong(
                    other.span(),
                    "the closure's parameter must be a shared reference, as `&App` is",
                ));
            }
        };
        let no_bar = |error: Error| wrong(error.span(), "the closure must have one parameter");
        input.parse::<Token![|]>().map_err(no_bar)?;
        let body = up_to_comma(input)?;
        if body.is_empty() {
            return Err(wrong(bar.span(), "the closure has no body"));
        }
        Ok(Self {
            parameter,
            state,
            body,
            bar,
        })
    }
}
