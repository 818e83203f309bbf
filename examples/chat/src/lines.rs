//! Bytes as they arrive, put together to lines. Whatever comes in, it takes bounded memory and comes out as text that
//! does no harm to the terminal it is shown on.

/// The longest line, in bytes.
pub(crate) const LONGEST: usize = 400;

/// Puts lines together.
#[derive(Default)]
pub(crate) struct Lines {
    /// What has come of the line whose end has not.
    begun: Vec<u8>,
    too_long: bool,
}

/// A whole line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Text(String),
    TooLong,
}

impl Lines {
    /// Takes bytes up to the next line end. Returns the line, or `None` once all are taken.
    ///
    /// A line that is never ended is never returned: half a line was not meant to be said.
    pub(crate) fn take(&mut self, bytes: &mut &[u8]) -> Option<Line> {
        let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
            self.keep(bytes);
            *bytes = &[];
            return None;
        };
        self.keep(&bytes[..end]);
        *bytes = &bytes[end + 1..];
        Some(self.finish())
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.too_long |= self.begun.len() + bytes.len() > LONGEST;
        if !self.too_long {
            self.begun.extend_from_slice(bytes);
        }
    }

    fn finish(&mut self) -> Line {
        let line = if std::mem::take(&mut self.too_long) {
            Line::TooLong
        } else {
            // Escape sequences would be carried out by the terminals of the others.
            let text = String::from_utf8_lossy(&self.begun);
            Line::Text(text.chars().filter(|character| !character.is_control()).collect())
        };
        self.begun.clear();
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[&[u8]], expected: &[Line]) {
        let mut lines = Lines::default();
        let mut found = Vec::new();
        for mut piece in pieces.iter().copied() {
            while let Some(line) = lines.take(&mut piece) {
                found.push(line);
            }
            assert!(piece.is_empty() && lines.begun.len() <= LONGEST);
        }
        assert_eq!(found, expected);
    }

    fn text(line: &str) -> Line {
        Line::Text(line.into())
    }

    #[test]
    fn lines_are_put_together_from_pieces() {
        check(&[b"one\r\ntw", b"", b"o\n\nthr"], &[text("one"), text("two"), text("")]);
    }

    #[test]
    fn a_character_may_arrive_in_two_pieces() {
        check(&[b"gr\xc3", b"\xbc\xc3\x9f dich\n"], &[text("grüß dich")]);
    }

    #[test]
    fn garbage_becomes_text_that_does_no_harm() {
        check(&[b"\xff\x00\x1b[31mred\x07\n"], &[text("\u{fffd}[31mred")]);
    }

    #[test]
    fn a_line_that_is_too_long_is_dropped_alone() {
        let long = vec![b'x'; LONGEST + 1];
        let (longest, more) = (&long[1..], &long[..LONGEST]);
        check(
            &[longest, b"\n", &long, b"\n", more, more, more, b"\na\n"],
            &[text(&"x".repeat(LONGEST)), Line::TooLong, Line::TooLong, text("a")],
        );
    }
}
