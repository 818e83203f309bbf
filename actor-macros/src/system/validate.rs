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
    "ANNEX",
    "ANNEX_SIZE",
    "RAM",
    "SYSTEM",
    "WATCHDOG",
    "climb",
    "dispatch",
    "next",
    "next_deadline",
    "rest",
    "run",
    "run_tickless",
    "start",
    "step",
    "tick",
];
/// What begins the names of those.
const NUMBERED: &[&str] = &["ANNEX_", "BIT_", "COUNT_", "MAKE_", "PLACE_", "SLOT_"];

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
        diagnostics.report(&system.module, "a system without actors does nothing", help);
    }
    if let Some(actor) = system.actors.get(ACTORS) {
        let help = "put the others into a `system!` of their own";
        diagnostics.report(&actor.name, "a system has at most 32 actors, one for each bit of its ready word", help);
    }
}

fn check_names(system: &System, diagnostics: &Diagnostics) {
    for (at, actor) in system.actors.iter().enumerate() {
        if system.actors.iter().take(at).any(|earlier| earlier.name == actor.name) {
            let fact = format_args!("two actors are called `{}`", actor.name).to_string();
            diagnostics.report(&actor.name, fact, "rename one of them");
        }
        if is_taken(&actor.name.to_string()) {
            let fact = format_args!("the module of a system has a `{}` of its own", actor.name).to_string();
            diagnostics.report(&actor.name, fact, "call the actor after what it does, such as `VALVE`");
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
    for actor in &system.actors {
        if actor.mailbox.is_some_and(|messages| messages > MESSAGES) {
            diagnostics.report(&actor.ty, "a mailbox holds at most 128 messages here", "write `mailbox = 8`");
        }
    }
}
