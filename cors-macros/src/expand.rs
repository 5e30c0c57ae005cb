//! The output: of the attribute, the function as written and its companion; of `policy!`, a
//! constant.

use cors_grammar::{
    pattern::{Hazards, Wildcards},
    record::{Enforce, Hazardous, Methods, OriginList, Origins, Record, Seconds},
};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
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
            // Without a base every rule has been judged here; const evaluation is dear.
            let constructor = match args.base {
                Some(_) => quote!(checked),
                None => quote!(new),
            };
            beside(
                item,
                companion(&handler, &runtime, &policy, &args, &constructor),
            )
        }
        Err(error) => {
            let error = error.into_compile_error();
            let unset = policy_tokens(&Record::UNSET, None, &runtime);
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

/// The braced type that carries the policy under the handler's name.
///
/// Its name has the span of the attribute: naming lints then stay silent without an
/// `#[allow]`, which a user's `#![forbid]` would refuse.
///
/// Nothing but `routes!` uses `CORS_POLICY_FOR_ROUTES`, so that the compiler warns of a handler that is routed
/// by `get(…)` and the like, where its policy has no say.
///
/// The policy is a constant, which a check of methods can read; its header values are a static, which
/// `cargo check` evaluates too. There `constructor` checks the whole policy, with what its base has
/// merged into it; its errors have the span of the base, if there is one.
fn companion(
    handler: &Handler,
    runtime: &TokenStream,
    policy: &TokenStream,
    args: &Args,
    constructor: &TokenStream,
) -> TokenStream {
    let Handler {
        cfgs,
        allows,
        visibility,
        ..
    } = handler;
    let name = handler.companion_name();
    let handler_name = handler.name.unraw().to_string();
    let place = in_debug(quote! {
        #runtime::PolicyLocation {
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
    let decider = args
        .origins
        .as_ref()
        .and_then(|origins| Decider::of(origins, runtime));
    let decides = match decider {
        Some(_) => quote!(DynamicOrigins),
        None => quote!(StaticOrigins),
    };
    // At the handler's own name, since the call-site span suppresses lints elsewhere.
    let named = quote_spanned!(handler.name.span()=> const CORS_POLICY_FOR_ROUTES: () = (););
    let decider = decider.map(|Decider { bound, expression }| {
        let state = state_name();
        quote! {
            #(#cfgs)*
            impl<#state> #runtime::Decides<#state> for #name
            where
                #bound,
                #state: ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync + 'static,
            {
                fn decider() -> ::core::option::Option<#runtime::Decider<#state>> {
                    ::core::option::Option::Some(#expression)
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
            #(#allows)*
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
            let base = quote_spanned!(base.span()=> &#base);
            quote!(#runtime::policy_over(#record, #base))
        }
        None => quote!(#runtime::policy_of(#record)),
    }
}

/// A record with the fields that are set, in the order of the documentation.
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
        quote!(#runtime::Methods { text: #text, set: #runtime::MethodSet::from_bits(#bits) })
    });
    let origins = origins.map(|origins| match origins {
        Origins::Elsewhere => quote!(#runtime::Origins::Elsewhere),
        Origins::Every => quote!(#runtime::Origins::Every),
        Origins::Listed(list) => {
            let list = list_tokens(&list, runtime);
            quote!(#runtime::Origins::Listed(#list))
        }
        Origins::Decided => quote!(#runtime::Origins::Decided),
    });
    let fields = [
        ("methods", some(methods)),
        ("origins", some(origins)),
        ("open", open.then(|| quote!(true))),
        ("credentials", some(credentials)),
        ("allow_headers", some(allow_headers)),
        ("expose_headers", some(expose_headers)),
        ("max_age", some(max_age.map(seconds))),
        ("debug_max_age", debug_max_age.map(seconds).map(in_debug)),
        (
            "debug_origins",
            debug_origins.map(|list| in_debug(list_tokens(&list, runtime))),
        ),
        (
            "enforce",
            some(enforce.map(|enforce| match enforce {
                Enforce::Off => quote!(#runtime::Enforce::Off),
                Enforce::Report => quote!(#runtime::Enforce::Report),
                Enforce::On => quote!(#runtime::Enforce::On),
            })),
        ),
        (
            "vouched",
            (vouched != Hazards::NONE).then(|| {
                let Hazards {
                    insecure,
                    any_port,
                    public_suffix,
                    any_host,
                    file,
                } = vouched;
                quote!(#runtime::Hazards {
                    insecure: #insecure,
                    any_port: #any_port,
                    public_suffix: #public_suffix,
                    any_host: #any_host,
                    file: #file,
                })
            }),
        ),
    ];
    let fields = fields.into_iter().filter_map(|(name, value)| {
        let name = Ident::new(name, Span::call_site());
        value.map(|value| quote!(#name: #value))
    });
    quote!(#runtime::Record { #(#fields,)* ..#runtime::Record::UNSET })
}

fn list_tokens(list: &OriginList<'_>, runtime: &TokenStream) -> TokenStream {
    let OriginList {
        sorted,
        wildcards,
        hazardous,
    } = list;
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

/// The constant where there is none: `rustc` takes a name sooner than a struct.
fn wildcards_tokens(wildcards: Wildcards, runtime: &TokenStream) -> TokenStream {
    if wildcards == Wildcards::NONE {
        return quote!(#runtime::Wildcards::NONE);
    }
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
    if hazardous == Hazardous::NONE {
        return quote!(#runtime::Hazardous::NONE);
    }
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
        some(entry).map(|entry| quote!(#name: #entry))
    });
    quote!(#runtime::Hazardous { #(#fields,)* ..#runtime::Hazardous::NONE })
}

fn some(value: Option<impl ToTokens>) -> Option<TokenStream> {
    value.map(|value| quote!(::core::option::Option::Some(#value)))
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
