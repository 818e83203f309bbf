//! Stand-ins for an item that cannot be an actor: what is below would otherwise fail a second time.

use proc_macro2::TokenStream;
use syn::Item;

use super::expand;
use super::model::{Actor, Options, Shape};
use crate::names::Names;
use crate::supervise::{self, Supervision};

/// The struct itself, and word for `#[handlers]` that its mistake has been reported.
pub(crate) fn borrowing(actor: &Actor) -> TokenStream {
    let (item, rt) = (&actor.item, actor.names.private());
    let (impl_generics, ty_generics, where_clause) = item.generics.split_for_impl();
    let ident = &item.ident;
    quote! {
        #item
        impl #impl_generics #rt::Reported for #ident #ty_generics #where_clause {}
    }
}

/// The item itself, and where it is a type, what an actor of that name and default options would have.
pub(crate) fn stand_in(item: TokenStream) -> TokenStream {
    let (vis, ident, generics) = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Enum(item)) => (item.vis, item.ident, item.generics),
        Ok(Item::Union(item)) => (item.vis, item.ident, item.generics),
        Ok(_) => return item,
        // Half-written: the compiler would repeat what the parser said.
        Err(_) => return TokenStream::new(),
    };
    let shape = Shape { vis: &vis, ident: &ident, generics: &generics };
    let names = Names::new(None);
    let reference = expand::reference(&shape, &names);
    let configured = expand::configured(&shape, &Options::default(), &names);
    let supervision = supervise::expand(&Supervision::default(), 0, &names);
    let supervised = expand::supervised(&shape, &[], &supervision, &names);
    quote! { #item #reference const _: () = { #configured #supervised }; }
}
