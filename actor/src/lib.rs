//! Typed actors: annotate a struct, call its methods, on tokio and on bare metal.
//!
//! An actor is a struct that only its own handlers touch. Others hold its ref and call the same methods on that;
//! each call is a message, handled one after the other.
//!
#![cfg_attr(feature = "tokio", doc = "```")]
#![cfg_attr(not(feature = "tokio"), doc = "```ignore")]
//! use actor::prelude::*;
//!
//! #[actor]
//! struct Counter {
//!     total: u64,
//! }
//!
//! #[handlers]
//! impl Counter {
//!     /// Adds `by`.
//!     fn add(&mut self, by: u64) {
//!         self.total += by;
//!     }
//!
//!     /// The total so far.
//!     fn total(&self) -> u64 {
//!         self.total
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let system = ActorSystem::new("demo");
//!     let counter = system.spawn(|| Counter { total: 0 }).await?;
//!     counter.add(2).await?;
//!     assert_eq!(counter.total().await?, 2);
//!     system.shutdown().await?;
//!     Ok(())
//! }
//! ```
//!
//! **A handler that returns nothing, or `Result<(), E>`, is *told*; one that returns a value is *asked*.** `counter.add(2)`
//! makes a [`Call`], and nothing is sent until a verb says how:
//!
//! | verb | what it does |
//! |---|---|
//! | `.await` | a tell waits until the message is in the mailbox: `Result<(), TellError>`. An ask waits for the reply: `Result<T, AskError>`, or `Result<T, AskError<E>>` where the handler returns `Result<T, E>` |
//! | [`.tell()`](Call::tell) | now or never, from anywhere; hands the call back if there is no room |
//! | `.done()` | makes an ask of a tell: awaited until the handler has run, whose `Err` is the answer then |
//! | [`.timeout(d)`](Call::timeout), [`.deadline(t)`](Call::deadline) | how long the call may take; then one of the others |
//! | [`.then(ctx, MeRef::got)`](Call::then) | an ask from a handler that does not wait: the reply comes back as a message |
//! | [`.reply_to(reply)`](Call::reply_to) | hands on the duty to answer |
//! | [`.owned()`](Call::owned) | a future with a ref of its own, for spawning and joining |
//! | `.blocking()` | waits on a thread outside of any runtime |
//!
#![cfg_attr(feature = "tokio", doc = "```")]
#![cfg_attr(not(feature = "tokio"), doc = "```ignore")]
//! # use actor::prelude::*;
//! # #[actor]
//! # struct Account { balance: u64 }
//! #[handlers]
//! impl Account {
//!     fn deposit(&mut self, amount: u64) {
//!         self.balance += amount;
//!     }
//!     fn withdraw(&mut self, amount: u64) -> Result<(), String> {
//!         self.balance = self.balance.checked_sub(amount).ok_or("not enough")?;
//!         Ok(())
//!     }
//!     fn balance(&self) -> u64 {
//!         self.balance
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! # let system = ActorSystem::new("demo");
//! let account = system.spawn(|| Account { balance: 0 }).await?;
//! account.deposit(10).tell()?; // the error owns what it needs, so `?` works
//! account.deposit(5).done().await?; // its handler has run
//! let overdrawn = account.withdraw(20).done().await;
//! assert_eq!(overdrawn, Err(AskError::Handler("not enough".to_owned())));
//!
//! let task = tokio::spawn(account.balance().owned());
//! let (one, two) = tokio::join!(account.balance().owned(), account.balance().owned());
//! assert_eq!((task.await??, one?, two?), (15, 15, 15));
//!
//! let thread = std::thread::spawn(move || account.balance().blocking());
//! # tokio::task::spawn_blocking(move || {
//! assert_eq!(thread.join().unwrap(), Ok(15));
//! # }).await?;
//! # Ok(())
//! # }
//! ```
//!
//! **A failed actor is rebuilt by its factory.** It keeps its mailbox and its refs, and goes on with the next message. An
//! actor fails when a handler panics, and when a tell, a timer or a hook returns `Err`. The `Err` of an ask is its answer,
//! and no failure.
//!
//! # Where to read on
//!
//! The [guide](guide): [tells and asks](guide::calls), [answers that come later](guide::replies),
//! [hooks and timers](guide::hooks), [failures and children](guide::supervision),
//! [failures on record](guide::telemetry), [shutdown](guide::shutdown),
//! [what must not block](guide::blocking), [mailboxes](guide::mailboxes), [refs and factories](guide::refs),
//! [testing](guide::testing), [what the compiler says](guide::mistakes), and more. Who knows other actor systems may begin with
//! [their words and ours](guide::coming_from).
//!
//! Everything that can be written in an attribute is listed at [`#[actor]`](macro@actor), [`#[handlers]`](macro@handlers),
//! [`#[supervise]`](macro@supervise) and [`system!`].
//!
//! # Backends
//!
//! The feature `tokio`, on by default, runs actors on worker tasks of a tokio runtime. The feature `bare-metal` runs
//! them in statics, without an allocator: [`system!`] declares them. Both may be on: who runs an actor is decided where
//! it is started. A crate that only defines actors needs neither. A program with `bare-metal` alone brings the lock: the
//! crate of a chip has one, and on a host it is `critical-section` with its feature `std`. The feature `tracing` brings
//! `TracingFailureTelemetry`, which [logs failures](guide::telemetry) by the crate of that name; `serde` writes failures in its
//! formats, `defmt` in the log of a microcontroller (`DefmtFailureTelemetry`); `instrument-locks` has `lock_sites()` say [what the runtime's locks cost](guide::measuring#what-locks-cost).
//! `spans` has a trace lead [from message to message](guide::measuring#what-caused-what), `console` tells tokio-console [which actor a
//! task runs](guide::measuring#which-actor-a-task-runs), and `flame` has `handler_times()` say [where the time goes](guide::measuring#where-the-time-goes).
//!
//! | | tokio | bare metal |
//! |---|---|---|
//! | handlers sync and async, calls, `Reply`, `.then(..)`, urgent messages, the stash, overflow policies, `#[every]`, `#[idle]`, `ctx.after`, `ctx.every`, declared children and pools, restarts, restart types, strategies, limits, backoff, `control().suspend(..)` | yes | the same |
//! | room in a mailbox | `#[actor(mailbox = ..)]` | what [`system!`] says, the option where it says nothing; 128 messages at most, so not `unbounded` |
//! | timers that run at a time | as many as there is memory for | as many as `#[actor(timers = 4)]` or [`system!`] says, those of `#[every]` and `#[idle]` included; what one captures is no larger than a message of its actor |
//! | an `#[indirect]` argument | has a box | has a place beside the mailbox, one of those that `indirect = 2` says there are. Where none is free the call is `Full`, and nobody waits for one; with a policy that drops, the message is dropped |
//! | a [`Topic`] | `Topic::new()`, for any number of subscribers | that of a static, `static ALARMS: Subscribers<u16, 4> = Subscribers::new();`, by `ALARMS.topic()`: for four |
//! | a message whose time is over while it is in a mailbox or a stash | is skipped | is handled: there is no place to keep its limit. Who waits for room or for an answer is kept to it |
//! | an answer that comes as an urgent message and finds their lane full | goes in all the same | goes into the room that was kept for it, among the others |
//! | a ref to a declared child, or a clone of a pool, once its parent has begun anew | answers `Stopped`: the next children are others | is that of the next ones: it is the address of statics |
//! | a panic | is a failure like others | ends the program; where `system!` names a [`crash` record](guide::telemetry), it is a failure in the next run |
//! | a failure | has a text | has the beginning of one in its snapshot, where there is telemetry or somebody is told of events |
//! | telemetry | is given to the builder of a system | is named in [`system!`], and is that of the program; 32 bytes of text and no run-time tag in a snapshot |
//! | the factory of a declared child | may be lent its parent | takes nothing, and may name the statics of a system |
//! | restarts that a limit counts | 16 at most | 10 at most |
//! | `control().kill()` | ends an async handler at its await | is a stop |
//! | `local`; `ctx.spawn`, `watch`, `pipe`, `attach`, `parent`, `children`, `system`; `#[terminated]`, `#[dead_letter]`, `.blocking()`, names, weak refs that end an actor | yes | no |
//! | events | to an event handler, and any number of listeners | to functions that [`system!`] names, and those that `listen` in the places it says: failures, restarts, ends and dead letters |
//! | what is counted, figures of an actor's own included | by type of actor, of the system | by actor, where [`system!`] says `metrics = on`; 32 bits, coarser histograms, no times |
//!
//! On tokio, actors run in the runtime of the program, which needs its time driver: the features `macros` and
//! `rt-multi-thread` of tokio for `#[tokio::main]`, and `time`, `signal`, `fs`, `net` for what the program itself awaits.
#![no_std]

