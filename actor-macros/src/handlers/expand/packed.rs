//! The message as it lies in a mailbox where there is no heap: without its `#[indirect]` arguments, which have a place
//! beside that.

use proc_macro2::{Ident, TokenStream};

use super::field::{Field, Kind};
use super::{Message, Protocol};

impl Protocol<'_> {
    /// The types that a message is packed into, and how, as parts of the impl of the message.
    pub(super) fn packed(&self) -> (Option<TokenStream>, TokenStream) {
        let rt = &self.rt;
        let is_large = |message: &Message<'_>| message.method.arguments().any(|argument| argument.indirect);
        let is_passive = |message: &&Message<'_>| message.method.passive.is_some();
        let has_passive = self.messages.iter().any(|message| is_passive(&message));
        if !self.messages.iter().any(is_large) {
            let is_passive = has_passive
                .then(|| quote!(fn is_passive_packed(packed: &Self) -> #rt::bool { #rt::Message::is_passive(packed) }));
            let plain = quote! {
                #is_passive
                type Packed = Self;
                type Values = #rt::NoValues;
                #[inline(always)]
                fn pack(self, _: impl #rt::Shelf) -> #rt::Result<Self, Self> { #rt::Result::Ok(self) }
                #[inline(always)]
                fn unpack(packed: Self, _: impl #rt::Shelf) -> Self { packed }
            };
            return (None, plain);
        }
        let (packed, values) = (self.index_name("Packed"), self.index_name("Values"));
        let (generics, self_ty) = (&self.generics, &self.handlers.item.self_ty);
        let (_, ty_generics, where_clause) = generics.split_for_impl();
        let variants = self.messages.iter().map(|message| self.packed_variant(message));
        let tuples = self.messages.iter().filter(|message| is_large(message)).map(|message| {
            let (cfgs, variant, (values, _)) = (&message.method.cfgs, &message.variant, self.indirect_of(message));
            quote!(#(#cfgs)* #variant: #rt::ManuallyDrop<#values>,)
        });
        let never = self.is_generic().then(|| quote!(__Never(#rt::Infallible, #rt::PhantomData<fn() -> #self_ty>),));
        let is_never =
            |name: TokenStream| self.is_generic().then(|| quote!(#name::__Never(never, _) => match never {},));
        let (packs, unpacks): (Vec<_>, Vec<_>) =
            self.messages.iter().map(|message| self.packing_arms(message, &packed)).unzip();
        let (never_packed, never_unpacked) = (is_never(quote!(Self)), is_never(quote!(#packed)));
        let types = quote! {
            #[allow(dead_code, non_camel_case_types, private_interfaces, unreachable_pub)]
            pub enum #packed #generics #where_clause { #(#variants)* #never }

            #[allow(dead_code, non_snake_case, private_interfaces, unreachable_pub)]
            pub union #values #generics #where_clause { #(#tuples)* __of: #rt::PhantomData<fn() -> #self_ty> }
        };
        let is_passive = has_passive.then(|| {
            let arms = self.messages.iter().filter(is_passive).map(|message| {
                let (cfgs, variant) = (&message.method.cfgs, &message.variant);
                quote!(#(#cfgs)* #packed::#variant { .. } => true,)
            });
            quote! {
                fn is_passive_packed(packed: &Self::Packed) -> #rt::bool {
                    match *packed { #(#arms)* #[allow(unreachable_patterns)] _ => false }
                }
            }
        });
        let parts = quote! {
            #is_passive
            type Packed = #packed #ty_generics;
            type Values = #rt::LargeValues<#values #ty_generics>;
            fn pack(self, shelf: impl #rt::Shelf) -> #rt::Result<Self::Packed, Self> {
                let _ = &shelf;
                #rt::Result::Ok(match self { #(#packs)* #never_packed })
            }
            fn unpack(packed: Self::Packed, shelf: impl #rt::Shelf) -> Self {
                let _ = &shelf;
                match packed { #(#unpacks)* #never_unpacked }
            }
        };
        (Some(types), parts)
    }

    fn packed_variant(&self, message: &Message<'_>) -> TokenStream {
        let (rt, cfgs, variant) = (&self.rt, &message.method.cfgs, &message.variant);
        let (values, names) = self.indirect_of(message);
        let beside = (!names.is_empty()).then(|| quote!(__beside: #rt::Beside<#values>,));
        let fields = self.fields_of(message).into_iter().filter(is_direct);
        let fields = fields.map(|Field { name, ty, .. }| quote!(#name: #ty,));
        quote!(#(#cfgs)* #variant { #beside #(#fields)* },)
    }

    /// The arms that pack a message, and take it apart.
    fn packing_arms(&self, message: &Message<'_>, packed: &Ident) -> (TokenStream, TokenStream) {
        let (rt, cfgs, variant) = (&self.rt, &message.method.cfgs, &message.variant);
        let (_, aside) = self.indirect_of(message);
        let direct = self.fields_of(message).into_iter().filter(is_direct).map(|field| field.name);
        let direct: Vec<Ident> = direct.collect();
        if aside.is_empty() {
            let pack = quote!(#(#cfgs)* Self::#variant { #(#direct),* } => #packed::#variant { #(#direct),* },);
            let unpack = quote!(#(#cfgs)* #packed::#variant { #(#direct),* } => Self::#variant { #(#direct),* },);
            return (pack, unpack);
        }
        let pack = quote! {
            #(#cfgs)*
            Self::#variant { #(#aside,)* #(#direct),* } => match #rt::Shelf::claim_place(shelf) {
                #rt::Option::Some(place) => {
                    let __beside = #rt::Claim::put_beside(place, (#(#aside,)*));
                    #packed::#variant { __beside, #(#direct),* }
                }
                #rt::Option::None => return #rt::Result::Err(Self::#variant { #(#aside,)* #(#direct),* }),
            },
        };
        let unpack = quote! {
            #(#cfgs)*
            #packed::#variant { __beside, #(#direct),* } => {
                let (#(#aside,)*) = #rt::Shelf::take_beside(shelf, __beside);
                Self::#variant { #(#aside,)* #(#direct),* }
            }
        };
        (pack, unpack)
    }

    /// The tuple of what lies beside a message, and the names of that.
    fn indirect_of(&self, message: &Message<'_>) -> (TokenStream, Vec<Ident>) {
        let fields = self.fields_of(message).into_iter().filter(|field| !is_direct(field));
        let (types, names): (Vec<_>, Vec<_>) = fields.map(|field| (field.ty, field.name)).unzip();
        (quote!((#(#types,)*)), names)
    }
}

/// Whether it lies in the mailbox.
fn is_direct(field: &Field) -> bool {
    field.kind != Kind::Indirect
}
