//! What happens in the lives of actors, as it is counted: a cell for each, the same on every backend.

use super::{AskOutcome, Counts, DeadLetterReason, Yields};
use crate::failure::{FailureKind, StopReason};
use crate::policy::YieldReason;

/// An event that is counted for the actors of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LifeEvent {
    Spawned,
    Restarted,
    /// A failure was passed on to the supervisor.
    Escalated,
    /// A hook or a tick ran, which nobody sent.
    Own,
    /// A message went into the stash.
    Stashed,
    /// One has left it, to be handled or lost.
    Unstashed,
    /// An ask begins to wait for its answer.
    AskBegun,
    Failed(FailureKind),
    Stopped(StopReason),
    DeadLetter(DeadLetterReason),
    Yielded(YieldReason),
    /// An ask that has waited came to this.
    Asked(AskOutcome),
}

const FAILED: usize = 7;
const STOPPED: usize = FAILED + FailureKind::ALL.len();
const DEAD_LETTER: usize = STOPPED + StopReason::ALL.len();
const YIELDED: usize = DEAD_LETTER + DeadLetterReason::ALL.len();
const ASKED: usize = YIELDED + YieldReason::ALL.len();

impl LifeEvent {
    /// How many cells there are.
    pub(crate) const COUNT: usize = ASKED + AskOutcome::ALL.len();

    /// Its cell.
    #[inline]
    pub(crate) const fn index(self) -> usize {
        match self {
            Self::Spawned => 0,
            Self::Restarted => 1,
            Self::Escalated => 2,
            Self::Own => 3,
            Self::Stashed => 4,
            Self::Unstashed => 5,
            Self::AskBegun => 6,
            Self::Failed(kind) => FAILED + kind as usize,
            Self::Stopped(reason) => STOPPED + reason as usize,
            Self::DeadLetter(reason) => DEAD_LETTER + reason as usize,
            Self::Yielded(reason) => YIELDED + reason as usize,
            Self::Asked(outcome) => ASKED + outcome as usize,
        }
    }
}

impl Counts {
    /// Adds up how often each event was counted, where `ran` handlers have run, those of hooks and ticks among them.
    pub(crate) fn of(counted: impl Fn(LifeEvent) -> u64, ran: u64) -> Self {
        fn all<T: Copy>(kinds: &[T], counted: impl Fn(T) -> u64) -> u64 {
            kinds.iter().map(|kind| counted(*kind)).sum()
        }
        Self {
            spawned: counted(LifeEvent::Spawned),
            restarts: counted(LifeEvent::Restarted),
            failures: all(&FailureKind::ALL, |kind| counted(LifeEvent::Failed(kind))),
            stopped: all(&StopReason::ALL, |reason| counted(LifeEvent::Stopped(reason))),
            dead_letters: all(&DeadLetterReason::ALL, |reason| counted(LifeEvent::DeadLetter(reason))),
            handled: ran.saturating_sub(counted(LifeEvent::Own)),
            yields: Yields {
                budget: counted(LifeEvent::Yielded(YieldReason::Budget)),
                hint: counted(LifeEvent::Yielded(YieldReason::Hint)),
                backlog: counted(LifeEvent::Yielded(YieldReason::Backlog)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn each_event_has_a_cell_of_its_own_and_no_cell_is_left_over() {
        let mut cells = Vec::from([
            LifeEvent::Spawned,
            LifeEvent::Restarted,
            LifeEvent::Escalated,
            LifeEvent::Own,
            LifeEvent::Stashed,
            LifeEvent::Unstashed,
            LifeEvent::AskBegun,
        ]);
        cells.extend(FailureKind::ALL.map(LifeEvent::Failed));
        cells.extend(StopReason::ALL.map(LifeEvent::Stopped));
        cells.extend(DeadLetterReason::ALL.map(LifeEvent::DeadLetter));
        cells.extend(YieldReason::ALL.map(LifeEvent::Yielded));
        cells.extend(AskOutcome::ALL.map(LifeEvent::Asked));
        let cells: Vec<_> = cells.into_iter().map(LifeEvent::index).collect();
        assert_eq!(cells, Vec::from_iter(0..LifeEvent::COUNT));
    }
}
