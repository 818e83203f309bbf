//! Tokens to model: the impl, its methods, their attributes and parameters.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{
    Attribute, Expr, FnArg, GenericArgument, ImplItem, ImplItemFn, Item, ItemImpl, Meta, Pat, PatType, Path,
    PathArguments, ReturnType, Token, Type, Visibility,
};

use super::model::{Answer, Argument, Handlers, Method, Parameter, Role};
use crate::attributes;
use crate::diagnostics::{self, Diagnostics};
use crate::duration::Period;
use crate::names::{self, Names};
use crate::options::{self, Value};

/// The attributes a method may carry.
const HELPERS: &[&str] =
    &["handler", "started", "stopping", "restarting", "terminated", "dead_letter", "every", "idle"];
/// What some of them are called elsewhere.
const ALIASES: &[(&str, &str)] = &[
    ("init", "started"),
    ("start", "started"),
    ("stop", "stopping"),
    ("restart", "restarting"),
    ("tick", "every"),
    ("timer", "every"),
    ("interval", "every"),
    ("timeout", "idle"),
];
/// The attributes a parameter may carry.
const PARAMETER_HELPERS: &[&str] = &["into", "indirect"];

/// The handlers declared by an impl, or nothing where `item` is no impl of an actor.
pub(crate) fn parse(arguments: TokenStream, item: TokenStream, diagnostics: &Diagnostics) -> Option<Handlers> {
    let mut item = parse_impl(item, diagnostics)?;
    attributes::refuse_another(&mut item.attrs, "handlers", diagnostics);
    // A message is taken whole, by a method of the actor, whether or not it needs either.
    item.attrs.push(syn::parse_quote!(
        #[allow(clippy::needless_pass_by_value, clippy::unused_self, clippy::unused_async)]
    ));
    let (names, message) = parse_options(arguments, diagnostics);
    let (actor, reference) = parse_self_type(&item, diagnostics)?;
    drop_repeated(&mut item, diagnostics);
    let methods = item.items.iter_mut().filter_map(|item| parse_item(item, diagnostics)).collect();
    Some(Handlers { item, actor, reference, methods, message, names })
}

fn parse_impl(item: TokenStream, diagnostics: &Diagnostics) -> Option<ItemImpl> {
    let item = match diagnostics.take(syn::parse2::<Item>(item))? {
        Item::Impl(item) => item,
        other => {
            diagnostics.report(
                diagnostics::keyword(&other),
                "`#[handlers]` belongs on an impl",
                "write `#[handlers] impl Counter { .. }`, with one method per message",
            );
            return None;
        }
    };
    if let Some((path, _)) = &item.trait_ {
        let actor = options::compact(&item.self_ty);
        diagnostics.report(
            path,
            "`#[handlers]` belongs on an impl of the actor itself, not of a trait",
            format_args!("write `#[handlers] impl {actor} {{ .. }}`, and leave this impl without it"),
        );
        return None;
    }
    Some(item)
}

fn parse_options(arguments: TokenStream, diagnostics: &Diagnostics) -> (Names, Option<Ident>) {
    let (mut facade, mut message): (Option<Path>, _) = (None, None);
    let (enums, others): (Vec<TokenStream>, Vec<TokenStream>) =
        options::split_at_commas(arguments).into_iter().partition(names_messages);
    for (place, named) in enums.into_iter().enumerate() {
        if place > 0 {
            diagnostics.report(named, "the messages of an actor have one name", "keep one of them");
        } else {
            message = parse_message_name(named, diagnostics);
        }
    }
    for entry in options::read(quote!(#(#others),*), "`#[handlers]`", &["pub enum", "crate"], diagnostics) {
        facade = entry.parse_as("crate = path::to::actor", diagnostics);
    }
    (Names::new(facade.as_ref()), message)
}

/// Whether an option begins like `pub enum StoreMessage`.
fn names_messages(option: &TokenStream) -> bool {
    matches!(option.clone().into_iter().next(), Some(TokenTree::Ident(word)) if word == "pub" || word == "enum")
}

/// `StoreMessage` in `pub enum StoreMessage`.
fn parse_message_name(option: TokenStream, diagnostics: &Diagnostics) -> Option<Ident> {
    const FORM: &str = "write `pub enum StoreMessage`";
    let parser = |input: ParseStream<'_>| -> syn::Result<(Visibility, Ident)> {
        let vis = input.parse()?;
        input.parse::<Token![enum]>()?;
        Ok((vis, input.parse()?))
    };
    match parser.parse2(option.clone()) {
        Ok((Visibility::Public(_), name)) => Some(name),
        Ok((vis, name)) => {
            let fact = "the messages of an actor are seen wherever their actor is";
            let at = if matches!(vis, Visibility::Inherited) { option } else { vis.into_token_stream() };
            diagnostics.report(at, fact, format_args!("write `pub enum {name}`"));
            None
        }
        Err(_) => {
            diagnostics.report(option, "this does not name the message enum", FORM);
            None
        }
    }
}

