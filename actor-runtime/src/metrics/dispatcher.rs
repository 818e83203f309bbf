//! What is known of who runs actors.

use super::{Histogram, Yields};

/// A dispatcher of one system, as it was at one moment; from `system.dispatchers()`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DispatcherFigures {
    /// What it is called: `shared`, `pinned`, `current_thread`, `single_worker`, `stepped`, or as one of the user's
    /// [says](crate::backend::tokio::Dispatcher::label).
    pub dispatcher: &'static str,
    /// Actors that have something to do and are not run yet.
    pub ready: usize,
    /// How long an actor that had nothing to do was ready before it was run, in nanoseconds: where the message that made
    /// it so was measured, so with the same chance as [`dwell`](crate::metrics::Dwell) says of messages.
    pub run_delay: Histogram,
    /// How often it ran an actor.
    pub activations: u64,
    /// How often a worker without work took some from another one.
    pub steals: u64,
    /// How often a thread or a task of it went to sleep for want of work.
    pub parks: u64,
    /// Actors that were refused, or dropped unrun, and ended by that.
    pub refused: u64,
    /// Activations that ended although messages waited.
    pub yields: Yields,
}

impl DispatcherFigures {
    /// Those of another of the same label added.
    #[cfg(feature = "tokio")]
    pub(crate) fn merge(&mut self, other: &Self) {
        self.ready += other.ready;
        self.run_delay.merge(&other.run_delay);
        self.activations += other.activations;
        self.steals += other.steals;
        self.parks += other.parks;
        self.refused += other.refused;
        self.yields.budget += other.yields.budget;
        self.yields.hint += other.yields.hint;
        self.yields.backlog += other.yields.backlog;
    }
}
