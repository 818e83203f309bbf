//! Tokens to model: the options of `#[supervise(..)]`.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::token::Brace;
use syn::{Attribute, Expr, ExprCall, Ident, Item, ItemStruct, Lit, Meta, Pat, Path, Token, TypePath, parse_quote};

use super::model::{
    Arm, Backoff, Directive, ErrorRule, Exhausted, Jitter, Limit, LimitKind, Rules, Strategy, Supervision, Wish, Word,
};
use crate::attributes;
use crate::diagnostics::{self, Diagnostics};
use crate::duration::Period;
use crate::options::{self, Entry, Value, compact};

const OPTIONS: &[&str] = &["strategy", "limit", "backoff", "jitter", "reset", "exhausted", "on", "decide", "shutdown"];

/// What is said of a child.
const MISPLACED: &[(&str, &str)] =
    &[("scope", "#[child(Db::open, scope = child)]"), ("restart", "#[child(Db::open, restart = permanent)]")];

/// What a rule of `on(..)` may name besides error types.
const WORDS: &[(&str, Word)] = &[
    ("panic", Word::Panic),
    ("start", Word::Start),
    ("unasked", Word::Unasked),
    ("escalated", Word::Escalated),
    ("other", Word::Other),
];

const DIRECTIVES: &[(&str, Directive)] = &[
    ("resume", Directive::Resume),
    ("restart", Directive::Restart),
    ("stop", Directive::Stop),
    ("escalate", Directive::Escalate),
];

/// The item with `#[supervise(..)]` as its last attribute, if there is an `#[actor]` to read it there.
pub(crate) fn step_beneath(arguments: &TokenStream, item: TokenStream, diagnostics: &Diagnostics) -> TokenStream {
    let mut item = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Struct(item)) => item,
        Ok(Item::Impl(block)) => {
            let actor = compact(&block.self_ty);
            let fact = "`#[supervise]` belongs on a struct, not on an impl";
            let help = format_args!("move it to `struct {actor}`, beside `#[actor]`");
            diagnostics.syntax(syn::Error::new(Span::call_site(), format_args!("{fact}\nhelp: {help}")));
            return item;
        }
        Ok(other) => {
            let help = "put it on the struct of an actor, with `#[actor]`";
            diagnostics.report(diagnostics::keyword(&other), "`#[supervise]` belongs on a struct", help);
            return item;
        }
        Err(error) => {
            diagnostics.syntax(error);
            return item;
        }
    };
    if item.attrs.iter().any(|attribute| attributes::is_called(attribute, "actor")) {
        item.attrs.push(parse_quote!(#[supervise(#arguments)]));
        return item.into_token_stream();
    }
    diagnostics.report(
        &item.ident,
        format_args!("`{}` has `#[supervise]` and is no actor", item.ident),
        format_args!("put `#[actor]` on `struct {}` as well", item.ident),
    );
    without_children(item)
}

fn without_children(mut item: ItemStruct) -> TokenStream {
    for field in &mut item.fields {
        field.attrs.retain(|attribute| !attributes::is_called(attribute, "child"));
    }
    quote!(#item)
}

/// The supervision an attribute asks for.
pub(crate) fn parse_attribute(attribute: &Attribute, diagnostics: &Diagnostics) -> Supervision {
    let mut supervision = Supervision::default();
    let Meta::List(list) = &attribute.meta else { return supervision };
    let entries = options::read_with(list.tokens.clone(), "`#[supervise]`", OPTIONS, MISPLACED, diagnostics);
    for entry in &entries {
        match entry.name.to_string().as_str() {
            "strategy" => {
                supervision.strategy = parse_strategy(entry, diagnostics);
                supervision.custom = custom(entry);
            }
            "limit" => supervision.limit = entry.parse_as("limit = 10 per 60s", diagnostics),
            "backoff" => supervision.backoff = entry.parse_as("backoff = 50ms..30s * 2", diagnostics),
            "jitter" => {
                let words = [("none", Jitter::None), ("equal", Jitter::Equal), ("full", Jitter::Full)];
                supervision.jitter = entry.word(&words, diagnostics);
            }
            "reset" => supervision.reset = entry.period(diagnostics),
            "exhausted" => {
                let words = [
                    ("escalate", Exhausted::Escalate),
                    ("stop_child", Exhausted::StopChild),
                    ("stop_self", Exhausted::StopSelf),
                ];
                supervision.exhausted = entry.word(&words, diagnostics);
            }
            "shutdown" => {
                let zero = "no child stops within zero time";
                supervision.shutdown = entry.time(zero, "to wait for them for ever", diagnostics);
            }
            "on" => supervision.rules = parse_rules(entry, diagnostics),
            "decide" => supervision.decide = entry.parse_as("decide = path::to::function", diagnostics),
            // Reported as unknown.
            _ => {}
        }
    }
    if supervision.strategy() == Strategy::Restarting {
        for entry in entries.iter().filter(|entry| SETTLED.iter().any(|name| entry.name == name)) {
            let help = format_args!("leave `{}` out, or write `strategy = one_for_one`", entry.name);
            diagnostics.report(&entry.name, "`restarting` restarts after every failure, without a limit", help);
        }
    }
    if let Some(Limit { kind: LimitKind::Unlimited, .. }) = &supervision.limit {
        for entry in entries.iter().filter(|entry| entry.name == "exhausted") {
            let help = "leave `exhausted` out, or give a limit such as `10 per 60s`";
            diagnostics.report(&entry.name, "an unlimited number of restarts is never exhausted", help);
        }
    }
    supervision
}

/// What `strategy = restarting` leaves nothing to say about.
const SETTLED: &[&str] = &["limit", "exhausted", "on", "decide"];

/// `on(DbError { Timeout => restart, Corrupt(_) => escalate }, panic => stop, other => resume)`
fn parse_rules(entry: &Entry, diagnostics: &Diagnostics) -> Option<Rules> {
    let Some(rules) = entry.list() else {
        let help = "write `on(panic => stop, DbError { Timeout => resume, Corrupt(_) => escalate }, other => restart)`";
        diagnostics.report(entry, "`on` takes rules: what is done about which failure", help);
        return None;
    };
    diagnostics.take(syn::parse2(rules.clone()))
}

impl Parse for Rules {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut rules = Self::default();
        while !input.is_empty() {
            let word = input.fork().parse::<Ident>().ok();
            let word = word.and_then(|word| Some((named(&word, WORDS)?, word)));
            if let Some((word, ident)) = word {
                input.parse::<Ident>()?;
                let wish = parse_wish(input, &ident)?;
                rules.words.push((word, ident, wish));
            } else {
                rules.errors.push(input.parse()?);
            }
            if !input.is_empty() && input.parse::<Token![,]>().is_err() {
                return Err(input.error("the rule before this one has ended\nhelp: write a comma between two rules"));
            }
        }
        Ok(rules)
    }
}

impl Parse for ErrorRule {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ty: TypePath = input.parse().map_err(|error| {
            let words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
            let help = format_args!("write an error type, or {}", options::quoted(&words, "or"));
            syn::Error::new(error.span(), format_args!("a rule names what it is for\nhelp: {help}"))
        })?;
        if input.peek(Token![=>]) {
            let arm = Arm { pattern: parse_quote!(_), guard: None, wish: parse_wish(input, &ty)? };
            return Ok(Self { span: ty.span(), ty, arms: vec![arm] });
        }
        if !input.peek(Brace) {
            let name = compact(&ty);
            let help =
                format_args!("write `{name} => restart`, or `{name} {{ Timeout => restart, .. }}` by its variants");
            return Err(syn::Error::new_spanned(&ty, format_args!("a rule says what is done\nhelp: {help}")));
        }
        let inner;
        let brace = syn::braced!(inner in input);
        let arms = Punctuated::<Arm, Token![,]>::parse_terminated(&inner)?;
        Ok(Self { ty, arms: arms.into_iter().collect(), span: brace.span.join() })
    }
}

