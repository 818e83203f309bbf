//! Guesses which of several types is not `Send`.
//!
//! Only the compiler knows; what it says about a struct or an enum as a whole it says at a span of our
//! choice. A wrong guess moves that one error to a neighbour, and changes nothing else.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Type;
use syn::spanned::Spanned;

/// How likely a type is not `Send`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Suspicion {
    /// Nothing speaks against it.
    None,
    /// A trait object that does not promise it.
    Likely,
    /// A type of the standard library that is not.
    Certain,
}

pub(crate) fn of(ty: &Type) -> Suspicion {
    let mut words = Vec::new();
    collect(ty.to_token_stream(), &mut words);
    let has = |word: &str| words.iter().any(|other| other == word);
    let never = ["Rc", "*", "NonNull", "MutexGuard", "RwLockReadGuard", "RwLockWriteGuard", "Ref", "RefMut"];
    if never.into_iter().any(has) {
        Suspicion::Certain
    } else if (has("dyn") || has("Weak")) && !has("Send") {
        Suspicion::Likely
    } else {
        Suspicion::None
    }
}

/// The span of the type that is the likeliest not to be `Send`, the first of equals; `otherwise` where all are
/// beyond suspicion.
pub(crate) fn likeliest<'a>(types: impl Iterator<Item = &'a Type>, otherwise: Span) -> Span {
    let mut worst = (Suspicion::None, otherwise);
    for ty in types {
        let suspicion = of(ty);
        if suspicion > worst.0 {
            worst = (suspicion, ty.span());
        }
    }
    worst.1
}

/// Names and pointers in `tokens`, however deep.
fn collect(tokens: TokenStream, words: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => words.push(ident.to_string()),
            TokenTree::Group(group) => collect(group.stream(), words),
            TokenTree::Punct(punct) if punct.as_char() == '*' => words.push("*".to_owned()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_suspected_by_their_names() {
        for (ty, expected) in [
            ("HashMap<String, Vec<u8>>", Suspicion::None),
            ("Box<dyn Fn() + Send>", Suspicion::None),
            ("Box<dyn Fn()>", Suspicion::Likely),
            ("Option<(u8, std::rc::Rc<u8>)>", Suspicion::Certain),
            ("*const u8", Suspicion::Certain),
        ] {
            let ty: Type = syn::parse_str(ty).expect(ty);
            assert!(of(&ty) == expected, "{}", ty.to_token_stream());
        }
    }
}
