//! What rust-analyzer is given: names that lead to the right places.
//!
//! rust-analyzer follows each token of the source to every token of the expansion that has its span. What
//! `rustc` needs would lead from a handler in `routes!` to seven places, and from an argument to none. So
//! where rust-analyzer expands, the handler's companion is left out, and each argument is a path to its
//! documentation. `rustc` never sees any of it.

use std::{env, path::Path};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::args::{Args, argument_names};

/// Whether it is rust-analyzer that expands, in its own process.
pub(crate) fn is_expanding() -> bool {
    let process = env::current_exe().ok();
    let name = process.as_deref().and_then(Path::file_name);
    name.is_some_and(|name| name.to_string_lossy().starts_with("rust-analyzer"))
}

/// The arguments as paths to their documentation. One that does not exist, as while it is typed, is looked up
/// among those that are left, which completion then offers. Completion compares the expansion with that of a
/// text that has a longer name there, or one where there is none yet, and looks at the same offset in both: so
/// these paths come first, there is always one more, and errors, which quote the name, come last.
pub(crate) fn arguments(args: &Args, runtime: &TokenStream) -> TokenStream {
    let is_known = |name: &&Ident| argument_names().any(|known| *name == known);
    let (known, unknown): (Vec<_>, Vec<_>) = args.names.iter().partition(is_known);
    let left = argument_names().filter(|name| !known.iter().any(|known| known == name));
    let left = left.map(|name| Ident::new(name, Span::call_site()));
    quote! {
        const _: () = {
            #(let _ = left::#unknown;)*
            let _ = left::NEXT;
            #(let _ = #runtime::arguments::#known;)*
            mod left {
                pub use #runtime::arguments::{#(#left),*};
                const NEXT: () = ();
            }
        };
    }
}
