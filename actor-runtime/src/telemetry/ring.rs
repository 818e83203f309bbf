//! The last failures, in place.

use super::snapshot::FailureSnapshot;

/// The last `N` snapshots, each with its number. Whoever shares it brings the lock.
#[derive(Clone)]
pub struct Ring<const N: usize> {
    kept: [Option<FailureSnapshot>; N],
    /// The number of the next one. On 32 bits they begin anew after four billion failures.
    next: usize,
}

impl<const N: usize> Ring<N> {
    /// An empty ring.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        const { assert!(N > 0, "a ring without room keeps nothing: give it room for one snapshot or more") };
        Self { kept: [const { None }; N], next: 0 }
    }

    /// Keeps a snapshot, instead of the oldest one where there is no room.
    pub fn push(&mut self, snapshot: &FailureSnapshot) {
        let place = Self::place(self.next);
        self.kept[place] = Some(snapshot.clone());
        self.next = self.next.wrapping_add(1);
    }

    /// How many it has been given.
    #[must_use]
    pub const fn seen(&self) -> usize {
        self.next
    }

    /// The oldest that is kept from `number` on, and its own number.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<(usize, &FailureSnapshot)> {
        let number = number.max(self.next.saturating_sub(N));
        if number >= self.next {
            return None;
        }
        self.kept[Self::place(number)].as_ref().map(|snapshot| (number, snapshot))
    }

    const fn place(number: usize) -> usize {
        number % N
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;
    use crate::id::{ActorId, Incarnation};
    use crate::supervision::{Decision, Scope, Strategy};
    use crate::telemetry::{About, Report, Severity, Tags};
    use crate::time::Instant;
    use std::vec::Vec;

    fn at(nanos: u64) -> FailureSnapshot {
        FailureSnapshot::of(&Report {
            id: ActorId::new(0, 0),
            about: &About { label: "db", type_name: "Db", tags: &[] },
            path: &"db",
            incarnation: Incarnation::FIRST,
            failure: &Failure::error(&"disk full"),
            ascent: None,
            tags: &Tags::new(),
            decision: Decision::Stop,
            strategy: Strategy::OneForOne,
            restarts: 0,
            scope: Scope::Child,
            severity: Severity::Error,
            at: Instant::from_nanos(nanos),
            left_out: 0,
        })
    }

    fn kept<const N: usize>(ring: &Ring<N>, mut from: usize) -> Vec<u64> {
        let mut kept = Vec::new();
        while let Some((number, snapshot)) = ring.get(from) {
            kept.push(snapshot.at().as_nanos());
            from = number + 1;
        }
        kept
    }

    #[test]
    fn the_last_ones_are_kept_in_order() {
        let mut ring = Ring::<3>::new();
        assert!(kept(&ring, 0).is_empty());
        for nanos in 0..5 {
            ring.push(&at(nanos));
        }
        assert_eq!((kept(&ring, 0), kept(&ring, 4), ring.seen()), (Vec::from([2, 3, 4]), Vec::from([4]), 5));
    }
}
