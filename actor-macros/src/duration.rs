//! Durations as users write them: `50ms`, `5s`, `2m`, `1h`. One literal with a unit, checked when parsed.

use core::time::Duration;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Lit;
use syn::parse::{Parse, ParseStream};

use crate::names::Tokens;

/// A duration and the literal it was written as.
#[derive(Clone)]
pub(crate) struct Period {
    pub(crate) original: Lit,
    pub(crate) duration: Duration,
}

const FORM: &str = "a duration is a whole number with a unit: `50ms`, `5s`, `2m` or `1h`";

impl Parse for Period {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let original: Lit = input
            .parse()
            .map_err(|error| syn::Error::new(error.span(), format_args!("expected a duration\nhelp: {FORM}")))?;
        let duration = read(&original)?;
        Ok(Self { original, duration })
    }
}

impl Period {
    /// The duration as a constant expression, with `core` found below `private`.
    pub(crate) fn expression(&self, private: &Tokens) -> TokenStream {
        expression(self.duration, private)
    }
}

/// `duration` as a constant expression.
pub(crate) fn expression(duration: Duration, private: &Tokens) -> TokenStream {
    match u64::try_from(duration.as_millis()) {
        Ok(millis) if millis % 1000 == 0 => {
            let seconds = millis / 1000;
            quote!(#private::Duration::from_secs(#seconds))
        }
        Ok(millis) => quote!(#private::Duration::from_millis(#millis)),
        // Longer than the parser lets through.
        Err(_) => quote!(#private::Duration::MAX),
    }
}

fn read(literal: &Lit) -> syn::Result<Duration> {
    let refuse = |fact: &str, help: &str| Err(syn::Error::new_spanned(literal, format_args!("{fact}\nhelp: {help}")));
    let Lit::Int(number) = literal else {
        return match literal {
            Lit::Str(text) => refuse("a duration is written without quotes", &format!("write `{}`", text.value())),
            Lit::Float(_) => refuse("a duration is a whole number", "take the smaller unit: `1500ms` for `1.5s`"),
            _ => refuse("expected a duration", FORM),
        };
    };
    let millis = match number.suffix() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "" => {
            let digits = number.base10_digits();
            return refuse("this duration has no unit", &format!("write `{digits}s` or `{digits}ms`"));
        }
        unknown => return refuse(&format!("`{unknown}` is not a unit of time"), FORM),
    };
    match number.base10_parse::<u64>().ok().and_then(|count| count.checked_mul(millis)) {
        Some(millis) => Ok(Duration::from_millis(millis)),
        None => refuse("this duration is too long", "write a shorter one, such as `8760h` for a year"),
    }
}

impl ToTokens for Period {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.original.to_tokens(tokens);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_with_a_unit_are_durations() {
        for (text, millis) in [("50ms", 50), ("5s", 5_000), ("2m", 120_000), ("1h", 3_600_000), ("1_000ms", 1_000)] {
            let period: Period = syn::parse_str(text).expect(text);
            assert_eq!(period.duration, Duration::from_millis(millis), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in ["5", "1.5s", "\"5s\"", "5sec", "5us", "99999999999999999h", "s", "99999999999999999999s"] {
            assert!(syn::parse_str::<Period>(text).is_err(), "{text}");
        }
    }
}
