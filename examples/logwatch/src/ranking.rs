//! The ranking: which sources wrote most. Remembers a bounded number of them, so that a log in which every line has
//! a source of its own costs no more than any other.

use actor::prelude::*;

use crate::tally::Sources;

/// The most sources that are remembered.
const REMEMBERED: usize = 16 * 1024;

/// Ranks the sources.
#[actor]
#[derive(Default)]
pub(crate) struct Ranking {
    sources: Sources,
}

#[handlers]
impl Ranking {
    /// Takes in how often some sources wrote.
    pub(crate) fn rank(&mut self, sources: Sources) {
        for (source, lines) in sources {
            *self.sources.entry(source).or_default() += lines;
        }
        if self.sources.len() > REMEMBERED {
            self.forget();
        }
    }

    /// The `count` sources that wrote most, with their lines; the most first, and alphabetical where they tie.
    pub(crate) fn top(&self, count: usize) -> Vec<(Box<str>, u64)> {
        let mut ranked: Vec<_> = self.sources.iter().map(|(source, lines)| (source.clone(), *lines)).collect();
        ranked.sort_unstable_by(|(left, more), (right, less)| less.cmp(more).then_with(|| left.cmp(right)));
        ranked.truncate(count);
        ranked
    }
}

impl Ranking {
    /// Forgets the quieter half.
    fn forget(&mut self) {
        let mut counts: Vec<u64> = self.sources.values().copied().collect();
        let (_, median, _) = counts.select_nth_unstable(REMEMBERED / 2);
        let median = *median;
        let mut ties = REMEMBERED / 2;
        self.sources.retain(|_, lines| {
            let kept = *lines > median || (*lines == median && ties > 0);
            ties -= usize::from(kept && *lines == median);
            kept
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(range: std::ops::Range<usize>, lines: u64) -> Sources {
        range.map(|number| (number.to_string().into(), lines)).collect()
    }

    #[test]
    fn the_loudest_survive_any_number_of_quiet_ones() {
        let mut ranking = Ranking::default();
        ranking.rank(sources(0..10, 5));
        for round in 1..10 {
            ranking.rank(sources(round * REMEMBERED..(round + 1) * REMEMBERED, 1));
            assert!(ranking.sources.len() <= REMEMBERED);
        }
        let top = ranking.top(11);
        assert!(top[..10].iter().all(|(_, lines)| *lines == 5));
        assert_eq!((&*top[0].0, top[10].1), ("0", 1));
    }
}
