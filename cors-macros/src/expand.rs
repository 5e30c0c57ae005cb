//! The output: of the attribute, the function as written and its companion; of `policy!`, a
//! constant.

use cors_grammar::{
    pattern::{Hazards, Wildcards},
    record::{Enforce, Hazardous, Methods, OriginList, Origins, Record, Seconds},
};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{
    Error, Ident, Path, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    spanned::Spanned,
};

use crate::{
    args::{self, Args},
    check::{self, Place},
    closure::Closure,
    editor,
    errors::Errors,
    item::Handler,
    origins::Lists,
};

/// Expands `#[cors(args)] item`.
///
/// Where something is wrong, the function and a companion are still emitted beside the error, so that
/// it causes no others.
pub(crate) fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let handler: Handler = match syn::parse2(item.clone()) {
        Ok(handler) => handler,
        Err(error) => return beside(item, error.into_compile_error()),
    };
    let mut errors = Errors::default();
    errors.ok(handler.check());
    let args = Args::parse(args, &mut errors);
    let lists = Lists::check(&args, &mut errors);
    let record = check::record(&args, &lists, Place::Attribute, &mut errors);
    if args.methods.is_none() && args.base.is_none() && errors.is_empty() {
        errors.push(methods_missing());
    }
    let runtime = match &args.krate {
        Some(path) => quote!(#path::__private),
        None => quote!(::cors_runtime::__private),
    };
    if editor::is_expanding() {
        return beside(item, for_editor(&args, errors, &runtime));
    }
    match errors.into_result() {
        Ok(()) => {
            let policy = policy_tokens(&record, args.base.as_ref(), &runtime);
            beside(
                item,
                companion(&handler, &runtime, &policy, &args, args.base.as_ref()),
            )
        }
        Err(error) => {
            let error = error.into_compile_error();
            let unset = policy_tokens(&Record::UNSET, None, &runtime);
            let companion = handler
                .takes_companion()
                .then(|| companion(&handler, &runtime, &unset, &args, None));
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
    let lists = Lists::check(&args, &mut errors);
    let record = check::record(&args, &lists, Place::Policy, &mut errors);
    if editor::is_expanding() {
        let arguments = for_editor(&args, errors, &runtime);
        let unset = policy_tokens(&Record::UNSET, None, &runtime);
        return quote!({ #arguments #unset });
    }
    match errors.into_result() {
        Ok(()) => {
            let policy = policy_tokens(&record, args.base.as_ref(), &runtime);
            match &args.base {
                Some(base) => {
                    let check = at(
                        base.span(),
                        quote!(#runtime::assert_policy(&__CORS_MERGED_POLICY)),
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
            let unset = policy_tokens(&Record::UNSET, None, &runtime);
            quote!({ #error #unset })
        }
    }
}

/// What an editor reads: the arguments, and the errors in them.
fn for_editor(args: &Args, errors: Errors, runtime: &TokenStream) -> TokenStream {
    let errors = errors.into_result().err().map(Error::into_compile_error);
    let arguments = editor::arguments(args, runtime);
    quote!(#arguments #errors)
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

/// The braced type of the handler's name, whose constant is the policy.
///
/// Its name has the span of the attribute: naming lints then stay silent without an
/// `#[allow]`, which a user's `#![forbid]` would refuse.
///
/// Nothing but `routes!` uses `CORS_POLICY_FOR_ROUTES`, so that the compiler warns of a handler that is routed
/// by `get(…)` and the like, where its policy has no say.
///
/// `rustc` spends its time on each body of a function or constant, so there is one for each handler.
/// Where there is a base, what it has merged is a second one, and a third checks that: without a base
/// every rule has been judged here.
fn companion(
    handler: &Handler,
    runtime: &TokenStream,
    policy: &TokenStream,
    args: &Args,
    base: Option<&Path>,
) -> TokenStream {
    let Handler {
        cfgs,
        allows,
        visibility,
        ..
    } = handler;
    let name = handler.companion_name();
    let handler_name = handler.name.unraw().to_string();
    let (merged, check) = base
        .map(|base| {
            let check = quote!(#runtime::assert_complete(&#name::CORS_MERGED_POLICY));
            let check = at(base.span(), check);
            (
                quote!(const CORS_MERGED_POLICY: #runtime::Policy = #policy;),
                quote!(#(#cfgs)* const _: () = #check;),
            )
        })
        .unzip();
    let policy = match &merged {
        Some(_) => &quote!(Self::CORS_MERGED_POLICY),
        None => policy,
    };
    let located = quote! {
        #runtime::LocatedPolicy::new(
            #policy,
            #handler_name,
            ::core::file!(),
            ::core::line!(),
            ::core::cfg!(debug_assertions),
        )
    };
    // At the handler's own name, since the call-site span suppresses lints elsewhere.
    let constant = quote_spanned! {handler.name.span()=>
        const CORS_POLICY_FOR_ROUTES: #runtime::LocatedPolicy = #located;
    };
    let decider = args.origins.as_ref();
    let decider = decider.and_then(|origins| Decider::of(origins, runtime));
    let annotated = annotated(&name, decider, runtime);
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #visibility struct #name {}

        #(#cfgs)*
        impl #name {
            #merged

            #[doc(hidden)]
            #(#allows)*
            #visibility #constant
        }

        #check

        #(#cfgs)*
        #annotated
    }
}

/// The implementation of `Annotated`, for every state that a decider takes.
fn annotated(name: &Ident, decider: Option<Decider>, runtime: &TokenStream) -> TokenStream {
    let state = state_name();
    let header = quote!(impl<#state> #runtime::Annotated<#state> for #name);
    match decider {
        // Else `rustc` lists it where another handler has no attribute.
        None => quote!(#[diagnostic::do_not_recommend] #header {}),
        Some(Decider { bound, expression }) => quote! {
            #header
            where
                #bound,
                #state: ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync + 'static,
            {
                fn decider() -> ::core::option::Option<#runtime::Decider<#state>> {
                    ::core::option::Option::Some(#expression)
                }
            }
        },
    }
}

/// Who decides on origins at run time.
struct Decider {
    /// What it asks of the state.
    bound: TokenStream,
    expression: TokenStream,
}

impl Decider {
    /// The type or the closure in `origins`, where there is one.
    fn of(origins: &args::Origins, runtime: &TokenStream) -> Option<Self> {
        let state = state_name();
        match origins {
            args::Origins::Decided(decider) => Some(Self {
                bound: quote!(#decider: #runtime::AllowOrigin<#state>),
                expression: quote!(#runtime::decided_by::<#decider, #state>()),
            }),
            args::Origins::FromState(closure) => {
                let Closure {
                    parameter,
                    state: expected,
                    body,
                    ..
                } = closure;
                Some(Self {
                    bound: at(closure.span(), quote!(#state: #runtime::Is<#expected>)),
                    // The type of the function ties the lifetimes of the state and the set together.
                    expression: quote!({
                        let of_state: fn(&#expected) -> &#runtime::OriginSet = |#parameter| #body;
                        #runtime::decided_by_set(of_state)
                    }),
                })
            }
            args::Origins::List(_) | args::Origins::Nobody | args::Origins::Elsewhere(_) => None,
        }
    }
}

/// Types have no hygiene: this name must not be that of a type of the user's.
fn state_name() -> Ident {
    Ident::new("__CorsState", Span::call_site())
}

/// Gives tokens the span that an error is to have.
fn at(span: Span, tokens: TokenStream) -> TokenStream {
    let tokens = tokens.into_iter().map(|mut token| {
        token.set_span(span.resolved_at(token.span()));
        token
    });
    tokens.collect()
}

/// The expression of a policy.
fn policy_tokens(record: &Record<'_>, base: Option<&Path>, runtime: &TokenStream) -> TokenStream {
    let record = record_tokens(record, runtime);
    match base {
        Some(base) => {
            // What is no policy is said to be none, at its own name.
            let variable = Ident::new("base", Span::mixed_site());
            let base = quote_spanned!(base.span()=> let #variable: #runtime::Policy = #base;);
            quote!({ #base #runtime::policy_over(#record, &#variable) })
        }
        None => quote!(#runtime::policy_of(#record)),
    }
}

/// A record with the arguments that are set, in the order of the documentation.
fn record_tokens(record: &Record<'_>, runtime: &TokenStream) -> TokenStream {
    // Without `..`, so that a new argument cannot be forgotten.
    let Record {
        methods,
        origins,
        open,
        credentials,
        allow_headers,
        expose_headers,
        max_age,
        debug_max_age,
        debug_origins,
        enforce,
        vouched,
    } = *record;
    let seconds = |seconds: Seconds<'_>| {
        let Seconds { number, digits } = seconds;
        quote!(#runtime::Seconds { number: #number, digits: #digits })
    };
    let methods = methods.map(|Methods { text, set }| {
        let bits = set.bits();
        quote!(.with_methods(#text, #bits))
    });
    let origins = origins.map(|origins| match origins {
        Origins::Elsewhere => quote!(.with_origins(#runtime::Origins::Elsewhere)),
        Origins::Every => quote!(.with_origins(#runtime::Origins::Every)),
        Origins::Listed(list) => {
            let list = list_tokens(&list, runtime);
            quote!(.with_origins(#runtime::Origins::Listed(#list)))
        }
        Origins::Decided => quote!(.with_origins(#runtime::Origins::Decided)),
    });
    let open = open.then(|| quote!(.with_open()));
    let credentials = credentials.map(|allowed| quote!(.with_credentials(#allowed)));
    let allow_headers = allow_headers.map(|names| quote!(.with_allow_headers(#names)));
    let expose_headers = expose_headers.map(|names| quote!(.with_expose_headers(#names)));
    let max_age = max_age.map(seconds);
    let max_age = max_age.map(|seconds| quote!(.with_max_age(#seconds)));
    let debug_max_age = debug_max_age.map(seconds).map(in_debug);
    let debug_max_age = debug_max_age.map(|seconds| quote!(.with_debug_max_age(#seconds)));
    let debug_origins = debug_origins.map(|list| in_debug(list_tokens(&list, runtime)));
    let debug_origins = debug_origins.map(|list| quote!(.with_debug_origins(#list)));
    let enforce = enforce.map(|enforce| match enforce {
        Enforce::Off => quote!(.with_enforce(#runtime::Enforce::Off)),
        Enforce::Report => quote!(.with_enforce(#runtime::Enforce::Report)),
        Enforce::On => quote!(.with_enforce(#runtime::Enforce::On)),
    });
    let vouched = (vouched != Hazards::NONE).then(|| {
        let Hazards {
            insecure,
            any_port,
            public_suffix,
            any_host,
            file,
        } = vouched;
        quote! {
            .with_vouched(#runtime::Hazards {
                insecure: #insecure,
                any_port: #any_port,
                public_suffix: #public_suffix,
                any_host: #any_host,
                file: #file,
            })
        }
    });
    quote! {
        #runtime::Record::UNSET
            #methods #origins #open #credentials #allow_headers #expose_headers
            #max_age #debug_max_age #debug_origins #enforce #vouched
    }
}

fn list_tokens(list: &OriginList<'_>, runtime: &TokenStream) -> TokenStream {
    let OriginList {
        sorted,
        wildcards,
        hazardous,
    } = list;
    if *wildcards == Wildcards::NONE && *hazardous == Hazardous::NONE {
        return quote!(#runtime::OriginList::plain(&[#(#sorted),*]));
    }
    let wildcards = wildcards_tokens(*wildcards, runtime);
    let hazardous = hazardous_tokens(*hazardous, runtime);
    quote! {
        #runtime::OriginList {
            sorted: &[#(#sorted),*],
            wildcards: #wildcards,
            hazardous: #hazardous,
        }
    }
}

fn wildcards_tokens(wildcards: Wildcards, runtime: &TokenStream) -> TokenStream {
    let Wildcards {
        subdomains,
        label,
        any_host,
        any_port,
    } = wildcards;
    quote! {
        #runtime::Wildcards {
            subdomains: #subdomains,
            label: #label,
            any_host: #any_host,
            any_port: #any_port,
        }
    }
}

fn hazardous_tokens(hazardous: Hazardous<'_>, runtime: &TokenStream) -> TokenStream {
    let Hazardous {
        insecure,
        any_port,
        public_suffix,
        any_host,
        file,
    } = hazardous;
    let entries = [
        ("insecure", insecure),
        ("any_port", any_port),
        ("public_suffix", public_suffix),
        ("any_host", any_host),
        ("file", file),
    ];
    let fields = entries.into_iter().filter_map(|(name, entry)| {
        let name = Ident::new(name, Span::call_site());
        entry.map(|entry| quote!(#name: ::core::option::Option::Some(#entry)))
    });
    quote!(#runtime::Hazardous { #(#fields,)* ..#runtime::Hazardous::NONE })
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
