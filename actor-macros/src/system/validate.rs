//! The rules of `system!`, one function each.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Type;

use super::model::System;
use crate::diagnostics::Diagnostics;

/// The bits of a ready word.
const ACTORS: usize = 32;

/// What the module of a system has besides its actors, the numbered ones aside.
const TAKEN: &[&str] = &[
    "ACTORS",
    "ALERT",
    "ANNEX",
    "ANNEX_SIZE",
    "LISTENERS",
    "NAMES",
    "RAM",
    "SLEEPER",
    "SYSTEM",
    "WATCH",
    "WATCHDOG",
    "climb",
    "dispatch",
    "listen",
    "metrics",
    "next",
    "next_deadline",
    "rest",
    "run",
    "run_async",
    "run_tickless",
    "start",
    "step",
    "survey",
    "tick",
    "trace_names",
];
/// What begins the names of those.
const NUMBERED: &[&str] = &[
    "ACTORS_",
    "ALERT_",
    "ANNEX_",
    "BIT_",
    "COUNT_",
    "MAKE_",
    "OBSERVER_",
    "PLACE_",
    "SLOT_",
    "SYSTEM_",
    "WATCHDOG_",
    "climb_",
    "dispatch_",
    "next_",
    "reference_",
    "rest_",
    "step_",
    "survey_of_",
];

/// Places whose number fits the byte that counts them, twice over.
const MESSAGES: u32 = 128;

pub(crate) fn validate(system: &System, diagnostics: &Diagnostics) {
    check_number(system, diagnostics);
    check_names(system, diagnostics);
    check_hidden(system, diagnostics);
    check_mailboxes(system, diagnostics);
}

fn check_number(system: &System, diagnostics: &Diagnostics) {
    if system.actors.is_empty() {
        let help = "write `VALVE: Valve { mailbox = 8 } = Valve::new`";
        let fact = match system.levels.is_empty() {
            true => "a system without actors does nothing",
            false => "a system without actors of its own has nothing that levels preempt",
        };
        diagnostics.report(&system.module, fact, help);
    }
    for level in &system.levels {
        if level.actors.is_empty() {
            diagnostics.report(
                &level.name,
                "a level without actors does nothing",
                "write `ALARM: Alarm = Alarm::new` in it",
            );
        }
    }
    let levels = system.levels.iter().map(|level| ("a level", &level.actors));
    for (what, actors) in levels.chain([("a system", &system.actors)]) {
        if let Some(actor) = actors.get(ACTORS) {
            let fact = format_args!("{what} has at most 32 actors, one for each bit of its ready word").to_string();
            diagnostics.report(&actor.name, fact, "put the others into a `system!` of their own");
        }
    }
}

fn check_names(system: &System, diagnostics: &Diagnostics) {
    let levels = system.levels.iter().map(|level| &level.name);
    let names: Vec<_> = system.all().map(|actor| &actor.name).chain(levels).collect();
    let actors = system.all().count();
    for (at, name) in names.iter().enumerate() {
        let what = if at < actors { ("actor", "VALVE") } else { ("level", "SSI0") };
        if names.iter().take(at).any(|earlier| earlier == name) {
            let fact = match what.0 {
                "actor" => format_args!("two actors are called `{name}`").to_string(),
                _ => format_args!("there is another `{name}` in this system").to_string(),
            };
            diagnostics.report(name, fact, "rename one of them");
        }
        if is_taken(&name.to_string()) {
            let fact = format_args!("the module of a system has a `{name}` of its own").to_string();
            let (what, such) = what;
            let after = if what == "actor" { "what it does" } else { "its interrupt" };
            diagnostics.report(name, fact, format_args!("call the {what} after {after}, such as `{such}`"));
        }
    }
}

/// A static hides a unit struct, or the constructor of a tuple struct, of the same name from the factories beside it.
fn check_hidden(system: &System, diagnostics: &Diagnostics) {
    for actor in &system.actors {
        let Type::Path(ty) = &actor.ty else { continue };
        let is_same = ty.path.segments.last().is_some_and(|segment| segment.ident == actor.name);
        if is_same && is_value(&actor.name, actor.factory.to_token_stream()) {
            let fact =
                format_args!("within its system `{}` is this actor, and no longer the struct", actor.name).to_string();
            let help = "call the actor after what it does, such as `VALVE`";
            diagnostics.report(&actor.name, fact, help);
        }
    }
}

/// Whether `name` stands in `tokens` for a value: not for the type of a path or of a struct with fields.
fn is_value(name: &Ident, tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let found = match token {
            TokenTree::Ident(ident) if ident == *name => match tokens.peek() {
                Some(TokenTree::Punct(punct)) => punct.as_char() != ':',
                Some(TokenTree::Group(group)) => group.delimiter() != Delimiter::Brace,
                _ => true,
            },
            TokenTree::Group(group) => is_value(name, group.stream()),
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        };
        if found {
            return true;
        }
    }
    false
}

fn is_taken(name: &str) -> bool {
    let is_numbered = |start: &&str| name.strip_prefix(*start).is_some_and(|rest| rest.parse::<u32>().is_ok());
    TAKEN.contains(&name) || NUMBERED.iter().any(is_numbered)
}

fn check_mailboxes(system: &System, diagnostics: &Diagnostics) {
    for actor in system.all() {
        if actor.mailbox.is_some_and(|messages| messages > MESSAGES) {
            diagnostics.report(&actor.ty, "a mailbox holds at most 128 messages here", "write `mailbox = 8`");
        }
    }
}

#[cfg(test)]
mod tests {
    use syn::Item;

    use super::*;
    use crate::system::{expand, parse};

    /// The names of items, those in the module of the worker included.
    fn names(items: &[Item]) -> Vec<String> {
        let names = items.iter().flat_map(|item| match item {
            Item::Fn(item) => vec![item.sig.ident.to_string()],
            Item::Static(item) => vec![item.ident.to_string()],
            Item::Const(item) => vec![item.ident.to_string()],
            Item::Type(item) => vec![item.ident.to_string()],
            Item::Mod(item) => names(item.content.as_ref().map_or(&[], |(_, items)| items)),
            _ => Vec::new(),
        });
        names.filter(|name| !name.starts_with('_')).collect()
    }

    #[test]
    fn what_a_module_has_of_its_own_is_taken_and_nothing_else() {
        let system = quote! {
            mod plant { VALVE: Valve = Valve::new, PUMP: Pump = Pump::new, level SSI0 { pend = pend, ALARM: Alarm = Alarm::new } }
            ram <= 512, telemetry = &FAILURES, crash = &CRASH, event_handler = heard, listeners = 2, metrics = on,
            trace = &TRACE, watchdog = feed
        };
        let diagnostics = Diagnostics::new();
        let system = parse::parse(system, &diagnostics).expect("a system");
        assert!(diagnostics.finish().is_empty());
        let kept: syn::ItemMacro = syn::parse2(expand::expand(&system)).expect("what is kept");
        let module: Item = syn::parse2(kept.mac.tokens).expect("a module");
        let own = names(&[module]);
        let free = own.iter().filter(|name| !is_taken(name) && !["VALVE", "PUMP", "ALARM", "SSI0"].contains(&&***name));
        assert_eq!(free.collect::<Vec<_>>(), [""; 0]);
        let of = |start: &str| own.iter().any(|name| name.starts_with(start));
        let for_nothing = TAKEN.iter().filter(|name| !own.iter().any(|own| own == *name));
        let for_nothing = for_nothing.chain(NUMBERED.iter().filter(|start| !of(start)));
        assert_eq!(for_nothing.collect::<Vec<_>>(), [&""; 0]);
    }
}
