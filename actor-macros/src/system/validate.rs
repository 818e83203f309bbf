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
    "OBSERVER",
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
];
/// What begins the names of those.
const NUMBERED: &[&str] = &[
    "ACTORS_",
    "ALERT_",
    "ANNEX_",
    "BIT_",
    "COUNT_",
    "MAKE_",
    "PLACE_",
    "SLOT_",
    "SYSTEM_",
    "dispatch_",
    "next_",
    "rest_",
    "step_",
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
