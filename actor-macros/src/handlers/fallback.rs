//! Stand-ins for the protocol of an impl with mistakes: callers, and `#[actor]`, find what they look for.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::{Attribute, FnArg, ImplItem, Item, Pat, Type};

use super::expand::Protocol;
use super::model::{Handlers, Method};
use super::parse;
use super::validate::is_taken;

/// The user's impl, an empty protocol, and methods of the ref that compile and never run.
pub(crate) fn expand(handlers: &Handlers) -> TokenStream {
    let item = &handlers.item;
    let protocol = Protocol::new(handlers, &[]);
    let methods = handlers
        .methods
        .iter()
        .filter(|method| method.is_callable() && method.original.receiver().is_some() && !is_taken(method));
    let stand_ins = methods.map(|method| stand_in(method, handlers, &protocol)).collect();
    let protocol = protocol.with_stand_ins(stand_ins).expand();
    quote!(#item #protocol)
}

/// The impl alone: what is wrong with the struct is reported there.
pub(crate) fn borrowing(handlers: &Handlers) -> TokenStream {
    let (item, rt) = (&handlers.item, handlers.names.private());
    let (self_ty, (generics, _, where_clause)) = (&item.self_ty, item.generics.split_for_impl());
    quote! {
        #item
        const _: () = {
            #[allow(dead_code)]
            fn assertion #generics (actor: #self_ty) #where_clause {
                #rt::is_reported(actor);
            }
        };
    }
}

/// A method of the ref with the user's own parameters.
fn stand_in(method: &Method, handlers: &Handlers, protocol: &Protocol<'_>) -> TokenStream {
    let rt = handlers.names.private();
    let Method { vis, cfgs, original, .. } = method;
    let (ident, self_ty) = (&original.ident, &handlers.item.self_ty);
    let kind = match method.answered() {
        Some(ty) if !is_owned(ty.to_token_stream()) => quote!(#rt::Tell),
        Some(_) | None => protocol.kind(method),
    };
    let (generics, where_clause) = (&original.generics, &original.generics.where_clause);
    let arguments = original.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) if !is_left_out(&argument.ty) => Some(argument),
        _ => None,
    });
    let arguments = arguments.enumerate().map(|(index, argument)| {
        let name = match &*argument.pat {
            Pat::Ident(pattern) => pattern.ident.clone(),
            _ => format_ident!("_{}", index, span = Span::mixed_site()),
        };
        let ty = protocol.without_self(&argument.ty);
        quote!(#name: #ty)
    });
    quote! {
        #(#cfgs)*
        #[allow(unused_variables)]
        #vis fn #ident #generics (&self, #(#arguments),*) -> #rt::Call<'_, #self_ty, #kind> #where_clause {
            loop {}
        }
    }
}

/// Whether a type could be a reply.
fn is_owned(ty: TokenStream) -> bool {
    ty.into_iter().all(|token| match token {
        TokenTree::Ident(ident) => ident != "impl" && ident != "_",
        TokenTree::Group(group) => is_owned(group.stream()),
        TokenTree::Punct(punct) => !matches!(punct.as_char(), '&' | '\'' | '!'),
        TokenTree::Literal(_) => true,
    })
}

/// Whether a parameter is none of the message.
fn is_left_out(ty: &Type) -> bool {
    let is_reply = crate::names::argument_of(ty, "Reply").is_some();
    is_reply || matches!(ty, Type::Reference(reference) if reference.mutability.is_some())
}

/// The item without our attributes, which nothing else would take away.
pub(crate) fn without_attributes(item: TokenStream) -> TokenStream {
    let Ok(Item::Impl(mut item)) = syn::parse2::<Item>(item.clone()) else { return item };
    // Of a tuple or a reference the compiler would say once more that it has no impl of its own.
    if !matches!(*item.self_ty, Type::Path(_)) && item.trait_.is_none() {
        return TokenStream::new();
    }
    for member in &mut item.items {
        if let ImplItem::Fn(method) = member {
            parse::take_helpers(&mut method.attrs);
            for input in &mut method.sig.inputs {
                if let FnArg::Typed(parameter) = input {
                    parameter.attrs.retain(|attribute: &Attribute| !parse::is_parameter_helper(attribute));
                }
            }
        }
    }
    item.to_token_stream()
}
