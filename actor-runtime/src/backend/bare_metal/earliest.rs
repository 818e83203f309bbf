//! When something is due next: what a worker without ticks has its alarm set to.

use core::cell::Cell;

use crate::time::Instant;

/// The earliest of the moments it was shown.
#[derive(Debug)]
pub struct Earliest(Cell<u64>);

impl Earliest {
    /// No moment so far.
    pub(super) const NONE: u64 = u64::MAX;

    pub(super) const fn new() -> Self {
        Self(Cell::new(Self::NONE))
    }

    /// Something is due after so many nanoseconds; zero and the largest are never.
    pub(super) fn see(&self, moment: u64) {
        if moment != 0 && moment < self.0.get() {
            self.0.set(moment);
        }
    }

    /// The earliest of them.
    pub(super) fn moment(&self) -> Option<Instant> {
        Some(self.0.get()).filter(|moment| *moment != Self::NONE).map(Instant::from_nanos)
    }
}
