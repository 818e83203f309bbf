//! Texts in place, copied as plain bytes: whole ones, and the beginnings of others.

use core::fmt::{self, Write};

use crate::failure::prefix_of;

/// A text of at most `N` bytes; at most 255 are used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Text<const N: usize> {
    /// UTF-8 as far as `len`, then zeros.
    bytes: [u8; N],
    len: u8,
}

impl<const N: usize> Text<N> {
    pub(super) const fn new() -> Self {
        const { assert!(N <= u8::MAX as usize, "the length of a text is a byte") };
        Self { bytes: [0; N], len: 0 }
    }

    pub(super) fn as_str(&self) -> &str {
        let written = self.bytes.get(..self.len()).unwrap_or_default();
        // Only texts are written, and they are cut between two characters.
        str::from_utf8(written).unwrap_or_default()
    }

    pub(super) const fn len(&self) -> usize {
        self.len as usize
    }

    /// Keeps the first `len` bytes, which end between two characters.
    pub(super) fn truncate(&mut self, len: usize) {
        if let Some(rest) = self.bytes.get_mut(len..) {
            rest.fill(0);
        }
        self.len = self.len.min(len as u8);
    }
}

/// Writes a text that fits, or nothing of it.
impl<const N: usize> Write for Text<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let begin = self.len();
        let place = self.bytes.get_mut(begin..begin + text.len()).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.len += text.len() as u8;
        Ok(())
    }
}

/// What stands at the end of a text that was cut.
const CUT: char = '…';

/// At most `N` bytes of a text, with a `…` at the end where more was written. Equal where the texts are.
#[derive(Clone, Copy)]
pub(crate) struct Excerpt<const N: usize> {
    text: Text<N>,
    cut: bool,
}

impl<const N: usize> Excerpt<N> {
    pub(crate) fn of(value: &dyn fmt::Display) -> Self {
        let mut excerpt = Self { text: Text::new(), cut: false };
        if write!(excerpt, "{value}").is_err() && !excerpt.cut {
            // It refused to be displayed further.
            excerpt.cut_here();
        }
        excerpt
    }

    pub(super) fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// Ends the text with the mark, instead of its last characters where there is no room.
    fn cut_here(&mut self) {
        self.cut = true;
        let kept = prefix_of(self.text.as_str(), N.saturating_sub(CUT.len_utf8())).len();
        self.text.truncate(kept);
        // Left out where not even the mark has room.
        let _ = self.text.write_char(CUT);
    }
}

impl<const N: usize> Write for Excerpt<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Some `Display` ignores the error and writes on: after a cut nothing may follow the gap.
        if self.cut {
            return Err(fmt::Error);
        }
        if self.text.write_str(text).is_ok() {
            return Ok(());
        }
        // As much as there is room for.
        let _ = self.text.write_str(prefix_of(text, N - self.text.len()));
        self.cut_here();
        Err(fmt::Error)
    }
}

impl<const N: usize> fmt::Display for Excerpt<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> PartialEq for Excerpt<N> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<const N: usize> Eq for Excerpt<N> {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_that_fits_is_whole_and_a_longer_one_says_so() {
        fn check(text: &str, expected: &str) {
            assert_eq!(Excerpt::<8>::of(&text).as_str(), expected);
        }
        check("", "");
        check("12345678", "12345678");
        check("123456789", "12345…");
        // A character is kept whole or left out.
        check("ééééé", "éé…");
        check("éé€…", "éé…");
    }

    #[test]
    fn nothing_follows_the_gap_of_a_cut() {
        struct Stubborn;
        impl fmt::Display for Stubborn {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let _ = f.write_str("123456789");
                let _ = f.write_str("x");
                Err(fmt::Error)
            }
        }
        assert_eq!(Excerpt::<8>::of(&Stubborn).as_str(), "12345…");
    }

    #[test]
    fn a_value_that_refuses_to_be_displayed_is_cut() {
        struct Refusing;
        impl fmt::Display for Refusing {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("half")?;
                Err(fmt::Error)
            }
        }
        assert_eq!(Excerpt::<8>::of(&Refusing).as_str(), "half…");
    }

    proptest! {
        #[test]
        fn what_is_kept_is_how_the_text_begins(text in "\\PC{0,40}") {
            let excerpt = Excerpt::<16>::of(&text);
            prop_assert_eq!(excerpt.cut, text.len() > 16);
            let kept = if excerpt.cut { excerpt.as_str().strip_suffix(CUT).unwrap() } else { excerpt.as_str() };
            prop_assert!(text.starts_with(kept));
        }
    }
}
