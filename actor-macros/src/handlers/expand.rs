//! Model to items: the message enum, the dispatch, the methods of the ref.

mod dispatch;
mod field;
mod message;
mod packed;
mod reference;
mod size;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, Type};

use super::model::{Answer, Handlers, Method, Role};
use crate::names::{self, Tokens};
use crate::suspicion::{self, Suspicion};

pub(crate) fn expand(handlers: &Handlers) -> TokenStream {
    let item = &handlers.item;
    let protocol = Protocol::new(handlers, &handlers.methods).expand();
    quote!(#item #protocol)
}

/// The protocol of `methods`, which are those of the impl, or fewer where some have mistakes.
pub(super) struct Protocol<'a> {
    handlers: &'a Handlers,
    messages: Vec<Message<'a>>,
    /// Path of what the facade keeps for the macros.
    rt: Tokens,
    enumeration: Ident,
    /// Those of the impl, and that their types may be part of an actor.
    generics: Generics,
    /// More methods of the ref.
    stand_ins: TokenStream,
}

/// A method and the variant that calls it.
struct Message<'a> {
    method: &'a Method,
    variant: Ident,
}

impl<'a> Protocol<'a> {
    pub(super) fn new(handlers: &'a Handlers, methods: &'a [Method]) -> Self {
        let mut messages: Vec<Message<'_>> = Vec::new();
        for method in methods {
            let mut variant = names::variant(method.name());
            while messages.iter().any(|other| other.variant == variant && other.method.name() != method.name()) {
                variant = Ident::new(&format!("{variant}_"), variant.span());
            }
            messages.push(Message { method, variant });
        }
        let hidden = || names::message(&handlers.actor, methods.first().map(Method::name));
        let enumeration = handlers.message.clone().unwrap_or_else(hidden);
        let rt = handlers.names.private();
        let generics = names::movable(&handlers.item.generics, &rt);
        Self { handlers, messages, rt, enumeration, generics, stand_ins: TokenStream::new() }
    }

    pub(super) fn with_stand_ins(self, stand_ins: TokenStream) -> Self {
        Self { stand_ins, ..self }
    }

    pub(super) fn expand(&self) -> TokenStream {
        let (enumeration, message) = (self.enumeration(), self.message());
        let (rt, actor, reference) = (&self.rt, self.actor(), self.reference());
        let (sizes, answers) = (self.checked_sizes(), self.checked_answers());
        // Lints are named where they are met, for crates that forbid them elsewhere.
        let cfgd = self.is_cfgd().then(|| quote!(#[allow(unreachable_patterns, dead_code)]));
        let deprecated = self.handlers.methods.iter().any(Method::is_deprecated).then(|| quote!(#[allow(deprecated)]));
        quote! {
            #enumeration
            #[allow(clippy::all, clippy::pedantic)]
            #cfgd
            #deprecated
            #[allow(unused_imports)]
            const _: () = {
                use #rt::{Immovable as _, NoResult as _, Settle as _, SettleUnseen as _};
                #message
                #actor
                #sizes
                #answers
            };
            #reference
        }
    }

    /// `<ty as ResultLike>::side`. That it is no `Result` is said at the type.
    fn side(&self, ty: &Type, side: &str) -> TokenStream {
        let (at, ty) = (ty.span(), self.without_self(ty));
        let (rt, side) = (self.rt.at(at), Ident::new(side, at));
        quote_spanned!(at=> <#ty as #rt::ResultLike>::#side)
    }

    /// The enum with its parameters. Not `Self::Message`, which would ask of the actor once more whether it is one.
    fn message_type(&self) -> TokenStream {
        let (name, (_, ty_generics, _)) = (&self.enumeration, self.generics.split_for_impl());
        quote!(#name #ty_generics)
    }

    /// Whether `cfg` may take handlers away.
    fn is_cfgd(&self) -> bool {
        self.handlers.methods.iter().any(|method| !method.cfgs.is_empty())
    }

    fn is_generic(&self) -> bool {
        !self.generics.params.is_empty()
    }

    /// `ty` with the actor's own name for `Self`, to stand outside of its impl.
    pub(super) fn without_self(&self, ty: &Type) -> TokenStream {
        names::replace_self(ty.to_token_stream(), &self.handlers.item.self_ty.to_token_stream())
    }
}

impl Message<'_> {
    fn cfgd_variant(&self) -> TokenStream {
        let (cfgs, variant) = (&self.method.cfgs, &self.variant);
        quote!(#(#cfgs)* #variant)
    }

    fn period(&self) -> Option<&crate::duration::Period> {
        match &self.method.role {
            Role::Every(period) => Some(period),
            Role::Handler
            | Role::Started
            | Role::Stopping
            | Role::Restarting
            | Role::Idle(_)
            | Role::Terminated
            | Role::DeadLetter => None,
        }
    }

    /// The field that holds the reply of an ask.
    fn reply_field(&self) -> Option<Ident> {
        match (&self.method.answer, self.method.reply()) {
            (_, Some((name, _))) => Some(name.clone()),
            (Answer::Value(_) | Answer::Result(_), None) => Some(Ident::new("__reply", Span::mixed_site())),
            (Answer::Nothing | Answer::Attempt(_), None) => None,
        }
    }
}

/// A tuple of one around types that are likely not `Send`. The compiler then comes to what
/// [`Protocol::where_sendable`] says of the type before it comes to the field, and reports the former.
fn wrapped(ty: &Type, place: TokenStream) -> TokenStream {
    match suspicion::of(ty) {
        Suspicion::None => place,
        Suspicion::Likely | Suspicion::Certain => quote!((#place,)),
    }
}
