//! Tokens that are taken as they are.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Result, Token, parse::ParseStream};

/// Everything before the next comma that is in no brackets.
pub(crate) fn up_to_comma(input: ParseStream<'_>) -> Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    Ok(tokens)
}
