//! The message enum, and the runtime's view of it.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use syn::Attribute;
use syn::ext::IdentExt;

use super::{Message, Protocol};
use crate::handlers::model::{Answer, Direction, Mode, Parameter, Role};
use crate::suspicion;

impl Protocol<'_> {
    pub(super) fn enumeration(&self) -> TokenStream {
        let (rt, name) = (&self.rt, &self.enumeration);
        let generics = &self.generics;
        let where_clause = &generics.where_clause;
        let variants = self.messages.iter().map(|message| self.variant(message));
        let never = self.is_generic().then(|| {
            let self_ty = &self.handlers.item.self_ty;
            quote!(#[doc(hidden)] __Never(#rt::Infallible, #rt::PhantomData<fn() -> #self_ty>),)
        });
        let doc = match &self.handlers.message {
            Some(_) => {
                let doc = format!("The messages of a [`{}`]: a variant for each of its handlers.", self.handlers.actor);
                quote!(#[doc = #doc])
            }
            None => quote!(#[doc(hidden)]),
        };
        quote! {
            #doc
            #[allow(dead_code, non_camel_case_types, private_interfaces, unreachable_pub, clippy::all, clippy::pedantic)]
            pub enum #name #generics #where_clause { #(#variants)* #never }
        }
    }

    fn variant(&self, message: &Message<'_>) -> TokenStream {
        let (rt, variant, cfgs) = (&self.rt, &message.variant, &message.method.cfgs);
        let docs = self.docs(message);
        let mut fields = TokenStream::new();
        for parameter in &message.method.parameters {
            fields.extend(match parameter {
                Parameter::Argument(argument) => {
                    let (name, field) = (&argument.name, argument.field(self.without_self(&argument.ty), rt));
                    let doc = self.handlers.message.as_ref().map(|_| {
                        let doc = format!("The argument `{}`.", name.unraw());
                        quote!(#[doc = #doc])
                    });
                    quote!(#doc #name: #field,)
                }
                Parameter::Reply { name, value, .. } => {
                    let value = self.without_self(value);
                    quote!(#[doc(hidden)] #name: #rt::Reply<#value>,)
                }
                Parameter::Reason { name, .. } => quote!(#name: #rt::StopReason,),
                Parameter::Who { name } => quote!(#name: #rt::ActorId,),
                Parameter::Context { .. }
                | Parameter::Failure { .. }
                | Parameter::Letter { .. }
                | Parameter::Broken => TokenStream::new(),
            });
        }
        match &message.method.answer {
            Answer::Value(ty) | Answer::Result(ty) => {
                let ty = self.without_self(ty);
                fields.extend(quote!(#[doc(hidden)] __reply: #rt::Reply<#ty>,));
            }
            Answer::Nothing | Answer::Attempt(_) => {}
        }
        quote!(#(#cfgs)* #docs #variant { #fields },)
    }

    /// The docs of a variant users see. Hooks are none of their messages.
    fn docs(&self, message: &Message<'_>) -> Option<TokenStream> {
        self.handlers.message.as_ref()?;
        if !message.method.is_callable() {
            return Some(quote!(#[doc(hidden)]));
        }
        let docs = message.method.attrs.iter().filter(|attribute| attribute.path().is_ident("doc"));
        let docs: Vec<&Attribute> = docs.collect();
        if docs.is_empty() {
            let doc = format!("Calls `{}`.", message.method.name().unraw());
            return Some(quote!(#[doc = #doc]));
        }
        Some(quote!(#(#docs)*))
    }

    /// Numbers without gaps, whichever variants `cfg` leaves.
    fn indices(&self, name: &str, belongs: fn(&Message<'_>) -> bool) -> Option<TokenStream> {
        let name = self.index_name(name);
        let mut variants =
            self.messages.iter().filter(|message| belongs(message)).map(Message::cfgd_variant).peekable();
        variants.peek()?;
        Some(quote!(#[allow(non_camel_case_types)] enum #name { #(#variants),* }))
    }

    pub(super) fn index_name(&self, name: &str) -> Ident {
        let name = format!("__{}{name}", self.enumeration);
        Ident::new(&name, Span::mixed_site())
    }

    pub(super) fn message(&self) -> TokenStream {
        let (rt, name) = (&self.rt, &self.enumeration);
        let generics = &self.generics;
        let (impl_generics, ty_generics, _) = generics.split_for_impl();
        let index = self.index();
        let mode = self.few(&quote!(#rt::Mode::Sync), |message| match message.method.mode() {
            Mode::Sync => None,
            Mode::Delegated => Some(quote!(#rt::Mode::Delegated)),
            Mode::Async => Some(quote!(#rt::Mode::Async)),
        });
        let has_urgent = self.messages.iter().any(|message| message.method.urgent);
        let lanes = if has_urgent { quote!(#rt::BothLanes) } else { quote!(#rt::UserLane) };
        let lane = has_urgent.then(|| {
            let urgent = |message: &Message<'_>| message.method.urgent.then(|| quote!(#rt::Lane::Urgent));
            let lane = self.few(&quote!(#rt::Lane::User), urgent);
            quote!(fn lane(&self) -> #rt::Lane { #lane })
        });
        let (refuse, refuse_reply) = (self.replies(|reply| quote!(#reply)), self.refuse_reply());
        let is_passive = self.messages.iter().any(|message| message.method.passive.is_some()).then(|| {
            let passive = self.few(&quote!(false), |message| message.method.passive.as_ref().map(|_| quote!(true)));
            quote!(fn is_passive(&self) -> #rt::bool { #passive })
        });
        let sendable = self.where_sendable();
        let indices = self.is_cfgd().then(|| self.indices("Index", |_| true));
        let timers = self.indices("Timer", |message| message.period().is_some());
        let (packed, packing) = self.packed();
        quote! {
            #indices
            #timers
            #packed
            #[automatically_derived]
            impl #impl_generics #rt::Message for #name #ty_generics #sendable {
                type Lanes = #lanes;
                #packing
                fn index(&self) -> #rt::usize { #index }
                fn mode(&self) -> #rt::Mode { #mode }
                #lane
                #is_passive
                fn refuse(self, why: #rt::Unanswered) { #refuse }
                #refuse_reply
            }
        }
    }

    /// The bounds of the impl, and that everything a message carries may move to another thread: so the
    /// compiler names the one that may not, instead of the enum. The lifetime keeps it from looking at once.
    fn where_sendable(&self) -> TokenStream {
        let rt = &self.rt;
        let given = self.generics.where_clause.as_ref().map(|clause| {
            let predicates = clause.predicates.iter();
            quote!(#(#predicates,)*)
        });
        let carried = self.messages.iter().filter(|message| message.method.cfgs.is_empty());
        let carried = carried.flat_map(|message| message.method.carried()).map(|(ty, direction)| {
            let ty = self.without_self(ty);
            match direction {
                Direction::There => quote!(for<'__a> #ty: #rt::Argument,),
                Direction::Back => quote!(for<'__a> #ty: #rt::Answer,),
            }
        });
        let mut said = HashSet::new();
        let carried = carried.filter(|bound| said.insert(bound.to_string()));
        quote!(where #given #(#carried)*)
    }

    /// Where it is said that a message is not `Send`.
    pub(super) fn blamed(&self) -> Span {
        let types = self.messages.iter().flat_map(|message| message.method.carried()).map(|(ty, _)| ty);
        suspicion::likeliest(types, self.handlers.actor.span())
    }

    /// The number of a message: its place, or, where `cfg` may take some away, that among those which are left.
    fn index(&self) -> TokenStream {
        let (rt, index) = (&self.rt, self.index_name("Index"));
        let arms = self.messages.iter().enumerate().map(|(place, message)| {
            let (cfgs, variant) = (&message.method.cfgs, &message.variant);
            let number = if self.is_cfgd() { quote!(#index::#variant as #rt::usize) } else { quote!(#place) };
            quote!(#(#cfgs)* Self::#variant { .. } => #number,)
        });
        let never = self.is_generic().then(|| quote!(Self::__Never(ref never, ..) => match *never {},));
        quote!(match *self { #(#arms)* #never })
    }

    /// A `match` with an arm for the few messages that are not as `most`.
    fn few(&self, most: &TokenStream, arm: impl Fn(&Message<'_>) -> Option<TokenStream>) -> TokenStream {
        let arms = self.messages.iter().filter_map(|message| {
            let (cfgs, variant, result) = (&message.method.cfgs, &message.variant, arm(message)?);
            Some(quote!(#(#cfgs)* Self::#variant { .. } => #result,))
        });
        quote!(match *self { #(#arms)* #[allow(unreachable_patterns)] _ => #most })
    }

    /// For actors that are given what is lost: whoever asked has been told by then.
    fn refuse_reply(&self) -> Option<TokenStream> {
        let rt = &self.rt;
        self.messages.iter().find(|message| matches!(message.method.role, Role::DeadLetter))?;
        let refuse = self.replies(|reply| quote!(#rt::Reply::swap(#reply, #rt::Reply::discarded())));
        Some(quote! {
            fn refuse_reply(&mut self, why: #rt::Unanswered) { #refuse }
        })
    }

    /// Refuses what `take` makes of the reply of a message.
    fn replies(&self, take: impl Fn(&Ident) -> TokenStream) -> TokenStream {
        let rt = &self.rt;
        let arms = self.messages.iter().filter_map(|message| {
            let (cfgs, variant, reply) = (&message.method.cfgs, &message.variant, message.reply_field()?);
            let taken = take(&reply);
            Some(quote!(#(#cfgs)* Self::#variant { #reply, .. } => #rt::Reply::refuse(#taken, why),))
        });
        quote! {
            let _ = why;
            match self { #(#arms)* #[allow(unreachable_patterns)] _ => {} }
        }
    }
}
