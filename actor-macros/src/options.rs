//! Lists of options: `name = value` and `name(..)`, separated by commas, as all attributes take them.
//! One bad option does not hide the others.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Ident, LitInt, Token};

use crate::diagnostics::Diagnostics;
use crate::duration::Period;

/// One option as written.
pub(crate) struct Entry {
    pub(crate) name: Ident,
    pub(crate) value: Value,
}

/// What follows the name of an option.
pub(crate) enum Value {
    /// Nothing.
    None,
    /// `= tokens`
    Is(TokenStream),
    /// `(tokens)`
    List(TokenStream),
}

/// `5s | off`
pub(crate) enum Time {
    Off,
    Limit(Period),
}

impl ToTokens for Entry {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.name.to_tokens(tokens);
        match &self.value {
            Value::None => {}
            Value::Is(value) | Value::List(value) => value.to_tokens(tokens),
        }
    }
}

/// Reads the options of `owner`, which takes those in `known`. Unknown ones and repeated ones are reported
/// and left out.
pub(crate) fn read(tokens: TokenStream, owner: &str, known: &[&str], diagnostics: &Diagnostics) -> Vec<Entry> {
    read_with(tokens, owner, known, &[], diagnostics)
}

/// As [`read`], where some words belong into another option: each with that, as it is written.
pub(crate) fn read_with(
    tokens: TokenStream,
    owner: &str,
    known: &[&str],
    misplaced: &[(&str, &str)],
    diagnostics: &Diagnostics,
) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for entry in all(tokens, diagnostics) {
        let name = entry.name.unraw().to_string();
        if let Some((_, form)) = misplaced.iter().find(|(word, _)| *word == name) {
            let place = if form.starts_with('#') { "another attribute" } else { "another option" };
            let fact = format_args!("`{name}` belongs into {place}").to_string();
            diagnostics.report(&entry.name, fact, format_args!("write `{form}`"));
        } else if !known.contains(&name.as_str()) {
            diagnostics.report(&entry.name, format_args!("unknown option `{name}`"), unknown(&name, owner, known));
        } else {
            keep(entry, "option", &mut entries, diagnostics);
        }
    }
    entries
}

/// Reads a list whose names are the user's own words, such as `tags`. Repeated ones are reported and left out.
pub(crate) fn read_all(tokens: TokenStream, diagnostics: &Diagnostics) -> Vec<Entry> {
    let mut entries = Vec::new();
    for entry in all(tokens, diagnostics) {
        keep(entry, "tag", &mut entries, diagnostics);
    }
    entries
}

fn all(tokens: TokenStream, diagnostics: &Diagnostics) -> impl Iterator<Item = Entry> {
    split_at_commas(tokens).into_iter().filter_map(|piece| diagnostics.take(Entry::parse.parse2(piece)))
}

/// Adds an entry, which is `what`, unless its name is there already.
fn keep(entry: Entry, what: &str, entries: &mut Vec<Entry>, diagnostics: &Diagnostics) {
    if entries.iter().any(|earlier| earlier.name == entry.name) {
        let fact = format_args!("{what} `{}` is given twice", entry.name.unraw()).to_string();
        diagnostics.report(&entry.name, fact, "keep one of them");
    } else {
        entries.push(entry);
    }
}

fn unknown(name: &str, owner: &str, known: &[&str]) -> String {
    let all = quoted(known, "and");
    match closest(name, known) {
        Some(meant) => format!("did you mean `{meant}`? {owner} takes {all}"),
        None => format!("{owner} takes {all}"),
    }
}

/// "`a`, `b` and `c`"
pub(crate) fn quoted(words: &[&str], last: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((end, [])) => end.clone(),
        Some((end, rest)) => format!("{} {last} {end}", rest.join(", ")),
        None => String::new(),
    }
}

/// The one of `known` that may be meant by `name`.
pub(crate) fn closest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let close = known.iter().copied().filter(|candidate| is_close(name, candidate));
    close.min_by_key(|candidate| distance(name, candidate))
}

/// Whether one word is the other with one or two letters wrong.
fn is_close(left: &str, right: &str) -> bool {
    distance(left, right) <= 2.min(right.chars().count() / 2)
}

/// How many letters have to be added, left out or replaced to make one word the other (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[right.len()]
}

pub(crate) fn split_at_commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut pieces = vec![TokenStream::new()];
    for token in tokens {
        match (&token, pieces.last_mut()) {
            (TokenTree::Punct(punct), _) if punct.as_char() == ',' => pieces.push(TokenStream::new()),
            (_, Some(piece)) => piece.extend([token]),
            (_, None) => {}
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

const FORM: &str = "write `name`, `name = value` or `name(..)`, and a comma between two options";

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let Ok(name) = input.call(Ident::parse_any) else {
            return Err(input.error(format_args!("an option begins with its name\nhelp: {FORM}")));
        };
        let value = if input.is_empty() {
            Value::None
        } else if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            if input.is_empty() {
                let fact = format_args!("option `{name}` has no value\nhelp: write one behind the `=`");
                return Err(syn::Error::new_spanned(&name, fact));
            }
            Value::Is(input.parse()?)
        } else if let Ok(TokenTree::Group(group)) = input.fork().parse::<TokenTree>()
            && group.delimiter() == Delimiter::Parenthesis
        {
            input.parse::<TokenTree>()?;
            Value::List(group.stream())
        } else {
            let fact =
                format_args!("neither `=` nor `(..)` nor a comma stands between `{name}` and this\nhelp: {FORM}");
            return Err(input.error(fact));
        };
        if !input.is_empty() {
            let fact = format_args!("a comma is missing before this\nhelp: {FORM}");
            return Err(input.error(fact));
        }
        Ok(Self { name, value })
    }
}

