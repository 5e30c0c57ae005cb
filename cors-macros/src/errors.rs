//! The mistakes found so far: each is reported, not only the first.

use cors_grammar::Mistake;
use proc_macro2::Span;
use syn::{Error, Result};

/// Mistakes, in the order found.
#[derive(Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    pub(crate) fn push_mistake(&mut self, span: Span, mistake: Mistake) {
        self.push(Error::new(span, mistake));
    }

    pub(crate) fn ok<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn into_result(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}
