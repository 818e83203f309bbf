//! Model to items: the struct, its ref, its options, its children.

use std::iter;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, Member, Type, WherePredicate, parse_quote};

use super::model::{Actor, Child, Dispatcher, Factory, MetricsLevel, Options, Overflow, Restart, Route, Scope, Shape};
use super::{dwell, figures};
use crate::duration;
use crate::names::{self, Names, Tokens};
use crate::options::Time;
use crate::supervise;

pub(crate) fn expand(actor: &Actor) -> TokenStream {
    let (item, names, shape) = (&actor.item, &actor.names, actor.shape());
    let reference = reference(&shape, names);
    let assertions = assertions(actor);
    let configured = configured(&shape, &actor.options, names);
    let count = actor.children.iter().map(Child::members).sum();
    let supervision = supervise::expand(&actor.supervision, count, names);
    let supervised = supervised(&shape, &actor.children, &supervision, names);
    let placement = expand_placement(actor);
    let figures = figures::expand(&shape, &actor.options.figures, names);
    quote! {
        #item
        #reference
        #figures
        const _: () = {
            #assertions
            #configured
            #supervised
        };
        #placement
    }
}

/// `CounterRef`: the struct, and what every address can do.
pub(crate) fn reference(shape: &Shape<'_>, names: &Names) -> TokenStream {
    let Shape { vis, ident, generics } = shape;
    let rt = names.private();
    let reference = names::reference(ident);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let owned = bounded_generics(shape);
    let owned_where = &owned.where_clause;
    let doc = format!("The address of a [`{ident}`]: a method for each of its handlers.");
    quote! {
        #[doc = #doc]
        #vis struct #reference #generics (#rt::Ref<#ident #ty_generics>) #where_clause;

        impl #impl_generics #reference #ty_generics #where_clause {
            /// What can be done to the actor besides sending it messages.
            #[must_use]
            #vis fn control(&self) -> #rt::Control<'_> {
                #rt::Control::new(&self.0)
            }
        }

        impl #impl_generics #reference #ty_generics #owned_where {
            /// A ref to the same actor that does not keep it alive.
            #[must_use]
            #[allow(dead_code)]
            #vis fn downgrade(&self) -> #rt::Weak<Self> {
                #rt::Weak::of(&self.0)
            }
        }

        const _: () = {
            #[automatically_derived]
            impl #impl_generics #rt::Clone for #reference #ty_generics #where_clause {
                #[inline]
                fn clone(&self) -> Self {
                    Self(#rt::Clone::clone(&self.0))
                }
            }

            #[automatically_derived]
            impl #impl_generics #rt::PartialEq for #reference #ty_generics #where_clause {
                #[inline]
                fn eq(&self, other: &Self) -> #rt::bool {
                    #rt::PartialEq::eq(&self.0, &other.0)
                }
            }

            #[automatically_derived]
            impl #impl_generics #rt::Eq for #reference #ty_generics #where_clause {}

            #[automatically_derived]
            impl #impl_generics #rt::Hash for #reference #ty_generics #where_clause {
                fn hash<__H: #rt::Hasher>(&self, state: &mut __H) {
                    #rt::Hash::hash(&self.0, state);
                }
            }

            #[automatically_derived]
            impl #impl_generics #rt::Debug for #reference #ty_generics #where_clause {
                fn fmt(&self, formatter: &mut #rt::Formatter<'_>) -> #rt::FmtResult {
                    #rt::Debug::fmt(&self.0, formatter)
                }
            }

            #[automatically_derived]
            impl #impl_generics #rt::ActorRef for #reference #ty_generics #owned_where {
                type Actor = #ident #ty_generics;

                #[inline]
                fn from_ref(inner: #rt::Ref<Self::Actor>) -> Self {
                    Self(inner)
                }

                #[inline]
                fn as_ref(&self) -> &#rt::Ref<Self::Actor> {
                    &self.0
                }
            }
        };
    }
}

