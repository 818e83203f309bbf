//! The rules of `#[handlers]`, one function each.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{FnArg, GenericArgument, PathArguments, ReceiverKind, ReturnType, Safety, Type};

use super::model::{Answer, Handlers, Method, Parameter, Role};
use crate::diagnostics::Diagnostics;
use crate::names;
use crate::options::compact;

/// The `#[every]` timers of an actor, at most: one bit each.
const TIMERS: usize = 16;

/// Names a ref has methods for already.
const TAKEN: &[&str] = &["control", "clone", "downgrade", "recipient", "tell_many"];

pub(crate) fn validate(handlers: &Handlers, diagnostics: &Diagnostics) {
    check_hooks_once(handlers, diagnostics);
    check_passive(handlers, diagnostics);
    check_timers(handlers, diagnostics);
    for method in &handlers.methods {
        check_receiver(method, diagnostics);
        check_signature(method, diagnostics);
        check_generics(method, diagnostics);
        check_context(method, diagnostics);
        check_arguments(method, diagnostics);
        check_reply(method, diagnostics);
        check_answer(method, diagnostics);
        match method.role {
            Role::Handler => check_name(method, diagnostics),
            Role::Every(_) => {
                check_name(method, diagnostics);
                check_timer(method, diagnostics);
            }
            Role::Started => check_hook(method, "started", diagnostics),
            Role::Stopping => check_hook(method, "stopping", diagnostics),
            Role::Restarting => check_hook(method, "restarting", diagnostics),
            Role::Idle(_) => check_hook(method, "idle", diagnostics),
            Role::Terminated => check_hook(method, "terminated", diagnostics),
            Role::DeadLetter => check_hook(method, "dead_letter", diagnostics),
        }
    }
}

/// Whether the actor has a lifetime, which `#[actor]` reports.
pub(super) fn borrows(handlers: &Handlers) -> bool {
    let Type::Path(ty) = &*handlers.item.self_ty else { return false };
    let arguments = ty.path.segments.last().map(|segment| &segment.arguments);
    matches!(arguments, Some(PathArguments::AngleBracketed(arguments)) if arguments.args.iter().any(is_lifetime))
}

fn is_lifetime(argument: &GenericArgument) -> bool {
    matches!(argument, GenericArgument::Lifetime(lifetime) if lifetime.ident != "static")
}

/// Each hook is one method.
fn check_hooks_once(handlers: &Handlers, diagnostics: &Diagnostics) {
    for hook in ["started", "stopping", "restarting", "idle", "terminated", "dead_letter"] {
        let methods = handlers.methods.iter().filter(|method| method.cfgs.is_empty());
        for second in methods.filter(|method| hook_of(&method.role) == Some(hook)).skip(1) {
            let fact = format_args!("an actor has one `#[{hook}]` hook");
            diagnostics.report(second.name(), fact, "call this method from the first one");
        }
    }
}

/// A message leaves a timer alone that is there: without `#[idle]` nothing can set one.
fn check_passive(handlers: &Handlers, diagnostics: &Diagnostics) {
    if handlers.methods.iter().any(|method| matches!(method.role, Role::Idle(_))) {
        return;
    }
    for passive in handlers.methods.iter().filter_map(|method| method.passive.as_ref()) {
        let fact = "a `passive` message leaves the idle timer alone, and this actor has none";
        diagnostics.report(passive, fact, "leave `passive` out, or add `#[idle(30s)] fn quiet(&mut self) { .. }`");
    }
}

fn check_timers(handlers: &Handlers, diagnostics: &Diagnostics) {
    let mut timers =
        handlers.methods.iter().filter(|method| matches!(method.role, Role::Every(_)) && method.cfgs.is_empty());
    if let Some(method) = timers.nth(TIMERS) {
        let fact = format_args!("an actor has at most {TIMERS} `#[every]` timers");
        diagnostics.report(method.name(), fact, "let one of them count ticks, and call this method");
    }
}

