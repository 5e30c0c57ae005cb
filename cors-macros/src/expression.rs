//! What is written where a literal is needed: constants, calls, sums. A macro sees only their tokens, so each is
//! answered with the literal, where that can be computed.

use cors_grammar::{header_name, method};
use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use syn::{Error, Lit, LitStr, Type, spanned::Spanned};

/// Tokens that are not a literal.
pub(crate) struct Expression(TokenStream);

impl Expression {
    pub(crate) fn new(tokens: TokenStream) -> Self {
        Self(tokens)
    }

    /// Whether a type is one that may decide, by its form. The names of constants are in upper case; so may a
    /// type's be, where it is a short abbreviation.
    pub(crate) fn is_type(ty: &Type) -> bool {
        let Type::Path(path) = ty else {
            return false;
        };
        path.path.segments.last().is_none_or(|last| {
            let name = last.ident.to_string();
            !is_constant(&last.ident) || (name.len() <= 4 && !name.contains('_'))
        })
    }

    /// The error of an expression in the place of an argument's value; `help` says what to write.
    pub(crate) fn no_value(&self, name: &Ident, help: &str) -> Error {
        let list = || {
            self.list()
                .or_else(|| self.star())
                .or_else(|| self.concatenated())
        };
        let literal = match name.to_string().as_str() {
            "methods" => self.methods().or_else(list),
            "max_age" | "debug_max_age" => self.seconds().map(|number| number.to_string()),
            "allow_headers" | "expose_headers" => self.header().or_else(list),
            _ => list(),
        };
        let help = match (literal, self.constant()) {
            (Some(literal), _) => format!("`{name} = {literal}`"),
            (None, Some(_)) if name != "crate" => format!(
                "its value here; or `const BASE: Policy = policy!({name} = …);` and here `..BASE`, last"
            ),
            (None, _) if name == "origins" && (self.is_environment() || self.is_set()) => {
                "`origins = OriginSet`, and put an `OriginSet` into the router's state".to_owned()
            }
            (None, _) => help.to_owned(),
        };
        let is_path = syn::parse2::<syn::Path>(self.0.clone()).is_ok();
        let problem = match self.constant() {
            Some(constant) => no_constant(&constant),
            None if is_path || self.star().is_some() => format!("this is not a value for `{name}`"),
            None => {
                format!("a macro cannot evaluate expressions, and this is not a value for `{name}`")
            }
        };
        Error::new(self.span(), format!("{problem}\nhelp: write {help}"))
    }

    /// The error of an expression in the place of a list's element.
    pub(crate) fn no_element(&self) -> Error {
        let literal = self.methods().or_else(|| self.header());
        let (problem, help) = match (self.constant(), literal) {
            (constant, Some(literal)) => {
                let constant = constant.unwrap_or_else(|| self.0.to_string());
                (no_constant(&constant), format!("write `{literal}`"))
            }
            (Some(constant), None) => (
                no_constant(&constant),
                "write its value here, as a string; or put the list into `const BASE: Policy = \
                 policy!(…);`, and write `..BASE`, last"
                    .to_owned(),
            ),
            (None, None) if syn::parse2::<Lit>(self.0.clone()).is_ok() => (
                "a list holds strings".to_owned(),
                "write a string".to_owned(),
            ),
            (None, None) if self.is_environment() => (
                "a list holds strings, and the environment is not read here".to_owned(),
                "write a string; for origins that are known at run time, `origins = OriginSet`"
                    .to_owned(),
            ),
            (None, None) => (
                "a list holds strings, and a macro cannot evaluate expressions".to_owned(),
                "write a string".to_owned(),
            ),
        };
        Error::new(self.span(), format!("{problem}\nhelp: {help}"))
    }

    fn span(&self) -> Span {
        self.0.span()
    }

    /// The path of a constant, where the tokens are one.
    fn constant(&self) -> Option<String> {
        let mut last = None;
        for token in self.0.clone() {
            match token {
                TokenTree::Ident(ident) => last = Some(ident),
                TokenTree::Punct(punct) if punct.as_char() == ':' => {}
                _ => return None,
            }
        }
        last.filter(is_constant).map(|ident| ident.to_string())
    }

