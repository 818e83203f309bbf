//! Tokens to model: a module of actors, and what is said of it.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, Token, Type, braced};

use super::clauses;
use super::model::{Actor, Level, System};
use crate::diagnostics::{Diagnostics, refuse};
use crate::names::Names;
use crate::options;

const OPTIONS: &[&str] = &["mailbox", "timers", "indirect"];

const LEVEL: &str = "write `level SSI0 { pend = pend_ssi0, ALARM: Alarm = Alarm::new }`; `pend_ssi0` is a function of yours that \
    raises an interrupt, whose handler calls `plant::SSI0.run()`";

const ACTOR: &str = "`VALVE: Valve = Valve::new`";

/// The declared system, or nothing where the tokens do not have its form.
pub(crate) fn parse(tokens: TokenStream, diagnostics: &Diagnostics) -> Option<System> {
    let parser = |input: ParseStream<'_>| parse_system(input, diagnostics);
    diagnostics.take(parser.parse2(tokens))
}

fn parse_system(input: ParseStream<'_>, diagnostics: &Diagnostics) -> syn::Result<System> {
    let attrs = input.call(Attribute::parse_outer)?;
    let vis = input.parse()?;
    if !input.peek(Token![mod]) {
        return Err(refuse(input, "a system is a module of actors", "write `mod plant { VALVE: Valve = Valve::new }`"));
    }
    input.parse::<Token![mod]>()?;
    let module = input.parse()?;
    let actors;
    braced!(actors in input);
    let (mut parsed, mut levels) = (Vec::new(), Vec::new());
    while !actors.is_empty() {
        let attrs = actors.call(Attribute::parse_outer)?;
        if actors.peek(Ident) && actors.peek2(Ident) {
            levels.push(parse_level(attrs, &actors, diagnostics)?);
        } else {
            parsed.push(parse_actor(attrs, &actors, diagnostics)?);
        }
        expect_comma(&actors)?;
    }
    let (clauses, facade) = clauses::parse(input, diagnostics)?;
    let names = Names::new(facade.as_ref());
    Ok(System { attrs, vis, module, actors: parsed, levels, clauses, names })
}

fn expect_comma(actors: ParseStream<'_>) -> syn::Result<()> {
    if !actors.is_empty() && !actors.peek(Token![,]) {
        return Err(refuse(actors, "the actor before this one has not ended", "write a comma between them"));
    }
    actors.parse::<Option<Token![,]>>().map(drop)
}

fn parse_level(attrs: Vec<Attribute>, input: ParseStream<'_>, diagnostics: &Diagnostics) -> syn::Result<Level> {
    let word: Ident = input.parse()?;
    if word != "level" {
        let fact = format_args!("`{word}` is nothing that a system has\nhelp: write `level SSI0 {{ .. }}`, or {ACTOR}");
        return Err(syn::Error::new_spanned(&word, fact));
    }
    let name: Ident = input.parse()?;
    if !input.peek(syn::token::Brace) {
        return Err(refuse(input, "a level is a block of actors that preempt the others", LEVEL));
    }
    let inner;
    braced!(inner in input);
    let (mut pend, mut actors) = (None, Vec::new());
    while !inner.is_empty() {
        if inner.peek(Ident) && inner.peek2(Token![=]) {
            let option: Ident = inner.parse()?;
            if option != "pend" || pend.is_some() {
                let what =
                    if pend.is_some() && option == "pend" { "is given twice" } else { "is no option of a level" };
                let fact = format_args!("`{option}` {what}\nhelp: {LEVEL}");
                return Err(syn::Error::new_spanned(&option, fact));
            }
            inner.parse::<Token![=]>()?;
            pend = Some(inner.parse()?);
        } else {
            let attrs = inner.call(Attribute::parse_outer)?;
            if inner.peek(Ident) && inner.peek2(Ident) {
                return Err(refuse(&inner, "a level stands beside other levels, not within one", "move it out"));
            }
            actors.push(parse_actor(attrs, &inner, diagnostics)?);
        }
        expect_comma(&inner)?;
    }
    let Some(pend) = pend else {
        let fact = format_args!("nobody would run the actors of this level: it has no `pend`\nhelp: {LEVEL}");
        return Err(syn::Error::new_spanned(&name, fact));
    };
    Ok(Level { attrs, name, pend, actors })
}

fn parse_actor(attrs: Vec<Attribute>, input: ParseStream<'_>, diagnostics: &Diagnostics) -> syn::Result<Actor> {
    let name: Ident = input.parse()?;
    if !input.peek(Token![:]) {
        let help = format!("write `{name}: Valve = Valve::new`, with the struct that has `#[actor]`");
        return Err(refuse(input, "the type of the actor is missing", &help));
    }
    input.parse::<Token![:]>()?;
    let ty: Type = input.parse()?;
    let at = ty.to_token_stream().into_iter().next().map_or_else(|| name.span(), |token| token.span());
    let (mut mailbox, mut timers, mut indirect) = (None, None, None);
    if input.peek(syn::token::Brace) {
        let inner;
        braced!(inner in input);
        for entry in options::read(inner.parse()?, "an actor of `system!`", OPTIONS, diagnostics) {
            if entry.name == "mailbox" {
                let zero = "a mailbox without room takes no message";
                mailbox = entry.count("mailbox = 8", zero, diagnostics);
            } else if entry.name == "timers" {
                let zero = "an actor without room for a timer has none; leave it out";
                timers = entry.count("timers = 4", zero, diagnostics);
            } else {
                let zero = "an `#[indirect]` argument without a place is never sent; leave `indirect` out";
                indirect = entry.count("indirect = 2", zero, diagnostics);
            }
        }
    }
    if !input.peek(Token![=]) {
        let help = "write `= Valve::new`, or a closure that captures nothing";
        return Err(refuse(input, "an actor needs a factory, which makes its state at every restart", help));
    }
    input.parse::<Token![=]>()?;
    Ok(Actor { attrs, name, ty, mailbox, timers, indirect, factory: input.parse()?, at })
}