/// The name of the actor, and the path of its ref.
fn parse_self_type(item: &ItemImpl, diagnostics: &Diagnostics) -> Option<(Ident, Path)> {
    if let Type::Path(ty) = &*item.self_ty
        && ty.qself.is_none()
        && let Some(segment) = ty.path.segments.last()
    {
        let actor = segment.ident.clone();
        let mut reference = ty.path.clone();
        if let Some(segment) = reference.segments.last_mut() {
            segment.ident = names::reference(&actor);
        }
        return Some((actor, reference));
    }
    let help = "write `impl Counter { .. }` with the name of a struct that has `#[actor]`";
    diagnostics.report(&item.self_ty, "this is not the name of an actor", help);
    None
}

/// Reports methods whose name was given before, and takes them away: the compiler would say it again.
fn drop_repeated(item: &mut ItemImpl, diagnostics: &Diagnostics) {
    let mut names: Vec<Ident> = Vec::new();
    item.items.retain(|item| {
        let ImplItem::Fn(method) = item else { return true };
        // Of those with a `cfg` one may be left.
        if method.attrs.iter().any(|attribute| attribute.path().is_ident("cfg")) {
            return true;
        }
        let name = &method.sig.ident;
        if names.contains(name) {
            let fact = format_args!("two handlers are called `{name}`, and a ref has one method of a name").to_string();
            diagnostics.report(name, fact, "rename one of them");
            return false;
        }
        names.push(name.clone());
        true
    });
}

fn parse_item(item: &mut ImplItem, diagnostics: &Diagnostics) -> Option<Method> {
    match item {
        ImplItem::Fn(method) => Some(parse_method(method, diagnostics)),
        ImplItem::Macro(call) => {
            diagnostics.report(
                &call.mac.path,
                "`#[handlers]` does not see the methods a macro makes",
                "write the methods out, or move the macro to an ordinary impl block",
            );
            None
        }
        // Constants are nobody's message.
        _ => None,
    }
}

fn parse_method(method: &mut ImplItemFn, diagnostics: &Diagnostics) -> Method {
    let helpers = take_helpers(&mut method.attrs);
    drop_misspelt(&mut method.attrs, diagnostics);
    let (role, options) = parse_role(&helpers, diagnostics);
    let mut parameters: Vec<Parameter> = Vec::new();
    for input in &mut method.sig.inputs {
        if let FnArg::Typed(parameter) = input {
            let place = parameters.iter().filter(|earlier| !matches!(earlier, Parameter::Context { .. })).count();
            parameters.push(parse_parameter(parameter, &role, place, diagnostics));
        }
    }
    let HandlerOptions { plain, passive, urgent, stash_unless } = options;
    let answer = parse_answer(&method.sig.output, plain.is_some());
    let (cfgs, attrs) = forwarded(&method.attrs);
    let (original, vis) = (method.sig.clone(), method.vis.clone());
    Method { original, vis, cfgs, attrs, role, urgent, stash_unless, passive, plain, parameters, answer }
}

fn is_helper(attribute: &Attribute) -> bool {
    HELPERS.iter().any(|name| attribute.path().is_ident(name))
}

