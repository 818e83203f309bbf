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
//! Counting is a plain add in memory of the worker's own. Under `#[actor(metrics = off)]` not even that is left when
//! compiled, and all figures of the actor stay zero, its starts, failures and dead letters among them. What happens is told
//! all the same: to the event handler, to listeners and to telemetry.
//!
//! # How long handlers take
//!
//! `#[actor(metrics = timing)]` times each handler by the clock of the system, which is the bill: a reading of the clock
//! costs about ten times what counting does. In a row of messages the end of one is the beginning of the next.
//!
//! ```
//! # use actor::prelude::*;
//! #[actor(metrics = timing)]
//! struct Store;
//!
//! #[handlers]
//! impl Store {
//!     fn put(&mut self, key: u64) {}
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let system = ActorSystem::new("demo");
//! let store = system.spawn(|| Store).await?;
//! store.put(7).done().await?;
//!
//! for (handler, nanoseconds) in system.durations::<Store>() {
//!     println!("{handler}: {} times, p99 {:?}", nanoseconds.count(), nanoseconds.quantile(0.99));
//!     # assert_eq!((handler, nanoseconds.count()), ("put", 1));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A [`Histogram`](crate::Histogram) has a fixed size, and what is read from it is at most 6.25 % above what was recorded.
//!
//! # Figures of an actor's own
//!
//! They are declared with the actor and recorded by its handlers, through a view that is lent for the time of a closure:
//! it belongs to the thread, so it can neither be kept nor held over an `.await`.
//!
//! ```
//! # use actor::prelude::*;
//! #[actor(counters(parsed, skipped), histograms(line_length))]
//! struct Parser;
//!
//! #[handlers]
//! impl Parser {
//!     fn line(&mut self, line: String, ctx: &mut Context<Self>) {
//!         ctx.metrics(|m| {
//!             if line.is_empty() { m.skipped() } else { m.parsed() }.add(1);
//!             m.line_length().record(line.len() as u64);
//!         });
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let system = ActorSystem::new("demo");
//! let parser = system.spawn(|| Parser).await?;
//! for line in ["first", "", "third"] {
//!     parser.line(line.into()).done().await?;
//! }
//! assert_eq!(system.counters::<Parser>(), [("parsed", 2), ("skipped", 1)]);
//! assert_eq!(system.histograms::<Parser>()[0].1.sum(), 10);
//! # Ok(())
//! # }
//! ```
//!
//! # What locks cost
//!
//! Every lock of the runtime is held for a few instructions, and none while code of yours runs. Who doubts it compiles
//! with `features = ["instrument-locks"]`: then `lock_sites()` tells, for each place in the runtime that takes a lock, how
//! often it did, how often somebody else held it, how long it waited and how long it held it, the hottest first; each
//! prints as a line. Every lock reads the clock three times then, so it is nothing for daily use.
//!
//! # Exporters
//!
//! [`system.metrics()`](crate::ActorSystem::metrics) lends all figures of a system to whoever asks, under names that stay
//! ([`Family`](crate::metrics::Family)) and with labels of which there are few: the system, the label of the actor, the message or
//! the reason. Actors with the same label are one. [`to_open_metrics`](crate::metrics::Metrics::to_open_metrics) writes them
//! as the text that Prometheus reads:
//!
//! ```
//! # use actor::prelude::*;
//! # #[actor]
//! # struct Store;
//! # #[handlers]
//! # impl Store { fn put(&mut self, key: u64) {} }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let system = ActorSystem::new("demo");
//! let store = system.spawn(|| Store).await?;
//! store.put(7).done().await?;
//!
//! let text = system.metrics().to_open_metrics();
//! assert!(text.contains(r#"actor_messages_total{system="demo",actor="store",message="put"} 1"#));
//! # Ok(())
//! # }
//! ```
//!
//! Exporters pull: actors write their own cells and know of nobody who reads them. So any number of readers may come, go
//! and be exchanged while messages flow, and none of them costs anything between two looks. A reader keeps no system
//! running, and reads the last figures of one that is down.
//!
//! There is no time in the queue yet.
