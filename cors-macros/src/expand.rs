//! The output: of the attribute, the function as written and its companion; of `policy!`, a
//! constant.

use cors_grammar::record::Record;
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
    policy_tokens,
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
            let policy = policy_tokens::of_policy(&record, args.base.as_ref(), &runtime);
            beside(
                item,
                companion(&handler, &runtime, &policy, &args, args.base.as_ref()),
            )
        }
        Err(error) => {
            let error = error.into_compile_error();
            let unset = policy_tokens::of_policy(&Record::UNSET, None, &runtime);
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
        let unset = policy_tokens::of_policy(&Record::UNSET, None, &runtime);
        return quote!({ #arguments #unset });
    }
    match errors.into_result() {
        Ok(()) => {
            let policy = policy_tokens::of_policy(&record, args.base.as_ref(), &runtime);
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
            let unset = policy_tokens::of_policy(&Record::UNSET, None, &runtime);
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
/// Nothing but `routes!` uses that constant, so that the compiler warns of a handler that is routed by `get(…)`
/// and the like, and its name says that the policy has no effect there.
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
        const CORS_POLICY_HAS_NO_EFFECT_UNLESS_ROUTED_BY_THE_ROUTES_MACRO: #runtime::LocatedPolicy = #located;
    };
    let decider = args.origins.as_ref();
    let decider = decider.and_then(|origins| Decider::of(origins, runtime));
    let annotated = annotated(&name, decider, runtime);
    quote! {
        #(#cfgs)*
        #runtime::cors_makes_a_struct_beside_this_handler_so_move_it_out_of_an_impl_or_rename_it! {
            #visibility struct #name {}

            impl #name {
                #merged

                #[doc(hidden)]
                #(#allows)*
                #visibility #constant
            }

            #annotated
        }

        #check
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

impl Handler {
    fn companion_name(&self) -> Ident {
        let mut name = self.name.clone();
        name.set_span(Span::call_site());
        name
    }
}
