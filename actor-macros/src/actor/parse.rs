//! Tokens to model: the options of `#[actor(..)]`, the struct, its `#[child(..)]` fields.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprClosure, Field, ItemStruct, LitStr, Member, Meta, Pat, PatIdent, PatType, Token};

use super::model::{
    Actor, Child, Dispatcher, Factory, MetricsLevel, Options, Overflow, Restart, Route, Scope, UNBOUNDED,
};
use super::{dwell, figures};
use crate::attributes;
use crate::diagnostics::{self, Diagnostics};
use crate::names::Names;
use crate::options::{self, Entry, Value};
use crate::supervise;

const OPTIONS: &[&str] = &[
    "mailbox",
    "indirect",
    "stash",
    "timers",
    "ask_timeout",
    "fairness",
    "throughput",
    "dispatcher",
    "local",
    "inline_ask",
    "error",
    "metrics",
    "dwell",
    "counters",
    "histograms",
    "name",
    "tags",
    "crate",
];

/// What is said in the option that it belongs to.
const MISPLACED: &[(&str, &str)] = &[
    ("overflow", "mailbox(capacity = 256, overflow = reject)"),
    ("capacity", "mailbox = 256"),
    ("component", "tags(component = \"storage\")"),
    ("endpoint", "tags(endpoint = \"disk\")"),
    ("transport", "tags(transport = \"tcp\")"),
];

/// The words of `dispatcher = ..`.
const DISPATCHERS: &[(&str, Dispatcher)] = &[
    ("shared", Dispatcher::Shared),
    ("pinned", Dispatcher::Pinned),
    ("current_thread", Dispatcher::CurrentThread),
    ("single_worker", Dispatcher::SingleWorker),
];

