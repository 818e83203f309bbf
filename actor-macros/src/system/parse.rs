//! Tokens to model: a module of actors, and how much RAM it may take.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, Token, braced};

use super::model::{Actor, System};
use crate::diagnostics::Diagnostics;
use crate::names::Names;
use crate::options;

/// The declared system, or nothing where the tokens do not have its form.
pub(crate) fn parse(tokens: TokenStream, diagnostics: &Diagnostics) -> Option<System> {
    let parser = |input: ParseStream<'_>| parse_system(input, diagnostics);
    diagnostics.take(parser.parse2(tokens))
}

fn parse_system(input: ParseStream<'_>, diagnostics: &Diagnostics) -> syn::Result<System> {
    let attrs = input.call(Attribute::parse_outer)?;
    let vis = input.parse()?;
    input.parse::<Token![mod]>()?;
    let module = input.parse()?;
    let actors;
    braced!(actors in input);
    let mut parsed = Vec::new();
    while !actors.is_empty() {
        parsed.push(parse_actor(&actors, diagnostics)?);
        if !actors.is_empty() {
            actors.parse::<Token![,]>()?;
        }
    }
    let (mut ram, mut facade) = (None, None);
    while !input.is_empty() {
        if input.peek(Token![crate]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            facade = Some(input.parse()?);
        } else {
            let word: Ident = input.parse()?;
            if word != "ram" {
                return Err(syn::Error::new_spanned(word, "expected `ram <= 512`, the bytes the system may take"));
            }
            input.parse::<Token![<=]>()?;
            ram = Some(input.parse()?);
        }
        input.parse::<Option<Token![,]>>()?;
    }
    Ok(System { attrs, vis, module, actors: parsed, ram, names: Names::new(facade.as_ref()) })
}

fn parse_actor(input: ParseStream<'_>, diagnostics: &Diagnostics) -> syn::Result<Actor> {
    let attrs = input.call(Attribute::parse_outer)?;
    let name: Ident = input.parse()?;
    input.parse::<Token![:]>()?;
    let ty: syn::Type = input.parse()?;
    let at = ty.to_token_stream().into_iter().next().map_or_else(|| name.span(), |token| token.span());
    let mut mailbox = None;
    if input.peek(syn::token::Brace) {
        let inner;
        braced!(inner in input);
        for entry in options::read(inner.parse()?, "an actor of `system!`", &["mailbox"], diagnostics) {
            let zero = "a mailbox without room takes no message";
            mailbox = entry.count("mailbox = 8", zero, diagnostics);
        }
    }
    input.parse::<Token![=]>()?;
    Ok(Actor { attrs, name, ty, mailbox, factory: input.parse()?, at })
}
