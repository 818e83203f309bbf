//! `system!`: the actors of a bare-metal program, as statics.
//!
//! parse → model → validate → expand. Where there are mistakes, nothing is generated but the errors: other code
//! names the statics, and has its say once they are there.

mod additions;
mod clauses;
mod expand;
mod model;
mod parse;
mod validate;

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostics;

pub(crate) fn expand(tokens: TokenStream) -> TokenStream {
    let diagnostics = Diagnostics::new();
    let system = parse::parse(tokens, &diagnostics);
    if let Some(system) = &system {
        validate::validate(system, &diagnostics);
    }
    let sound = diagnostics.is_empty();
    let items = system.filter(|_| sound).map(|system| expand::expand(&system));
    let errors = diagnostics.finish();
    quote!(#items #errors)
}