/// The generics of the struct, owning everything: `#[handlers]` knows whether they do, and says so where it is
/// mended.
fn bounded_generics(shape: &Shape<'_>) -> Generics {
    let mut generics = shape.generics.clone();
    if generics.type_params().next().is_some() {
        let (ident, (_, ty_generics, _)) = (shape.ident, shape.generics.split_for_impl());
        let bounded: WherePredicate = parse_quote!(#ident #ty_generics: 'static);
        generics.make_where_clause().predicates.push(bounded);
    }
    generics
}

/// An error at the type of each field that cannot move to another thread.
fn assertions(actor: &Actor) -> TokenStream {
    if actor.options.local.is_some() {
        return TokenStream::new();
    }
    let rt = actor.names.private();
    let generics = names::movable(&actor.item.generics, &rt);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let ident = &actor.item.ident;
    let whole = quote!(#ident #ty_generics);
    let is_child = |member: &Member| actor.children.iter().any(|child| child.member == *member);
    let fields = actor.item.fields.iter().zip(actor.item.fields.members());
    let fields = fields.filter(|(_, member)| !is_child(member));
    let fields = fields.map(|(field, _)| {
        let ty = names::replace_self(field.ty.to_token_stream(), &whole);
        let cfgs = field.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        quote_spanned!(names::located(field.ty.span())=> #(#cfgs)* #rt::Probe::<#whole>::field::<#ty>();)
    });
    let fields: Vec<TokenStream> = fields.collect();
    if fields.is_empty() {
        return TokenStream::new();
    }
    quote! {
        #[allow(dead_code, unused_imports, clippy::multiple_bound_locations)]
        fn fields #impl_generics () #where_clause {
            use #rt::Immovable as _;
            #(#fields)*
        }
    }
}

/// The options, and the type of the ref.
pub(crate) fn configured(shape: &Shape<'_>, options: &Options, names: &Names) -> TokenStream {
    let rt = names.private();
    let (ident, reference) = (shape.ident, names::reference(shape.ident));
    let generics = bounded_generics(shape);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let name = options.name.as_ref().map_or_else(|| names::snake_case(ident), syn::LitStr::value);
    let capacity = capacity(options);
    let overflow = match options.overflow.unwrap_or(Overflow::Wait) {
        Overflow::Wait => quote!(#rt::Overflow::Wait),
        Overflow::Reject => quote!(#rt::Overflow::Reject),
        Overflow::DropNewest => quote!(#rt::Overflow::DropNewest),
        Overflow::DropOldest => quote!(#rt::Overflow::DropOldest),
    };
    let ask_timeout = match &options.ask_timeout {
        Some(Time::Off) => quote!(#rt::Option::None),
        Some(Time::Limit(period)) => some(&period.expression(&rt), &rt),
        None => some(&duration::expression(core::time::Duration::from_secs(5), &rt), &rt),
    };
    let stash = options.stash.unwrap_or(0);
    let timers = options.timers.unwrap_or(0);
    let has_timers = if options.timers.is_some() { quote!(Present) } else { quote!(Absent) };
    let has_figures = if options.figures.are_any() { quote!(Present) } else { quote!(Absent) };
    let stashing = options.stash.map(|_| {
        quote! {
            #[automatically_derived]
            impl #impl_generics #rt::Stashing for #ident #ty_generics #where_clause {}
        }
    });
    let errors = match &options.error {
        None => quote!(#rt::AnyError),
        Some(ty) => {
            // What it lacks is said there.
            let one = names::respan(quote!(#rt::OneError), ty.span());
            quote_spanned!(names::located(ty.span())=> #one<#ty>)
        }
    };
    let residence = if options.local.is_some() { quote!(OneThread) } else { quote!(Anywhere) };
    let inline_ask = options.inline_ask.unwrap_or(true);
    let throughput = options.throughput.unwrap_or(64);
    let fairness = options.fairness.unwrap_or(8);
    let dispatcher = match options.dispatcher {
        None => quote!(#rt::Option::None),
        Some(dispatcher) => some(&dispatcher_kind(dispatcher, &rt), &rt),
    };
    let metrics = match options.metrics.unwrap_or(MetricsLevel::Counts) {
        MetricsLevel::Off => quote!(#rt::MetricsLevel::Off),
        MetricsLevel::Counts => quote!(#rt::MetricsLevel::Counts),
        MetricsLevel::Timing => quote!(#rt::MetricsLevel::Timing),
    };
    let dwell = dwell::expand(options, &rt);
    let (counters, histograms) =
        (figures::labels(&options.figures.counters), figures::labels(&options.figures.histograms));
    let tags = options.tags.iter().map(|(key, value)| quote!(#rt::TelemetryTag { key: #key, value: #value }));
    quote! {
        #[automatically_derived]
        impl #impl_generics #rt::Configured for #ident #ty_generics #where_clause {
            type Ref = #reference #ty_generics;
            type Residence = #rt::#residence;
            type Timers = #rt::#has_timers;
            type Errors = #errors;
            type Figures = #rt::#has_figures;

            const OPTIONS: #rt::Options = #rt::Options {
                name: #name,
                capacity: #capacity,
                overflow: #overflow,
                stash: #stash,
                timers: #timers,
                ask_timeout: #ask_timeout,
                inline_ask: #inline_ask,
                throughput: #throughput,
                fairness: #fairness,
                dispatcher: #dispatcher,
                metrics: #metrics,
                dwell: #dwell,
                counters: #counters,
                histograms: #histograms,
                tags: &[#(#tags),*],
            };
        }
        #stashing
    }
}

fn dispatcher_kind(dispatcher: Dispatcher, rt: &Tokens) -> TokenStream {
    match dispatcher {
        Dispatcher::Shared => quote!(#rt::DispatcherKind::Shared),
        Dispatcher::Pinned => quote!(#rt::DispatcherKind::Pinned),
        Dispatcher::CurrentThread => quote!(#rt::DispatcherKind::CurrentThread),
        Dispatcher::SingleWorker => quote!(#rt::DispatcherKind::SingleWorker),
    }
}

fn capacity(options: &Options) -> u32 {
    options.capacity.unwrap_or(256)
}

fn some(value: &TokenStream, rt: &Tokens) -> TokenStream {
    quote!(#rt::Option::Some(#value))
}

/// The children, and what is done about their failures.
pub(crate) fn supervised(
    shape: &Shape<'_>,
    children: &[Child],
    supervision: &TokenStream,
    names: &Names,
) -> TokenStream {
    let rt = names.private();
    let ident = shape.ident;
    let (impl_generics, ty_generics, where_clause) = shape.generics.split_for_impl();
    let count: usize = children.iter().map(Child::members).sum();
    // Said of a type without parameters, the bound would be checked here and now, and fail a second time.
    let bound = (!shape.generics.params.is_empty()).then(|| quote!(where Self: #rt::Actor));
    let nursery = names::respan(quote!(#rt::Nursery<'_, Self>), ident.span());
    let first = |place: usize| children[..place].iter().map(Child::members).sum();
    let starts = children.iter().enumerate().map(|(place, child)| start(first(place), child, &rt));
    let terms = terms(children, &rt);
    quote! {
        #[automatically_derived]
        impl #impl_generics #rt::SupervisorStrategy for #ident #ty_generics #where_clause {
            const CHILDREN: #rt::usize = #count;
            #terms

            #supervision

            fn start_child(
                &mut self,
                index: #rt::usize,
                nursery: &mut #nursery,
            ) -> #rt::Result<(), #rt::Failure>
            #bound
            {
                let _ = &nursery;
                match index {
                    #(#starts)*
                    _ => #rt::Result::Ok(()),
                }
            }
        }
    }
}

/// The terms of all children, where any has others than the default.
fn terms(children: &[Child], rt: &Tokens) -> Option<TokenStream> {
    let of = |child: &Child| {
        let scope = child.scope.as_ref().map_or(Scope::Group, |(scope, _)| *scope);
        (child.restart.unwrap_or(Restart::Transient), scope)
    };
    if children.iter().all(|child| of(child) == (Restart::Transient, Scope::Group)) {
        return None;
    }
    let each = children.iter().flat_map(|child| {
        let (restart, scope) = of(child);
        let restart = match restart {
            Restart::Permanent => quote!(#rt::RestartType::Permanent),
            Restart::Transient => quote!(#rt::RestartType::Transient),
            Restart::Temporary => quote!(#rt::RestartType::Temporary),
        };
        let scope = match scope {
            Scope::Group => quote!(#rt::Scope::Group),
            Scope::Child => quote!(#rt::Scope::Child),
        };
        iter::repeat_n(quote!(#rt::Terms::new(#restart, #scope)), child.members())
    });
    Some(quote!(const TERMS: &'static [#rt::Terms] = &[#(#each),*];))
}

fn start(first: usize, child: &Child, rt: &Tokens) -> Option<TokenStream> {
    let field = &child.member;
    let actor = child.actor()?;
    let (taken, factory) = match &child.factory {
        Factory::Given(factory) => (TokenStream::new(), factory),
        Factory::FromParent { state, taken, closure } => {
            let (locals, values): (Vec<_>, Vec<_>) = taken.iter().map(|(local, value)| (local, value)).unzip();
            let lent = quote! {
                let #state: &Self = &*self;
                let _ = #state;
                #(let #locals = #rt::Clone::clone(&#values);)*
            };
            (lent, closure)
        }
        Factory::Broken => return None,
    };
    let at = names::located(factory.span());
    let last = first + child.members() - 1;
    let Some(_) = child.pool else {
        let start = quote_spanned!(at=> nursery.start::<#actor, _, _>(index, &mut self.#field, #factory));
        return Some(quote!(#first => { #taken #start }));
    };
    let route = match child.route.unwrap_or(Route::RoundRobin) {
        Route::RoundRobin => quote!(#rt::Route::RoundRobin),
        Route::LeastLoaded => quote!(#rt::Route::LeastLoaded),
    };
    let start = quote_spanned!(at=> nursery.enlist::<#actor, _, _>(index, &mut self.#field, #route, #factory));
    Some(quote!(#first..=#last => { #taken #start }))
}

/// Declared children and pools that fit the slot of their parent.
const SLOTS: usize = 8;

/// What the actor brings to a slot, where there are slots: the length of its mailbox, and its children's slots.
fn expand_placement(actor: &Actor) -> TokenStream {
    let (placement, rt) = (actor.names.facade_macro("__placement"), actor.names.private());
    let (ident, reference) = (&actor.item.ident, names::reference(&actor.item.ident));
    let (capacity, indirect) = (capacity(&actor.options) as usize, actor.options.indirect.unwrap_or(0) as usize);
    let generics = bounded_generics(&actor.shape());
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let is_parameter = |ty: &Type| {
        actor
            .item
            .generics
            .type_params()
            .any(|parameter| matches!(ty, Type::Path(path) if path.path.is_ident(&parameter.ident)))
    };
    let children: Vec<(&Child, &Type)> =
        actor.children.iter().filter_map(|child| Some((child, child.actor()?))).collect();
    // Those that have no slot are refused by `system!`, in its own words.
    let children = if children.len() > SLOTS || children.iter().any(|(_, ty)| is_parameter(ty)) {
        quote!(#rt::NoSlot)
    } else {
        let seats = children.iter().map(|(child, ty)| match child.pool {
            Some(_) => {
                let members = child.members();
                quote!(#rt::PoolSlots<#ty, #members>)
            }
            None => quote!(#rt::ChildSlot<#ty>),
        });
        quote!((#(#seats,)*))
    };
    quote! {
        #placement! {
            [#rt] [#impl_generics] [#ident #ty_generics] [#reference #ty_generics] [#where_clause] [#capacity, #indirect] [#children]
        }
    }
}
