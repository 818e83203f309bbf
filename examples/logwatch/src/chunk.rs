//! A chunk: some whole lines of one file, cheap to pass on; and the splitter that cuts a stream into chunks with
//! bounded memory, however long a line is.

use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memrchr};

use crate::line::MAX_LINE;

/// The most bytes of text in one chunk.
pub(crate) const CHUNK: usize = 256 * 1024;

/// What is kept of a line beyond the limit: enough to see that it is.
const KEPT: usize = MAX_LINE + 1;

const _: () = assert!(KEPT < CHUNK, "there is room to read on behind the kept part of a long line");

/// Whole lines of a file. Clones share the text.
#[derive(Clone)]
pub(crate) struct Chunk {
    file: Arc<Path>,
    first_line: u64,
    text: Arc<Vec<u8>>,
    range: Range<usize>,
}

impl Chunk {
    /// The lines in `text`, the first of which is line `first_line` of `file`.
    pub(crate) fn new(file: Arc<Path>, first_line: u64, text: Vec<u8>) -> Self {
        let range = 0..text.len();
        Self { file, first_line, text: Arc::new(text), range }
    }

    /// The number of lines.
    pub(crate) fn count(&self) -> u64 {
        let text = &self.text[self.range.clone()];
        let unfinished = !text.is_empty() && !text.ends_with(b"\n");
        memchr_iter(b'\n', text).count() as u64 + u64::from(unfinished)
    }

    /// The lines, without their ends.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.ranges().map(|range| {
            let line = &self.text[range];
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            line.strip_suffix(b"\r").unwrap_or(line)
        })
    }

    /// The lines, each a chunk of its own.
    pub(crate) fn one_by_one(&self) -> impl Iterator<Item = Self> {
        let numbers = self.first_line..;
        self.ranges().zip(numbers).map(|(range, first_line)| Self {
            file: Arc::clone(&self.file),
            first_line,
            text: Arc::clone(&self.text),
            range,
        })
    }

    /// Where the first line stands.
    pub(crate) fn place(&self) -> Place {
        Place { file: Arc::clone(&self.file), line: self.first_line }
    }

    fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        let Range { start, end } = self.range;
        let mut at = start;
        std::iter::from_fn(move || {
            let from = at;
            at = memchr(b'\n', &self.text[from..end]).map_or(end, |length| from + length + 1);
            (from < end).then_some(from..at)
        })
    }
}

/// One line of one file. Shown as `file:line`.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    file: Arc<Path>,
    line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// Cuts what is read into whole lines. Holds at most [`CHUNK`] bytes; the end of a longer line is passed over.
pub(crate) struct Splitter {
    buffer: Vec<u8>,
    /// Bytes of the buffer that are known to hold no line end.
    searched: usize,
    /// The buffer holds the kept part of a long line, whose end has not been seen yet.
    passing_over: bool,
}

impl Splitter {
    /// A splitter at the start of a stream.
    pub(crate) fn new() -> Self {
        Self { buffer: Vec::with_capacity(CHUNK), searched: 0, passing_over: false }
    }

    /// The buffer, with room behind what it holds: append to it, then [`cut`](Self::cut).
    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// The whole lines in the buffer, if there are any.
    pub(crate) fn cut(&mut self) -> Option<Vec<u8>> {
        if self.passing_over {
            self.pass_over();
        }
        let last_end = memrchr(b'\n', &self.buffer[self.searched..]);
        let lines = last_end.map(|end| self.split_off(self.searched + end + 1));
        if self.buffer.len() > KEPT {
            self.buffer.truncate(KEPT);
            self.passing_over = true;
        }
        self.searched = self.buffer.len();
        lines
    }

    /// The last line of the stream, if it has no end.
    pub(crate) fn finish(&mut self) -> Option<Vec<u8>> {
        let last = std::mem::take(&mut self.buffer);
        (!last.is_empty()).then_some(last)
    }

    /// The first `length` bytes; the rest moves to a new buffer.
    fn split_off(&mut self, length: usize) -> Vec<u8> {
        let mut rest = Vec::with_capacity(CHUNK);
        rest.extend_from_slice(&self.buffer[length..]);
        self.buffer.truncate(length);
        std::mem::replace(&mut self.buffer, rest)
    }

    /// Drops what was read of a long line behind its kept part.
    fn pass_over(&mut self) {
        match memchr(b'\n', &self.buffer[KEPT..]) {
            Some(length) => {
                self.buffer.drain(KEPT..KEPT + length);
                self.passing_over = false;
            }
            None => self.buffer.truncate(KEPT),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(text: &[u8]) -> Chunk {
        Chunk::new(Path::new("a.log").into(), 7, text.to_vec())
    }

    /// Feeds `input` to a splitter in pieces of `size` bytes, and returns its lines with the length of each.
    fn split(input: &[u8], size: usize) -> Vec<(u8, usize)> {
        let mut splitter = Splitter::new();
        let mut texts = Vec::new();
        let mut left = input;
        while !left.is_empty() {
            let room = splitter.buffer().capacity() - splitter.buffer().len();
            assert!(room > 0, "there is always room");
            let (piece, rest) = left.split_at(left.len().min(size).min(room));
            splitter.buffer().extend_from_slice(piece);
            left = rest;
            texts.extend(splitter.cut());
        }
        texts.extend(splitter.finish());
        let lines = |text: Vec<u8>| chunk(&text).lines().map(|line| (line[0], line.len())).collect::<Vec<_>>();
        texts.into_iter().flat_map(lines).collect()
    }

    #[test]
    fn lines_lose_their_ends_and_nothing_else() {
        fn check(text: &[u8], expected: &[&[u8]]) {
            let chunk = chunk(text);
            assert_eq!(chunk.lines().collect::<Vec<_>>(), expected);
            assert_eq!(chunk.count(), expected.len() as u64);
        }
        check(b"", &[]);
        check(b"\n", &[b""]);
        check(b"a", &[b"a"]);
        check(b"a\nb\n", &[b"a", b"b"]);
        check(b"a\r\n\r\n b", &[b"a", b"", b" b"]);
    }

    #[test]
    fn lines_taken_one_by_one_keep_their_numbers() {
        let lines: Vec<_> = chunk(b"a\n\nb").one_by_one().collect();
        let places: Vec<_> = lines.iter().map(|line| line.place().to_string()).collect();
        assert_eq!(places, ["a.log:7", "a.log:8", "a.log:9"]);
        assert!(lines.iter().all(|line| line.count() == 1));
    }

    #[test]
    fn a_stream_is_cut_alike_whatever_the_reads() {
        let long = MAX_LINE * 5;
        let mut input = b"a\nbb\n".to_vec();
        input.extend(std::iter::repeat_n(b'c', MAX_LINE));
        input.push(b'\n');
        input.extend(std::iter::repeat_n(b'd', long));
        input.extend_from_slice(b"\nee\n");
        input.extend(std::iter::repeat_n(b'f', long));
        let expected = [(b'a', 1), (b'b', 2), (b'c', MAX_LINE), (b'd', KEPT), (b'e', 2), (b'f', KEPT)];
        for size in [1, 4096, MAX_LINE, KEPT, CHUNK] {
            let lines: Vec<_> = split(&input, size).into_iter().map(|(byte, len)| (byte, len.min(KEPT))).collect();
            assert_eq!(lines, expected, "in reads of {size}");
        }
    }
}
