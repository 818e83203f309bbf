//! The last failures, for whoever looks at them later. The lock is that of the backend that is on.

use crate::telemetry::{FailureSnapshot, FailureTelemetry, Ring};

#[cfg(not(feature = "tokio"))]
use super::bare_metal::Lock;
#[cfg(feature = "tokio")]
use super::tokio::Lock;

/// Keeps the last `N` failures, without a heap: in a static, or shared as an `Arc`.
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
pub struct RingBufferFailureTelemetry<const N: usize>(Lock<Ring<N>>);

impl<const N: usize> RingBufferFailureTelemetry<N> {
    /// An empty ring.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self(Lock::new(Ring::new()))
    }

    /// How many failures it was told of; of them it keeps the last `N`.
    pub fn seen(&self) -> usize {
        self.0.with(|ring| ring.seen())
    }

    /// Shows the failures that are kept, the oldest first. No lock is held meanwhile: failures that happen take the place
    /// of those that were not shown yet, and are not shown themselves.
    pub fn dump_to(&self, mut show: impl FnMut(&FailureSnapshot)) {
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

impl<const N: usize> FailureTelemetry for RingBufferFailureTelemetry<N> {
    fn on_failure(&self, snapshot: &FailureSnapshot) {
        self.0.with(|ring| ring.push(snapshot));
    }
}

impl<const N: usize> core::fmt::Debug for RingBufferFailureTelemetry<N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RingBufferFailureTelemetry").field("seen", &self.seen()).finish_non_exhaustive()
    }
}
