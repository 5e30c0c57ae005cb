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
    /// The handler's companion: the type of its name, which has no parameters.
    fn companion(&self) -> Path {
        let mut companion = self.handler.clone();
        for segment in &mut companion.segments {
            segment.arguments = PathArguments::None;
        }
        companion
    }
}

impl Input {
    fn expand(&self) -> TokenStream {
        let Self { krate, handlers } = self;
        if editor::is_expanding() {
            return self.named();
        }
        let checks = (1..handlers.len()).map(|position| self.check(position));
        let named = handlers.iter().map(|element| {
            let (cfgs, companion) = (&element.cfgs, element.companion());
            quote!(#(#cfgs)* const _: () = <#companion>::CORS_POLICY_FOR_ROUTES;)
        });
        let none = quote!(#krate::__private::no_routes());
        let routes = handlers
            .iter()
            .fold(none, |routes, element| add(krate, routes, element));
        quote! {{
            #(#checks)*
            #(#named)*
            #routes
        }}
    }

    /// The handlers' functions, each named once, for editors.
    fn named(&self) -> TokenStream {
        let Self { krate, handlers } = self;
        let named = handlers
            .iter()
            .map(|Element { cfgs, handler }| quote!(#(#cfgs)* let _ = #handler;));
        quote!({ #(#named)* #krate::__private::no_routes() })
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
            let companion = element.companion();
            let name = name(&element.handler);
            quote!((#name, &<#companion as #krate::__private::Annotated>::POLICY))
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

/// Adds a handler to an expression that makes routes; in a block of its own where it may be absent.
fn add(krate: &Ident, routes: TokenStream, element: &Element) -> TokenStream {
    let Element { cfgs, handler } = element;
    let companion = element.companion();
    // In parentheses it can be nothing but a type: then `rustc` says plainly that there is none.
    let companion = quote!((#companion));
    let add = |routes: TokenStream| {
        let krate = Ident::new(&krate.to_string(), handler.span().resolved_at(krate.span()));
        quote_spanned! {handler.span()=>
            #krate::__private::add_handler::<#companion, _, _, _>(#routes, #handler)
        }
    };
    if cfgs.is_empty() {
        return add(routes);
    }
    let variable = Ident::new("routes", Span::mixed_site());
    let added = add(quote!(#variable));
    quote! {{
        let #variable = #routes;
        #(#cfgs)*
        let #variable = #added;
        #variable
    }}
}

fn name(path: &Path) -> String {
    path.segments
        .last()
        .map_or_else(String::new, |segment| segment.ident.to_string())
}
