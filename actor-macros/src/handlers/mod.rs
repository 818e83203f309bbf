//! `#[handlers]`: the protocol of an actor, from the methods of an impl.
//!
//! parse → model → validate → expand. The user's impl always survives; a method with a mistake keeps a
//! stand-in on the ref ([`fallback`]), so that its callers compile and one mistake stays one error.

mod expand;
mod fallback;
mod model;
mod parse;
mod validate;

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostics;

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let diagnostics = Diagnostics::new();
    let Some(handlers) = parse::parse(arguments, item.clone(), &diagnostics) else {
        let (same, errors) = (fallback::without_attributes(item), diagnostics.finish());
        return quote!(#same #errors);
    };
    validate::validate(&handlers, &diagnostics);
    let items = if validate::borrows(&handlers) {
        fallback::borrowing(&handlers)
    } else if diagnostics.is_empty() {
        expand::expand(&handlers)
    } else {
        fallback::expand(&handlers)
    };
    let errors = diagnostics.finish();
    quote!(#items #errors)
}