    /// The methods that `Method::GET`, `GET | POST` and the like name, as a list.
    fn methods(&self) -> Option<String> {
        let mut methods = Vec::new();
        for token in self.0.clone() {
            match token {
                TokenTree::Ident(ident) => methods.push(ident.to_string()),
                TokenTree::Punct(punct) if matches!(punct.as_char(), ':' | '|') => {}
                _ => return None,
            }
        }
        methods.retain(|name| name != "Method" && name != "http" && name != "axum");
        let are_methods = methods.iter().all(|name| method::parse(name).is_ok());
        (are_methods && !methods.is_empty()).then(|| format!("\"{}\"", methods.join(", ")))
    }

    /// The name of the header that a constant of `http::header` stands for.
    fn header(&self) -> Option<String> {
        header_name::of_constant(&self.constant()?).map(|name| format!("\"{name}\""))
    }

    /// The strings in the brackets of `&[…]`, `vec![…]` or `(…)`, as an array.
    fn list(&self) -> Option<String> {
        let mut tokens: Vec<_> = self.0.clone().into_iter().collect();
        let Some(TokenTree::Group(group)) = tokens.pop() else {
            return None;
        };
        let starts = tokens.iter().all(|token| match token {
            TokenTree::Punct(punct) => matches!(punct.as_char(), '&' | '!'),
            TokenTree::Ident(ident) => ident == "vec",
            _ => false,
        });
        let is_list = matches!(
            group.delimiter(),
            Delimiter::Bracket | Delimiter::Parenthesis
        );
        if !starts || !is_list {
            return None;
        }
        let strings = strings(group.stream())?;
        (!strings.is_empty()).then(|| format!("{strings:?}"))
    }

    /// `*`, which is written as a string.
    fn star(&self) -> Option<String> {
        (self.0.to_string() == "*").then(|| "\"*\"".to_owned())
    }

    /// What `concat!` puts together, where it is strings.
    fn concatenated(&self) -> Option<String> {
        let mut tokens = self.0.clone().into_iter();
        let is_call = matches!(tokens.next(), Some(TokenTree::Ident(name)) if name == "concat");
        let Some(TokenTree::Group(group)) = tokens.nth(1).filter(|_| is_call) else {
            return None;
        };
        let whole = strings(group.stream())?.concat();
        Some(format!("{whole:?}"))
    }

    /// Whether it reads the environment.
    fn is_environment(&self) -> bool {
        let tokens = self.0.clone().into_iter();
        let names = tokens.filter_map(|token| match token {
            TokenTree::Ident(name) => Some(name.to_string()),
            _ => None,
        });
        names
            .take(3)
            .any(|name| ["env", "option_env"].contains(&name.as_str()))
    }

    /// Whether it makes an `OriginSet`.
    fn is_set(&self) -> bool {
        let mut tokens = self.0.clone().into_iter();
        tokens.any(|token| matches!(token, TokenTree::Ident(name) if name == "OriginSet"))
    }

    /// The seconds of `10 * 60` or `Duration::from_secs(600)`.
    fn seconds(&self) -> Option<u64> {
        let tokens: Vec<_> = self.0.clone().into_iter().collect();
        match tokens.as_slice() {
            [.., TokenTree::Ident(name), TokenTree::Group(group)] if name == "from_secs" => {
                Self::new(group.stream()).product()
            }
            _ => self.product(),
        }
    }

    /// The product of numbers, as in `10 * 60`.
    fn product(&self) -> Option<u64> {
        let mut product: u64 = 1;
        for token in self.0.clone() {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '*' => {}
                token => {
                    let Lit::Int(factor) = syn::parse2(token.into()).ok()? else {
                        return None;
                    };
                    product = product.checked_mul(factor.base10_parse().ok()?)?;
                }
            }
        }
        Some(product)
    }
}

/// The values of string literals that commas divide, where the tokens are nothing else.
fn strings(tokens: TokenStream) -> Option<Vec<String>> {
    let literals = tokens
        .into_iter()
        .filter(|token| !matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','));
    let strings = literals.map(|token| Some(syn::parse2::<LitStr>(token.into()).ok()?.value()));
    strings.collect()
}

fn no_constant(name: &str) -> String {
    format!("a macro cannot read the value of the constant `{name}`")
}

/// Whether a name is written as those of constants are.
fn is_constant(name: &Ident) -> bool {
    let name = name.to_string();
    name.len() > 1
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}
