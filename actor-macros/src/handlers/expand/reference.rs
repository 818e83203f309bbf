//! The methods of the ref.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::{Message, Protocol, wrapped};
use crate::handlers::model::{Answer, Argument, Method};
use crate::suspicion::{self, Suspicion};

impl Protocol<'_> {
    /// Stands beside the user's impl and not in the block that hides the enum: an editor would look for callers
    /// of a private method nowhere else.
    pub(super) fn reference(&self) -> TokenStream {
        let reference = &self.handlers.reference;
        let (impl_generics, _, where_clause) = self.generics.split_for_impl();
        let methods = self.callable().map(|message| self.method(message));
        let stand_ins = &self.stand_ins;
        quote! {
            #[allow(dead_code, irrefutable_let_patterns, private_interfaces, unreachable_pub, clippy::all, clippy::pedantic)]
            impl #impl_generics #reference #where_clause {
                #(#methods)*
                #stand_ins
            }
        }
    }

    fn callable(&self) -> impl Iterator<Item = &Message<'_>> {
        self.messages.iter().filter(|message| message.method.is_callable())
    }

    fn method(&self, message: &Message<'_>) -> TokenStream {
        let (rt, method) = (&self.rt, message.method);
        let Method { vis, cfgs, attrs, .. } = method;
        let (ident, self_ty) = (method.name(), &self.handlers.item.self_ty);
        let (kind, sendable) = (self.kind(method), self.said_already(method));
        let (built, (constructor, attach)) = (self.built(message), self.attach(message));
        let parameters = method.arguments().map(|Argument { name, ty, into, .. }| {
            let ty = self.without_self(ty);
            if *into { quote!(#name: impl #rt::Into<#ty>) } else { quote!(#name: #ty) }
        });
        // Without docs the lint would ask for them twice.
        let doc = (!attrs.iter().any(|attribute| attribute.path().is_ident("doc"))).then(|| {
            let doc = format!("Sends `{}` to the actor.", ident.unraw());
            quote!(#[doc = #doc])
        });
        // What is wrong with the type of an answer is shown there.
        let at = method.answered().map_or_else(Span::call_site, Spanned::span);
        let shown = rt.at(at);
        let call = quote_spanned!(at=> #shown::Call<'_, #self_ty, #kind>);
        quote! {
            #(#cfgs)*
            #doc
            #(#attrs)*
            #[inline]
            #vis fn #ident(&self, #(#parameters),*) -> #call #sendable {
                #rt::Call::<'_, #self_ty, _>::#constructor(#rt::ActorRef::as_ref(self), #built, #attach)
            }
        }
    }

    /// The message of a call, its reply still to come.
    fn built(&self, message: &Message<'_>) -> TokenStream {
        let (rt, name, variant) = (&self.rt, &self.enumeration, &message.variant);
        let fields = message.method.arguments().map(|Argument { name, ty, into, indirect }| {
            let value = if *into { quote!(#rt::Into::into(#name)) } else { quote!(#name) };
            let value = if *indirect { quote!(#rt::Indirect::new(#value)) } else { value };
            let place = wrapped(ty, value);
            quote!(#name: #place)
        });
        let fields = fields.chain(message.reply_field().map(|reply| quote!(#reply: #rt::Reply::discarded())));
        quote!(#name::#variant { #(#fields),* })
    }

    /// Which call it is, and what gives the message its reply.
    fn attach(&self, message: &Message<'_>) -> (TokenStream, TokenStream) {
        let (rt, name, variant) = (&self.rt, &self.enumeration, &message.variant);
        let Some(reply) = message.reply_field() else { return (quote!(told), TokenStream::new()) };
        let (constructor, swapped) = match &message.method.answer {
            // Whether its type is a `Result` is for the return type to say.
            Answer::Result(_) => (
                quote!(tried),
                quote!({ #[allow(unused_imports)] use #rt::Unplaced as _; #rt::ReplyPlace(place).swap(reply) }),
            ),
            _ => (quote!(asked), quote!(#rt::Reply::swap(place, reply))),
        };
        let attach = quote! {
            |message, reply| if let #name::#variant { #reply: place, .. } = message { #swapped } else { reply }
        };
        (constructor, attach)
    }

    /// That a reply is likely not `Send` has been said of the message.
    fn said_already(&self, method: &Method) -> Option<TokenStream> {
        let rt = &self.rt;
        method.answered().filter(|ty| suspicion::of(ty) > Suspicion::None).map(|ty| {
            let ty = self.without_self(ty);
            quote!(where for<'__a> #ty: #rt::Answer)
        })
    }

    /// What a call of `method` can come to.
    pub(in crate::handlers) fn kind(&self, method: &Method) -> TokenStream {
        let rt = &self.rt;
        if let Some((_, value)) = method.reply() {
            let value = self.without_self(value);
            return quote!(#rt::Ask<#value>);
        }
        match &method.answer {
            Answer::Nothing => quote!(#rt::Tell),
            Answer::Attempt(ty) => {
                let error = self.side(ty, "Error");
                quote!(#rt::Tell<#error>)
            }
            Answer::Value(ty) => {
                let ty = self.without_self(ty);
                quote!(#rt::Ask<#ty>)
            }
            Answer::Result(ty) => {
                let (value, error) = (self.side(ty, "Value"), self.side(ty, "Error"));
                quote!(#rt::TryAsk<#value, #error>)
            }
        }
    }
}
