//! The methods of the ref.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;

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
            #[allow(dead_code, private_interfaces, unreachable_pub, clippy::all, clippy::pedantic)]
            impl #impl_generics #reference #where_clause { #(#methods)* #stand_ins }
        }
    }

    /// What those methods call: functions of the actor that know the enum.
    pub(super) fn calls(&self) -> TokenStream {
        let self_ty = &self.handlers.item.self_ty;
        let (impl_generics, _, where_clause) = self.generics.split_for_impl();
        let calls = self.callable().map(|message| self.call_of(message));
        quote! {
            impl #impl_generics #self_ty #where_clause { #(#calls)* }
        }
    }

    fn callable(&self) -> impl Iterator<Item = &Message<'_>> {
        self.messages.iter().filter(|message| message.method.is_callable())
    }

    fn method(&self, message: &Message<'_>) -> TokenStream {
        let (rt, method) = (&self.rt, message.method);
        let Method { vis, cfgs, attrs, .. } = method;
        let (ident, self_ty, call) = (method.name(), &self.handlers.item.self_ty, message.call_name());
        let (kind, sendable) = (self.kind(method), self.said_already(method));
        let parameters = method.arguments().map(|Argument { name, ty, into }| {
            let ty = self.without_self(ty);
            if *into { quote!(#name: impl #rt::Into<#ty>) } else { quote!(#name: #ty) }
        });
        let arguments = method.arguments().map(
            |Argument { name, into, .. }| {
                if *into { quote!(#rt::Into::into(#name)) } else { quote!(#name) }
            },
        );
        // Without docs the lint would ask for them twice.
        let doc = (!attrs.iter().any(|attribute| attribute.path().is_ident("doc"))).then(|| {
            let doc = format!("Sends `{}` to the actor.", ident.unraw());
            quote!(#[doc = #doc])
        });
        quote! {
            #(#cfgs)*
            #doc
            #(#attrs)*
            #[inline]
            #vis fn #ident(&self, #(#parameters),*) -> #rt::Call<'_, #self_ty, #kind> #sendable {
                <#self_ty>::#call(#rt::ActorRef::as_ref(self), #(#arguments),*)
            }
        }
    }

    fn call_of(&self, message: &Message<'_>) -> TokenStream {
        let (rt, name, variant, method) = (&self.rt, &self.enumeration, &message.variant, message.method);
        let (cfgs, call, self_ty) = (&method.cfgs, message.call_name(), &self.handlers.item.self_ty);
        let (kind, sendable) = (self.kind(method), self.said_already(method));
        let parameters = method.arguments().map(|Argument { name, ty, .. }| {
            let ty = self.without_self(ty);
            quote!(#name: #ty)
        });
        let reply = message.reply_field();
        let attach = reply.as_ref().map_or_else(
            || quote!(()),
            |reply| {
                quote!(|message, reply| if let #name::#variant { #reply: place, .. } = message {
                    #rt::Reply::swap(place, reply)
                } else {
                    reply
                })
            },
        );
        let fields = method.arguments().map(|Argument { name, ty, .. }| {
            let place = wrapped(ty, name.to_token_stream());
            quote!(#name: #place)
        });
        let fields = fields.chain(reply.map(|reply| quote!(#reply: #rt::Reply::discarded())));
        quote! {
            #(#cfgs)*
            #[doc(hidden)]
            #[inline]
            fn #call(target: &#rt::Ref<#self_ty>, #(#parameters),*) -> #rt::Call<'_, #self_ty, #kind> #sendable {
                #rt::Call::<#self_ty, #kind>::new(target, #name::#variant { #(#fields),* }, #attach)
            }
        }
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
            Answer::Nothing | Answer::Attempt(_) => quote!(#rt::Tell),
            Answer::Value(ty) => {
                let ty = self.without_self(ty);
                quote!(#rt::Ask<#ty>)
            }
            Answer::Result(ty) => {
                let (value, error) = (self.side(ty, &quote!(Value)), self.side(ty, &quote!(Error)));
                quote!(#rt::TryAsk<#value, #error>)
            }
        }
    }
}
