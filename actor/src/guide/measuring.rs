//! What is counted, and the law that the figures keep.
//!
//! ```
//! use actor::Counts;
//! use actor::prelude::*;
//!
//! #[actor]
//! struct Counter {
//!     total: u64,
//! }
//!
//! #[handlers]
//! impl Counter {
//!     #[started]
//!     fn started(&mut self) {}
//!
//!     fn add(&mut self, by: u64) {
//!         self.total += by;
//!     }
//!     fn total(&self) -> u64 {
//!         self.total
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let system = ActorSystem::new("demo");
//!     let counter = system.spawn(|| Counter { total: 0 }).await?;
//!     counter.add(1).await?;
//!     counter.add(2).await?;
//!     assert_eq!(counter.total().await?, 3);
//!
//!     // All actors of a type, since the system began.
//!     let counts: Counts = system.counts::<Counter>();
//!     assert_eq!((counts.spawned, counts.handled, counts.failures, counts.dead_letters), (1, 3, 0, 0));
//!
//!     // The same by handler. Hooks and timers are listed too; `counts.handled` leaves them out.
//!     let mut handled = system.handled::<Counter>();
//!     handled.sort();
//!     assert_eq!(handled, [("add", 2), ("started", 1), ("total", 1)]);
//!
//!     // One actor, now.
//!     assert_eq!(counter.control().depth(), 0);
//!     Ok(())
//! }
//! ```
//!
//! * [`counts`](crate::ActorSystem::counts) and [`handled`](crate::ActorSystem::handled) sum over all actors of a type. They
//!   are read while others count: exact once those are still.
//! * **Accepted messages are conserved**: each was handled, is still waiting, or is a dead letter. A message that `.tell()`
//!   handed back was never accepted.
//! * A failed message counts as handled. A restart counts under `restarts`, not under `spawned`.
//! * The [event handler](super::supervision) hears of each failure, restart, end and dead letter as it happens. It is the
//!   place to feed a logger or a metrics library.
//!
//! Counting is always on: a plain add in memory of the worker's own. There are no histograms, no time in the queue, and no
//! exporter yet.
