//! The mistakes found in one item, collected so that all of them are reported at once.

use std::cell::{Cell, RefCell};
use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Item;
use syn::parse::ParseStream;

/// Collects errors, each at the tokens to change. Panics if dropped without [`Diagnostics::finish`], so that
/// no error can be forgotten.
pub(crate) struct Diagnostics {
    errors: RefCell<Option<Vec<syn::Error>>>,
    /// Whether there is a mistake that the compiler reports by itself.
    left: Cell<bool>,
}

impl Diagnostics {
    pub(crate) fn new() -> Self {
        Self { errors: RefCell::new(Some(Vec::new())), left: Cell::new(false) }
    }

    /// Reports `fact` at the tokens `at`, and the change that mends it.
    pub(crate) fn report(&self, at: impl ToTokens, fact: impl Display, help: impl Display) {
        self.syntax(syn::Error::new_spanned(at, format_args!("{fact}\nhelp: {help}")));
    }

    /// Reports what the parser found.
    pub(crate) fn syntax(&self, error: syn::Error) {
        if let Some(errors) = self.errors.borrow_mut().as_mut() {
            errors.push(error);
        }
    }

    /// Notes a mistake that the compiler reports by itself, in the item as the user wrote it.
    pub(crate) fn leave(&self) {
        self.left.set(true);
    }

    /// The parsed value, or nothing and a report.
    pub(crate) fn take<T>(&self, parsed: syn::Result<T>) -> Option<T> {
        parsed.map_err(|error| self.syntax(error)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.left.get() && self.errors.borrow().as_ref().is_none_or(Vec::is_empty)
    }

    /// The errors as items for the compiler; empty when there are none.
    pub(crate) fn finish(self) -> TokenStream {
        let errors = self.errors.borrow_mut().take().unwrap_or_default();
        errors.iter().map(syn::Error::to_compile_error).collect()
    }
}

/// An error at the next token.
pub(crate) fn refuse(input: ParseStream<'_>, fact: &str, help: &str) -> syn::Error {
    input.error(format_args!("{fact}\nhelp: {help}"))
}

/// The token that says what kind of item it is.
pub(crate) fn keyword(item: &Item) -> TokenStream {
    let behind_attributes = match item {
        Item::Struct(item) => item.struct_token.to_token_stream(),
        Item::Enum(item) => item.enum_token.to_token_stream(),
        Item::Union(item) => item.union_token.to_token_stream(),
        Item::Trait(item) => item.trait_token.to_token_stream(),
        Item::Impl(item) => item.impl_token.to_token_stream(),
        Item::Fn(item) => item.sig.fn_token.to_token_stream(),
        Item::Mod(item) => item.mod_token.to_token_stream(),
        Item::Type(item) => item.type_token.to_token_stream(),
        other => other.to_token_stream(),
    };
    behind_attributes.into_iter().take(1).collect()
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.errors.borrow().is_none(), "diagnostics dropped unread");
        }
    }
}
