//! `counters(parsed)`, `histograms(line_length)`: figures of an actor's own, which its handlers record by name.

use proc_macro2::{Ident, TokenStream};
use quote::format_ident;
use syn::Token;
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::punctuated::Punctuated;

use super::model::{Figures, Options, Shape};
use crate::diagnostics::Diagnostics;
use crate::names::Names;
use crate::options::{Entry, Value};

/// The names in `counters(..)` or `histograms(..)`.
pub(super) fn parse(entry: &Entry, diagnostics: &Diagnostics) -> Vec<Ident> {
    let form = format_args!("write `{}(parsed, skipped)`", entry.name).to_string();
    let given = match &entry.value {
        Value::List(names) => names.clone(),
        Value::Is(_) | Value::None => TokenStream::new(),
    };
    if given.is_empty() {
        diagnostics.report(entry, format_args!("`{}` lists names", entry.name), form);
        return Vec::new();
    }
    match Punctuated::<Ident, Token![,]>::parse_terminated.parse2(given.clone()) {
        Ok(names) => names.into_iter().collect(),
        Err(_) => {
            diagnostics.report(given, format_args!("`{}` lists names, with commas between them", entry.name), form);
            Vec::new()
        }
    }
}

/// Each figure is reached by its name, so no two have the same: of those that do, the first is kept.
pub(super) fn distinguish(figures: &mut Figures, diagnostics: &Diagnostics) {
    let mut seen = Vec::new();
    let mut is_new = |name: &Ident| {
        let is_new = !seen.contains(name);
        if is_new {
            seen.push(name.clone());
        } else {
            diagnostics.report(name, format_args!("there are two figures `{name}`"), "give one of them another name");
        }
        is_new
    };
    figures.counters.retain(&mut is_new);
    figures.histograms.retain(is_new);
}

/// Where nothing is recorded there are no figures.
pub(super) fn validate(options: &Options, diagnostics: &Diagnostics) {
    if let (Some(off), Some(_)) = (&options.off, options.figures.all().next()) {
        let help = "leave the figures out, or `metrics = off`";
        diagnostics.report(off, "under `metrics = off` nothing is recorded, figures of the actor's own included", help);
    }
}

impl Figures {
    /// Whether there are any.
    pub(super) fn are_any(&self) -> bool {
        self.all().next().is_some()
    }

    fn all(&self) -> impl Iterator<Item = &Ident> {
        self.counters.iter().chain(&self.histograms)
    }
}

/// The names as they are exported.
pub(super) fn labels(names: &[Ident]) -> TokenStream {
    let names = names.iter().map(|name| name.unraw().to_string());
    quote!(&[#(#names),*])
}

/// What `ctx.metrics(|m| ..)` lends: a method for each figure.
pub(super) fn expand(shape: &Shape<'_>, figures: &Figures, names: &Names) -> TokenStream {
    if !figures.are_any() {
        return TokenStream::new();
    }
    let (rt, ident) = (names.private(), shape.ident);
    let (impl_generics, ty_generics, where_clause) = shape.generics.split_for_impl();
    let metrics = format_ident!("{}Metrics", ident);
    let counters = figures.counters.iter().enumerate().map(|(index, name)| {
        let doc = format!("The counter `{name}`.");
        quote! {
            #[doc = #doc]
            #[inline]
            pub fn #name(&self) -> #rt::OwnCounter<'a> {
                self.0.counter(#index)
            }
        }
    });
    let histograms = figures.histograms.iter().enumerate().map(|(index, name)| {
        let doc = format!("The histogram `{name}`.");
        quote! {
            #[doc = #doc]
            #[inline]
            pub fn #name(&self) -> #rt::OwnHistogram<'a> {
                self.0.histogram(#index)
            }
        }
    });
    // No name of the user's can lie in the block, so none is hidden by that of the struct.
    quote! {
        const _: () = {
            #[allow(unreachable_pub)]
            #[derive(#rt::Debug)]
            pub struct #metrics<'a>(#rt::Figures<'a>);

            #[allow(dead_code, unreachable_pub)]
            impl<'a> #metrics<'a> {
                #(#counters)*
                #(#histograms)*
            }

            #[automatically_derived]
            impl<'a> #rt::From<#rt::Figures<'a>> for #metrics<'a> {
                #[inline]
                fn from(figures: #rt::Figures<'a>) -> Self {
                    Self(figures)
                }
            }

            #[automatically_derived]
            impl #impl_generics #rt::Measured for #ident #ty_generics #where_clause {
                type Metrics<'a> = #metrics<'a>;
            }
        };
    }
}
