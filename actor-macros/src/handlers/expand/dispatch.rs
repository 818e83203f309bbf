//! The dispatch: from a message to the user's method, and from its return value to an answer.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::{Message, Protocol};
use crate::handlers::model::{Answer, Argument, Method, Mode, Parameter, Role};
use crate::names;

impl Protocol<'_> {
    pub(super) fn actor(&self) -> TokenStream {
        let (rt, self_ty) = (&self.rt, &self.handlers.item.self_ty);
        let (impl_generics, ty_generics, where_clause) = self.generics.split_for_impl();
        let mut enumeration = self.enumeration.clone();
        enumeration.set_span(names::located(self.blamed()));
        let (constant, handle, handle_async) = (self.constant(), self.handle(), self.handle_async());
        let hooks = [
            self.stashes(),
            self.hook(|role| matches!(role, Role::Started), &quote!(started()), &[]),
            self.stopping(),
            self.hook(|role| matches!(role, Role::Restarting), &quote!(restarting()), &[]),
            self.idle(),
            self.terminated(),
            self.dead_letter(),
            self.tick(),
        ];
        let markers = self.markers();
        let idles = self.method_of(|role| matches!(role, Role::Idle(_))).is_some();
        let idling = if idles { quote!(Present) } else { quote!(Absent) };
        let body = quote! {
            type Message = #enumeration #ty_generics;
            type Idling = #rt::#idling;
            const MOVABLE: #rt::Option<#rt::Movable<Self>> = #rt::Probe::<Self>::MOVABLE;
            #constant
            #handle
            #handle_async
            #(#hooks)*
        };
        // What is missing here is missing on the user's type, and said there once.
        let contract = names::respan(quote!(#rt::AllHandlersInOneBlock), self.handlers.actor.span());
        quote_spanned! {self.handlers.actor.span()=>
            #[automatically_derived]
            impl #impl_generics #contract for #self_ty #where_clause { #body }
            #markers
        }
    }

    fn constant(&self) -> TokenStream {
        let rt = &self.rt;
        let type_name = self.handlers.actor.to_string();
        let messages = self.messages.iter().map(|message| {
            let (cfgs, name) = (&message.method.cfgs, message.method.name().unraw().to_string());
            quote!(#(#cfgs)* #name,)
        });
        let timers = self.messages.iter().filter_map(|message| {
            let (cfgs, period) = (&message.method.cfgs, message.period()?.expression(rt));
            Some(quote!(#(#cfgs)* #period,))
        });
        let can_fail = self.messages.iter().any(|message| message.method.can_fail());
        let indirect = self.messages.iter().any(|message| message.method.arguments().any(|argument| argument.indirect));
        let (sizes, fits) = (self.sizes(), self.fits());
        quote! {
            const PROTOCOL: #rt::Protocol = #rt::Protocol {
                type_name: #type_name,
                indirect: #indirect,
                messages: &[#(#messages)*],
                sizes: #sizes,
                timers: &[#(#timers)*],
            };
            const CAN_FAIL: #rt::bool = #can_fail;
            #fits
        }
    }

    fn handle(&self) -> TokenStream {
        let rt = &self.rt;
        let message = self.message_type();
        let body = self.dispatch(|message| message.method.mode() != Mode::Async);
        quote! {
            #[inline]
            fn handle(&mut self, message: #message, ctx: &mut #rt::Context<Self>) -> #rt::Handled {
                #body
            }
        }
    }

    /// Left out where no handler is async, so that no future is built for any message.
    fn handle_async(&self) -> Option<TokenStream> {
        let rt = &self.rt;
        self.messages.iter().find(|message| message.method.mode() == Mode::Async)?;
        let message = self.message_type();
        let body = self.dispatch(|message| message.method.mode() == Mode::Async);
        Some(quote! {
            fn handle_async<'a>(
                &'a mut self,
                message: #message,
                ctx: &'a mut #rt::Context<Self>,
            ) -> impl #rt::Future<Output = #rt::Handled> + #rt::Send + 'a {
                #rt::Probe::<Self>::dispatched(async move { #body })
            }
        })
    }

    /// A `match` that runs the messages that belong here; the others do not come here.
    fn dispatch(&self, belongs: impl Fn(&Message<'_>) -> bool) -> TokenStream {
        let (rt, name) = (&self.rt, &self.enumeration);
        let (here, elsewhere): (Vec<_>, Vec<_>) = self.messages.iter().partition(|message| belongs(message));
        let arms = here.into_iter().map(|message| self.arm(message));
        let rest = match (elsewhere.is_empty(), self.is_generic()) {
            (false, _) => quote! {
                // Never comes here; dropping it answers whoever asked.
                other => #rt::Handled::Done,
            },
            (true, true) => quote!(#name::__Never(never, ..) => match never {},),
            (true, false) => TokenStream::new(),
        };
        quote! {
            let _ = &ctx;
            match message { #(#arms)* #rest }
        }
    }

    fn arm(&self, message: &Message<'_>) -> TokenStream {
        let (rt, name, variant, method) = (&self.rt, &self.enumeration, &message.variant, message.method);
        let cfgs = &method.cfgs;
        let patterns = self.fields_of(message).into_iter().map(|field| field.pattern);
        let call = self.call(method);
        let letter = self.letter(method);
        let run = match &method.answer {
            Answer::Nothing | Answer::Attempt(_) if method.owed().is_some() => self.owing(method, &call),
            Answer::Nothing => quote! {
                #call;
                #rt::Handled::Done
            },
            Answer::Attempt(ty) => {
                // What keeps its error from being a failure is said at the type.
                let result = Ident::new("result", names::located(ty.span()));
                quote! {
                    let #result = #call;
                    #rt::Context::told(ctx, #result)
                }
            }
            Answer::Value(_) => quote! {
                let value = #call;
                #rt::Reply::send(__reply, value);
                #rt::Handled::Done
            },
            Answer::Result(_) => quote!(#rt::Outcome(#call).settle(ctx, __reply)),
        };
        quote! {
            #(#cfgs)*
            #name::#variant { #(#patterns),* } => { #letter #run }
        }
    }

    /// A handler that may fail and drop the reply it was given.
    fn owing(&self, method: &Method, call: &TokenStream) -> TokenStream {
        let rt = &self.rt;
        let reply = method.owed();
        let (owed, in_hand) = (Ident::new("owed", Span::mixed_site()), Ident::new("in_hand", Span::mixed_site()));
        let call = match method.mode() {
            Mode::Sync | Mode::Delegated => quote!({
                let #in_hand = #rt::Owed::enter(#owed);
                (#call, #in_hand)
            }),
            Mode::Async => quote!(#rt::Owed::during(#owed, #call).await),
        };
        let (result, handled) = match &method.answer {
            Answer::Attempt(ty) => {
                // What keeps its error from being a failure is said at the type.
                let result = Ident::new("result", names::located(ty.span()));
                (quote!(#result), quote!(#rt::Context::told(ctx, #result)))
            }
            Answer::Nothing | Answer::Value(_) | Answer::Result(_) => (quote!(()), quote!(#rt::Handled::Done)),
        };
        quote! {
            let #owed = #rt::Owed::of(&#reply);
            let (#result, #in_hand) = #call;
            let handled = #handled;
            #rt::Context::owed(ctx, #in_hand, handled)
        }
    }

    /// What a `#[dead_letter]` is given: it lies in the context, because a message cannot hold another of its kind.
    fn letter(&self, method: &Method) -> Option<TokenStream> {
        let rt = &self.rt;
        let letter = method.letter()?;
        let take = quote!(#rt::Context::take_letter(ctx));
        Some(quote! {
            let #rt::Option::Some(#letter) = #take else { return #rt::Handled::Done };
        })
    }

    /// The call of the user's method; what is wrong with one of its parameters is shown there.
    fn call(&self, method: &Method) -> TokenStream {
        let rt = &self.rt;
        // No span of the user's: an editor would count this call among those of the handler.
        let mut ident = method.name().clone();
        ident.set_span(Span::mixed_site());
        let arguments = method.parameters.iter().map(|parameter| match parameter {
            Parameter::Argument(Argument { name, indirect: true, .. }) => quote!(#rt::Indirect::into_inner(#name)),
            Parameter::Argument(Argument { name, .. })
            | Parameter::Reply { name, .. }
            | Parameter::Reason { name, .. }
            | Parameter::Who { name } => {
                quote!(#name)
            }
            Parameter::Failure { .. } => quote!(&#rt::Context::last_failure(ctx)),
            Parameter::Letter { ty } => {
                let letter = method
                    .letter()
                    .map(|letter| Ident::new(&letter.to_string(), names::located(ty.span())))
                    .into_iter();
                let rt = rt.at(ty.span());
                quote_spanned!(names::located(ty.span())=> #rt::letter::<Self, #ty>(#(#letter)*))
            }
            Parameter::Context { ty } => {
                let rt = rt.at(ty.span());
                quote_spanned!(names::located(ty.span())=> #rt::lend::<Self, #ty>(ctx))
            }
            Parameter::Broken => TokenStream::new(),
        });
        let arguments: Vec<TokenStream> = arguments.collect();
        match method.mode() {
            Mode::Sync | Mode::Delegated => quote!(Self::#ident(self, #(#arguments),*)),
            Mode::Async => {
                let at = names::located(method.name().span());
                ident.set_span(at);
                let future = quote_spanned!(at=> Self::#ident(self, #(#arguments),*));
                let future = quote!(#rt::Probe::<Self>::sendable(#future));
                if method.owed().is_some() { future } else { quote!(#future.await) }
            }
        }
    }

    /// The guards of the stash; left out where there is none.
    fn stashes(&self) -> TokenStream {
        let (rt, name, ty) = (&self.rt, &self.enumeration, self.message_type());
        let guarded = self.messages.iter().filter_map(|message| Some((message, message.method.stash_unless.as_ref()?)));
        let arms = guarded.map(|(message, guard)| {
            let (cfgs, variant) = (&message.method.cfgs, &message.variant);
            // That there is no stash is said at the guard.
            let stashing = names::respan(quote!(#rt::stashing::<Self>()), guard.span());
            quote! {
                #(#cfgs)*
                #name::#variant { .. } => {
                    #stashing;
                    let ready: #rt::bool = #guard;
                    !ready
                }
            }
        });
        let arms: Vec<TokenStream> = arms.collect();
        if arms.is_empty() {
            return TokenStream::new();
        }
        // The guards are the user's, and so is their `self`.
        let this = Ident::new("self", Span::call_site());
        quote! {
            fn stashes(&#this, message: &#ty) -> #rt::bool {
                match *message {
                    #(#arms)*
                    _ => false,
                }
            }
        }
    }

    /// The function `signature` that makes the message of a hook, its fields among `known`.
    fn hook(&self, is: fn(&Role) -> bool, signature: &TokenStream, known: &[(Option<&Ident>, &str)]) -> TokenStream {
        let (rt, name, ty) = (&self.rt, &self.enumeration, self.message_type());
        let hooks = self.messages.iter().filter(|message| is(&message.method.role)).map(|message| {
            let (cfgs, variant) = (&message.method.cfgs, &message.variant);
            let values: Vec<Ident> = known.iter().map(|(_, value)| Ident::new(value, Span::mixed_site())).collect();
            let fields = known.iter().zip(&values).filter_map(|((field, _), value)| Some((field.as_ref()?, value)));
            let fields = fields.map(|(field, value)| quote!(#field: #value));
            quote! {
                #(#cfgs)*
                #[inline]
                fn #signature -> #rt::Option<#ty> {
                    #(let _ = #values;)*
                    #rt::Option::Some(#name::#variant { #(#fields),* })
                }
            }
        });
        quote!(#(#hooks)*)
    }

    /// The one method of this role, if there is one.
    fn method_of(&self, is: fn(&Role) -> bool) -> Option<&Method> {
        self.messages.iter().map(|message| message.method).find(|method| is(&method.role))
    }

    fn stopping(&self) -> TokenStream {
        let is = |role: &Role| matches!(role, Role::Stopping);
        let (rt, why) = (&self.rt, Ident::new("why", Span::mixed_site()));
        let reason = self.method_of(is).and_then(Method::reason);
        self.hook(is, &quote!(stopping(#why: #rt::StopReason)), &[(reason, "why")])
    }

    fn terminated(&self) -> TokenStream {
        let is = |role: &Role| matches!(role, Role::Terminated);
        let (rt, at) = (&self.rt, Span::mixed_site());
        let (who, why) = (Ident::new("who", at), Ident::new("why", at));
        let method = self.method_of(is);
        let fields = [(method.and_then(Method::who), "who"), (method.and_then(Method::reason), "why")];
        let hook = self.hook(is, &quote!(terminated(#who: #rt::ActorId, #why: #rt::StopReason)), &fields);
        let constant = self.constant_where(is, &quote!(HEARS_OF_ENDS));
        quote!(#constant #hook)
    }

    fn dead_letter(&self) -> TokenStream {
        let is = |role: &Role| matches!(role, Role::DeadLetter);
        let (hook, constant) =
            (self.hook(is, &quote!(dead_letter()), &[]), self.constant_where(is, &quote!(TAKES_LETTERS)));
        quote!(#constant #hook)
    }

    /// The constant `name` is true where there is a method of this role.
    fn constant_where(&self, is: fn(&Role) -> bool, name: &TokenStream) -> TokenStream {
        let rt = &self.rt;
        let constants = self.messages.iter().filter(|message| is(&message.method.role)).map(|message| {
            let cfgs = &message.method.cfgs;
            quote!(#(#cfgs)* const #name: #rt::bool = true;)
        });
        quote!(#(#constants)*)
    }

    fn idle(&self) -> TokenStream {
        let is = |role: &Role| matches!(role, Role::Idle(_));
        let rt = &self.rt;
        let hook = self.hook(is, &quote!(idle()), &[]);
        let constants = self.messages.iter().filter_map(|message| match &message.method.role {
            Role::Idle(period) => {
                let (cfgs, period) = (&message.method.cfgs, period.expression(rt));
                Some(quote!(#(#cfgs)* const IDLE: #rt::Option<#rt::Duration> = #rt::Option::Some(#period);))
            }
            _ => None,
        });
        quote!(#(#constants)* #hook)
    }

    /// What the context lends to actors with a hook for it alone.
    fn markers(&self) -> TokenStream {
        let (rt, self_ty) = (&self.rt, &self.handlers.item.self_ty);
        let (impl_generics, _, where_clause) = self.generics.split_for_impl();
        let markers = self.messages.iter().filter_map(|message| {
            let marker = match &message.method.role {
                Role::Idle(_) => quote!(Idles),
                Role::Terminated => quote!(Watches),
                _ => return None,
            };
            let cfgs = &message.method.cfgs;
            Some(quote! {
                #(#cfgs)*
                #[automatically_derived]
                impl #impl_generics #rt::#marker for #self_ty #where_clause {}
            })
        });
        quote!(#(#markers)*)
    }

    fn tick(&self) -> TokenStream {
        let (rt, name, ty) = (&self.rt, &self.enumeration, self.message_type());
        let timer = self.index_name("Timer");
        let ticks = self.messages.iter().filter(|message| message.period().is_some()).map(|message| {
            let (cfgs, variant) = (&message.method.cfgs, &message.variant);
            quote! {
                #(#cfgs)*
                if timer == #timer::#variant as #rt::usize {
                    return #rt::Option::Some(#name::#variant {});
                }
            }
        });
        let ticks: Vec<TokenStream> = ticks.collect();
        if ticks.is_empty() {
            return TokenStream::new();
        }
        quote! {
            #[inline]
            fn tick(timer: #rt::usize) -> #rt::Option<#ty> {
                #(#ticks)*
                #rt::Option::None
            }
        }
    }
}
