//! The findings: what was found so far. They take the same memory for every tree.

use actor::prelude::*;

use crate::directory::{Largest, Piece, Trouble};

/// The most troubles that are named.
const NAMED: usize = 5;

/// Keeps the books.
#[actor]
pub(crate) struct Findings {
    summary: Summary,
    largest: Largest,
    /// How many of the largest files are wanted.
    top: usize,
}

/// What the findings say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Summary {
    pub(crate) files: u64,
    pub(crate) directories: u64,
    pub(crate) links: u64,
    pub(crate) others: u64,
    pub(crate) bytes: u64,
    /// Entries by their depth, those right in the root first.
    pub(crate) levels: Vec<u64>,
    /// The largest files, the largest first.
    pub(crate) largest: Vec<(u64, std::path::PathBuf)>,
    /// How often each trouble came up, in the order of `Trouble::ALL`.
    pub(crate) troubles: [u64; Trouble::ALL.len()],
    /// The first of them.
    pub(crate) named: Vec<String>,
}

impl Summary {
    /// All that was found, and could be looked at.
    pub(crate) fn entries(&self) -> u64 {
        self.files + self.directories + self.links + self.others
    }
}

#[handlers]
impl Findings {
    /// Adds a piece of a directory.
    pub(crate) fn add(&mut self, piece: Piece) {
        let Piece { depth, files, bytes, links, others, directories, largest, troubles } = piece;
        let summary = &mut self.summary;
        summary.files += files;
        summary.directories += directories;
        summary.links += links;
        summary.others += others;
        summary.bytes += bytes;
        let (entries, level) = (files + directories + links + others, depth as usize);
        if entries > 0 {
            summary.levels.resize(summary.levels.len().max(level), 0);
            summary.levels[level - 1] += entries;
        }
        for (trouble, text) in troubles {
            summary.troubles[trouble as usize] += 1;
            if summary.named.len() < NAMED {
                summary.named.push(text);
            }
        }
        self.largest.merge(largest, self.top);
    }

    /// The books as they stand.
    pub(crate) fn summary(&self) -> Summary {
        Summary { largest: self.largest.sorted(), ..self.summary.clone() }
    }
}

impl Findings {
    pub(crate) fn new(top: usize) -> Self {
        Self { summary: Summary::default(), largest: Largest::default(), top }
    }
}
