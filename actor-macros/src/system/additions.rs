//! What the clauses behind the module of a system add to it. Where nothing is said, nothing is added.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, LitInt};

use super::model::{Clauses, Watchdog};
use crate::names::{self, Tokens};

/// What one clause adds.
#[derive(Default)]
pub(super) struct Addition {
    /// Items for the user.
    pub(super) public: TokenStream,
    /// Items for the worker.
    pub(super) items: TokenStream,
    /// Statements before the actors are started.
    pub(super) at_start: TokenStream,
    /// Statements at each tick, before timers are looked at.
    pub(super) at_tick: TokenStream,
    /// Whether the step of each actor is watched.
    pub(super) is_watched: bool,
    /// Bytes of its statics, each with a plus in front.
    pub(super) bytes: TokenStream,
}

/// `words` are those of the system itself, and of each level.
pub(super) fn of(clauses: &Clauses, words: &[Word], rt: &Tokens) -> Vec<Addition> {
    let telemetry = clauses.telemetry.as_ref().map(|telemetry| {
        // What is wrong with it is shown there.
        let report_to = names::respan(quote!(#rt::report_to), telemetry.span());
        let at_start = quote_spanned!(names::located(telemetry.span())=> #report_to(#telemetry, &NAMES););
        let named = words.iter().map(|Word { system, names, .. }| quote!(#rt::Names::new(&#system, &[#(#names),*])));
        let count = words.len();
        let items = quote!(static NAMES: [#rt::Names; #count] = [#(#named),*];);
        Addition { items, at_start, ..Addition::default() }
    });
    let watchdog = clauses.watchdog.as_ref().map(|watchdog| watch(watchdog, words, rt));
    let crash = clauses.crash.as_ref().map(|crash| {
        let keep_in = names::respan(quote!(#rt::keep_in), crash.span());
        let at_start = quote_spanned!(names::located(crash.span())=> #keep_in(#crash, &SYSTEM););
        Addition { at_start, ..Addition::default() }
    });
    let metrics = (clauses.metrics == Some(true)).then(|| count(rt));
    let listeners = clauses.listeners.as_ref().map(|listeners| hear(listeners, rt));
    telemetry
        .into_iter()
        .chain(crash)
        .chain(metrics)
        .chain(listeners)
        .chain(watchdog)
        .chain([observe(clauses, words, rt)])
        .chain(clauses.trace.as_ref().map(|ring| trace(ring, words, rt)))
        .collect()
}

/// The actors of one ready word: those of the system itself, or of a level.
pub(super) struct Word {
    pub(super) number: usize,
    pub(super) system: Ident,
    /// How many there are.
    pub(super) actors: Ident,
    pub(super) watchdog: Ident,
    /// Pairs of an actor's first bit and its name.
    pub(super) names: Vec<TokenStream>,
    /// Shows each actor to `visit`.
    pub(super) surveys: TokenStream,
}

/// What is traced of the actors of these words goes into `ring`.
fn trace(ring: &Expr, words: &[Word], rt: &Tokens) -> Addition {
    let trace_in = names::respan(quote!(#rt::trace_in), ring.span());
    let systems = words.iter().map(|word| &word.system);
    let written = words.iter().map(|Word { number, system, names, surveys, .. }| {
        let number = *number as u8;
        quote! {
            let mut names = #rt::NamesOf::new(out, &#system, #number, const { &[#(#names),*] });
            let visit: &mut dyn FnMut(&#rt::Surveyed) = &mut |actor| names.name(actor);
            #surveys
            names.done()?;
        }
    });
    Addition {
        public: quote! {
            /// Writes the names with which a trace of these actors is read: a line for each, with those of its messages.
            ///
            /// # Errors
            /// Those of `out`.
            pub fn trace_names(out: &mut dyn ::core::fmt::Write) -> ::core::fmt::Result {
                __worker::trace_names(out)
            }
        },
        items: quote! {
            pub(super) fn trace_names(out: &mut dyn ::core::fmt::Write) -> ::core::fmt::Result {
                #(#written)*
                #rt::Result::Ok(())
            }
        },
        at_start: quote_spanned!(names::located(ring.span())=> #trace_in(#ring, &[#(&#systems),*]);),
        ..Addition::default()
    }
}

fn count(rt: &Tokens) -> Addition {
    Addition {
        public: quote! {
            /// Shows what was counted of each actor so far, declared children included, in the order of priority.
            pub fn metrics(mut visit: impl FnMut(&#rt::ActorMetrics)) {
                __worker::survey(&mut |actor| actor.metrics().into_iter().for_each(&mut visit));
            }
        },
        at_start: quote!(#rt::count();),
        ..Addition::default()
    }
}

/// Places for those who listen.
fn hear(listeners: &LitInt, rt: &Tokens) -> Addition {
    let listeners = quote!(#rt::Listeners<[#rt::ListenerSeat; #listeners]>);
    Addition {
        public: quote! {
            /// From here on `told` is told of all events, after the event handler, for as long as what is returned is kept.
            ///
            /// # Errors
            /// If as many listen as there are places.
            pub fn listen(told: #rt::Told) -> #rt::Result<#rt::Listening, #rt::ListenersFull> {
                __worker::listen(told)
            }
        },
        items: quote! {
            static LISTENERS: #listeners = <#listeners>::new();

            pub(super) fn listen(told: #rt::Told) -> #rt::Result<#rt::Listening, #rt::ListenersFull> {
                let listeners: &'static #rt::Listeners<[#rt::ListenerSeat]> = &LISTENERS;
                listeners.listen(told)
            }
        },
        bytes: quote!(+ #rt::size_of::<#listeners>()),
        ..Addition::default()
    }
}

/// What is observed of the actors, and by whom.
fn observe(clauses: &Clauses, words: &[Word], rt: &Tokens) -> Addition {
    let mut watch = quote!(#rt::Watch::NOTHING);
    if clauses.metrics == Some(true) {
        watch = quote!(#watch.counting());
    }
    let is_heard = clauses.event_handler.is_some() || clauses.listeners.is_some();
    let watch = quote!(const WATCH: #rt::Watch = #watch;);
    if !is_heard && clauses.metrics != Some(true) {
        return Addition { items: watch, ..Addition::default() };
    }
    let (mut items, mut at_start, mut all) = (watch, TokenStream::new(), TokenStream::new());
    for Word { number, system, surveys, .. } in words {
        let [observer, survey] = ["OBSERVER", "survey_of"].map(|what| format_ident!("{what}_{number}"));
        let mut made = quote!(#rt::Observer::new(&#system, #survey));
        if let Some(handler) = &clauses.event_handler {
            // What is wrong with it is shown there.
            let handling = names::respan(quote!(.handling), handler.span());
            made = quote!(#made #handling(#handler));
        }
        if clauses.listeners.is_some() {
            made = quote!(#made.heard_by(&LISTENERS));
        }
        items.extend(quote! {
            static #observer: #rt::Observer = #made;

            fn #survey(visit: &mut dyn FnMut(&#rt::Surveyed)) {
                #surveys
            }
        });
        at_start.extend(quote!(#observer.begin();));
        all.extend(quote!(#survey(visit);));
    }
    if is_heard {
        at_start.extend(quote!(#rt::tell_of_events();));
    }
    items.extend(quote! {
        #[inline(always)]
        pub(super) fn survey(visit: &mut dyn FnMut(&#rt::Surveyed)) {
            #all
        }
    });
    let count = words.len();
    Addition { items, at_start, bytes: quote!(+ #count * #rt::size_of::<#rt::Observer>()), ..Addition::default() }
}

/// A watchdog for each word; it is fed where all of them find that every actor gets on.
fn watch(watchdog: &Watchdog, words: &[Word], rt: &Tokens) -> Addition {
    let Watchdog { feed, patience } = watchdog;
    let mut added = Addition::default();
    let mut ticks = Vec::new();
    for Word { system, actors, watchdog, .. } in words {
        let ty = quote!(#rt::Watchdog<{ #actors as #rt::usize }>);
        added.items.extend(quote!(static #watchdog: #ty = #rt::Watchdog::new();));
        added.bytes.extend(quote!(+ #rt::size_of::<#ty>()));
        ticks.push(quote!(#watchdog.tick(&#system, #patience)));
    }
    let at = names::located(feed.span());
    added.at_tick = quote_spanned! {at=>
        let feed: fn() = #feed;
        // Each of them has to see the tick.
        if true #(& #ticks)* {
            feed();
        }
    };
    added.is_watched = true;
    added
}
