//! `#[supervise]`: what an actor does about the failures of its children.
//!
//! parse → model → validate → expand. `#[actor]` runs the last three: whichever of the two attributes stands
//! above, it is `#[actor]` that sees both.

mod expand;
mod model;
mod parse;
mod validate;

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostics;

pub(crate) use expand::expand;
pub(crate) use model::{Strategy, Supervision};
pub(crate) use parse::parse_attribute;
pub(crate) use validate::validate;

/// `#[supervise]` reached before `#[actor]`: steps beneath it, or reports that there is none.
pub(crate) fn attribute(arguments: &TokenStream, item: TokenStream) -> TokenStream {
    let diagnostics = Diagnostics::new();
    let item = parse::step_beneath(arguments, item, &diagnostics);
    let errors = diagnostics.finish();
    quote!(#item #errors)
}
