//! What a dispatcher has had to do: what its homes, its workers and the turns of its actors count.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::metrics::{DispatcherFigures, Yields};
use crate::policy::YieldReason;

use super::super::counts::Recorded;

/// Counts of one home, written by many: what is rare, or on the way of a dispatcher that costs more anyway.
pub(in super::super) struct Load {
    /// What its dispatcher is called.
    label: &'static str,
    /// Cells that were made ready, of a dispatcher that is called through the trait.
    pub(in super::super) scheduled: AtomicU64,
    /// Activations begun, likewise.
    pub(in super::super) begun: AtomicU64,
    /// Cells that were dropped unrun.
    refused: AtomicU64,
    yields: [AtomicU64; 3],
    /// From the message that makes an actor ready to the activation that handles it. In place: made when it is first
    /// written, it would be an allocation on the way of some message.
    run_delay: Recorded,
    /// What the dispatcher itself had counted when it was last asked, as it may be gone the next time.
    last: Last,
    /// Its parks before there was this home.
    parks_before: u64,
}

/// What a dispatcher counts itself, beside what is ready.
#[derive(Default)]
struct Last {
    activations: AtomicU64,
    steals: AtomicU64,
    parks: AtomicU64,
}

/// One more of what only one thread counts.
pub(in super::super) fn count_alone(counter: &AtomicU64) {
    counter.store(counter.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
}

impl Load {
    /// Of a dispatcher that is called `label` and went to sleep so often `before`.
    pub(super) fn new(label: &'static str, before: u64) -> Self {
        Self {
            label,
            scheduled: AtomicU64::new(0),
            begun: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            yields: Default::default(),
            run_delay: Recorded::default(),
            last: Last::default(),
            parks_before: before,
        }
    }

    /// So much the dispatcher itself has counted. Who asked it later may be here first.
    pub(super) fn note(&self, activations: u64, steals: u64, parks: u64) {
        self.last.activations.fetch_max(activations, Ordering::Relaxed);
        self.last.steals.fetch_max(steals, Ordering::Relaxed);
        self.last.parks.fetch_max(parks.saturating_sub(self.parks_before), Ordering::Relaxed);
    }

    pub(in super::super) fn count_refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(in super::super) fn count_yield(&self, reason: YieldReason) {
        self.yields[reason as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// An actor was ready for so many nanoseconds before it was run.
    pub(in super::super) fn waited(&self, nanos: u64) {
        self.run_delay.record(nanos);
    }

    /// What is known here; what the dispatcher itself counts is as it was last [noted](Self::note).
    pub(super) fn figures(&self) -> DispatcherFigures {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (begun, refused) = (read(&self.begun), read(&self.refused));
        let [budget, hint, backlog] = [0, 1, 2].map(|reason: usize| read(&self.yields[reason]));
        let ready = read(&self.scheduled).saturating_sub(begun.wrapping_add(refused));
        DispatcherFigures {
            dispatcher: self.label,
            ready: usize::try_from(ready).unwrap_or(usize::MAX),
            run_delay: self.run_delay.read(),
            activations: begun + read(&self.last.activations),
            steals: read(&self.last.steals),
            parks: read(&self.last.parks),
            refused,
            yields: Yields { budget, hint, backlog },
        }
    }
}
