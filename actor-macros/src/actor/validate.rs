//! The rules of `#[actor]`, one function each.

use syn::GenericParam;

use super::model::{Actor, Dispatcher, Restart};
use super::{dwell, figures};
use crate::diagnostics::Diagnostics;
use crate::names;
use crate::options::compact;
use crate::supervise::{self, Strategy};

pub(crate) fn validate(actor: &Actor, diagnostics: &Diagnostics) {
    check_lifetimes(actor, diagnostics);
    check_children(actor, diagnostics);
    check_name(actor, diagnostics);
    check_local(actor, diagnostics);
    figures::validate(&actor.options, diagnostics);
    dwell::validate(&actor.options, diagnostics);
    check_tags(actor, diagnostics);
    supervise::validate(&actor.supervision, diagnostics);
}

/// An actor outlives the function that spawned it, so it borrows from nobody.
fn check_lifetimes(actor: &Actor, diagnostics: &Diagnostics) {
    for parameter in &actor.item.generics.params {
        if let GenericParam::Lifetime(lifetime) = parameter {
            let help = "use an owned type in the field, such as `String` for `&str`, or `Arc<T>` for `&T`";
            diagnostics.report(&lifetime.lifetime, "an actor owns its state and borrows from nobody", help);
        }
    }
}

/// A child is reached through a `Child<..>`, which the parent fills when it starts.
fn check_children(actor: &Actor, diagnostics: &Diagnostics) {
    for child in &actor.children {
        if let Some(cfg) = child.field.attrs.iter().find(|attribute| attribute.path().is_ident("cfg")) {
            let help = "put `#[cfg(..)]` on the struct, and write one struct per case";
            diagnostics.report(cfg, "a declared child cannot come and go", help);
        }
        if child.actor().is_none() {
            let kind = if child.pool.is_some() { "Pool" } else { "Child" };
            let meant = names::meant(&child.field.ty);
            let help = format_args!("write `{kind}<{meant}>`, where `{meant}` is the struct with `#[actor]`");
            let (ty, fact) = (&child.field.ty, format_args!("a field with `#[child(..)]` has the type `{kind}<..>`"));
            if child.pool.is_none() && names::argument_of(ty, "Pool").is_some() {
                let help = "write `#[child(Worker::new, pool = 4)]`, or `Child<Worker>` for a single one";
                diagnostics.report(ty, "a pool needs the number of its members", help);
            } else if let (Some(members), Some(member)) = (child.pool, names::argument_of(ty, "Child")) {
                let member = compact(member);
                let fact = format_args!("with `pool = {members}` there are several children, and a `Child<..>` is one");
                let help = format_args!("write `Pool<{member}>`, or leave `pool` out");
                diagnostics.report(ty, fact, help);
            } else {
                diagnostics.report(ty, fact, help);
            }
        }
        if let (Some(_), None) = (child.route, child.pool) {
            let help = "add `pool = 4`, or leave `route` out";
            diagnostics.report(&child.field.ty, "only a pool has a route", help);
        }
        if let (Some((_, scope)), Some(Restart::Temporary)) = (&child.scope, child.restart) {
            let help = "leave `scope` out, or have it restarted: `restart = transient`";
            diagnostics.report(scope, "a `temporary` child is never restarted, so nothing of it is counted", help);
        }
    }
    check_number(actor, diagnostics);
    check_order(actor, diagnostics);
    check_group(actor, diagnostics);
    check_declared(actor, diagnostics);
}

/// A byte says how many of them are up.
fn check_number(actor: &Actor, diagnostics: &Diagnostics) {
    let mut children = 0;
    let beyond = actor.children.iter().find(|child| {
        children += child.members();
        children > CHILDREN
    });
    if let Some(child) = beyond {
        let fact = format_args!("an actor has at most {CHILDREN} declared children, and here it has {children}");
        let help =
            "give its pools fewer members, or start the others by `ctx.spawn(..)`: of those there may be any number";
        diagnostics.report(&child.field.ty, fact, help);
    }
}

