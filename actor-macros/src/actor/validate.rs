//! The rules of `#[actor]`, one function each.

use syn::GenericParam;

use super::model::Actor;
use crate::diagnostics::Diagnostics;
use crate::supervise;

pub(crate) fn validate(actor: &Actor, diagnostics: &Diagnostics) {
    check_lifetimes(actor, diagnostics);
    check_children(actor, diagnostics);
    check_name(actor, diagnostics);
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
            let help = "write `Child<Db>`, where `Db` is the struct with `#[actor]`";
            diagnostics.report(&child.field.ty, "a field with `#[child(..)]` has the type `Child<..>`", help);
        }
    }
}

/// The label is what metrics and errors show.
fn check_name(actor: &Actor, diagnostics: &Diagnostics) {
    if actor.options.name.as_deref() == Some("") {
        let help = "leave `name` out to be called after the type";
        diagnostics.report(&actor.item.ident, "an empty name names nothing", help);
    }
}