impl Parse for Arm {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        let guard = input.parse::<Option<Token![if]>>()?.map(|_| input.parse()).transpose()?;
        let wish = parse_wish(input, &pattern)?;
        Ok(Self { pattern, guard, wish })
    }
}

/// `=> restart`, behind what it is for.
fn parse_wish(input: ParseStream<'_>, failure: &impl ToTokens) -> syn::Result<Wish> {
    let nothing = |_| {
        let help = format_args!("write `{} => restart`", compact(failure));
        syn::Error::new_spanned(failure, format_args!("a rule says what is done\nhelp: {help}"))
    };
    input.parse::<Token![=>]>().map_err(nothing)?;
    let word: Ident = input.parse().map_err(nothing)?;
    let Some(directive) = named(&word, DIRECTIVES) else {
        let known: Vec<&str> = DIRECTIVES.iter().map(|(name, _)| *name).collect();
        let help = format_args!("a directive is {}", options::quoted(&known, "or"));
        return Err(syn::Error::new_spanned(&word, format_args!("`{word}` is not a directive\nhelp: {help}")));
    };
    Ok(Wish { directive, word })
}

fn named<T: Copy>(word: &Ident, names: &[(&str, T)]) -> Option<T> {
    names.iter().find(|(name, _)| word == name).map(|(_, meaning)| *meaning)
}

const STRATEGIES: &[(&str, Strategy)] = &[
    ("one_for_one", Strategy::OneForOne),
    ("one_for_all", Strategy::OneForAll),
    ("rest_for_one", Strategy::RestForOne),
    ("restarting", Strategy::Restarting),
];

