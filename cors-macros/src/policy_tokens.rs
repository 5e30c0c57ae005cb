//! A policy as the tokens of an expression: a chain of calls that set what is written.

use cors_grammar::{
    pattern::{Hazards, Wildcards},
    record::{Enforce, Hazardous, Methods, OriginList, Origins, Record, Seconds},
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Path, spanned::Spanned};

/// The expression of a policy.
pub(crate) fn of_policy(
    record: &Record<'_>,
    base: Option<&Path>,
    runtime: &TokenStream,
) -> TokenStream {
    let record = of_record(record, runtime);
    match base {
        Some(base) => {
            // The error of a base that is not a policy points at its name.
            let variable = Ident::new("base", Span::mixed_site());
            let base = quote_spanned!(base.span()=> let #variable: #runtime::Policy = #base;);
            quote!({ #base #runtime::policy_over(#record, &#variable) })
        }
        None => quote!(#runtime::policy_of(#record)),
    }
}

/// A record with the arguments that are set, in the order of the documentation.
fn of_record(record: &Record<'_>, runtime: &TokenStream) -> TokenStream {
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
            let list = of_list(&list, runtime);
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
    let debug_origins = debug_origins.map(|list| in_debug(of_list(&list, runtime)));
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

fn of_list(list: &OriginList<'_>, runtime: &TokenStream) -> TokenStream {
    let OriginList {
        sorted,
        wildcards,
        hazardous,
    } = list;
    if *wildcards == Wildcards::NONE && *hazardous == Hazardous::NONE {
        return quote!(#runtime::OriginList::plain(&[#(#sorted),*]));
    }
    let wildcards = of_wildcards(*wildcards, runtime);
    let hazardous = of_hazardous(*hazardous, runtime);
    quote! {
        #runtime::OriginList {
            sorted: &[#(#sorted),*],
            wildcards: #wildcards,
            hazardous: #hazardous,
        }
    }
}

fn of_wildcards(wildcards: Wildcards, runtime: &TokenStream) -> TokenStream {
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

fn of_hazardous(hazardous: Hazardous<'_>, runtime: &TokenStream) -> TokenStream {
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
