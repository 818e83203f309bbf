//! Model to items: a slot and a ref for each actor, and the functions that run them.

use std::ops::Range;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::parse_quote;
use syn::spanned::Spanned;

use super::additions::{self, Addition, Word};
use super::model::{Actor, Level, System};
use crate::names::{self, Tokens};

/// Actors of one priority: those of the system itself, or of a level. Each has its own ready word.
struct Group {
    /// Nothing for those of the system itself; the level is numbered from one.
    level: Option<usize>,
    /// Which of all actors they are.
    actors: Range<usize>,
}

impl Group {
    /// A name that this group has for what each group has one of.
    fn name(&self, what: &str) -> Ident {
        match self.level {
            Some(level) => format_ident!("{what}_{level}"),
            None => format_ident!("{what}"),
        }
    }
}

/// The groups of a system, in order.
fn groups(system: &System) -> Vec<Group> {
    let mut groups = vec![Group { level: None, actors: 0..system.actors.len() }];
    for (index, level) in system.levels.iter().enumerate() {
        let first = groups.last().map_or(0, |before| before.actors.end);
        groups.push(Group { level: Some(index + 1), actors: first..first + level.actors.len() });
    }
    groups
}

pub(crate) fn expand(system: &System) -> TokenStream {
    let System { attrs, vis, module, actors: _, levels, clauses, names } = system;
    let (keep, rt) = (names.facade_macro("__system"), names.private());
    let (aliases, actors): (Vec<_>, Vec<_>) =
        system.all().enumerate().map(|(index, actor)| named(index, actor, &rt)).unzip();
    let actors = &actors;
    let groups = groups(system);
    let is_silent = clauses.metrics.is_none();
    let refs = actors.iter().enumerate().map(|(index, actor)| reference(index, actor, is_silent, &rt));
    let slots = groups.iter().flat_map(|group| {
        let statics = |index| actors.get(index).map(|actor| statics(index, actor, actors, group, &rt));
        group.actors.clone().filter_map(statics).collect::<Vec<_>>()
    });
    let systems = groups.iter().map(|group| group.name("SYSTEM"));
    let sizes = actors.iter().map(|actor| {
        let ty = slot_type(actor, &rt);
        shown(actor, quote!(#rt::size_of::<#ty>()))
    });
    let starts = of_all(&groups, actors, |slot, place| quote!(#slot.start(&#place);));
    let ticks = of_all(&groups, actors, |slot, place| quote!(#slot.tick(now, &#place);));
    let Parts { statics: level_statics, clocks: level_clocks, starts: level_starts, ticks: level_ticks, nexts } =
        parts(levels, &groups, &rt);
    let level_items = levels.iter().zip(1..).map(|(level, number)| level_item(level, number, &rt));
    let next = next(&groups, actors, nexts, &rt);
    let limit = clauses.ram.as_ref().map(|limit| {
        let rt = rt.at(names::located(limit.span()));
        quote_spanned!(names::located(limit.span())=> const _: () = #rt::fits(RAM, #limit);)
    });
    let few = groups.iter().map(|group| {
        let actors = group.name("ACTORS");
        quote_spanned! {names::located(module.span())=>
            const _: () = ::core::assert!(
                #actors <= 32,
                "a system has at most 32 actors, declared children included; put some into a `system!` of their own"
            );
        }
    });
    let few = quote!(#(#few)*);
    let (systems_count, alerts) = (groups.len(), levels.len());
    let systems_size = quote!(#systems_count * #rt::size_of::<#rt::System>() + #alerts * #rt::size_of::<#rt::Alert>());
    let words = words(actors, &groups);
    let additions = additions::of(clauses, &words, &rt);
    let each = |part: fn(&Addition) -> &TokenStream| additions.iter().map(part).cloned().collect::<TokenStream>();
    let (public, items, bytes) = (each(|it| &it.public), each(|it| &it.items), each(|it| &it.bytes));
    let (at_start, at_tick) = (each(|it| &it.at_start), each(|it| &it.at_tick));
    let is_watched = additions.iter().any(|it| it.is_watched);
    let runs = groups.iter().map(|group| runs(group, actors, is_watched, &rt));
    let all = count_all(actors, &groups, &rt);
    let module_doc = attrs.is_empty().then(|| quote!(#[doc = "The actors of this system, and what runs them."]));
    quote! {
        #keep! {
            #(#attrs)*
            #module_doc
            #[allow(dead_code, private_interfaces, unreachable_pub)]
            #vis mod #module {
                #[allow(unused_imports)]
                use super::*;

                #(#aliases)*
                #(#refs)*
                #(#level_items)*

                /// The bytes of RAM that the statics of this system take.
                pub const RAM: #rt::usize = __worker::RAM;
                #limit

                /// Starts the actors, once. They are built, and their hooks run, as [`step`] or [`run`] comes to them;
                /// what they are told meanwhile waits. Before this every call answers `Stopped`.
                ///
                /// `now` tells the time that has passed since the program began. Called again this gives all actors, those
                /// of levels as well, another clock, and does nothing else.
                pub fn start(now: fn() -> #rt::Instant) {
                    __worker::start(now);
                }

                /// Lets the first actor that has something to do handle one message, or take one step of its start
                /// or restart. Returns whether there was one.
                ///
                /// # Panics
                /// If an actor panicked before, where a panic is survived: the system is in no state to go on.
                pub fn step() -> #rt::bool {
                    __worker::step()
                }

                /// Notes what is due. To be called from the timer interrupt, or by whoever moves the clock.
                pub fn tick() {
                    __worker::tick();
                }

                /// Runs the actors for ever, and sleeps while none has anything to do.
                pub fn run() -> ! {
                    __worker::run()
                }

                /// The moment at which [`tick`] has something to note next; `None` where there is none, and while another
                /// caller runs the actors. To be asked when [`step`] has returned false.
                pub fn next_deadline() -> #rt::Option<#rt::Instant> {
                    __worker::next_deadline()
                }

                /// As [`run`], without a tick that comes again and again: before it sleeps, `alarm` is called with the
                /// [`next_deadline`], to have an interrupt come then, which calls [`tick`]; or none, for `None`. A
                /// deadline that comes while `alarm` runs must not be slept through.
                pub fn run_tickless(alarm: impl Fn(#rt::Option<#rt::Instant>)) -> ! {
                    __worker::run_tickless(alarm)
                }

                /// As [`run`], in a task: gives way after some messages, and sleeps while none of the actors has anything
                /// to do. A call from anywhere wakes it.
                pub async fn run_async() -> ! {
                    __worker::run_async().await
                }

                #public

                /// What the factories above must not see.
                mod __worker {
                    use super::*;

                    #(static #systems: #rt::System = #rt::System::new();)*
                    static ANNEX: #rt::Annex<{ ANNEX_SIZE }> = #rt::Annex::new();
                    static SLEEPER: #rt::Sleeper = #rt::Sleeper::new();
                    static ALERT: #rt::Alert = #rt::Alert::new(&SYSTEM, || SLEEPER.wake());
                    #(#level_statics)*
                    #(#slots)*
                    #items

                    #all

                    pub(super) const RAM: #rt::usize =
                        #systems_size + ANNEX_SIZE #(+ #sizes)* #bytes;

                    #few

                    pub(super) fn start(now: fn() -> #rt::Instant) {
                        #(#level_clocks)*
                        if SYSTEM.start(now) {
                            #at_start
                            #(#level_starts)*
                            #(#starts)*
                        }
                    }

                    #(#runs)*

                    #[inline(always)]
                    pub(super) fn step() -> #rt::bool {
                        SYSTEM.step(dispatch, rest)
                    }

                    #[inline(always)]
                    pub(super) fn tick() {
                        let now = SYSTEM.tick();
                        #at_tick
                        #(#level_ticks)*
                        #(#ticks)*
                    }

                    #[inline(always)]
                    pub(super) fn run() -> ! {
                        SYSTEM.run(dispatch, rest)
                    }

                    #next

                    pub(super) fn next_deadline() -> #rt::Option<#rt::Instant> {
                        SYSTEM.next_deadline(next)
                    }

                    #[inline(always)]
                    pub(super) fn run_tickless(alarm: impl Fn(#rt::Option<#rt::Instant>)) -> ! {
                        SYSTEM.run_tickless(dispatch, rest, next, tick, alarm)
                    }

                    pub(super) async fn run_async() -> ! {
                        ALERT.set();
                        let _bed = SLEEPER.bed();
                        loop {
                            #rt::poll_fn(|cx| SYSTEM.poll(&SLEEPER, cx.waker(), dispatch, rest)).await;
                        }
                    }
                }
            }
        }
    }
}

/// The function that runs the first actor of a group that is ready, watched if they are.
fn dispatch(group: &Group, rungs: &TokenStream, is_watched: bool, rt: &Tokens) -> TokenStream {
    let dispatch = group.name("dispatch");
    if !is_watched {
        return quote!(#[inline(always)] fn #dispatch(ready: #rt::Ready<'_>) { #rungs });
    }
    let (climb, watchdog) = (group.name("climb"), group.name("WATCHDOG"));
    quote! {
        #[inline(always)]
        fn #dispatch(ready: #rt::Ready<'_>) {
            #watchdog.begin(&ready);
            #climb(ready);
            #watchdog.end();
        }

        #[inline(always)]
        fn #climb(ready: #rt::Ready<'_>) { #rungs }
    }
}

/// A name for the type of an actor, and the actor with that. By way of a trait that only actors have: where the type is
/// none, the compiler says so at each place it is shown at, which is one.
fn named(index: usize, actor: &Actor, rt: &Tokens) -> (TokenStream, Actor) {
    let (name, ty) = (format_ident!("__Actor{index}", span = actor.at), &actor.ty);
    let declared = declared(index, actor);
    let alias = quote_spanned! {actor.at=>
        #[allow(non_camel_case_types)]
        type #declared = #ty;
        #[allow(non_camel_case_types)]
        type #name = <#declared as #rt::Placeable>::Itself;
    };
    (alias, Actor { ty: parse_quote!(#name), ..actor.clone() })
}

/// A name for the type of an actor as it was declared, which may be that of something else.
fn declared(index: usize, actor: &Actor) -> Ident {
    format_ident!("__Declared{index}", span = actor.at)
}

/// The ref to an actor, and how it is made.
fn reference(index: usize, actor: &Actor, is_silent: bool, rt: &Tokens) -> TokenStream {
    let Actor { attrs, name, ty, factory, mailbox: _, timers: _, indirect: _, at: _ } = actor;
    let rt = &rt.at(actor.at);
    let (mut make, mut reference) = (make(index), self::at(index));
    make.set_span(actor.at);
    reference.set_span(actor.at);
    let capacity = shown(actor, capacity(actor, rt));
    // What is wrong with a factory is shown there. Of a type that is no actor nothing is asked of it.
    let declared = declared(index, actor);
    let maker = quote_spanned!(actor.at=> #rt::Maker::<#declared>::HERE);
    let by = names::respan(quote!(.by), factory.span());
    let made = quote_spanned!(names::located(factory.span())=> #maker #by(#factory));
    let figures = is_silent.then(|| quote_spanned!(actor.at=> #rt::check_figures::<#ty, #capacity>();));
    let doc = format!("The actor `{name}`.");
    let doc = attrs.is_empty().then(|| quote!(#[doc = #doc]));
    quote_spanned! {actor.at=>
        #(#attrs)*
        #doc
        pub static #name: <#ty as #rt::Configured>::Ref =
            { #[allow(unused_imports)] use #rt::NoRef as _; <<#ty as #rt::Configured>::Ref>::__of(__worker::#reference()) };
        #[allow(clippy::let_unit_value)]
        const _: () = {
            #rt::check::<#ty, #capacity>();
            #figures
            // What is wrong with a child lies in the runtime; a note says here whose it is.
            let _ = <<#ty as #rt::Placed>::Children as #rt::Brood>::NEW;
        };
        const #make: #rt::Make<#ty> = { #[allow(unused_imports)] use #rt::NoMake as _; #made };
    }
}

/// The slot of an actor, and where it lies.
fn statics(index: usize, actor: &Actor, all: &[Actor], group: &Group, rt: &Tokens) -> TokenStream {
    let ty = &actor.ty;
    let rt = &rt.at(actor.at);
    let (slot, slot_type) = (slot(index), slot_type(actor, rt));
    let (count, bit, annex, make, place) = (count(index), bit(index), annex(index), make(index), place(index));
    let (first_bit, first_byte) = match index.checked_sub(1).and_then(|before| Some((before, all.get(before)?))) {
        Some((before, actor)) => {
            let (bit, annex, count, make, before) = (
                self::bit(before),
                self::annex(before),
                self::count(before),
                self::make(before),
                self::slot_type(actor, rt),
            );
            (quote!(#bit + #count), quote!(#annex + #make.record() + #before::annex(WATCH)))
        }
        None => (quote!(0), quote!(0)),
    };
    // Each group has a ready word; all have one annex.
    let first_bit = if index == group.actors.start { quote!(0) } else { first_bit };
    let (reference, system) = (at(index), group.name("SYSTEM"));
    let statics = quote! {
        static #slot: #slot_type = #rt::Slot::new();
        pub(super) const fn #reference() -> #rt::Ref<#ty> {
            #rt::reference(&#slot)
        }
        static #place: #rt::Place = #rt::Place::top(&#system, #bit, &ANNEX, #annex, #make, WATCH);
        const #count: #rt::u32 = #slot_type::ACTORS;
        const #bit: #rt::u32 = #first_bit;
        const #annex: #rt::usize = #first_byte;
    };
    shown(actor, statics)
}

/// How many actors there are in each group, and how much annex all need.
fn count_all(actors: &[Actor], groups: &[Group], rt: &Tokens) -> TokenStream {
    let types: Vec<TokenStream> = actors.iter().map(|actor| slot_type(actor, rt)).collect();
    let bytes = actors.iter().zip(&types).enumerate().map(|(index, (actor, ty))| {
        let make = make(index);
        shown(actor, quote!(+ #make.record() + #ty::annex(WATCH)))
    });
    let counts = groups.iter().map(|group| {
        let (name, types) = (group.name("ACTORS"), types.get(group.actors.clone()).unwrap_or_default());
        quote!(const #name: #rt::u32 = 0 #(+ #types::ACTORS)*;)
    });
    quote! {
        #(#counts)*
        const ANNEX_SIZE: #rt::usize = 0 #(#bytes)*;
    }
}

/// The groups, as those know them who observe their actors.
fn words(actors: &[Actor], groups: &[Group]) -> Vec<Word> {
    let word = |group: &Group| {
        let named = actors.iter().enumerate().take(group.actors.end).skip(group.actors.start);
        let names = named.map(|(index, actor)| {
            let (bit, name) = (bit(index), actor.name.to_string());
            quote!((#bit, #name))
        });
        let surveys = of(group, actors, |slot, place| quote!(#slot.survey(&#place, visit);)).into_iter().collect();
        Word {
            number: group.level.unwrap_or_default(),
            system: group.name("SYSTEM"),
            actors: group.name("ACTORS"),
            watchdog: group.name("WATCHDOG"),
            names: names.collect(),
            surveys,
        }
    };
    groups.iter().map(word).collect()
}

/// What is done with the slot of each actor, and where that lies.
fn of_all(groups: &[Group], actors: &[Actor], act: impl Fn(Ident, Ident) -> TokenStream) -> Vec<TokenStream> {
    groups.iter().flat_map(|group| of(group, actors, &act)).collect()
}

/// Likewise, of one group.
fn of(group: &Group, actors: &[Actor], act: impl Fn(Ident, Ident) -> TokenStream) -> Vec<TokenStream> {
    let indices = group.actors.clone().zip(actors.get(group.actors.clone()).unwrap_or_default());
    indices.map(|(index, actor)| shown(actor, act(slot(index), place(index)))).collect()
}

/// The functions that run the actors of a group.
fn runs(group: &Group, actors: &[Actor], is_watched: bool, rt: &Tokens) -> TokenStream {
    let rungs = group.actors.clone().zip(actors.get(group.actors.clone()).unwrap_or_default());
    let rungs = rungs.map(|(index, actor)| {
        let (slot, place, make, actors, bit) = (slot(index), place(index), make(index), count(index), bit(index));
        // The last to be asked needs no question: somebody is ready.
        let is_last = index + 1 == group.actors.end;
        let question = (!is_last).then(|| quote!(if ready.any(#rt::bits(#bit, #actors))));
        shown(actor, quote!(#question { return #slot.run(ready, &#place, || #make); }))
    });
    let rests = of(group, actors, |slot, place| quote!(#slot.rest(&#place);));
    let dispatch = dispatch(group, &rungs.collect(), is_watched, rt);
    let rest = group.name("rest");
    quote! {
        #dispatch

        #[inline(always)]
        fn #rest() {
            #(#rests)*
        }
    }
}

/// The functions that show when the clock has something for the actors of each group.
fn next(groups: &[Group], actors: &[Actor], levels: Vec<TokenStream>, rt: &Tokens) -> TokenStream {
    let mut levels = Some(levels);
    let functions = groups.iter().map(|group| {
        let (name, nexts) =
            (group.name("next"), of(group, actors, |slot, place| quote!(#slot.next(&#place, earliest);)));
        // The first is asked, and asks the others.
        let levels = levels.take().unwrap_or_default();
        quote!(fn #name(earliest: &#rt::Earliest) { #(#nexts)* #(#levels)* })
    });
    quote!(#(#functions)*)
}

/// What levels add to a system.
#[derive(Default)]
struct Parts {
    statics: Vec<TokenStream>,
    clocks: Vec<TokenStream>,
    starts: Vec<TokenStream>,
    ticks: Vec<TokenStream>,
    /// To what comes next.
    nexts: Vec<TokenStream>,
}

fn parts(levels: &[Level], groups: &[Group], rt: &Tokens) -> Parts {
    let mut parts = Parts::default();
    for (level, group) in levels.iter().zip(groups.iter().skip(1)) {
        let [system, alert, step, dispatch, rest, next] =
            ["SYSTEM", "ALERT", "step", "dispatch", "rest", "next"].map(|what| group.name(what));
        let pend = &level.pend;
        let at = names::located(pend.span());
        let new = names::respan(quote!(#rt::Alert::new), pend.span());
        parts.statics.push(quote_spanned!(at=> static #alert: #rt::Alert = #new(&#system, #pend);));
        parts.statics.push(quote! {
            pub(super) fn #step() -> #rt::bool {
                #system.preempt(#dispatch, #rest)
            }
        });
        parts.clocks.push(quote!(#system.start(now);));
        parts.starts.push(quote!(#alert.set();));
        parts.ticks.push(quote!(#system.tick_level(now);));
        parts.nexts.push(quote!(#system.next_of_level(#next, earliest);));
    }
    parts
}

/// What the interrupt of a level calls.
fn level_item(level: &Level, number: usize, rt: &Tokens) -> TokenStream {
    let Level { attrs, name, .. } = level;
    let step = format_ident!("step_{number}");
    let doc = format!("The level `{name}`: its interrupt calls `{name}.run()`.");
    let doc = attrs.is_empty().then(|| quote!(#[doc = #doc]));
    quote!(#(#attrs)* #doc pub static #name: #rt::Level = #rt::Level::new(__worker::#step);)
}

/// What is about `actor` alone, which is shown there if it is none.
fn shown(actor: &Actor, tokens: TokenStream) -> TokenStream {
    names::respan_all(tokens, actor.at, LOCALS)
}

/// The locals that may stand in it: those of the functions around it, wherever the actor was named.
const LOCALS: &[&str] = &["earliest", "now", "ready", "visit"];

fn slot_type(actor: &Actor, rt: &Tokens) -> TokenStream {
    let (ty, capacity) = (&actor.ty, capacity(actor, rt));
    let (open, close) = (names::respan(quote!(#rt::Slot::<), actor.at), names::respan(quote!(>), actor.at));
    quote!(#open #ty, #capacity #close)
}

fn capacity(actor: &Actor, rt: &Tokens) -> TokenStream {
    let ty = &actor.ty;
    let own = quote!(<#ty as #rt::Placed>::Capacity);
    if (actor.mailbox, actor.timers, actor.indirect) == (None, None, None) {
        return own;
    }
    let said = |number: Option<u32>, constant: &str| match number {
        Some(number) => (number as usize).to_token_stream(),
        None => {
            let constant = Ident::new(constant, Span::mixed_site());
            quote!({ <#own as #rt::Capacity>::#constant })
        }
    };
    let (messages, timers) = (said(actor.mailbox, "MESSAGES"), said(actor.timers, "TIMERS"));
    let indirect = said(actor.indirect, "INDIRECT");
    quote!(#rt::Room<#messages, #timers, #indirect>)
}

fn slot(index: usize) -> Ident {
    format_ident!("SLOT_{index}")
}

fn count(index: usize) -> Ident {
    format_ident!("COUNT_{index}")
}

fn bit(index: usize) -> Ident {
    format_ident!("BIT_{index}")
}

fn annex(index: usize) -> Ident {
    format_ident!("ANNEX_{index}")
}

fn at(index: usize) -> Ident {
    format_ident!("reference_{index}")
}

fn make(index: usize) -> Ident {
    format_ident!("MAKE_{index}")
}

fn place(index: usize) -> Ident {
    format_ident!("PLACE_{index}")
}
