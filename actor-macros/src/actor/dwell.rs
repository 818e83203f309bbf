//! Of which messages the time in the queue is measured: `dwell = off | sampled(64) | all`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, LitInt, parenthesized};

use super::model::{Dwell, MetricsLevel, Options, Rate};
use crate::diagnostics::Diagnostics;
use crate::options::{Entry, Value, compact};

/// Rarer than each 64th message would cost less than it tells: a percentile needs a few hundred of them, not their rate.
const DEFAULT: Rate = Rate::Sampled(256);

/// Rarer than one in so many there is nothing to see.
const RAREST: u32 = 65_536;
const FORM: &str = "`dwell` is `off`, `sampled(64)` or `all`";

pub(super) fn parse(entry: &Entry, diagnostics: &Diagnostics) -> Option<Dwell> {
    let Value::Is(written) = &entry.value else {
        diagnostics.report(entry, "option `dwell` needs a value", "write `dwell = sampled(64)`");
        return None;
    };
    let Some((word, list)) = split(written) else {
        diagnostics.report(written, format_args!("`{}` is not a value of `dwell`", compact(written)), FORM);
        return None;
    };
    let rate = match (word.as_str(), list) {
        ("off", None) => Some(Rate::Off),
        ("all", None) => Some(Rate::All),
        ("sampled", Some(list)) => sampled(&list, written, diagnostics),
        ("sampled", None) => {
            diagnostics.report(written, "`sampled` does not say how many", "write `dwell = sampled(64)` for one in 64");
            None
        }
        _ => {
            diagnostics.report(written, format_args!("`{}` is not a value of `dwell`", compact(written)), FORM);
            None
        }
    }?;
    Some(Dwell { rate, written: written.clone() })
}

/// A word, and what stands in parentheses behind it.
fn split(written: &TokenStream) -> Option<(String, Option<TokenStream>)> {
    let parser = |input: ParseStream<'_>| {
        let word = input.parse::<Ident>()?.to_string();
        if input.is_empty() {
            return Ok((word, None));
        }
        let list;
        parenthesized!(list in input);
        Ok((word, Some(list.parse()?)))
    };
    parser.parse2(written.clone()).ok()
}

fn sampled(list: &TokenStream, written: &TokenStream, diagnostics: &Diagnostics) -> Option<Rate> {
    let wanted = "write `dwell = sampled(64)` for one in 64";
    let at = if list.is_empty() { written } else { list };
    let number = syn::parse2::<LitInt>(list.clone()).ok().filter(|number| number.suffix().is_empty());
    let Some(number) = number else {
        diagnostics.report(at, "`sampled` takes a whole number: of so many messages one is measured", wanted);
        return None;
    };
    match number.base10_parse() {
        Ok(0) => diagnostics.report(at, "of no messages none is measured", "write `dwell = off`"),
        Ok(1) => diagnostics.report(at, "one of one is every message", "write `dwell = all`"),
        Ok(one_in) if one_in <= RAREST => return Some(Rate::Sampled(one_in)),
        _ => {
            diagnostics.report(
                at,
                format_args!("`sampled` takes {RAREST} at most"),
                "write `dwell = off`, or measure more",
            );
        }
    }
    None
}

/// Where nothing is recorded nothing is measured.
pub(super) fn validate(options: &Options, diagnostics: &Diagnostics) {
    if let (Some(_), Some(Dwell { rate: Rate::Sampled(_) | Rate::All, written })) = (&options.off, &options.dwell) {
        let help = "leave `dwell` out, or write `metrics = counts`";
        diagnostics.report(written, "under `metrics = off` nothing is recorded, time in the queue included", help);
    }
}

pub(super) fn expand(options: &Options, rt: &impl ToTokens) -> TokenStream {
    let rate = match (options.metrics, &options.dwell) {
        (Some(MetricsLevel::Off), _) => Rate::Off,
        (_, Some(dwell)) => dwell.rate,
        (_, None) => DEFAULT,
    };
    match rate {
        Rate::Off => quote!(#rt::Dwell::Off),
        Rate::Sampled(one_in) => quote!(#rt::Dwell::Sampled(#one_in)),
        Rate::All => quote!(#rt::Dwell::All),
    }
}
