//! `#[actor]`: what a struct is as an actor.
//!
//! parse → model → validate → expand. Where there are mistakes, [`fallback`] emits items of the same shape,
//! so that the rest of the crate compiles and one mistake stays one error.

mod dwell;
mod expand;
mod fallback;
mod figures;
mod model;
mod parse;
mod validate;

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostics;

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let diagnostics = Diagnostics::new();
    let Some(actor) = parse::parse(arguments, item.clone(), &diagnostics) else {
        let (same, errors) = (fallback::stand_in(item), diagnostics.finish());
        return quote!(#same #errors);
    };
    validate::validate(&actor, &diagnostics);
    let borrows = actor.item.generics.lifetimes().next().is_some();
    let items = if borrows { fallback::borrowing(&actor) } else { expand::expand(&actor) };
    let errors = diagnostics.finish();
    quote!(#items #errors)
}
