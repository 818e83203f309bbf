//! Tokens to model: the options of `#[actor(..)]`, the struct, its `#[child(..)]` fields.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, Field, GenericArgument, ItemStruct, LitStr, Member, Meta, PathArguments, Token, Type};

use super::model::{Actor, AskTimeout, Child, Factory, Options, Overflow, UNBOUNDED};
use crate::diagnostics::Diagnostics;
use crate::names::Names;
use crate::options::{self, Entry, Value};
use crate::supervise;

const OPTIONS: &[&str] = &["mailbox", "stash", "ask_timeout", "throughput", "inline_ask", "name", "crate"];

/// The actor declared by a struct, or nothing where `item` is no struct.
pub(crate) fn parse(arguments: TokenStream, item: TokenStream, diagnostics: &Diagnostics) -> Option<Actor> {
    let mut item = parse_struct(item, diagnostics)?;
    let options = parse_options(arguments, diagnostics);
    let names = Names::new(options.facade.as_ref());
    let supervision = take_attribute(&mut item.attrs, "supervise")
        .map(|attribute| supervise::parse_attribute(&attribute, diagnostics))
        .unwrap_or_default();
    let members: Vec<Member> = item.fields.members().collect();
    let fields = item.fields.iter_mut().zip(members);
    let children = fields.filter_map(|(field, member)| parse_child(field, member, diagnostics)).collect();
    Some(Actor { item, options, children, supervision, names })
}

fn parse_struct(item: TokenStream, diagnostics: &Diagnostics) -> Option<ItemStruct> {
    match syn::parse2::<syn::Item>(item) {
        Ok(syn::Item::Struct(item)) => Some(item),
        Ok(syn::Item::Impl(item)) => {
            diagnostics.report(
                item.impl_token,
                "`#[actor]` belongs on a struct, not on an impl",
                "put `#[actor]` on the struct, and `#[handlers]` on this impl",
            );
            None
        }
        Ok(other) => {
            diagnostics.report(
                keyword(&other),
                "`#[actor]` belongs on a struct",
                "make the state a field of a struct, and put `#[actor]` on that",
            );
            None
        }
        Err(error) => {
            diagnostics.syntax(error);
            None
        }
    }
}

/// The token that says what kind of item it is.
fn keyword(item: &syn::Item) -> TokenStream {
    match item {
        syn::Item::Enum(item) => item.enum_token.to_token_stream(),
        syn::Item::Union(item) => item.union_token.to_token_stream(),
        syn::Item::Trait(item) => item.trait_token.to_token_stream(),
        syn::Item::Fn(item) => item.sig.fn_token.to_token_stream(),
        syn::Item::Mod(item) => item.mod_token.to_token_stream(),
        syn::Item::Type(item) => item.type_token.to_token_stream(),
        other => other.to_token_stream(),
    }
}

fn parse_options(arguments: TokenStream, diagnostics: &Diagnostics) -> Options {
    let mut options = Options::default();
    for entry in options::read(arguments, "`#[actor]`", OPTIONS, diagnostics) {
        match entry.name.to_string().as_str() {
            "mailbox" => parse_mailbox(&entry, &mut options, diagnostics),
            "stash" => {
                let zero = "a stash without room keeps no message; leave it out";
                options.stash = entry.count("stash = 64", zero, diagnostics);
            }
            "ask_timeout" => options.ask_timeout = parse_ask_timeout(&entry, diagnostics),
            "throughput" => {
                let zero = "an actor that may handle no message never handles one";
                options.throughput = entry.count("throughput = 64", zero, diagnostics);
            }
            "inline_ask" => options.inline_ask = entry.word(&[("on", true), ("off", false)], diagnostics),
            "name" => {
                let name: Option<LitStr> = entry.parse_as("name = \"counter\"", diagnostics);
                options.name = name.map(|name| name.value());
            }
            "crate" => options.facade = entry.parse_as("crate = path::to::actor", diagnostics),
            // Reported as unknown.
            _ => {}
        }
    }
    options
}

