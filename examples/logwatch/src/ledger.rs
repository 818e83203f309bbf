//! The ledger: what was read, what was counted and what was lost. The first is the sum of the others once everybody
//! is done: no line goes missing unsaid.

use actor::prelude::*;

use crate::chunk::Place;
use crate::tally::Tally;

/// The most places of lost lines that are named.
const NAMED: usize = 5;

/// Keeps the books.
#[actor]
#[derive(Default)]
pub(crate) struct Ledger {
    summary: Summary,
}

/// What the ledger says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Summary {
    /// Files read to their end.
    pub(crate) files: u64,
    /// Files that were read, but not to their end.
    pub(crate) partly: u64,
    /// Files of which nothing could be read.
    pub(crate) unreadable: u64,
    /// A file has been begun.
    pub(crate) in_a_file: bool,
    /// Lines read.
    pub(crate) lines: u64,
    /// Bytes read.
    pub(crate) bytes: u64,
    /// What the lines came to that could be parsed.
    pub(crate) tally: Tally,
    /// Chunks that made a parser fail.
    pub(crate) chunks_retried: u64,
    /// Their lines, which were parsed again one by one.
    pub(crate) lines_retried: u64,
    /// Lines that could not be parsed.
    pub(crate) lost: u64,
    /// Where the first of them stand.
    pub(crate) lost_at: Vec<Place>,
}

impl Summary {
    /// Lines that were read and neither counted nor lost: those in hand now.
    pub(crate) fn in_hand(&self) -> u64 {
        self.lines.saturating_sub(self.tally.lines + self.lost)
    }
}

#[handlers]
impl Ledger {
    /// A file was read to its end.
    pub(crate) fn finished_file(&mut self) {
        self.summary.files += 1;
        self.summary.in_a_file = false;
    }

    /// A file could not be opened, or not be read to its end.
    pub(crate) fn unreadable_file(&mut self) {
        if self.summary.in_a_file {
            self.summary.partly += 1
        } else {
            self.summary.unreadable += 1
        }
        self.summary.in_a_file = false;
    }

    /// Lines were read.
    pub(crate) fn read(&mut self, lines: u64, bytes: u64) {
        self.summary.lines += lines;
        self.summary.bytes += bytes;
        self.summary.in_a_file = true;
    }

    /// A chunk made the parser fail, and its lines are parsed again one by one.
    pub(crate) fn retried(&mut self, lines: u64) {
        self.summary.chunks_retried += 1;
        self.summary.lines_retried += lines;
    }

    /// Lines were parsed.
    pub(crate) fn counted(&mut self, #[indirect] tally: Tally) {
        self.summary.tally.add(&tally);
    }

    /// A line made the parser fail.
    pub(crate) fn lost(&mut self, place: Place) {
        self.summary.lost += 1;
        if self.summary.lost_at.len() < NAMED {
            self.summary.lost_at.push(place);
        }
    }

    /// The books as they stand.
    pub(crate) fn summary(&self) -> Summary {
        self.summary.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_breaks_off_was_read_partly() {
        let mut ledger = Ledger::default();
        ledger.unreadable_file();
        ledger.read(3, 30);
        ledger.unreadable_file();
        ledger.read(1, 10);
        ledger.finished_file();
        let Summary { files, partly, unreadable, in_a_file, .. } = ledger.summary();
        assert_eq!((files, partly, unreadable, in_a_file), (1, 1, 1, false));
    }
}