/// Each child comes after children, and none after itself, by whatever way.
fn check_order(actor: &Actor, diagnostics: &Diagnostics) {
    for (place, child) in actor.children.iter().enumerate() {
        for name in &child.after {
            if !actor.children.iter().any(|other| other.is_called(name)) {
                let help = "name a field with `#[child(..)]`";
                diagnostics.report(name, format_args!("this actor has no child `{name}`"), help);
            } else if !actor.children[..place].iter().any(|other| other.is_called(name)) {
                let help = "let one of them come without `after`";
                diagnostics.report(name, "these children wait for each other", help);
            }
        }
    }
}

/// A `Child` or a `Pool` is filled when the child is started, which somebody has to say how.
fn check_declared(actor: &Actor, diagnostics: &Diagnostics) {
    for (field, member) in actor.item.fields.iter().zip(actor.item.fields.members()) {
        if actor.children.iter().any(|child| child.member == member) {
            continue;
        }
        for (kind, attribute) in [("Child", ""), ("Pool", ", pool = 4")] {
            if let Some(child) = names::argument_of(&field.ty, kind) {
                let child = compact(child);
                let fact = format_args!("nobody starts this child: a `{kind}<..>` without `#[child(..)]` stays empty");
                let help = format_args!(
                    "put `#[child({child}::new{attribute})]` on the field, with the factory of `{child}`; to hold an \
                     actor that others start, write `{child}Ref`"
                );
                diagnostics.report(&field.ty, fact, help);
            }
        }
    }
}

/// Those of `ctx.spawn` are restarted alone, so a group is one of declared children.
fn check_group(actor: &Actor, diagnostics: &Diagnostics) {
    let Some((Strategy::OneForAll | Strategy::RestForOne | Strategy::Custom, word)) = &actor.supervision.strategy
    else {
        return;
    };
    // A field that lacks its attribute is told so already.
    let meant = |ty| names::argument_of(ty, "Child").or(names::argument_of(ty, "Pool")).is_some();
    if actor.children.is_empty() && !actor.item.fields.iter().any(|field| meant(&field.ty)) {
        let fact = format_args!("`{}` concerns declared children, and this actor has none", compact(word));
        let help = "declare them, `#[child(Db::open)] db: Child<Db>`, or leave `strategy` out: each child of `ctx.spawn(..)` \
                    is restarted alone";
        diagnostics.report(word, fact, help);
    }
}

/// The label is what metrics and errors show.
fn check_name(actor: &Actor, diagnostics: &Diagnostics) {
    if let Some(name) = actor.options.name.as_ref().filter(|name| name.value().is_empty()) {
        let help = "leave `name` out to be called after the type";
        diagnostics.report(name, "an empty name names nothing", help);
    }
}

/// Declared children, the members of pools included.
const CHILDREN: usize = u8::MAX as usize;

/// Tags that a snapshot has room for, and the bytes it has for them.
const TAGS: usize = 8;
const BYTES_OF_TAGS: usize = 144;

/// What would never be told is refused here.
fn check_tags(actor: &Actor, diagnostics: &Diagnostics) {
    let mut bytes = 0;
    for (place, (key, value)) in actor.options.tags.iter().enumerate() {
        if place == TAGS {
            let help = "keep those that tell where to look";
            diagnostics.report(value, "a failure has at most 8 tags", help);
        }
        let before = bytes;
        bytes += key.len() + value.value().len();
        if before <= BYTES_OF_TAGS && bytes > BYTES_OF_TAGS {
            let help = "say it in fewer words; those of `ctx.tag(..)` need room as well";
            diagnostics.report(value, "the keys and values of a failure's tags have room for 144 bytes", help);
        }
    }
}

/// A local actor stays on one thread.
fn check_local(actor: &Actor, diagnostics: &Diagnostics) {
    if let (Some(local), Some(Dispatcher::Shared)) = (&actor.options.local, actor.options.dispatcher) {
        let fact = "a `local` actor stays on one thread, and `shared` moves it between several";
        let help = "leave `dispatcher` out, or write `dispatcher = current_thread`, `pinned` or `single_worker`";
        diagnostics.report(local, fact, help);
    }
}