pub(super) fn take_helpers(attributes: &mut Vec<Attribute>) -> Vec<Attribute> {
    let helpers = attributes.iter().filter(|attribute| is_helper(attribute)).cloned().collect();
    attributes.retain(|attribute| !is_helper(attribute));
    helpers
}

/// Reports attributes that were meant to be helpers, and takes them away: the compiler would say it again. Others are
/// somebody else's.
fn drop_misspelt(attributes: &mut Vec<Attribute>, diagnostics: &Diagnostics) {
    attributes.retain(|attribute| {
        let Some(name) = attribute.path().get_ident() else { return true };
        if is_parameter_helper(attribute) {
            let help = format_args!("write it in front of one, as `#[{name}] value: Value`");
            diagnostics.report(attribute, format_args!("`#[{name}]` is for an argument"), help);
            return false;
        }
        let Some(meant) = meant(&name.to_string()) else { return true };
        let fact = format_args!("`#[{name}]` is no attribute of a handler").to_string();
        diagnostics.report(name, fact, format_args!("did you mean `#[{meant}]`?"));
        false
    });
}

/// The helper that may be meant by an attribute that is none.
fn meant(name: &str) -> Option<&'static str> {
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    alias.map(|(_, meant)| *meant).or_else(|| options::closest(name, HELPERS))
}

/// The options of `#[handler(..)]`.
#[derive(Default)]
struct HandlerOptions {
    /// Its `Result` is an ordinary value.
    plain: Option<Ident>,
    /// Its messages leave the idle timer alone.
    passive: Option<Ident>,
    urgent: bool,
    stash_unless: Option<TokenStream>,
}

/// The role that the attributes give a method, and its options.
fn parse_role(helpers: &[Attribute], diagnostics: &Diagnostics) -> (Role, HandlerOptions) {
    let (mut role, mut options) = (Role::Handler, HandlerOptions::default());
    for helper in helpers {
        let name = helper.path().get_ident().map(Ident::to_string).unwrap_or_default();
        match name.as_str() {
            "handler" => options = parse_handler_options(helper, diagnostics),
            "every" => role = parse_period(helper, "every", "5s", diagnostics).map_or(role, Role::Every),
            "idle" => role = parse_period(helper, "idle", "30s", diagnostics).map_or(role, Role::Idle),
            _ => {
                if !matches!(helper.meta, Meta::Path(_)) {
                    diagnostics.report(
                        helper,
                        format_args!("`#[{name}]` takes nothing"),
                        format_args!("write `#[{name}]`"),
                    );
                }
                role = match name.as_str() {
                    "started" => Role::Started,
                    "stopping" => Role::Stopping,
                    "restarting" => Role::Restarting,
                    "terminated" => Role::Terminated,
                    _ => Role::DeadLetter,
                };
            }
        }
    }
    if let [_, second, ..] = helpers {
        diagnostics.report(second, "a method has one role", "keep one of these attributes");
    }
    (role, options)
}

fn parse_handler_options(helper: &Attribute, diagnostics: &Diagnostics) -> HandlerOptions {
    let mut options = HandlerOptions::default();
    let Meta::List(list) = &helper.meta else { return options };
    let known = ["lane", "stash_unless", "plain", "passive"];
    for entry in options::read(list.tokens.clone(), "`#[handler]`", &known, diagnostics) {
        let name = entry.name.to_string();
        match name.as_str() {
            "lane" => options.urgent = entry.word(&[("urgent", true), ("user", false)], diagnostics).unwrap_or(false),
            "stash_unless" => {
                let guard: Option<Expr> = entry.parse_as("stash_unless = self.ready", diagnostics);
                options.stash_unless = guard.map(ToTokens::into_token_stream);
            }
            _ => {
                let place = if name == "plain" { &mut options.plain } else { &mut options.passive };
                *place = Some(entry.name.clone());
                if !matches!(entry.value, Value::None) {
                    let help = format_args!("write `#[handler({name})]`");
                    diagnostics.report(&entry, format_args!("`{name}` takes no value"), help);
                }
            }
        }
    }
    options
}

