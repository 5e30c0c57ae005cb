//! The attribute's output: the function as written, and its companion.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

use crate::{
    args::{Args, Errors},
    check::{Checked, missing_methods},
    item::Handler,
};

/// Expands `#[cors(args)] item`.
///
/// Where something is wrong, the function and a companion still stand beside the error, so that
/// nothing follows from it.
pub(crate) fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let handler: Handler = match syn::parse2(item.clone()) {
        Ok(handler) => handler,
        Err(error) => return beside(item, error.into_compile_error()),
    };
    let mut errors = Errors::default();
    errors.ok(handler.check());
    let args = Args::parse(args, &mut errors);
    let runtime = runtime(&args);
    let named_methods = args.methods.is_some();
    let policy = Checked::new(args, &mut errors);
    if !named_methods && errors.is_empty() {
        errors.push(missing_methods());
    }
    match errors.into_result() {
        Ok(()) => {
            let policy = policy.to_token_stream();
            beside(item, companion(&handler, &runtime, &policy))
        }
        Err(error) => {
            let error = error.into_compile_error();
            let companion = handler
                .takes_companion()
                .then(|| companion(&handler, &runtime, &TokenStream::new()));
            beside(item, quote!(#error #companion))
        }
    }
}

fn beside(mut item: TokenStream, more: TokenStream) -> TokenStream {
    item.extend(more);
    item
}

/// The path of the runtime's hidden module.
fn runtime(args: &Args) -> TokenStream {
    match &args.krate {
        Some(path) => quote!(#path::__private),
        None => quote!(::cors_runtime::__private),
    }
}

/// The braced type that carries the policy under the handler's name.
///
/// Its name has the span of the attribute: lints on names then hold their peace without an
/// `#[allow]`, which a user's `#![forbid]` would refuse.
fn companion(handler: &Handler, runtime: &TokenStream, setters: &TokenStream) -> TokenStream {
    let Handler {
        cfgs,
        visibility,
        name,
        ..
    } = handler;
    let mut name = name.clone();
    name.set_span(Span::call_site());
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #visibility struct #name {}

        #(#cfgs)*
        impl #runtime::Annotated for #name {
            const POLICY: #runtime::Policy = #runtime::Policy::UNSET #setters;

            fn headers() -> &'static #runtime::PolicyHeaders {
                static HEADERS: #runtime::PolicyHeaders =
                    #runtime::PolicyHeaders::new(&<#name as #runtime::Annotated>::POLICY);
                &HEADERS
            }
        }
    }
}

impl ToTokens for Checked {
    /// The policy as a chain of setters, in the order of the documentation.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let methods = self.methods.iter().map(|(text, set)| {
            let bits = set.bits();
            quote!(.methods(#text, #bits))
        });
        tokens.extend(methods);
        tokens.extend(
            self.credentials
                .map(|allowed| quote!(.credentials(#allowed))),
        );
        let allow_headers = self.allow_headers.iter();
        tokens.extend(allow_headers.map(|names| quote!(.allow_headers(#names))));
        let expose_headers = self.expose_headers.iter();
        tokens.extend(expose_headers.map(|names| quote!(.expose_headers(#names))));
        tokens.extend(self.max_age.map(|seconds| {
            let digits = seconds.to_string();
            quote!(.max_age(#digits))
        }));
        tokens.extend(self.debug_max_age.map(|seconds| {
            let digits = seconds.to_string();
            quote! {
                .debug_max_age(if ::core::cfg!(debug_assertions) {
                    ::core::option::Option::Some(#digits)
                } else {
                    ::core::option::Option::None
                })
            }
        }));
    }
}
