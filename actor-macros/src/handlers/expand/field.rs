//! What the variant of a message has: its arguments, what the runtime tells a hook, and the reply of an ask.

use proc_macro2::{Ident, TokenStream};

use super::{Message, Protocol, wrapped};
use crate::handlers::model::{Answer, Argument, Parameter};
use crate::suspicion::{self, Suspicion};

/// A field of a variant.
pub(super) struct Field {
    pub(super) name: Ident,
    pub(super) ty: TokenStream,
    /// Binds what the handler is given.
    pub(super) pattern: TokenStream,
    pub(super) kind: Kind,
}

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An argument in the message.
    Direct,
    /// An argument beside it.
    Indirect,
    /// What the runtime tells a hook.
    Told,
    Reply,
}

impl Protocol<'_> {
    /// The fields of the variant, in order.
    pub(super) fn fields_of(&self, message: &Message<'_>) -> Vec<Field> {
        let rt = &self.rt;
        let of = |name: &Ident, ty, kind| Field { name: name.clone(), ty, pattern: quote!(#name), kind };
        let parameters = message.method.parameters.iter().filter_map(|parameter| match parameter {
            Parameter::Argument(Argument { name, ty: written, indirect, .. }) => {
                let ty = self.without_self(written);
                let (ty, kind) = match indirect {
                    true => (quote!(#rt::Indirect<#ty>), Kind::Indirect),
                    false => (ty, Kind::Direct),
                };
                let pattern = match suspicion::of(written) {
                    Suspicion::None => quote!(#name),
                    Suspicion::Likely | Suspicion::Certain => quote!(#name: (#name,)),
                };
                Some(Field { pattern, ..of(name, wrapped(written, ty), kind) })
            }
            Parameter::Reply { name, value, .. } => {
                let value = self.without_self(value);
                Some(of(name, quote!(#rt::Reply<#value>), Kind::Reply))
            }
            Parameter::Reason { name, .. } => Some(of(name, quote!(#rt::StopReason), Kind::Told)),
            Parameter::Who { name } => Some(of(name, quote!(#rt::ActorId), Kind::Told)),
            Parameter::Context { .. } | Parameter::Failure { .. } | Parameter::Letter { .. } | Parameter::Broken => {
                None
            }
        });
        let mut fields: Vec<Field> = parameters.collect();
        if let (Answer::Value(ty) | Answer::Result(ty), Some(reply)) = (&message.method.answer, message.reply_field()) {
            let ty = self.without_self(ty);
            fields.push(of(&reply, quote!(#rt::Reply<#ty>), Kind::Reply));
        }
        fields
    }
}
