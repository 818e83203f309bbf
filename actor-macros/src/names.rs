//! The paths and names of the expansion, all in one place.

use std::rc::Rc;

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::{GenericArgument, Generics, Path, PathArguments, Type, parse_quote};

/// Tokens that are written many times. One after the other: the compiler is asked to copy and join a stream.
#[derive(Clone)]
pub(crate) struct Tokens(Rc<[TokenTree]>);

impl Tokens {
    /// The same, at `span`.
    pub(crate) fn at(&self, span: Span) -> Self {
        Self(self.0.iter().cloned().map(|token| respanned(token, span)).collect())
    }
}

impl ToTokens for Tokens {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.iter().cloned());
    }
}

/// Paths into the facade, which may have been renamed with `crate = path`.
#[derive(Clone)]
pub(crate) struct Names {
    root: TokenStream,
}

impl Names {
    pub(crate) fn new(facade: Option<&Path>) -> Self {
        Self { root: facade.map_or_else(|| quote!(::actor), |path| quote!(#path)) }
    }

    /// Everything the expansion calls into.
    pub(crate) fn private(&self) -> Tokens {
        let root = &self.root;
        Tokens(quote!(#root::__private).into_iter().collect())
    }

    /// A `macro_rules!` of the facade.
    pub(crate) fn facade_macro(&self, name: &str) -> TokenStream {
        let (root, name) = (&self.root, Ident::new(name, Span::mixed_site()));
        quote!(#root::#name)
    }
}

/// A span that shows `at` and resolves where the macro is used, with locals of its own.
pub(crate) fn located(at: Span) -> Span {
    Span::mixed_site().located_at(at)
}

/// `T` in `path::to::name<T>`.
pub(crate) fn argument_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(ty)) if arguments.args.len() == 1 => Some(ty),
        _ => None,
    }
}

/// `CounterRef` for `Counter`, with the span of `Counter`.
pub(crate) fn reference(actor: &Ident) -> Ident {
    format_ident!("{}Ref", actor)
}

/// The actor that a field is about which has this type: `Db` for `Db` and `DbRef`, and where no name says it.
pub(crate) fn meant(ty: &Type) -> String {
    let Type::Path(path) = ty else { return "Db".into() };
    match path.path.get_ident().map(Ident::to_string) {
        Some(name) => name.strip_suffix("Ref").map_or(name.clone(), Into::into),
        None => "Db".into(),
    }
}

/// The message enum of an actor. Not a name a user would choose: it must not hide one of theirs. Nor that of a second
/// block, about which something else is said: the first handler tells them apart.
pub(crate) fn message(actor: &Ident, first: Option<&Ident>) -> Ident {
    match first {
        Some(first) => format_ident!("__{}Message_{}", actor, first, span = Span::mixed_site()),
        None => format_ident!("__{}Message", actor, span = Span::mixed_site()),
    }
}

/// `tokens`, all of them at `span`.
pub(crate) fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    tokens.into_iter().map(|token| respanned(token, span)).collect()
}

/// As [`respan`], those in groups as well, and none of those in `kept`.
pub(crate) fn respan_all(tokens: TokenStream, span: Span, kept: &[&str]) -> TokenStream {
    let inner = |token| match token {
        TokenTree::Ident(ident) if kept.iter().any(|name| ident == name) => TokenTree::Ident(ident),
        TokenTree::Group(group) => {
            let inner = Group::new(group.delimiter(), respan_all(group.stream(), span, kept));
            respanned(TokenTree::Group(inner), span)
        }
        token @ (TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_)) => respanned(token, span),
    };
    tokens.into_iter().map(inner).collect()
}

fn respanned(mut token: TokenTree, span: Span) -> TokenTree {
    token.set_span(span);
    token
}

/// `tokens` with `actor` for `Self`, to stand outside of the actor's impl.
pub(crate) fn replace_self(tokens: TokenStream, actor: &TokenStream) -> TokenStream {
    let mut replaced = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                let is_path = matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
                replaced.extend(if is_path { quote!(<#actor>) } else { actor.clone() });
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), replace_self(group.stream(), actor));
                inner.set_span(group.span());
                replaced.extend([TokenTree::Group(inner)]);
            }
            token @ (TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_)) => replaced.extend([token]),
        }
    }
    replaced
}

/// `generics`, whose types may move to another thread and stay there: what every actor asks of its parameters, and no user
/// has to repeat.
pub(crate) fn movable(generics: &Generics, rt: &Tokens) -> Generics {
    let mut movable = generics.clone();
    for parameter in generics.type_params() {
        let ident = &parameter.ident;
        movable.make_where_clause().predicates.push(parse_quote!(#ident: #rt::Send + 'static));
    }
    movable
}

/// `AddTo` for `add_to`, with its span.
pub(crate) fn variant(handler: &Ident) -> Ident {
    let mut camel = String::new();
    for word in handler.unraw().to_string().split('_') {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        camel.extend(letters);
    }
    // `_1` and the like leave nothing an identifier could begin with.
    if !camel.starts_with(|letter: char| letter.is_alphabetic()) || camel == "Self" {
        camel.insert_str(0, "Call");
    }
    Ident::new(&camel, handler.span())
}

/// `http_cache` for `HTTPCache`: the label of an actor that was given none.
pub(crate) fn snake_case(name: &Ident) -> String {
    let name = name.unraw().to_string();
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let begins_word = letter.is_uppercase()
            && at > 0
            && letters[at - 1] != '_'
            && (!letters[at - 1].is_uppercase() || letters.get(at + 1).is_some_and(|next| next.is_lowercase()));
        if begins_word {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_in_snake_case() {
        for (name, label) in
            [("Counter", "counter"), ("RowStore", "row_store"), ("HTTPCache", "http_cache"), ("Db2", "db2")]
        {
            assert_eq!(snake_case(&Ident::new(name, Span::call_site())), label);
        }
    }

    #[test]
    fn variants_are_in_camel_case() {
        for (handler, expected) in [("add", "Add"), ("add_to", "AddTo"), ("_1", "Call1"), ("r#type", "Type")] {
            let handler: Ident = syn::parse_str(handler).unwrap_or_else(|_| Ident::new_raw("type", Span::call_site()));
            assert_eq!(variant(&handler).to_string(), expected);
        }
    }
}