#[cfg(all(feature = "tokio", target_os = "none"))]
compile_error!(
    "the feature `tokio` of `actor` needs an operating system, and this target has none\n\
     help: write `actor = { version = \"..\", default-features = false, features = [\"bare-metal\"] }`"
);

mod macros;

#[doc(hidden)]
pub mod __private;
// Nothing but docs, whose examples run on tokio.
#[cfg(all(doc, any(feature = "tokio", not(doctest))))]
#[cfg_attr(not(feature = "tokio"), allow(rustdoc::broken_intra_doc_links))]
pub mod guide;
pub mod prelude;

/// Figures for exporters: the names they have, and how they are read and written; see [measuring](guide::measuring).
pub mod metrics {
    #[cfg(feature = "tokio")]
    pub use actor_runtime::backend::tokio::Metrics;
    pub use actor_runtime::metrics::{
        Family, FamilyKind, Figure, Label, Metered, OPEN_METRICS, Unit, write_open_metrics,
    };
}

pub use actor_macros::{actor, handlers, supervise, system};
pub use actor_runtime::actor::SupervisorStrategy;
pub use actor_runtime::actor::{Actor, AllHandlersInOneBlock};
pub use actor_runtime::backend::{Asking, Sending, Stopped, Suspension};
pub use actor_runtime::call::{
    Ask, Call, Done, Kind, Owned, OwnedCall, Rejected, RejectedMany, Rest, Returned, Tell, TryAsk,
};
pub use actor_runtime::context::{Context, Errand, FailureTags};
pub use actor_runtime::error::{AskError, ListenersFull, Reason, TellError, TimersFull};
pub use actor_runtime::factory::Factory;
pub use actor_runtime::failure::{Description, Failure, FailureKind, Origin, StopReason};
pub use actor_runtime::id::{ActorId, Incarnation};
pub use actor_runtime::letter::DeadLetter;
pub use actor_runtime::metrics::{
    Counts, DeadLetterReason, Dwell, DwellTimes, Histogram, LaneFigures, LaneStatus, MailboxFigures, SystemEvent,
    Yields,
};
pub use actor_runtime::recipient::{Parcel, Recipient, RefVerbs};
pub use actor_runtime::reference::{ActorRef, Child, Control, Ending, MailboxStatus, Path, Pool, Weak};
pub use actor_runtime::reply::Reply;
pub use actor_runtime::size::Indirect;
pub use actor_runtime::supervision::{
    Decision, Directive, LiveFailure, RestartType as Restart, RootExhausted as Exhausted, Scope as RestartScope,
    Strategy,
};
pub use actor_runtime::telemetry::{
    DecodeError, EscalationStage, FailureOrigin, FailureSnapshot, FailureTelemetry, MAX_FAILURE_SNAPSHOT_TAGS,
    NoopFailureTelemetry, RecordedFailure, RecordedOrigin, Severity, StormLimit, TelemetryTag,
};
pub use actor_runtime::time::{Clock, Instant};
pub use actor_runtime::topic::{Published, Topic};
pub use actor_runtime::trace_dump::{TraceDump, TraceError, TraceKind, TraceNames, TraceRecord};

