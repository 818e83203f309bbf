//! The last failures, for whoever looks at them later. They are kept as the backend that is on keeps what threads or interrupts
//! share.

use crate::telemetry::{FailureSnapshot, FailureTelemetry};

#[cfg(not(feature = "tokio"))]
use super::bare_metal::LastFailures;
#[cfg(feature = "tokio")]
use super::tokio::LastFailures;

/// Keeps the last `N` failures, without a heap: in a static, or shared as an `Arc`.
///
/// On bare metal they are copied with interrupts on. A failure that is told in an interrupt meanwhile passes over the place that is
/// being written or read, so that until the turn of that place comes again one less is kept; where all places are, it is
/// counted and not kept.
///
/// ```
/// use std::sync::Arc;
///
/// use actor::prelude::*;
/// use actor::RingBufferFailureTelemetry;
/// # #[actor]
/// # struct Db;
/// # #[handlers]
/// # impl Db {
/// #     fn write(&mut self) -> Result<(), String> {
/// #         Err("disk full".into())
/// #     }
/// # }
///
/// let ring = Arc::new(RingBufferFailureTelemetry::<64>::new());
/// let (system, mut stepper) = ActorSystem::builder("demo").with_failure_telemetry(ring.clone()).stepper();
/// stepper.block_on(async {
///     let db = system.spawn(|| Db).await.unwrap();
///     db.write().await.unwrap();
/// });
/// stepper.run();
/// ring.dump_to(|failure| assert_eq!(failure.to_string(), "db: error in `write`: disk full; restart; 1 restart"));
/// assert_eq!(ring.seen(), 1);
/// ```
pub struct RingBufferFailureTelemetry<const N: usize>(LastFailures<N>);

impl<const N: usize> RingBufferFailureTelemetry<N> {
    /// An empty ring.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self(LastFailures::new())
    }

    /// How many failures it was told of; of them it keeps the last `N`.
    pub fn seen(&self) -> usize {
        self.0.seen()
    }

    /// Shows the failures that are kept, the oldest first. No lock is held meanwhile: failures that happen take the place
    /// of those that were not shown yet, and are not shown themselves.
    pub fn dump_to(&self, show: impl FnMut(&FailureSnapshot)) {
        self.0.dump_to(show);
    }
}

impl<const N: usize> FailureTelemetry for RingBufferFailureTelemetry<N> {
    fn on_failure(&self, snapshot: &FailureSnapshot) {
        self.0.push(snapshot);
    }
}

impl<const N: usize> core::fmt::Debug for RingBufferFailureTelemetry<N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RingBufferFailureTelemetry").field("seen", &self.seen()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;
    use crate::telemetry::{Report, Tags};
    use crate::time::Instant;
    use std::vec::Vec;

    fn at(nanos: u64) -> FailureSnapshot {
        let (failure, tags) = (Failure::error(&"disk full"), Tags::new());
        FailureSnapshot::of(&Report { at: Instant::from_nanos(nanos), ..Report::sample(&failure, &tags) })
    }

    fn kept<const N: usize>(ring: &RingBufferFailureTelemetry<N>) -> Vec<u64> {
        let mut kept = Vec::new();
        ring.dump_to(|snapshot| kept.push(snapshot.at().as_nanos()));
        kept
    }

    #[test]
    fn the_last_ones_are_kept_in_order() {
        let ring = RingBufferFailureTelemetry::<3>::new();
        assert!(kept(&ring).is_empty());
        (0..5).for_each(|nanos| ring.on_failure(&at(nanos)));
        assert_eq!((kept(&ring), ring.seen()), (Vec::from([2, 3, 4]), 5));
    }

    #[test]
    fn failures_that_come_while_they_are_shown_take_the_place_of_those_that_were_not() {
        let ring = RingBufferFailureTelemetry::<3>::new();
        (0..3).for_each(|nanos| ring.on_failure(&at(nanos)));
        let mut shown = Vec::new();
        ring.dump_to(|snapshot| {
            shown.push(snapshot.at().as_nanos());
            if shown.len() == 1 {
                (3..5).for_each(|nanos| ring.on_failure(&at(nanos)));
            }
        });
        assert_eq!((shown, kept(&ring)), (Vec::from([0, 2]), Vec::from([2, 3, 4])));
    }
}
