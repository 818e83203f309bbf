//! What the clauses behind the module of a system add to it. Where nothing is said, nothing is added.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;

use super::model::{Clauses, Watchdog};
use crate::names::{self, Tokens};

/// What one clause adds.
#[derive(Default)]
pub(super) struct Addition {
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

/// `names` are pairs of an actor's first bit and its name.
pub(super) fn of(clauses: &Clauses, names: &[TokenStream], rt: &Tokens) -> Vec<Addition> {
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
    telemetry.into_iter().chain(crash).chain(watchdog).collect()
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