fn hook_of(role: &Role) -> Option<&'static str> {
    match role {
        Role::Started => Some("started"),
        Role::Stopping => Some("stopping"),
        Role::Restarting => Some("restarting"),
        Role::Idle(_) => Some("idle"),
        Role::Terminated => Some("terminated"),
        Role::DeadLetter => Some("dead_letter"),
        Role::Handler | Role::Every(_) => None,
    }
}

/// A handler works on an actor it is lent.
fn check_receiver(method: &Method, diagnostics: &Diagnostics) {
    let help = "write `&mut self`, or `&self` to look only";
    let Some(receiver) = method.original.receiver() else {
        let fact = format_args!("`{}` has no `self`, and every method here is a handler", method.name());
        let help = "add `&mut self`, or move it to an ordinary impl block";
        return diagnostics.report(method.name(), fact, help);
    };
    match &receiver.kind {
        ReceiverKind::Reference(_, None, _) => {}
        ReceiverKind::Reference(_, Some(lifetime), _) => {
            diagnostics.report(lifetime, "a handler is lent its actor for one call", help);
        }
        ReceiverKind::Value => {
            let fact = "a handler is lent its actor and cannot take it";
            diagnostics.report(receiver, fact, format_args!("{help}; `ctx.stop()` ends the actor"));
        }
        ReceiverKind::Typed(_, ty) => {
            if !matches!(compact(ty).as_str(), "&Self" | "&mut Self") {
                diagnostics.report(ty, "a handler is lent its actor by reference", help);
            }
        }
        _ => diagnostics.report(receiver, "a handler is lent its actor by reference", help),
    }
}

/// The runtime calls handlers as ordinary Rust functions.
fn check_signature(method: &Method, diagnostics: &Diagnostics) {
    let signature = &method.original;
    if let Safety::Unsafe(token) = &signature.safety {
        diagnostics.report(token, "a handler cannot be `unsafe`: callers only send a message", "remove `unsafe`");
    }
    if let Some(abi) = &signature.abi {
        diagnostics.report(abi, "a handler is an ordinary Rust function", "remove the `extern`");
    }
}

/// All messages of an actor are one enum, and an enum has no variant for every type there is.
fn check_generics(method: &Method, diagnostics: &Diagnostics) {
    let generics = &method.original.generics;
    if !generics.params.is_empty() {
        let parameters = &generics.params;
        diagnostics.report(
            parameters,
            format_args!("a handler takes no generic parameters, and `{}` does", method.name()),
            "name the type, take a `Box<dyn Trait + Send>`, or make the actor generic",
        );
    } else if let Some(clause) = &generics.where_clause {
        diagnostics.report(clause, "a handler has no `where` clause of its own", "move it to the impl");
    }
}

/// The runtime lends one context.
fn check_context(method: &Method, diagnostics: &Diagnostics) {
    let contexts = method.original.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(parameter) if is_mutable_reference(&parameter.ty) => Some(parameter),
        _ => None,
    });
    for second in contexts.skip(1) {
        diagnostics.report(
            second,
            "a handler has one context, and every `&mut` parameter is one",
            "remove it, or take the value itself, which the message then owns",
        );
    }
}

fn is_mutable_reference(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if reference.mutability.is_some())
}

/// A message owns what it carries, and its types can be named.
fn check_arguments(method: &Method, diagnostics: &Diagnostics) {
    for parameter in &method.parameters {
        match parameter {
            Parameter::Argument(argument) if is_context(&argument.ty) => {
                let help = format_args!("write `{}: &mut {}`", argument.name, compact(&argument.ty)).to_string();
                diagnostics.report(&argument.ty, "the context is lent to a handler, and no message carries one", help);
            }
            Parameter::Argument(argument) => check_owned(&argument.ty, "a message", diagnostics),
            Parameter::Reply { value, .. } => check_owned(value, "a reply", diagnostics),
            Parameter::Context { .. }
            | Parameter::Reason { .. }
            | Parameter::Who { .. }
            | Parameter::Failure { .. }
            | Parameter::Letter { .. }
            | Parameter::Broken => {}
        }
    }
}