fn parse_mailbox(entry: &Entry, options: &mut Options, diagnostics: &Diagnostics) {
    let zero = "a mailbox without room takes no message";
    match &entry.value {
        Value::Is(value) if syn::parse2::<syn::Ident>(value.clone()).is_ok_and(|word| word == "unbounded") => {
            options.capacity = Some(UNBOUNDED);
        }
        Value::None | Value::Is(_) => options.capacity = entry.count("mailbox = 256", zero, diagnostics),
        Value::List(inner) => {
            for entry in options::read(inner.clone(), "`mailbox(..)`", &["capacity", "overflow"], diagnostics) {
                if entry.name == "capacity" {
                    options.capacity = entry.count("capacity = 256", zero, diagnostics);
                } else {
                    let words = [
                        ("wait", Overflow::Wait),
                        ("reject", Overflow::Reject),
                        ("drop_newest", Overflow::DropNewest),
                        ("drop_oldest", Overflow::DropOldest),
                    ];
                    options.overflow = entry.word(&words, diagnostics);
                }
            }
        }
    }
}

fn parse_ask_timeout(entry: &Entry, diagnostics: &Diagnostics) -> Option<AskTimeout> {
    if let Value::Is(value) = &entry.value
        && syn::parse2::<syn::Ident>(value.clone()).is_ok_and(|word| word == "off")
    {
        return Some(AskTimeout::Off);
    }
    let period = entry.period(diagnostics)?;
    if period.duration.is_zero() {
        let help = "write `ask_timeout = off` to wait for ever";
        diagnostics.report(&period, "no ask is answered within zero time", help);
    }
    Some(AskTimeout::After(period))
}

fn parse_child(field: &mut Field, member: Member, diagnostics: &Diagnostics) -> Option<Child> {
    let attribute = take_attribute(&mut field.attrs, "child")?;
    let factory = parse_factory(&attribute, diagnostics);
    Some(Child { field: field.clone(), member, factory })
}

fn parse_factory(attribute: &Attribute, diagnostics: &Diagnostics) -> Factory {
    const FORMS: &str = "write `#[child(Db::open)]` or `#[child(|| Db::open(\"path\"))]`";
    let Meta::List(list) = &attribute.meta else {
        diagnostics.report(attribute, "`#[child]` needs a factory, which makes the child's state", FORMS);
        return Factory::Broken;
    };
    let parser = |input: ParseStream<'_>| {
        let factory: Expr = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Ok((factory, input.parse::<TokenStream>()?))
    };
    let Some((factory, rest)) = diagnostics.take(parser.parse2(list.tokens.clone())) else {
        return Factory::Broken;
    };
    if !rest.is_empty() {
        let help = "leave `#[child(..)]` with its factory alone";
        diagnostics.report(rest, "`#[child(..)]` takes no options so far", help);
        return Factory::Broken;
    }
    match &factory {
        Expr::Path(_) => Factory::Given(factory.into_token_stream()),
        Expr::Closure(closure) if closure.inputs.is_empty() && closure.asyncness.is_none() => {
            Factory::Given(factory.into_token_stream())
        }
        Expr::Closure(closure) if closure.asyncness.is_none() => {
            diagnostics.report(&closure.inputs, "the factory of a child takes no argument so far", FORMS);
            Factory::Broken
        }
        other => {
            diagnostics.report(other, "the factory of a child is a path or a closure, called at every restart", FORMS);
            Factory::Broken
        }
    }
}

/// Removes the attribute whose last segment is `name`.
pub(crate) fn take_attribute(attributes: &mut Vec<Attribute>, name: &str) -> Option<Attribute> {
    let at = attributes.iter().position(|attribute| is_called(attribute, name))?;
    Some(attributes.remove(at))
}

pub(crate) fn is_called(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == name)
}

/// `T` in `path::to::name<T>`.
pub(crate) fn argument_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(ty)) if arguments.args.len() == 1 => Some(ty),
        _ => None,
    }
}