#[cfg(feature = "defmt")]
pub use actor_runtime::telemetry::DefmtFailureTelemetry;

#[cfg(any(feature = "tokio", feature = "bare-metal"))]
pub use actor_runtime::backend::RingBufferFailureTelemetry;

#[cfg(feature = "tokio")]
pub use actor_runtime::metrics::DispatcherFigures;
#[cfg(feature = "tokio")]
pub use actor_runtime::recipient::Delivery;

#[cfg(feature = "bare-metal")]
pub use actor_runtime::backend::bare_metal::{
    ActorMetrics, CoarseHistogram, Level, Listening, Subscribers, SurvivingFailureTelemetry, TraceReader, TraceRing,
    crash,
};

#[cfg(feature = "tokio")]
pub use actor_runtime::backend::tokio::{
    ActorSystem, Attached, Builder, Dispatcher, DispatcherKind, EventListener, FailureTelemetryObservationConfig,
    FindError, OverloadHint, OwnedRuntime, PlaceError, Placement, ReadyCell, Residents, ShutdownError, SingleWorker,
    Spawn, SpawnChild, SpawnError, Spawning, Stepper, Stuck, SystemStopped, TelemetryContext, TelemetryCounts,
    WeakMetrics,
};

#[cfg(feature = "tracing")]
pub use actor_runtime::backend::tokio::TracingFailureTelemetry;
#[cfg(feature = "flame")]
pub use actor_runtime::backend::tokio::{HandlerTime, handler_times};
#[cfg(feature = "instrument-locks")]
pub use actor_runtime::backend::tokio::{LockMode, LockSite, lock_sites};
