//! Model to a constant of the runtime.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Pat, PatIdent, PatPath, Path, PathArguments, TypePath};

use super::model::{Arm, Directive, ErrorRule, Exhausted, Jitter, LimitKind, Rules, Strategy, Supervision, Wish, Word};
use crate::names::{self, Names, Tokens};
use crate::options::Time;

/// What the attribute says, as constants of the trait.
pub(crate) fn expand(supervision: &Supervision, children: usize, names: &Names) -> TokenStream {
    let rt = names.private();
    let strategy = match supervision.strategy() {
        Strategy::OneForOne | Strategy::Restarting => quote!(OneForOne),
        Strategy::OneForAll => quote!(OneForAll),
        Strategy::RestForOne => quote!(RestForOne),
        Strategy::Custom => quote!(Custom),
    };
    let along = along(supervision, children);
    let limit = limit(supervision, &rt);
    let backoff = backoff(supervision, &rt);
    let exhausted = match supervision.exhausted.unwrap_or(Exhausted::Escalate) {
        Exhausted::Escalate => quote!(Escalate),
        Exhausted::StopChild => quote!(StopChild),
        Exhausted::StopSelf => quote!(StopSelf),
    };
    let shutdown = match &supervision.shutdown {
        None => quote!(#rt::Supervision::SHUTDOWN),
        Some(Time::Off) => quote!(#rt::Supervision::NO_SHUTDOWN),
        Some(Time::Limit(period)) => period.expression(&rt),
    };
    let decider = decider(supervision, &rt);
    quote! {
        const SUPERVISION: #rt::Supervision = #rt::Supervision {
            strategy: #rt::Strategy::#strategy,
            along: #along,
            limit: #limit,
            backoff: #backoff,
            exhausted: #rt::Exhausted::#exhausted,
            shutdown: #shutdown,
        };

        #decider
    }
}

/// Whom each child takes along, by the user's function: asked here and now, so that nothing of it runs where a child fails.
fn along(supervision: &Supervision, children: usize) -> TokenStream {
    let Some(custom) = &supervision.custom else { return quote!(&[]) };
    let places = children * children;
    let ask = quote_spanned!(names::located(custom.span())=> #custom(failed, sibling));
    quote! {
        &{
            let mut along = [false; #places];
            let mut place = 0;
            while place < #places {
                let (failed, sibling) = (place / #children, place % #children);
                along[place] = #ask;
                place += 1;
            }
            along
        }
    }
}

/// What is wished for failures, where the user said anything.
fn decider(supervision: &Supervision, rt: &Tokens) -> Option<TokenStream> {
    let decider = match (&supervision.decide, &supervision.rules) {
        _ if supervision.strategy() == Strategy::Restarting => quote!(|_| #rt::Directive::Restart),
        (Some(decide), _) => {
            // What is wrong with it is shown there.
            let by = names::respan(quote!(#rt::decide_by), decide.span());
            quote!(|failure| #by(#decide, failure))
        }
        (None, Some(rules)) => by_rules(rules, rt),
        (None, None) => return None,
    };
    Some(quote! {
        const DECIDER: #rt::Option<#rt::Decider> = #rt::Option::Some(#decider);
    })
}

/// A closure that goes by the kind first, then by the type of the error.
fn by_rules(rules: &Rules, rt: &Tokens) -> TokenStream {
    let rule_of = |word| rules.words.iter().find(|(known, ..)| *known == word).map(|(_, _, wish)| directive(wish, rt));
    let kinds = [
        (Word::Panic, quote!(Panic)),
        (Word::Start, quote!(Start)),
        (Word::Unasked, quote!(Unasked)),
        (Word::Escalated, quote!(Escalated)),
    ];
    let kinds = kinds.into_iter().filter_map(|(word, kind)| {
        let wish = rule_of(word)?;
        Some(quote!(#rt::FailureKind::#kind => return #wish,))
    });
    let errors = rules.errors.iter().map(|rule| by_error(rule, rt));
    let other = rule_of(Word::Other).map(|wish| quote!(#rt::FailureKind::Error => #wish,));
    quote! {
        |failure| {
            match failure.kind() {
                #(#kinds)*
                _ => {}
            }
            #(#errors)*
            match failure.kind() {
                #other
                kind => #rt::default_directive(kind),
            }
        }
    }
}

fn by_error(rule: &ErrorRule, rt: &Tokens) -> TokenStream {
    let ty = &rule.ty;
    let arms = rule.arms.iter().map(|Arm { pattern, guard, wish }| {
        let pattern = of_type(pattern.clone(), ty);
        let guard = guard.as_ref().map(|guard| quote!(if #guard));
        let wish = directive(wish, rt);
        quote!(#pattern #guard => #wish,)
    });
    // Where a variant is forgotten, the compiler says so at the block.
    let matched = quote_spanned!(names::located(rule.span)=> match error { #(#arms)* });
    quote! {
        if let #rt::Option::Some(error) = failure.error::<#ty>() {
            return #matched;
        }
    }
}

/// The pattern, whose variants are named without their type.
fn of_type(pattern: Pat, ty: &TypePath) -> Pat {
    let qualify = |path: &mut Path| {
        if path.segments.len() == 1 && path.leading_colon.is_none() {
            let mut whole = ty.path.clone();
            whole.segments.iter_mut().for_each(|segment| segment.arguments = PathArguments::None);
            whole.segments.extend(core::mem::take(&mut path.segments));
            *path = whole;
        }
    };
    match pattern {
        Pat::Ident(PatIdent { attrs, by_ref: None, mutability: None, ident, subpat: None }) => {
            let mut path = Path::from(ident);
            qualify(&mut path);
            Pat::Path(PatPath { attrs, qself: None, path })
        }
        Pat::Path(mut pattern) => {
            qualify(&mut pattern.path);
            Pat::Path(pattern)
        }
        Pat::TupleStruct(mut pattern) => {
            qualify(&mut pattern.path);
            Pat::TupleStruct(pattern)
        }
        Pat::Struct(mut pattern) => {
            qualify(&mut pattern.path);
            Pat::Struct(pattern)
        }
        Pat::Or(mut pattern) => {
            pattern.cases = pattern.cases.into_iter().map(|case| of_type(case, ty)).collect();
            Pat::Or(pattern)
        }
        Pat::Paren(mut pattern) => {
            *pattern.pat = of_type(*pattern.pat, ty);
            Pat::Paren(pattern)
        }
        other => other,
    }
}

fn directive(wish: &Wish, rt: &Tokens) -> TokenStream {
    match wish.directive {
        Directive::Resume => quote!(#rt::Directive::Resume),
        Directive::Restart => quote!(#rt::Directive::Restart),
        Directive::Stop => quote!(#rt::Directive::Stop),
        Directive::Escalate => quote!(#rt::Directive::Escalate),
    }
}

fn limit(supervision: &Supervision, rt: &Tokens) -> TokenStream {
    match supervision.limit.as_ref().map(|limit| &limit.kind) {
        _ if supervision.strategy() == Strategy::Restarting => quote!(#rt::RestartLimit::Unlimited),
        None => quote!(#rt::RestartLimit::DEFAULT),
        Some(LimitKind::Unlimited) => quote!(#rt::RestartLimit::Unlimited),
        Some(LimitKind::AtMost { restarts, within }) => {
            let within = within.expression(rt);
            quote!(#rt::RestartLimit::new(#restarts, #within))
        }
    }
}

fn backoff(supervision: &Supervision, rt: &Tokens) -> TokenStream {
    let mut backoff = match &supervision.backoff {
        None => quote!(#rt::Backoff::DEFAULT),
        Some(backoff) => {
            let (min, max, factor) = (backoff.min.expression(rt), backoff.max.expression(rt), backoff.factor);
            quote!(#rt::Backoff::new(#min, #max, #factor))
        }
    };
    if let Some(jitter) = supervision.jitter {
        let jitter = match jitter {
            Jitter::None => quote!(None),
            Jitter::Equal => quote!(Equal),
            Jitter::Full => quote!(Full),
        };
        backoff.extend(quote!(.jitter(#rt::Jitter::#jitter)));
    }
    if let Some(reset) = &supervision.reset {
        let reset = reset.expression(rt);
        backoff.extend(quote!(.reset(#reset)));
    }
    backoff
}
