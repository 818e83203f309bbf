//! What the clauses behind the module of a system add to it. Where nothing is said, nothing is added.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;

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
    /// Statements around the step of an actor, where `ready` is known.
    pub(super) before: TokenStream,
    pub(super) after: TokenStream,
    /// Bytes of its statics, each with a plus in front.
    pub(super) bytes: TokenStream,
}

/// `names` are pairs of an actor's first bit and its name; `surveys` shows what was counted of each actor to `visit`.
pub(super) fn of(clauses: &Clauses, names: &[TokenStream], surveys: &TokenStream, rt: &Tokens) -> Vec<Addition> {
    let telemetry = clauses.telemetry.as_ref().map(|telemetry| {
        // What is wrong with it is shown there.
        let report_to = names::respan(quote!(#rt::report_to), telemetry.span());
        let at_start = quote_spanned!(names::located(telemetry.span())=> #report_to(#telemetry, &NAMES););
        let items = quote!(static NAMES: #rt::Names = #rt::Names::new(&SYSTEM, &[#(#names),*]););
        Addition { items, at_start, ..Addition::default() }
    });
    let watchdog = clauses.watchdog.as_ref().map(|watchdog| watch(watchdog, rt));
    let crash = clauses.crash.as_ref().map(|crash| {
        let keep_in = names::respan(quote!(#rt::keep_in), crash.span());
        let at_start = quote_spanned!(names::located(crash.span())=> #keep_in(#crash, &SYSTEM););
        Addition { at_start, ..Addition::default() }
    });
    let metrics = (clauses.metrics == Some(true)).then(|| count(surveys, rt));
    telemetry.into_iter().chain(crash).chain(metrics).chain(watchdog).chain([observe(clauses, rt)]).collect()
}

fn count(surveys: &TokenStream, rt: &Tokens) -> Addition {
    Addition {
        public: quote! {
            /// Shows what was counted of each actor so far, declared children included, in the order of priority.
            pub fn metrics(mut visit: impl FnMut(&#rt::ActorMetrics)) {
                __worker::survey(&mut visit);
            }
        },
        items: quote! {
            pub(super) fn survey(visit: &mut dyn FnMut(&#rt::ActorMetrics)) {
                #surveys
            }
        },
        at_start: quote!(#rt::count();),
        ..Addition::default()
    }
}

/// What is observed of the actors, and by whom.
fn observe(clauses: &Clauses, rt: &Tokens) -> Addition {
    let mut watch = quote!(#rt::Watch::NOTHING);
    let mut observer = quote!(#rt::Observer::new(&SYSTEM));
    if clauses.metrics == Some(true) {
        watch = quote!(#watch.counting());
        observer = quote!(#observer.counting(survey));
    }
    let watch = quote!(const WATCH: #rt::Watch = #watch;);
    if clauses.metrics != Some(true) {
        return Addition { items: watch, ..Addition::default() };
    }
    Addition {
        items: quote!(#watch static OBSERVER: #rt::Observer = #observer;),
        at_start: quote!(OBSERVER.begin();),
        bytes: quote!(+ #rt::size_of::<#rt::Observer>()),
        ..Addition::default()
    }
}

fn watch(watchdog: &Watchdog, rt: &Tokens) -> Addition {
    let Watchdog { feed, patience } = watchdog;
    Addition {
        items: quote!(static WATCHDOG: #rt::Watchdog<{ ACTORS as #rt::usize }> = #rt::Watchdog::new();),
        at_tick: quote_spanned!(names::located(feed.span())=> WATCHDOG.tick(&SYSTEM, #patience, #feed);),
        before: quote!(WATCHDOG.begin(&ready);),
        after: quote!(WATCHDOG.end();),
        bytes: quote!(+ #rt::size_of::<#rt::Watchdog<{ ACTORS as #rt::usize }>>()),
        ..Addition::default()
    }
}