/// The time in `#[every(5s)]` and `#[idle(30s)]`.
fn parse_period(helper: &Attribute, name: &str, example: &str, diagnostics: &Diagnostics) -> Option<Period> {
    let (what, zero) = match name {
        "every" => ("period", "a timer with a period of zero never rests"),
        _ => ("time", "an actor that is idle at once never rests"),
    };
    let missing = format!("`#[{name}]` needs its {what}");
    let help = format!("write `#[{name}({example})]`");
    let Meta::List(list) = &helper.meta else {
        diagnostics.report(helper, missing, help);
        return None;
    };
    if list.tokens.is_empty() {
        diagnostics.report(helper, missing, help);
        return None;
    }
    let period: Period = diagnostics.take(syn::parse2(list.tokens.clone()))?;
    if period.duration.is_zero() {
        diagnostics.report(&period, zero, format_args!("write `#[{name}(1ms)]` or more"));
    }
    Some(period)
}

/// `place` counts the parameters before this one, without the context.
fn parse_parameter(parameter: &mut PatType, role: &Role, place: usize, diagnostics: &Diagnostics) -> Parameter {
    let helpers = take_parameter_helpers(parameter, diagnostics);
    let has = |name: &str| helpers.iter().any(|helper| helper.path().is_ident(name));
    match parameter_as(parameter, role, place, diagnostics) {
        Parameter::Argument(argument) => {
            Parameter::Argument(Argument { into: has("into"), indirect: has("indirect"), ..argument })
        }
        other => {
            refuse_parameter_helpers(&helpers, diagnostics);
            other
        }
    }
}

/// What a parameter is, its attributes aside.
fn parameter_as(parameter: &PatType, role: &Role, place: usize, diagnostics: &Diagnostics) -> Parameter {
    let ty = (*parameter.ty).clone();
    if let Type::Reference(reference) = &ty
        && reference.mutability.is_some()
    {
        return Parameter::Context { ty: (*reference.elem).clone() };
    }
    let name = match &*parameter.pat {
        Pat::Ident(pattern) if pattern.subpat.is_none() && pattern.by_ref.is_none() => pattern.ident.clone(),
        other => {
            let pattern = options::compact(other);
            diagnostics.report(
                other,
                format_args!("an argument has a name, which `{pattern}` is not"),
                "name it, such as `_unused`, and take it apart in the body",
            );
            return Parameter::Broken;
        }
    };
    match role {
        Role::Stopping => return Parameter::Reason { name, ty },
        Role::Terminated if place == 0 => return Parameter::Who { name },
        Role::Terminated if place == 1 => return Parameter::Reason { name, ty },
        Role::Restarting if matches!(ty, Type::Reference(_)) => return Parameter::Failure { ty },
        Role::DeadLetter if place == 0 => return Parameter::Letter { ty },
        Role::Handler
        | Role::Every(_)
        | Role::Started
        | Role::Restarting
        | Role::Idle(_)
        | Role::Terminated
        | Role::DeadLetter => {}
    }
    if let Some(value) = reply_value(&ty) {
        return Parameter::Reply { name, ty: ty.clone(), value: value.clone() };
    }
    Parameter::Argument(Argument { name, ty, into: false, indirect: false })
}

/// Takes `#[into]` and `#[indirect]` off the parameter.
fn take_parameter_helpers(parameter: &mut PatType, diagnostics: &Diagnostics) -> Vec<Attribute> {
    for attribute in &parameter.attrs {
        if attribute.path().is_ident("cfg") {
            let help = "put `#[cfg(..)]` on the handler, and write one handler per case";
            diagnostics.report(attribute, "an argument cannot come and go", help);
        } else if is_parameter_helper(attribute) && !matches!(attribute.meta, Meta::Path(_)) {
            let name = attribute.path().get_ident().map(Ident::to_string).unwrap_or_default();
            diagnostics.report(attribute, format_args!("`#[{name}]` takes nothing"), format_args!("write `#[{name}]`"));
        }
    }
    let (helpers, others): (Vec<Attribute>, _) = parameter.attrs.drain(..).partition(is_parameter_helper);
    parameter.attrs = others;
    for (place, helper) in helpers.iter().enumerate() {
        if let Some(name) = helper.path().get_ident()
            && helpers.iter().take(place).any(|earlier| earlier.path().is_ident(name))
        {
            diagnostics.report(helper, format_args!("`#[{name}]` is there already"), "keep one of them");
        }
    }
    helpers
}

