//! `routes!(a, b::<T>, …)`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{
    Attribute, Error, Ident, Path, PathArguments, Result, Token,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    spanned::Spanned,
};

use crate::editor;

/// `$crate, handlers…`
struct Input {
    krate: Ident,
    handlers: Vec<Element>,
}

/// One handler, and whether it is there.
struct Element {
    cfgs: Vec<Attribute>,
    handler: Path,
}

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    match syn::parse2::<Input>(input) {
        Ok(input) => input.expand(),
        Err(error) => error.into_compile_error(),
    }
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let krate = input.call(syn::ext::IdentExt::parse_any)?;
        input.parse::<Token![,]>()?;
        let handlers = Punctuated::<Element, Token![,]>::parse_terminated(input)?;
        if handlers.is_empty() {
            return Err(Error::new(
                Span::call_site(),
                "`routes!` without a handler serves nothing\n\
                 help: name the path's handlers, as in `routes!(items, remove)`",
            ));
        }
        let handlers = handlers.into_iter().collect();
        Ok(Self { krate, handlers })
    }
}

impl Parse for Element {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let cfgs = input.call(Attribute::parse_outer)?;
        if let Some(other) = cfgs
            .iter()
            .find(|attribute| !attribute.path().is_ident("cfg"))
        {
            return Err(Error::new(
                other.span(),
                "an element of `routes!` takes no attribute but `#[cfg(…)]`\n\
                 help: put the attribute on the handler",
            ));
        }
        let no_name = |span| {
            Error::new(
                span,
                "`routes!` takes the names of annotated handlers\n\
                 help: put `#[cors(…)]` on an `async fn` and write its name, as in \
                 `routes!(items, api::remove, list::<Db>)`",
            )
        };
        let handler: Path = input.parse().map_err(|error| no_name(error.span()))?;
        if !input.is_empty() && !input.peek(Token![,]) {
            return Err(no_name(handler.span()));
        }
        Ok(Self { cfgs, handler })
    }
}

impl Element {
    /// An expression in which `Companion` is the handler's companion, or, where it has none, what
    /// `unannotated` has in its place: an import hides what a glob brings.
    fn with_companion(&self, krate: &Ident, expression: &TokenStream) -> TokenStream {
        let mut path = self.handler.clone();
        for segment in &mut path.segments {
            segment.arguments = PathArguments::None;
        }
        // Not all of it is the user's, whom no lint on imports then concerns.
        let here = path.span().resolved_at(Span::call_site());
        let import = quote_spanned!(here=> use #path as Companion;);
        quote! {{
            use #krate::__private::unannotated::*;
            #import
            #expression
        }}
    }

    /// The routes `before` this handler, and its own; in a block of its own where it may be absent.
    ///
    /// One call for each handler, the first included: `rustc` goes through all that is pending at each.
    fn after(&self, before: Option<TokenStream>, krate: &Ident) -> TokenStream {
        let Self { cfgs, handler } = self;
        let span = handler.span();
        let here = Ident::new(&krate.to_string(), span.resolved_at(krate.span()));
        let policy = quote!(Companion::CORS_POLICY_HAS_NO_EFFECT_UNLESS_ROUTED_BY_THE_ROUTES_MACRO);
        let call = |function: &str, before: &TokenStream| {
            let function = Ident::new(function, span);
            let function = quote_spanned!(span=> #here::__private::#function::<Companion, _, _, _>);
            self.with_companion(krate, &quote!(#function(#before #handler, #policy)))
        };
        if cfgs.is_empty() {
            return match before {
                None => call("routes_of", &TokenStream::new()),
                Some(before) => call("add_handler", &quote!(#before,)),
            };
        }
        let before = before.unwrap_or_else(|| no_routes(krate));
        let variable = Ident::new("routes", Span::mixed_site());
        let added = call("add_handler", &quote!(#variable,));
        quote! {{
            let #variable = #before;
            #(#cfgs)*
            let #variable = #added;
            #variable
        }}
    }
}

impl Input {
    fn expand(&self) -> TokenStream {
        let Self { krate, handlers } = self;
        if editor::is_expanding() {
            return self.named();
        }
        let routes = handlers
            .iter()
            .fold(None, |before, element| Some(element.after(before, krate)));
        // Parsing refuses an empty list.
        let routes = routes.unwrap_or_default();
        // Without a block of its own, for which rustc would go through all that is pending once more.
        if handlers.len() < 2 {
            return routes;
        }
        let checks = (1..handlers.len()).map(|position| self.check(position));
        quote! {{
            #(#checks)*
            #routes
        }}
    }

    /// The handlers' functions, each named once, for editors.
    fn named(&self) -> TokenStream {
        let Self { krate, handlers } = self;
        let named = handlers
            .iter()
            .map(|Element { cfgs, handler }| quote!(#(#cfgs)* let _ = #handler;));
        let none = no_routes(krate);
        quote!({ #(#named)* #none })
    }

    /// That no handler before this one claims a method of its own. A free
    /// constant is evaluated by `cargo check` too, also in a generic function.
    fn check(&self, position: usize) -> TokenStream {
        let here = &self.handlers[position];
        let mut krate = self.krate.clone();
        // The constant's error has the span of its first token: the handler's.
        krate.set_span(here.handler.span().resolved_at(krate.span()));
        let cfgs = &here.cfgs;
        let policy = |element: &Element| {
            let name = name(&element.handler);
            let policy = quote!(
                Companion::CORS_POLICY_HAS_NO_EFFECT_UNLESS_ROUTED_BY_THE_ROUTES_MACRO.policy
            );
            let policy = element.with_companion(&krate, &policy);
            quote!((#name, &#policy))
        };
        let others = self.handlers[..position].iter().map(|other| {
            let cfgs = &other.cfgs;
            let policy = policy(other);
            quote!(#(#cfgs)* #policy)
        });
        let this = policy(here);
        quote_spanned! {here.handler.span()=>
            #(#cfgs)*
            const _: () = #krate::__private::assert_no_clash(#this, &[#(#others),*]);
        }
    }
}

fn no_routes(krate: &Ident) -> TokenStream {
    quote!(#krate::__private::no_routes())
}

fn name(path: &Path) -> String {
    path.segments
        .last()
        .map_or_else(String::new, |segment| segment.ident.to_string())
}
