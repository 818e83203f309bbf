//! How much each message carries, and what is said where that is too much; and where an answer is a `Result` by another
//! name, which only the compiler knows as well.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Type, TypePath};

use super::{Message, Protocol};
use crate::handlers::model::{Answer, Argument};
use crate::names;
use crate::options::compact;

impl Protocol<'_> {
    /// The bytes of each message, by index.
    pub(super) fn sizes(&self) -> TokenStream {
        if self.is_generic() { self.written_sizes() } else { quote!(SIZES) }
    }

    fn written_sizes(&self) -> TokenStream {
        let sizes = self.messages.iter().map(|message| {
            let (cfgs, size) = (&message.method.cfgs, self.size(message));
            quote!(#(#cfgs)* #size,)
        });
        quote!(&[#(#sizes)*])
    }

    /// The bytes of what a message carries, its reply included.
    fn size(&self, message: &Message<'_>) -> TokenStream {
        let rt = &self.rt;
        let fields = message.method.arguments().map(|argument| self.carried(argument));
        let reply = message.reply_field().map(|_| quote!(#rt::Reply<()>,));
        quote!(#rt::size_of::<(#(#fields,)* #reply)>())
    }

    /// What lies in the message for an argument. Where there is no heap an indirect one is measured as if there were.
    fn carried(&self, argument: &Argument) -> TokenStream {
        let rt = &self.rt;
        if argument.indirect { quote!(#rt::usize) } else { self.without_self(&argument.ty) }
    }

    /// The sizes of an actor without parameters, known here, and each message held to the limit, at the largest of its
    /// arguments. Outside of an impl, where the compiler has the same words for a type that it does not know.
    pub(super) fn checked_sizes(&self) -> Option<TokenStream> {
        (!self.is_generic()).then(|| {
            let (rt, sizes, checks) = (&self.rt, self.written_sizes(), self.checks());
            let checks = (!checks.is_empty()).then(|| quote!(const _: () = { #(#checks)* };));
            quote! {
                const SIZES: &[#rt::usize] = #sizes;
                #checks
            }
        })
    }

    /// The same for an actor with parameters, where it is started.
    pub(super) fn fits(&self) -> Option<TokenStream> {
        let checks = if self.is_generic() { self.checks() } else { Vec::new() };
        (!checks.is_empty()).then(|| quote!(const FITS: () = { #(#checks)* };))
    }

    /// Each answer held to what it is called; one at a time, because the first that is wrong ends a constant.
    pub(super) fn checked_answers(&self) -> TokenStream {
        if self.is_generic() {
            return TokenStream::new();
        }
        self.messages.iter().filter_map(|message| self.check_of_answer(message)).collect()
    }

    /// That an answer is no `Result` by another name: it would be nobody's failure, and nobody would take it apart.
    fn check_of_answer(&self, message: &Message<'_>) -> Option<TokenStream> {
        let Answer::Value(ty @ Type::Path(path)) = &message.method.answer else { return None };
        if message.method.plain.is_some() || is_primitive(path) {
            return None;
        }
        let (cfgs, at) = (&message.method.cfgs, names::located(ty.span()));
        let (rt, name, ty) = (self.rt.at(ty.span()), compact(ty), self.without_self(ty));
        let text = format!(
            "`{name}` is a `Result` by another name, which is passed on as it is\n\
             help: write `Result<.., ..>`, whose `Err` is an answer or a failure; or `#[handler(plain)]`"
        );
        let check = quote_spanned!(at=> #rt::require(#rt::Returned::<#ty>::NO_RESULT, #text));
        Some(quote!(#(#cfgs)* const _: () = #check;))
    }

    fn checks(&self) -> Vec<TokenStream> {
        let callable = self.messages.iter().filter(|message| message.method.is_callable());
        callable.flat_map(|message| self.checks_of(message)).collect()
    }

    /// None of a message that is small by the names of its types: most are, and each check is work for the compiler.
    fn checks_of(&self, message: &Message<'_>) -> Vec<TokenStream> {
        if is_small(message) {
            return Vec::new();
        }
        let (cfgs, size) = (&message.method.cfgs, self.size(message));
        let handler = message.method.name().unraw().to_string();
        let arguments: Vec<&Argument> = message.method.arguments().filter(|argument| !argument.indirect).collect();
        let carried: Vec<TokenStream> = arguments.iter().map(|argument| self.carried(argument)).collect();
        let checks = arguments.iter().enumerate().map(|(place, argument)| {
            let rt = self.rt.at(argument.ty.span());
            let written = format!("{}: {}", argument.name, compact(&argument.ty));
            let sizes = carried.iter().map(|ty| quote!(#rt::size_of::<#ty>()));
            quote_spanned! {names::located(argument.ty.span())=>
                #(#cfgs)*
                #rt::message_fits(#handler, #size, #written, #place, &[#(#sizes),*]);
            }
        });
        checks.collect()
    }
}

/// Arguments of at most 16 bytes that fit a message beside its reply: eight times 16 are the 128 it may have.
const FEW: usize = 7;

/// Whether a message fits whatever the sizes of its arguments are, of which none is larger than 16 bytes.
fn is_small(message: &Message<'_>) -> bool {
    let mut arguments = message.method.arguments().filter(|argument| !argument.indirect);
    let is_small = |argument: &Argument| matches!(&argument.ty, Type::Path(path) if is_primitive(path));
    message.method.arguments().count() <= FEW && arguments.all(is_small)
}

/// Primitive types are no aliases.
fn is_primitive(path: &TypePath) -> bool {
    const PRIMITIVES: &[&str] = &[
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128",
        "usize",
    ];
    path.path.get_ident().is_some_and(|name| PRIMITIVES.iter().any(|primitive| name == primitive))
}