/// The actor declared by a struct, or nothing where `item` is no struct.
pub(crate) fn parse(arguments: TokenStream, item: TokenStream, diagnostics: &Diagnostics) -> Option<Actor> {
    let mut item = parse_struct(item, diagnostics)?;
    attributes::refuse_another(&mut item.attrs, "actor", diagnostics);
    let options = parse_options(arguments, diagnostics);
    let names = Names::new(options.facade.as_ref());
    let supervision = attributes::take(&mut item.attrs, "supervise", diagnostics)
        .map(|attribute| supervise::parse_attribute(&attribute, diagnostics))
        .unwrap_or_default();
    let members: Vec<Member> = item.fields.members().collect();
    let fields = item.fields.iter_mut().zip(members);
    let children = in_order(fields.filter_map(|(field, member)| parse_child(field, member, diagnostics)).collect());
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
                diagnostics::keyword(&other),
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

fn parse_options(arguments: TokenStream, diagnostics: &Diagnostics) -> Options {
    let mut options = Options::default();
    for entry in options::read_with(arguments, "`#[actor]`", OPTIONS, MISPLACED, diagnostics) {
        match entry.name.to_string().as_str() {
            "mailbox" => parse_mailbox(&entry, &mut options, diagnostics),
            "indirect" => {
                let zero = "an `#[indirect]` argument without a place is never sent; leave `indirect` out";
                options.indirect = entry.count("indirect = 2", zero, diagnostics);
            }
            "stash" => {
                let zero = "a stash without room keeps no message; leave it out";
                options.stash = entry.count("stash = 64", zero, diagnostics);
            }
            "timers" => {
                let zero = "an actor without room for a timer has none; leave it out";
                options.timers = entry.count("timers = 4", zero, diagnostics);
            }
            "ask_timeout" => {
                let zero = "no ask is answered within zero time";
                options.ask_timeout = entry.time(zero, "to wait for ever", diagnostics);
            }
            "throughput" => {
                let zero = "an actor that may handle no message never handles one";
                options.throughput = entry.count("throughput = 64", zero, diagnostics);
            }
            "fairness" => parse_fairness(&entry, &mut options, diagnostics),
            "dispatcher" => options.dispatcher = entry.word(DISPATCHERS, diagnostics),
            "local" => options.local = entry.flag(diagnostics),
            "inline_ask" => options.inline_ask = entry.word(&[("on", true), ("off", false)], diagnostics),
            "error" => options.error = entry.parse_as("error = StoreError", diagnostics),
            "metrics" => parse_metrics(&entry, &mut options, diagnostics),
            "dwell" => options.dwell = dwell::parse(&entry, diagnostics),
            "counters" => options.figures.counters = figures::parse(&entry, diagnostics),
            "histograms" => options.figures.histograms = figures::parse(&entry, diagnostics),
            "name" => {
                options.name = entry.parse_as("name = \"counter\"", diagnostics);
            }
            "tags" => options.tags = parse_tags(&entry, diagnostics),
            "crate" => options.facade = entry.parse_as("crate = path::to::actor", diagnostics),
            // Reported as unknown.
            _ => {}
        }
    }
    figures::distinguish(&mut options.figures, diagnostics);
    options
}

/// `tags(component = "storage", endpoint = "disk")`
fn parse_tags(entry: &Entry, diagnostics: &Diagnostics) -> Vec<(String, LitStr)> {
    const FORM: &str = "write `tags(component = \"storage\")`, with a word for the key and a text for the value";
    let Value::List(inner) = &entry.value else {
        diagnostics.report(entry, "`tags` is a list of what telemetry is told of this actor's failures", FORM);
        return Vec::new();
    };
    let mut tags: Vec<(String, LitStr)> = Vec::new();
    for entry in options::read_all(inner.clone(), diagnostics) {
        let value = match &entry.value {
            Value::Is(value) => syn::parse2::<LitStr>(value.clone()).ok(),
            Value::None | Value::List(_) => None,
        };
        let Some(value) = value else {
            let fact = format_args!("the value of tag `{}` is not a text", entry.name).to_string();
            let help =
                format_args!("write `{} = \"..\"`; what is known at run time is said by `ctx.tag(..)`", entry.name)
                    .to_string();
            diagnostics.report(&entry, fact, help);
            continue;
        };
        tags.push((entry.name.unraw().to_string(), value));
    }
    if inner.is_empty() {
        diagnostics.report(entry, "a list without tags says nothing", FORM);
    }
    tags
}

fn parse_mailbox(entry: &Entry, options: &mut Options, diagnostics: &Diagnostics) {
    let zero = "a mailbox without room takes no message";
    match &entry.value {
        Value::Is(value) if syn::parse2::<syn::Ident>(value.clone()).is_ok_and(|word| word == "unbounded") => {
            options.capacity = Some(UNBOUNDED);
        }
        Value::None | Value::Is(_) => options.capacity = entry.count("mailbox = 256", zero, diagnostics),
        Value::List(inner) if inner.is_empty() => {
            let help = "write `mailbox(capacity = 256, overflow = reject)`, or leave `mailbox` out";
            diagnostics.report(entry, "`mailbox` says nothing", help);
        }
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

/// `fairness(system = 1, user = 8)`: shares of 1 : N.
fn parse_fairness(entry: &Entry, options: &mut Options, diagnostics: &Diagnostics) {
    const FORM: &str = "write `fairness(system = 1, user = 8)`";
    let Some(inner) = entry.list() else {
        diagnostics.report(entry, "`fairness` says how the system and users share an actor", FORM);
        return;
    };
    for entry in options::read(inner.clone(), "`fairness(..)`", &["system", "user"], diagnostics) {
        if entry.name == "user" {
            let zero = "a share of nothing starves whoever has it";
            options.fairness = entry.count("user = 8", zero, diagnostics);
            if options.fairness.is_some_and(|users| users > u32::from(u16::MAX)) {
                let help = "a system that waits for so many users waits for ever; give users a smaller share";
                diagnostics.report(&entry, "the share of users is at most 65535", help);
            }
        } else if entry
            .count("system = 1", "a share of nothing starves whoever has it", diagnostics)
            .is_some_and(|n| n > 1)
        {
            let help = "write `system = 1`, and how many messages of users go with one of the system as `user = N`";
            diagnostics.report(&entry, "the shares are 1 : N", help);
        }
    }
}

fn parse_metrics(entry: &Entry, options: &mut Options, diagnostics: &Diagnostics) {
    let words = [("off", MetricsLevel::Off), ("counts", MetricsLevel::Counts), ("timing", MetricsLevel::Timing)];
    options.metrics = entry.word(&words, diagnostics);
    if let (Some(MetricsLevel::Off), Value::Is(word)) = (options.metrics, &entry.value) {
        options.off = syn::parse2(word.clone()).ok();
    }
}

fn parse_child(field: &mut Field, member: Member, diagnostics: &Diagnostics) -> Option<Child> {
    let attribute = attributes::take(&mut field.attrs, "child", diagnostics)?;
    let factory = Factory::Broken;
    let mut child = Child {
        field: field.clone(),
        member,
        factory,
        restart: None,
        after: Vec::new(),
        pool: None,
        route: None,
        scope: None,
    };
    if let Some((factory, options)) = split_factory(&attribute, diagnostics) {
        child.factory = parse_factory(&factory, diagnostics);
        parse_child_options(options, &mut child, diagnostics);
    }
    Some(child)
}

const FACTORIES: &str = "write `#[child(Db::open)]` or `#[child(|| Db::open(\"path\"))]`";

/// The factory, and the options behind it.
fn split_factory(attribute: &Attribute, diagnostics: &Diagnostics) -> Option<(Expr, TokenStream)> {
    let given = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    };
    if given.is_empty() {
        diagnostics.report(attribute, "`#[child]` needs a factory, which makes the child's state", FACTORIES);
        return None;
    }
    let parser = |input: ParseStream<'_>| {
        let factory: Expr = input.parse()?;
        if !input.is_empty() && input.parse::<Token![,]>().is_err() {
            let fact = "the factory ends before this\nhelp: write a comma between the factory and its options";
            diagnostics.syntax(input.error(fact));
        }
        Ok((factory, input.parse::<TokenStream>()?))
    };
    diagnostics.take(parser.parse2(given))
}

fn parse_factory(factory: &Expr, diagnostics: &Diagnostics) -> Factory {
    match factory {
        Expr::Path(_) => Factory::Given(factory.into_token_stream()),
        Expr::Closure(closure) if closure.asyncness.is_none() => match closure.inputs.len() {
            0 => Factory::Given(factory.into_token_stream()),
            1 => factory_from_parent(closure, diagnostics),
            _ => {
                let fact = "the factory of a child is lent its parent, and nothing else";
                diagnostics.report(&closure.inputs, fact, "write `|| ..`, or `|parent: &Store| ..`");
                Factory::Broken
            }
        },
        other => {
            let fact = "the factory of a child is a path or a closure, called at every restart";
            diagnostics.report(other, fact, FACTORIES);
            Factory::Broken
        }
    }
}

/// `|s: &Store| Warmup::new(s.db.clone())`: what it takes from `s` is taken when the child is first started, because
/// nobody lends the parent out at a restart.
fn factory_from_parent(closure: &ExprClosure, diagnostics: &Diagnostics) -> Factory {
    let state = match &closure.inputs[0] {
        Pat::Type(PatType { pat, .. }) => pat,
        pattern => pattern,
    };
    let Pat::Ident(PatIdent { ident: state, by_ref: None, subpat: None, .. }) = state else {
        diagnostics.report(state, "the parent that a factory is lent needs a name", "write `|parent: &Store| ..`");
        return Factory::Broken;
    };
    let mut taken = Vec::new();
    let body = take_from(closure.body.to_token_stream(), state, &mut taken);
    if let Some((_, whole)) = taken.iter().find(|(_, value)| value.clone().into_iter().count() == 1) {
        let help = format!("take what the child needs, such as `{state}.db.clone()`");
        diagnostics.report(whole, "a child does not keep its parent", help);
        return Factory::Broken;
    }
    Factory::FromParent { state: state.clone(), taken, closure: quote_spanned!(closure.body.span()=> move || #body) }
}

/// Replaces each `state.field..` in `tokens` by a clone of a local that holds its value.
fn take_from(tokens: TokenStream, state: &Ident, taken: &mut Vec<(Ident, TokenStream)>) -> TokenStream {
    let mut result = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    let mut after_dot = false;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == *state && !after_dot => {
                let mut chain = ident.to_token_stream();
                // `.name`, `.0`, `.name(..)`: what the value is taken with.
                while matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == '.') {
                    chain.extend(tokens.next());
                    chain.extend(tokens.next());
                    if matches!(tokens.peek(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
                    {
                        chain.extend(tokens.next());
                    }
                }
                let local = Ident::new(&format!("__taken_{}", taken.len()), Span::mixed_site());
                result.extend(quote!(::core::clone::Clone::clone(&#local)));
                taken.push((local, chain));
                after_dot = false;
            }
            TokenTree::Group(group) => {
                let inner = take_from(group.stream(), state, taken);
                let mut replaced = Group::new(group.delimiter(), inner);
                replaced.set_span(group.span());
                result.extend([TokenTree::Group(replaced)]);
                after_dot = false;
            }
            token => {
                after_dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
                result.extend([token]);
            }
        }
    }
    result
}

fn parse_child_options(tokens: TokenStream, child: &mut Child, diagnostics: &Diagnostics) {
    for entry in options::read(tokens, "`#[child(..)]`", &["restart", "after", "pool", "route", "scope"], diagnostics) {
        match entry.name.to_string().as_str() {
            "restart" => {
                let words = [
                    ("permanent", Restart::Permanent),
                    ("transient", Restart::Transient),
                    ("temporary", Restart::Temporary),
                ];
                child.restart = entry.word(&words, diagnostics);
            }
            "after" => child.after = parse_after(&entry, diagnostics),
            "pool" => {
                let count = entry.count("pool = 4", "a pool without members works for nobody", diagnostics);
                // A mistake that was reported is a pool all the same.
                child.pool = Some(count.unwrap_or(1));
            }
            "route" => {
                if matches!(&entry.value, Value::Is(value) if value.to_string().starts_with("key")) {
                    let help = "leave `route` out, and call `self.workers.by(&key).work(..)`";
                    diagnostics.report(&entry, "the key of a call is named where it is called", help);
                    continue;
                }
                let words = [("round_robin", Route::RoundRobin), ("least_loaded", Route::LeastLoaded)];
                child.route = entry.word(&words, diagnostics);
            }
            "scope" => {
                let words = [("group", Scope::Group), ("child", Scope::Child)];
                child.scope = entry.word(&words, diagnostics).map(|scope| (scope, entry.name.clone()));
            }
            // Reported as unknown.
            _ => {}
        }
    }
}

/// `after = db`, `after(db, cache)`: children, each once.
fn parse_after(entry: &Entry, diagnostics: &Diagnostics) -> Vec<Ident> {
    let given = match &entry.value {
        Value::Is(names) | Value::List(names) => names.clone(),
        Value::None => TokenStream::new(),
    };
    let names = Punctuated::<Ident, Token![,]>::parse_terminated.parse2(given.clone());
    let names: Vec<Ident> = names.map(|names| names.into_iter().collect()).unwrap_or_default();
    for (place, name) in names.iter().enumerate() {
        if names[..place].contains(name) {
            diagnostics.report(name, format_args!("`{name}` stands here already"), "keep one of them");
        }
    }
    if names.is_empty() {
        let at = if given.is_empty() { entry.name.to_token_stream() } else { given };
        diagnostics.report(at, "`after` names other children", "write `after = db`, or `after(db, cache)`");
    }
    names
}

/// The children in the order in which they are started: as they stand, but each behind those it comes after.
fn in_order(mut children: Vec<Child>) -> Vec<Child> {
    let mut ordered: Vec<Child> = Vec::new();
    while !children.is_empty() {
        let is_free =
            |child: &Child| child.after.iter().all(|name| !children.iter().any(|other| other.is_called(name)));
        // In a circle none is free; that is reported elsewhere.
        let next = children.iter().position(is_free).unwrap_or(0);
        ordered.push(children.remove(next));
    }
    ordered
}
