//! The last failures, written and read with interrupts on.

use core::cell::Cell;
use core::num::NonZeroUsize;

use critical_section::{Mutex, with};

use crate::telemetry::FailureSnapshot;

use super::berth::Berth;

/// A place for each number in turn. One that is being written or read as its turn comes is left out, with its number: then
/// one less is kept, until its next turn.
pub(crate) struct LastFailures<const N: usize> {
    berths: [Berth<NonZeroUsize, FailureSnapshot>; N],
    counts: Mutex<Cell<Counts>>,
}

#[derive(Clone, Copy)]
struct Counts {
    /// Failures that were told.
    seen: usize,
    /// The number of the next one. On 32 bits they begin anew after four billion failures.
    next: usize,
}

impl<const N: usize> LastFailures<N> {
    pub(crate) const fn new() -> Self {
        const { assert!(N > 0, "a ring without room keeps nothing: give it room for one snapshot or more") };
        let counts = Mutex::new(Cell::new(Counts { seen: 0, next: 0 }));
        Self { berths: [const { Berth::new() }; N], counts }
    }

    pub(crate) fn seen(&self) -> usize {
        self.counts().seen
    }

    /// Keeps a failure, unless all places are claimed.
    pub(crate) fn push(&self, snapshot: &FailureSnapshot) {
        let claimed = with(|cs| {
            let counts = self.counts.borrow(cs);
            let Counts { seen, next } = counts.get();
            // As many turns as there are claims, and one.
            let mut turns = (0..N).map(|turn| next.wrapping_add(turn));
            let claimed = turns.find_map(|number| Some((number, self.berth(number)?.claim(cs)?)));
            let next = claimed.as_ref().map_or(next, |(number, _)| number.wrapping_add(1));
            counts.set(Counts { seen: seen.wrapping_add(1), next });
            claimed
        });
        if let Some((number, claim)) = claimed {
            claim.write(key(number), snapshot);
        }
    }

    pub(crate) fn dump_to(&self, mut show: impl FnMut(&FailureSnapshot)) {
        let end = self.counts().next;
        for number in end.saturating_sub(N)..end {
            if let Some(snapshot) = self.get(number) {
                show(&snapshot);
            }
        }
    }

    fn get(&self, number: usize) -> Option<FailureSnapshot> {
        let berth = self.berth(number)?;
        with(|cs| berth.share(cs, key(number))).map(|share| share.read())
    }

    fn berth(&self, number: usize) -> Option<&Berth<NonZeroUsize, FailureSnapshot>> {
        self.berths.get(number % N)
    }

    fn counts(&self) -> Counts {
        with(|cs| self.counts.borrow(cs).get())
    }
}

/// Beside it there is room for none.
const fn key(number: usize) -> NonZeroUsize {
    NonZeroUsize::MIN.saturating_add(number)
}
