//! The output: of the attribute, the function as written and its companion; of `policy!`, a
//! constant.

use cors_grammar::pattern::{Hazards, Wildcards};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{
    Error, Ident, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    spanned::Spanned,
};

use crate::{
    args::Args,
    check::{Checked, CheckedOrigins, Place},
    errors::Errors,
    item::Handler,
    origins::CheckedList,
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
    let policy = Checked::new(&args, Place::Attribute, &mut errors);
    if args.methods.is_none() && args.base.is_none() && errors.is_empty() {
        errors.push(methods_missing());
    }
    let runtime = match &args.krate {
        Some(path) => quote!(#path::__private),
        None => quote!(::cors_runtime::__private),
    };
    match errors.into_result() {
        Ok(()) => {
            let policy = policy.tokens(&runtime);
            beside(
                item,
                companion(&handler, &runtime, &policy, &args, &quote!(sound)),
            )
        }
        Err(error) => {
            let error = error.into_compile_error();
            let unset = quote!(#runtime::Policy::UNSET);
            let companion = handler
                .takes_companion()
                .then(|| companion(&handler, &runtime, &unset, &args, &quote!(new)));
            beside(item, quote!(#error #companion))
        }
    }
}

/// Expands `policy!($crate, args)`.
pub(crate) fn policy(input: TokenStream) -> TokenStream {
    let parser = |input: ParseStream<'_>| {
        let krate = input.call(Ident::parse_any)?;
        input.parse::<Token![,]>()?;
        Ok((krate, input.parse::<TokenStream>()?))
    };
    let (krate, args) = match parser.parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let runtime = quote!(#krate::__private);
    let mut errors = Errors::default();
    let args = Args::parse(args, &mut errors);
    if let Some(path) = &args.krate {
        let message = "`policy!` finds its crate by itself\nhelp: leave `crate` out";
        errors.push(Error::new(path.span(), message));
    }
    let policy = Checked::new(&args, Place::Policy, &mut errors);
    match errors.into_result() {
        Ok(()) => {
            let policy = policy.tokens(&runtime);
            match &args.base {
                Some(base) => {
                    let check = at(
                        base.span(),
                        quote!(#runtime::assert_sound_base(&__CORS_MERGED_POLICY)),
                    );
                    quote!({
                        // Items have no hygiene: this name must not be that of a base.
                        const __CORS_MERGED_POLICY: #runtime::Policy = #policy;
                        const _: () = #check;
                        __CORS_MERGED_POLICY
                    })
                }
                None => policy,
            }
        }
        Err(error) => {
            let error = error.into_compile_error();
            quote!({ #error #runtime::Policy::UNSET })
        }
    }
}

fn beside(mut item: TokenStream, more: TokenStream) -> TokenStream {
    item.extend(more);
    item
}

fn methods_missing() -> Error {
    Error::new(
        Span::call_site(),
        "`methods` is missing: which methods does this handler serve?\n\
         help: write `#[cors(methods = \"GET, POST\")]`, or `methods = \"*\"` for every method",
    )
}

/// The braced type that carries the policy under the handler's name.
///
/// Its name has the span of the attribute: lints on names then hold their peace without an
/// `#[allow]`, which a user's `#![forbid]` would refuse.
///
/// Nothing but `routes!` uses `NAMED_IN_ROUTES`, so that the compiler warns of a handler that is routed
/// by `get(…)` and the like, where its policy has no say.
///
/// The policy is a constant, which a check of methods can read; its header values are a static, which
/// `cargo check` evaluates too. There `constructor` checks the whole policy, with what its base has
/// merged into it; what it reports stands at the base, if there is one.
fn companion(
    handler: &Handler,
    runtime: &TokenStream,
    policy: &TokenStream,
    args: &Args,
    constructor: &TokenStream,
) -> TokenStream {
    let Handler {
        cfgs, visibility, ..
    } = handler;
    let name = handler.companion_name();
    let handler_name = handler.name.unraw().to_string();
    let place = in_debug(quote! {
        #runtime::Place {
            handler: #handler_name,
            file: ::core::file!(),
            line: ::core::line!(),
        }
    });
    let headers = at(
        args.base
            .as_ref()
            .map_or_else(Span::call_site, Spanned::span),
        quote! {
            #runtime::PolicyHeaders::#constructor(&<#name as #runtime::Annotated>::POLICY, #place)
        },
    );
    let decides = match args.decider() {
        Some(_) => quote!(AType),
        None => quote!(Itself),
    };
    // At the handler's own name, since lints hold their peace about what stands elsewhere.
    let named = quote_spanned!(handler.name.span()=> const NAMED_IN_ROUTES: () = (););
    // Types have no hygiene: this name must not be that of a type of the user's.
    let state = Ident::new("__CorsState", Span::call_site());
    let decider = args.decider().map(|decider| {
        quote! {
            #(#cfgs)*
            impl<#state> #runtime::Decides<#state> for #name
            where
                #decider: #runtime::AllowOrigin<#state>,
                #state: ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync + 'static,
            {
                fn decider() -> ::core::option::Option<#runtime::Decider<#state>> {
                    ::core::option::Option::Some(#runtime::decided_by::<#decider, #state>())
                }
            }
        }
    });
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #visibility struct #name {}

        #(#cfgs)*
        impl #name {
            #[doc(hidden)]
            #visibility #named
        }

        #(#cfgs)*
        impl #runtime::Annotated for #name {
            const POLICY: #runtime::Policy = #policy;

            type Decides = #runtime::#decides;

            fn headers() -> &'static #runtime::PolicyHeaders {
                static HEADERS: #runtime::PolicyHeaders = #headers;
                &HEADERS
            }
        }

        #decider
    }
}

/// Places tokens where an error is to stand.
fn at(span: Span, tokens: TokenStream) -> TokenStream {
    let tokens = tokens.into_iter().map(|mut token| {
        token.set_span(span.resolved_at(token.span()));
        token
    });
    tokens.collect()
}

impl Checked {
    /// The policy as a chain of setters, in the order of the documentation.
    fn tokens(&self, runtime: &TokenStream) -> TokenStream {
        let mut policy = quote!(#runtime::Policy::UNSET);
        let mut set = |setter: Option<TokenStream>| policy.extend(setter);
        set(self.methods.as_ref().map(|(text, methods)| {
            let bits = methods.bits();
            quote!(.methods(#text, #bits))
        }));
        set(self.origins.as_ref().map(|origins| match origins {
            CheckedOrigins::Every => quote!(.every_origin()),
            CheckedOrigins::Listed(list) => {
                let list = list.tokens(runtime);
                quote!(.origins(#list))
            }
            CheckedOrigins::Decided => quote!(.decided_origins()),
        }));
        set(self
            .credentials
            .map(|allowed| quote!(.credentials(#allowed))));
        set(self
            .allow_headers
            .as_ref()
            .map(|names| quote!(.allow_headers(#names))));
        set(self
            .expose_headers
            .as_ref()
            .map(|names| quote!(.expose_headers(#names))));
        set(self.max_age.map(|seconds| {
            let digits = seconds.to_string();
            quote!(.max_age(#seconds, #digits))
        }));
        set(self.debug_max_age.map(|seconds| {
            let digits = seconds.to_string();
            let value = in_debug(quote!((#seconds, #digits)));
            quote!(.debug_max_age(#value))
        }));
        set(self.debug_origins.as_ref().map(|list| {
            let value = in_debug(list.tokens(runtime));
            quote!(.debug_origins(#value))
        }));
        set(self.enforce.map(|enforced| quote!(.enforce(#enforced))));
        let Hazards {
            insecure,
            any_port,
            public_suffix,
        } = self.vouched;
        set(insecure.then(|| quote!(.danger_insecure_origins())));
        set(public_suffix.then(|| quote!(.danger_public_suffix())));
        set(any_port.then(|| quote!(.danger_any_port())));
        set(self.base.as_ref().map(|base| {
            let base = quote_spanned!(base.span()=> &#base);
            quote!(.over(#base))
        }));
        policy
    }
}

impl CheckedList {
    fn tokens(&self, runtime: &TokenStream) -> TokenStream {
        let sorted = &self.sorted;
        let wildcards = {
            let Wildcards {
                subdomains,
                any_port,
            } = self.wildcards;
            quote!(#runtime::Wildcards { subdomains: #subdomains, any_port: #any_port })
        };
        let Hazards {
            insecure,
            any_port,
            public_suffix,
        } = self.hazards;
        quote! {
            #runtime::OriginList {
                sorted: &[#(#sorted),*],
                wildcards: #wildcards,
                hazards: #runtime::Hazards {
                    insecure: #insecure,
                    any_port: #any_port,
                    public_suffix: #public_suffix,
                },
            }
        }
    }
}

/// A value that is there in builds with `debug_assertions` only: of the crate that has the
/// attribute, since this is where the expansion is compiled.
fn in_debug(value: TokenStream) -> TokenStream {
    quote! {
        if ::core::cfg!(debug_assertions) {
            ::core::option::Option::Some(#value)
        } else {
            ::core::option::Option::None
        }
    }
}

impl Handler {
    fn companion_name(&self) -> Ident {
        let mut name = self.name.clone();
        name.set_span(Span::call_site());
        name
    }
}
