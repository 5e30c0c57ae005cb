//! The annotated function, as far as the attribute needs to know it.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use syn::{
    Attribute, Error, Generics, Ident, Meta, Result, Token, Visibility,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    spanned::Spanned,
};

/// The head of the annotated function. Its body is never parsed.
pub(crate) struct Handler {
    /// The `#[cfg(…)]`s among its attributes: the companion exists where the function does.
    pub(crate) cfgs: Vec<Attribute>,
    /// Those that allow dead code: of the companion as well.
    pub(crate) allows: Vec<Attribute>,
    /// A second `#[cors]` among them.
    second: Option<Span>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    is_async: bool,
    /// What shows that it is in an `impl`: a `self` or a `Self` in its head.
    of_impl: Option<Ident>,
}

/// Types that every module knows by name, and that a companion of the name would hide.
const PRIMITIVES: [&str; 17] = [
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16",
    "u32", "u64", "u128", "usize",
];

impl Handler {
    /// Whether a companion can be emitted beside it: an `impl` holds no types, and a second attribute
    /// emits its own.
    pub(crate) fn takes_companion(&self) -> bool {
        self.of_impl.is_none() && !self.hides_primitive() && self.second.is_none()
    }

    fn hides_primitive(&self) -> bool {
        PRIMITIVES.iter().any(|primitive| self.name == primitive)
    }

    /// Refuses functions that are not handlers.
    pub(crate) fn check(&self) -> Result<()> {
        if let Some(word) = &self.of_impl {
            let instead = if word == "self" {
                "take `State(…)` in place of `self`"
            } else {
                "write the name of the type in place of `Self`"
            };
            return Err(Error::new(
                word.span(),
                format!(
                    "`#[cors]` goes on a free function, and this one is in an `impl`\n\
                     help: move it out of the `impl`, and {instead}"
                ),
            ));
        }
        if let Some(second) = self.second {
            return Err(Error::new(
                second,
                "a handler has one policy, and this is its second `#[cors]`\n\
                 help: write one attribute, with all its methods, as in `methods = \"GET, POST\"`",
            ));
        }
        if self.hides_primitive() {
            return Err(Error::new(
                self.name.span(),
                format!(
                    "`#[cors]` makes a type with the handler's name, which would hide the type `{0}`\n\
                     help: give the handler another name",
                    self.name
                ),
            ));
        }
        if !self.is_async {
            return Err(Error::new(
                self.name.span(),
                format!(
                    "`#[cors]` goes on an async function, and `{0}` is not async\n\
                     help: write `async fn {0}`; where it returns a future, `.await` it and return its output",
                    self.name
                ),
            ));
        }
        Ok(())
    }
}

impl Parse for Handler {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let is_called = |attribute: &&Attribute, name: &str| {
            attribute
                .path()
                .segments
                .last()
                .is_some_and(|last| last.ident == name)
        };
        let second = attributes
            .iter()
            .find(|attribute| is_called(attribute, "cors"));
        let second = second.map(|attribute| attribute.path().span());
        let (cfgs, mut allows): (Vec<_>, Vec<_>) = attributes
            .into_iter()
            .partition(|attribute| attribute.path().is_ident("cfg"));
        allows.retain(allows_dead_code);
        let visibility = input.parse()?;
        let mut is_async = false;
        while !input.peek(Token![fn]) {
            is_async |= qualifier(input)? == "async";
        }
        input.parse::<Token![fn]>()?;
        let name = input.call(Ident::parse_any)?;
        input.parse::<Generics>()?;
        let parameters: Group = input.parse()?;
        let mut of_impl = receiver(&parameters).or_else(|| self_type(parameters.stream()));
        while !input.is_empty() {
            let next: TokenTree = input.parse()?;
            // The body may have an `impl` of its own.
            if !input.is_empty() {
                of_impl = of_impl.or_else(|| self_type(next.into()));
            }
        }
        Ok(Self {
            cfgs,
            allows,
            second,
            visibility,
            name,
            is_async,
            of_impl,
        })
    }
}

/// Whether an attribute is `#[allow(dead_code)]`, or the like. (`#[expect(…)]` expects it of the function.)
fn allows_dead_code(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else {
        return false;
    };
    let mut lints = list.tokens.clone().into_iter();
    list.path.is_ident("allow")
        && lints.any(|lint| ["dead_code", "unused"].contains(&lint.to_string().as_str()))
}

/// Takes one of the words that may precede `fn`, as in `pub unsafe extern "C" fn`.
fn qualifier(input: ParseStream<'_>) -> Result<String> {
    let word: TokenTree = input.parse()?;
    let text = word.to_string();
    let known = ["async", "const", "extern", "safe", "unsafe"].contains(&text.as_str());
    if known || matches!(word, TokenTree::Literal(_)) {
        Ok(text)
    } else {
        Err(Error::new(
            word.span(),
            "`#[cors]` goes on an async function\nhelp: move it to the handler whose policy it is",
        ))
    }
}

/// The `self` that a list of parameters begins with.
fn receiver(parameters: &Group) -> Option<Ident> {
    let first = parameters.stream().into_iter().take_while(
        |token| !matches!(token, TokenTree::Punct(punct) if [',', ':'].contains(&punct.as_char())),
    );
    first.into_iter().find_map(|token| match token {
        TokenTree::Ident(word) if word == "self" => Some(word),
        _ => None,
    })
}

/// The first `Self`.
fn self_type(tokens: TokenStream) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(word) if word == "Self" => Some(word),
        TokenTree::Group(group) => self_type(group.stream()),
        _ => None,
    })
}
