//! The message enum, and the runtime's view of it.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use syn::Attribute;
use syn::ext::IdentExt;

use super::field::{Field, Kind};
use super::{Message, Protocol};
use crate::handlers::model::{Direction, Method, Mode, Role};
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
        let (variant, cfgs) = (&message.variant, &message.method.cfgs);
        let docs = self.docs(message);
        let fields = self.fields_of(message).into_iter().map(|Field { name, ty, kind, .. }| {
            let doc = self.doc_of_field(&name, kind);
            quote!(#doc #name: #ty,)
        });
        quote!(#(#cfgs)* #docs #variant { #(#fields)* },)
    }

    /// The docs of a field users see: an argument.
    fn doc_of_field(&self, name: &Ident, kind: Kind) -> Option<TokenStream> {
        self.handlers.message.as_ref()?;
        match kind {
            Kind::Direct | Kind::Indirect => {
                let doc = format!("The argument `{}`.", name.unraw());
                Some(quote!(#[doc = #doc]))
            }
            Kind::Reply => Some(quote!(#[doc(hidden)])),
            Kind::Told => None,
        }
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
        let mode =
            self.few(&quote!(mode(&self) -> #rt::Mode), &quote!(#rt::Mode::Sync), |method| match method.mode() {
                Mode::Sync => None,
                Mode::Delegated => Some(quote!(#rt::Mode::Delegated)),
                Mode::Async => Some(quote!(#rt::Mode::Async)),
            });
        let lane = self.few(&quote!(lane(&self) -> #rt::Lane), &quote!(#rt::Lane::User), |method| {
            method.urgent.then(|| quote!(#rt::Lane::Urgent))
        });
        let lanes = if lane.is_some() { quote!(#rt::BothLanes) } else { quote!(#rt::UserLane) };
        let is_passive = self.few(&quote!(is_passive(&self) -> #rt::bool), &quote!(false), |method| {
            method.passive.as_ref().map(|_| quote!(true))
        });
        let (refuse, refuse_reply) = (self.refuse(), self.refuse_reply());
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
                #mode
                #lane
                #is_passive
                #refuse
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

    /// The function `signature` where a few messages are not as `most`, which is what the trait says of all.
    fn few(
        &self,
        signature: &TokenStream,
        most: &TokenStream,
        other: impl Fn(&Method) -> Option<TokenStream>,
    ) -> Option<TokenStream> {
        let arms = self.messages.iter().filter_map(|message| {
            let (cfgs, variant, result) = (&message.method.cfgs, &message.variant, other(message.method)?);
            Some(quote!(#(#cfgs)* Self::#variant { .. } => #result,))
        });
        let arms: Vec<TokenStream> = arms.collect();
        (!arms.is_empty())
            .then(|| quote!(fn #signature { match *self { #(#arms)* #[allow(unreachable_patterns)] _ => #most } }))
    }

    /// Left out where no message is an ask.
    fn refuse(&self) -> Option<TokenStream> {
        let rt = &self.rt;
        self.messages.iter().find_map(Message::reply_field)?;
        let refuse = self.replies(|reply| quote!(#reply));
        Some(quote! {
            fn refuse(self, why: #rt::Unanswered) { #refuse }
        })
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
