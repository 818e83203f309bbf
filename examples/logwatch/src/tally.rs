//! A tally: what some lines come to. Tallies add up, whoever made them, in any order.

use std::collections::HashMap;

use crate::chunk::Chunk;
use crate::line::{self, Entry, Level, NotText};

/// How often each source wrote.
pub(crate) type Sources = HashMap<Box<str>, u64>;

/// The figures of some lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Lines, those that are not text included.
    pub(crate) lines: u64,
    /// Lines that are not text.
    pub(crate) not_text: u64,
    /// Lines of text by level, in the order of [`Level::ALL`].
    pub(crate) levels: [u64; Level::ALL.len()],
    /// Lines with a time, by hour.
    pub(crate) hours: [u64; 24],
}

impl Tally {
    /// Parses the lines of `chunk`.
    ///
    /// # Panics
    /// If one of them is beyond the limit of [`line::parse`].
    pub(crate) fn of(chunk: &Chunk) -> (Self, Sources) {
        let (mut tally, mut sources) = (Self::default(), Sources::new());
        for line in chunk.lines() {
            tally.lines += 1;
            match line::parse(line) {
                Ok(entry) => tally.count(&entry, &mut sources),
                Err(NotText) => tally.not_text += 1,
            }
        }
        (tally, sources)
    }

    /// Takes the figures of `other` in.
    pub(crate) fn add(&mut self, other: &Self) {
        self.lines += other.lines;
        self.not_text += other.not_text;
        add_all(&mut self.levels, &other.levels);
        add_all(&mut self.hours, &other.hours);
    }

    fn count(&mut self, entry: &Entry<'_>, sources: &mut Sources) {
        self.levels[entry.level as usize] += 1;
        if let Some(hour) = entry.hour {
            self.hours[usize::from(hour)] += 1;
        }
        if let Some(source) = entry.source {
            // Looked up before it is copied: most lines come from a source that is known.
            match sources.get_mut(source) {
                Some(count) => *count += 1,
                None => drop(sources.insert(source.into(), 1)),
            }
        }
    }
}

fn add_all(sums: &mut [u64], more: &[u64]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn tally(text: &str) -> (Tally, Sources) {
        Tally::of(&Chunk::new(Path::new("a.log").into(), 1, text.into()))
    }

    #[test]
    fn every_line_is_counted_once() {
        let (tally, sources) = tally("10:00:00 warn disk: full\n\n\0\n10:59:59 disk: full\n");
        assert_eq!((tally.lines, tally.not_text), (4, 1));
        assert_eq!(tally.levels, [0, 1, 0, 0, 2]);
        assert_eq!(tally.levels.iter().sum::<u64>() + tally.not_text, tally.lines);
        assert_eq!(tally.hours[10], 2);
        assert_eq!(sources, Sources::from([("disk".into(), 2)]));
    }

    #[test]
    fn tallies_add_up() {
        let (mut sum, _) = tally("a\nerror b\n");
        sum.add(&tally("c 01:02\n\0").0);
        assert_eq!(sum, tally("a\nerror b\nc 01:02\n\0").0);
    }
}