impl Entry {
    /// The value parsed as a `T`, such as in `example`.
    pub(crate) fn parse_as<T: Parse>(&self, example: &str, diagnostics: &Diagnostics) -> Option<T> {
        match &self.value {
            Value::Is(value) => diagnostics.take(syn::parse2(value.clone()).map_err(|error| helped(&error, example))),
            Value::None | Value::List(_) => {
                let fact = format_args!("option `{}` needs a value", self.name);
                diagnostics.report(self, fact, format_args!("write `{example}`"));
                None
            }
        }
    }

    /// What is listed, if anything is.
    pub(crate) fn list(&self) -> Option<&TokenStream> {
        match &self.value {
            Value::List(list) if !list.is_empty() => Some(list),
            Value::None | Value::Is(_) | Value::List(_) => None,
        }
    }

    /// A word that stands alone.
    pub(crate) fn flag(&self, diagnostics: &Diagnostics) -> Option<Ident> {
        let (Value::Is(value) | Value::List(value)) = &self.value else { return Some(self.name.clone()) };
        let fact = format_args!("`{}` takes no value", self.name);
        diagnostics.report(value, fact, format_args!("write `{}`, or leave it out", self.name));
        None
    }

    /// One of a few words.
    pub(crate) fn word<T: Copy>(&self, words: &[(&str, T)], diagnostics: &Diagnostics) -> Option<T> {
        let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
        let known = quoted(&names, "or");
        let Value::Is(value) = &self.value else {
            let fact = format_args!("option `{}` needs a value", self.name);
            diagnostics.report(self, fact, format_args!("write `{} = {}`", self.name, names[0]));
            return None;
        };
        let word = syn::parse2::<Ident>(value.clone()).map(|word| word.to_string()).unwrap_or_default();
        let found = words.iter().find(|(name, _)| *name == word).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let fact = format_args!("`{}` is not a value of `{}`", compact(value), self.name);
            diagnostics.report(value, fact, format_args!("`{}` is {known}", self.name));
        }
        found
    }

    /// A number of at least one.
    pub(crate) fn count(&self, example: &str, why_not_zero: &str, diagnostics: &Diagnostics) -> Option<u32> {
        let wanted = format_args!("write `{example}`");
        let Value::Is(value) = &self.value else {
            diagnostics.report(self, format_args!("option `{}` needs a number", self.name), wanted);
            return None;
        };
        let Ok(number) = syn::parse2::<LitInt>(value.clone()) else {
            let fact = format_args!("`{}` is a whole number, not `{}`", self.name, compact(value));
            diagnostics.report(value, fact, wanted);
            return None;
        };
        match number.base10_parse::<u32>() {
            Ok(0) => diagnostics.report(value, why_not_zero, wanted),
            Ok(count) if number.suffix().is_empty() => return Some(count),
            Ok(_) => diagnostics.report(value, format_args!("`{}` is a plain number", self.name), wanted),
            Err(_) => diagnostics.report(value, format_args!("`{number}` is too large for `{}`", self.name), wanted),
        }
        None
    }

    /// A duration that is not zero, or `off`.
    pub(crate) fn time(&self, why_not_zero: &str, what_off_does: &str, diagnostics: &Diagnostics) -> Option<Time> {
        if let Value::Is(value) = &self.value
            && syn::parse2::<Ident>(value.clone()).is_ok_and(|word| word == "off")
        {
            return Some(Time::Off);
        }
        let period = self.period(diagnostics)?;
        if period.duration.is_zero() {
            let help = format_args!("write `{} = off` {what_off_does}", self.name);
            diagnostics.report(&period, why_not_zero, help);
        }
        Some(Time::Limit(period))
    }

    /// A duration.
    pub(crate) fn period(&self, diagnostics: &Diagnostics) -> Option<Period> {
        self.parse_as(&format!("{} = 5s", self.name), diagnostics)
    }
}

/// The parser's own errors say what is wrong; this adds what to write.
fn helped(error: &syn::Error, example: &str) -> syn::Error {
    let fact = error.to_string();
    if fact.contains("help:") {
        error.clone()
    } else {
        syn::Error::new(error.span(), format_args!("{fact}\nhelp: write `{example}`"))
    }
}

/// Tokens as the user would write them, near enough for a message.
pub(crate) fn compact(tokens: impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (spaced, tight) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        (" > ", "> "),
        (" >", ">"),
        ("< ", "<"),
        (" ,", ","),
        ("& ", "&"),
        ("( ", "("),
        (" )", ")"),
    ] {
        text = text.replace(spaced, tight);
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_recognised() {
        for (wrong, right) in [("mailbx", "mailbox"), ("ask_time_out", "ask_timeout"), ("limits", "limit")] {
            assert!(is_close(wrong, right), "{wrong}");
        }
        assert!(!is_close("stash", "name"));
    }

    #[test]
    fn words_are_listed_as_prose() {
        assert_eq!(quoted(&["a"], "or"), "`a`");
        assert_eq!(quoted(&["a", "b", "c"], "or"), "`a`, `b` or `c`");
    }
}