/// `strategy = one_for_all`
fn parse_strategy(entry: &Entry, diagnostics: &Diagnostics) -> Option<(Strategy, TokenStream)> {
    let Value::Is(value) = &entry.value else {
        diagnostics.report(entry, "option `strategy` needs a value", "write `strategy = one_for_one`");
        return None;
    };
    let word = compact(value);
    let known = STRATEGIES.iter().find(|(name, _)| *name == word).map(|(_, strategy)| *strategy);
    let known = known.or(custom(entry).map(|_| Strategy::Custom));
    if known.is_none() {
        let names: Vec<&str> = STRATEGIES.iter().map(|(name, _)| *name).collect();
        let help = match word.as_str() {
            "all_for_one" => "write `strategy = one_for_all`".to_owned(),
            _ => format!("a strategy is {}", options::quoted(&[&names[..], &["custom(path)"]].concat(), "or")),
        };
        match word.as_str() {
            "all_for_one" => diagnostics.report(value, "`all_for_one` is called `one_for_all` here", help),
            custom if custom.starts_with("custom") => {
                let help = "write `custom(path)`, with a `const fn path(failed: usize, sibling: usize) -> bool`";
                diagnostics.report(value, "`custom` names a function that says whom a failed child takes along", help);
            }
            unknown => diagnostics.report(value, format_args!("`{unknown}` is not a strategy"), help),
        }
    }
    known.map(|strategy| (strategy, value.clone()))
}

/// The path in `strategy = custom(path)`.
fn custom(entry: &Entry) -> Option<Path> {
    let Value::Is(value) = &entry.value else { return None };
    let Ok(Expr::Call(ExprCall { func, args, .. })) = syn::parse2(value.clone()) else { return None };
    match (&*func, args.first()) {
        (Expr::Path(word), Some(Expr::Path(path))) if args.len() == 1 && word.path.is_ident("custom") => {
            Some(path.path.clone())
        }
        _ => None,
    }
}

impl Parse for Limit {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        const FORM: &str = "write `limit = 10 per 60s`, or `limit = unlimited` together with a `backoff`";
        let original: TokenStream = input.fork().parse()?;
        let refuse = |at: &dyn ToTokens, fact: &str| syn::Error::new_spanned(at, format_args!("{fact}\nhelp: {FORM}"));
        if input.peek(Ident) {
            let word: Ident = input.parse()?;
            if word != "unlimited" || !input.is_empty() {
                return Err(refuse(&original, "this is not a limit"));
            }
            return Ok(Self { original, kind: LimitKind::Unlimited });
        }
        let restarts: Lit = input.parse().map_err(|_| refuse(&original, "this is not a limit"))?;
        let Some(count) = whole(&restarts) else { return Err(refuse(&restarts, "this is not a number of restarts")) };
        let per: Option<Ident> = input.parse()?;
        if per.is_none_or(|per| per != "per") || input.is_empty() {
            return Err(refuse(&original, "a limit says in how much time"));
        }
        let within: Period = input.parse()?;
        if !input.is_empty() {
            return Err(refuse(&input.parse::<TokenStream>()?, "a limit ends with its time"));
        }
        let restarts = count;
        Ok(Self { original, kind: LimitKind::AtMost { restarts, within } })
    }
}

impl Parse for Backoff {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        const TIMES_ZERO: &str =
            "times zero leaves no delay\nhelp: write `* 1` for equal delays, `* 2` for growing ones";
        const FORM: &str = "write `backoff = 50ms..30s * 2`: from the first delay to the longest, times two each time";
        let original: TokenStream = input.fork().parse()?;
        let refuse = |at: &dyn ToTokens, fact: &str| syn::Error::new_spanned(at, format_args!("{fact}\nhelp: {FORM}"));
        let min: Period = input.parse()?;
        if input.is_empty() {
            return Ok(Self { max: min.clone(), min, factor: 1 });
        }
        if input.parse::<Token![..]>().is_err() {
            return Err(refuse(&original, "a backoff goes from its first delay to its longest"));
        }
        let max: Period = input.parse()?;
        if input.is_empty() {
            return Ok(Self { min, max, factor: 2 });
        }
        let rest: TokenStream = input.fork().parse()?;
        if input.parse::<Token![*]>().is_err() || input.is_empty() {
            return Err(refuse(&rest, "behind the longest delay comes `*` and a factor"));
        }
        let factor: Expr = input.parse()?;
        match &factor {
            Expr::Lit(literal) if input.is_empty() => match whole(&literal.lit) {
                Some(0) => Err(syn::Error::new_spanned(&factor, TIMES_ZERO)),
                Some(factor) => Ok(Self { min, max, factor }),
                None => Err(refuse(&factor, "a factor is a whole number")),
            },
            _ => Err(refuse(&factor, "a factor is a whole number")),
        }
    }
}

/// A number without a unit.
fn whole(literal: &Lit) -> Option<u32> {
    match literal {
        Lit::Int(number) if number.suffix().is_empty() => number.base10_parse().ok(),
        _ => None,
    }
}
