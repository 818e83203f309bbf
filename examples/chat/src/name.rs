//! Names of people and rooms: checked once, when they come in, and trusted from then on.

use std::fmt;
use std::sync::Arc;

/// The longest name, in characters.
const LONGEST: usize = 20;

/// A name that has been checked. Clones share it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name(Arc<str>);

impl Name {
    /// The room everybody comes into first.
    pub(crate) fn lobby() -> Self {
        Self("lobby".into())
    }

    /// The name of the guest with this number.
    pub(crate) fn guest(number: u64) -> Self {
        Self(format!("guest-{number}").into())
    }

    /// Checks a name.
    ///
    /// # Errors
    /// Says what a name is.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let allowed = |character: char| character.is_alphanumeric() || "-_".contains(character);
        if (1..=LONGEST).contains(&text.chars().count()) && text.chars().all(allowed) {
            return Ok(Self(text.into()));
        }
        Err(format!("a name is 1 to {LONGEST} letters, digits, `-` and `_`"))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_of_one_word() {
        fn check(text: &str, fine: bool) {
            assert_eq!(Name::parse(text).is_ok(), fine, "{text:?}");
        }
        check("ann", true);
        check("Jürgen_7-b", true);
        check(&"ü".repeat(LONGEST), true);
        check(&"u".repeat(LONGEST + 1), false);
        check("", false);
        check("ann bob", false);
        check("\u{1b}[31m", false);
        check("<ann>", false);
    }
}
