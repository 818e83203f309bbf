//! What a dispatcher has had to do: what its homes, its workers and the turns of its actors count.

use std::boxed::Box;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::metrics::{DispatcherFigures, Yields};
use crate::policy::YieldReason;

use super::super::counts::Recorded;

/// Counts of one home, written by many: what is rare, or on the way of a dispatcher that costs more anyway.
#[derive(Default)]
pub(in super::super) struct Load {
    /// Cells that were made ready, of a dispatcher that is called through the trait.
    pub(in super::super) scheduled: AtomicU64,
    /// Activations begun, likewise.
    pub(in super::super) begun: AtomicU64,
    /// Cells that were dropped unrun.
    refused: AtomicU64,
    yields: [AtomicU64; 3],
    /// From the message that makes an actor ready to the activation that handles it.
    run_delay: OnceLock<Box<Recorded>>,
}

/// One more of what only one thread counts.
pub(in super::super) fn count_alone(counter: &AtomicU64) {
    counter.store(counter.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
}

impl Load {
    pub(in super::super) fn count_refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(in super::super) fn count_yield(&self, reason: YieldReason) {
        self.yields[reason as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// An actor was ready for so many nanoseconds before it was run.
    pub(in super::super) fn waited(&self, nanos: u64) {
        self.run_delay.get_or_init(Box::default).record(nanos);
    }

    /// What is known here; what the dispatcher itself counts is to be added.
    pub(super) fn figures(&self, dispatcher: &'static str) -> DispatcherFigures {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (begun, refused) = (read(&self.begun), read(&self.refused));
        let [budget, hint, backlog] = [0, 1, 2].map(|reason: usize| read(&self.yields[reason]));
        let ready = read(&self.scheduled).saturating_sub(begun.wrapping_add(refused));
        DispatcherFigures {
            dispatcher,
            ready: usize::try_from(ready).unwrap_or(usize::MAX),
            run_delay: self.run_delay.get().map(|recorded| recorded.read()).unwrap_or_default(),
            activations: begun,
            steals: 0,
            parks: 0,
            refused,
            yields: Yields { budget, hint, backlog },
        }
    }
}
