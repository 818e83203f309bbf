//! The last failures, behind a lock.

use crate::telemetry::FailureSnapshot;

use super::lock::Lock;

/// A place for each number in turn.
pub(crate) struct LastFailures<const N: usize>(Lock<Ring<N>>);

struct Ring<const N: usize> {
    kept: [Option<FailureSnapshot>; N],
    /// The number of the next one.
    next: usize,
}

impl<const N: usize> LastFailures<N> {
    pub(crate) const fn new() -> Self {
        const { assert!(N > 0, "a ring without room keeps nothing: give it room for one snapshot or more") };
        Self(Lock::new(Ring { kept: [const { None }; N], next: 0 }))
    }

    pub(crate) fn seen(&self) -> usize {
        self.0.with(|ring| ring.next)
    }

    /// Keeps a failure, instead of the oldest one where there is no room.
    pub(crate) fn push(&self, snapshot: &FailureSnapshot) {
        self.0.with(|ring| {
            ring.kept[ring.next % N] = Some(snapshot.clone());
            ring.next = ring.next.wrapping_add(1);
        });
    }

    pub(crate) fn dump_to(&self, mut show: impl FnMut(&FailureSnapshot)) {
        let end = self.seen();
        let mut from = 0;
        let copy = |from| self.0.with(|ring| ring.get(from).map(|(number, snapshot)| (number, snapshot.clone())));
        while let Some((number, snapshot)) = copy(from)
            && number < end
        {
            show(&snapshot);
            from = number + 1;
        }
    }
}

impl<const N: usize> Ring<N> {
    /// The oldest that is kept from `number` on, and its own number.
    fn get(&self, number: usize) -> Option<(usize, &FailureSnapshot)> {
        let number = number.max(self.next.saturating_sub(N));
        if number >= self.next {
            return None;
        }
        self.kept[number % N].as_ref().map(|snapshot| (number, snapshot))
    }
}