/// Whether it is the context of the actor. One of another name, or of something else, is a type of the user.
fn is_context(ty: &Type) -> bool {
    names::argument_of(ty, "Context").is_some_and(|of| compact(of) == "Self")
}

/// Reports what in `ty` cannot be moved from one actor to another.
fn check_owned(ty: &Type, what: &str, diagnostics: &Diagnostics) {
    match ty {
        Type::Reference(reference) => {
            let is_static = reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static");
            if !is_static {
                let written = compact(reference);
                diagnostics.report(
                    ty,
                    format_args!("{what} owns what it carries, and `{written}` borrows"),
                    owned(&reference.elem),
                );
            }
        }
        Type::ImplTrait(bound) => {
            let written = compact(bound);
            let help = match converted(bound) {
                Some(target) if what == "a message" => {
                    format!("write `#[into] name: {target}`, and callers pass the same")
                }
                _ => "name the type, or take a `Box<dyn Trait + Send>`".to_owned(),
            };
            diagnostics.report(ty, format_args!("{what} has one type, and `{written}` stands for many"), help);
        }
        Type::Path(path) => {
            for segment in &path.path.segments {
                if let PathArguments::AngleBracketed(arguments) = &segment.arguments {
                    for argument in &arguments.args {
                        match argument {
                            GenericArgument::Type(inner) => check_owned(inner, what, diagnostics),
                            GenericArgument::Lifetime(lifetime) if lifetime.ident != "static" => {
                                let help = "use a type that owns its contents";
                                diagnostics.report(
                                    ty,
                                    format_args!("{what} owns what it carries, and `{lifetime}` borrows"),
                                    help,
                                );
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
        Type::Tuple(tuple) => tuple.elems.iter().for_each(|inner| check_owned(inner, what, diagnostics)),
        Type::Array(array) => check_owned(&array.elem, what, diagnostics),
        Type::Paren(inner) => check_owned(&inner.elem, what, diagnostics),
        Type::Group(inner) => check_owned(&inner.elem, what, diagnostics),
        // The compiler refuses both wherever they stand, and says so.
        Type::Never(_) | Type::Infer(_) => diagnostics.leave(),
        _ => {}
    }
}

/// What to write instead of a reference to `borrowed`.
fn owned(borrowed: &Type) -> String {
    let written = compact(borrowed);
    match borrowed {
        Type::Path(path) if path.path.is_ident("str") => "use `String`, `Arc<str>` or `&'static str`".to_owned(),
        Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == "Context") => {
            format!("write `&mut {written}`: the context is lent mutably")
        }
        Type::Path(path) if path.path.is_ident("Path") => "use `PathBuf` or `Arc<Path>`".to_owned(),
        Type::Slice(slice) => {
            let element = compact(&slice.elem);
            format!("use `Vec<{element}>` or `Arc<[{element}]>`")
        }
        Type::TraitObject(object) => format!("use `Box<{} + Send>`", compact(object)),
        _ => format!("use `{written}` or `Arc<{written}>`"),
    }
}

/// `T` in `impl Into<T>`.
fn converted(bound: &syn::TypeImplTrait) -> Option<String> {
    let tokens = bound.bounds.to_token_stream();
    let path: syn::Path = syn::parse2(tokens).ok()?;
    let segment = path.segments.last().filter(|segment| segment.ident == "Into")?;
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(compact(&arguments.args)),
        _ => None,
    }
}

/// The duty to answer is handed over once.
fn check_reply(method: &Method, diagnostics: &Diagnostics) {
    let replies = method.parameters.iter().filter_map(|parameter| match parameter {
        Parameter::Reply { ty, .. } => Some(ty),
        _ => None,
    });
    for second in replies.skip(1) {
        diagnostics.report(second, "a message is answered once, by one `Reply`", "answer with a tuple or a struct");
    }
}

/// An answer is a value of its own.
fn check_answer(method: &Method, diagnostics: &Diagnostics) {
    if let Some(plain) = &method.plain
        && matches!(method.answer, Answer::Nothing)
    {
        let fact = "`plain` passes a `Result` on as it is, and this handler returns none";
        diagnostics.report(plain, fact, "leave `plain` out");
    }
    if let Answer::Attempt(ty) = &method.answer {
        check_owned(ty, "an error", diagnostics);
    }
    if let Answer::Value(ty) | Answer::Result(ty) = &method.answer {
        if method.reply().is_some() {
            let help = "remove the return type, or return the value and remove the `Reply`";
            return diagnostics.report(ty, "a handler with a `Reply` answers through it", help);
        }
        if let Type::Never(_) = ty {
            return diagnostics.report(ty, "an answer is a value, and `!` has none", "leave the return type out");
        }
        check_owned(ty, "a reply", diagnostics);
    }
}

/// The ref has one method of a name.
fn check_name(method: &Method, diagnostics: &Diagnostics) {
    if is_taken(method) {
        let name = method.name().unraw().to_string();
        diagnostics.report(
            method.name(),
            format_args!("every ref has a method `{name}` already"),
            format_args!("give the handler another name, such as `{}`", other_name(&name)),
        );
    }
}

pub(super) fn is_taken(method: &Method) -> bool {
    TAKEN.iter().any(|name| method.name().unraw() == name)
}

fn other_name(taken: &str) -> &'static str {
    match taken {
        "control" => "steer",
        "clone" => "copy",
        "downgrade" => "lower",
        "tell_many" => "tell_all",
        _ => "receiver",
    }
}

/// A timer has nothing to say, and nobody to answer.
fn check_timer(method: &Method, diagnostics: &Diagnostics) {
    for argument in method.arguments() {
        diagnostics.report(
            &argument.name,
            format_args!("a timer calls `{}`, and has no `{}` to pass", method.name(), argument.name),
            "keep the value in the actor, or write a second handler that takes it",
        );
    }
    if let Some((name, _)) = method.reply() {
        diagnostics.report(name, "a timer waits for no answer", "remove the `Reply`");
    }
    check_returns_nothing(method, "a timer waits for no answer", diagnostics);
}

/// A hook is called by the runtime, which has a context and nothing else.
fn check_hook(method: &Method, hook: &str, diagnostics: &Diagnostics) {
    for argument in method.arguments() {
        let help = match hook {
            "started" => "keep the value in the actor, where its factory put it",
            "idle" => "keep the value in the actor, and take the context alone",
            "restarting" => "take a `&Failure` and the context alone",
            "terminated" => "take an `ActorId`, a `StopReason` and the context alone",
            "dead_letter" => "take a `DeadLetter<Self>` and the context alone",
            _ => "take a `StopReason` and the context alone",
        };
        diagnostics.report(
            &argument.name,
            format_args!("`#[{hook}]` is called by the runtime, which has no `{}`", argument.name),
            help,
        );
    }
    if let Some((name, _)) = method.reply() {
        diagnostics.report(name, format_args!("nobody waits for an answer of `#[{hook}]`"), "remove the `Reply`");
    }
    let reasons = method.parameters.iter().filter_map(|parameter| match parameter {
        Parameter::Reason { ty, .. } => Some(ty),
        _ => None,
    });
    for second in reasons.skip(1) {
        diagnostics.report(second, "`#[stopping]` is told one reason", "take a `StopReason` and the context alone");
    }
    let failures = method.parameters.iter().filter_map(|parameter| match parameter {
        Parameter::Failure { ty } => Some(ty),
        _ => None,
    });
    for second in failures.skip(1) {
        let help = "take a `&Failure` and the context alone";
        diagnostics.report(second, "`#[restarting]` is told one failure", help);
    }
    check_returns_nothing(method, &format!("nobody waits for an answer of `#[{hook}]`"), diagnostics);
}

fn check_returns_nothing(method: &Method, fact: &str, diagnostics: &Diagnostics) {
    let ReturnType::Type(_, ty) = &method.original.output else { return };
    match &method.answer {
        Answer::Nothing | Answer::Attempt(_) => {}
        Answer::Value(_) | Answer::Result(_) => {
            let nothing: TokenStream = quote!(#ty);
            diagnostics.report(nothing, fact, "return nothing, or `Result<(), E>`, whose `Err` is a failure");
        }
    }
}