/// `#[into]` and `#[indirect]` say how a message carries a value.
fn refuse_parameter_helpers(helpers: &[Attribute], diagnostics: &Diagnostics) {
    for helper in helpers {
        let name = helper.path().get_ident().map(Ident::to_string).unwrap_or_default();
        let fact = format_args!("`#[{name}]` is for what a message carries, which this is not").to_string();
        diagnostics.report(helper, fact, "remove it");
    }
}

pub(super) fn is_parameter_helper(attribute: &Attribute) -> bool {
    PARAMETER_HELPERS.iter().any(|name| attribute.path().is_ident(name))
}

/// `T` in `Reply<T>`.
fn reply_value(ty: &Type) -> Option<&Type> {
    names::argument_of(ty, "Reply")
}

fn parse_answer(output: &ReturnType, plain: bool) -> Answer {
    let ReturnType::Type(_, ty) = output else { return Answer::Nothing };
    if is_unit(ty) {
        return Answer::Nothing;
    }
    match result_value(ty) {
        Some(_) | None if plain => Answer::Value((**ty).clone()),
        Some(value) if is_unit(value) => Answer::Attempt((**ty).clone()),
        Some(_) => Answer::Result((**ty).clone()),
        None => Answer::Value((**ty).clone()),
    }
}

fn is_unit(ty: &Type) -> bool {
    match ty {
        Type::Tuple(tuple) => tuple.elems.is_empty(),
        Type::Paren(inner) => is_unit(&inner.elem),
        Type::Group(inner) => is_unit(&inner.elem),
        _ => false,
    }
}

/// `T` in `Result<T, ..>`, whatever path leads to it.
fn result_value(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident.unraw() == "Result")?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// What goes with a method wherever it goes, and what goes to the method of the ref.
fn forwarded(attributes: &[Attribute]) -> (Vec<Attribute>, Vec<Attribute>) {
    let cfgs = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect();
    let attrs = attributes.iter().filter(|attribute| goes_to_ref(attribute)).cloned().collect();
    (cfgs, attrs)
}

fn goes_to_ref(attribute: &Attribute) -> bool {
    let named = |name: &str| attribute.path().is_ident(name);
    match &attribute.meta {
        // A call is `must_use` already; the user's words are worth repeating, the bare word is not.
        Meta::NameValue(_) if named("must_use") => true,
        Meta::List(list) if named("cfg_attr") => describes(&list.tokens),
        _ => ["doc", "deprecated", "allow"].into_iter().any(named),
    }
}

/// Whether a `cfg_attr` adds documentation.
fn describes(tokens: &TokenStream) -> bool {
    let after_comma = tokens.clone().into_iter().skip_while(|token| !is_comma(token)).nth(1);
    matches!(after_comma, Some(TokenTree::Ident(name)) if name == "doc" || name == "deprecated")
}

fn is_comma(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_that_is_misspelt_or_called_otherwise_is_known() {
        let rows = [("evry", "every"), ("strated", "started"), ("stoping", "stopping"), ("start", "started")];
        for (wrong, right) in rows.into_iter().chain([("timer", "every"), ("timeout", "idle"), ("handlers", "handler")])
        {
            assert_eq!(meant(wrong), Some(right), "{wrong}");
        }
    }

    #[test]
    fn attributes_of_the_language_and_of_others_are_left_alone() {
        let others = [
            "allow",
            "expect",
            "warn",
            "deny",
            "cfg",
            "cfg_attr",
            "cold",
            "deprecated",
            "doc",
            "ignore",
            "inline",
            "must_use",
            "no_mangle",
            "rustfmt",
            "should_panic",
            "target_feature",
            "test",
            "track_caller",
            "instrument",
            "traced",
            "async_trait",
            "cached",
            "measure",
            "rstest",
            "serial",
        ];
        assert_eq!(others.into_iter().find(|other| meant(other).is_some()), None);
    }
}
