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
//! # Calls
//!
//! `counter.add(2)` makes a [`Call`]; nothing is sent until a verb says how.
//!
//! | verb | what it does |
//! |---|---|
//! | `.await` | a tell waits until the message is in the mailbox: `Result<(), TellError>`. An ask waits for the reply: `Result<T, AskError>`, or `Result<T, AskError<E>>` where the handler returns `Result<T, E>` |
//! | [`.tell()`](Call::tell) | now or never, from anywhere; hands the call back if there is no room |
//! | [`.then(ctx, MeRef::got)`](Call::then) | an ask from a handler that does not wait: the reply comes back as a message |
//! | [`.timeout(d)`](Call::timeout), [`.deadline(t)`](Call::deadline) | how long the call may take; then one of the above |
//!
//! A handler that returns nothing is told, one that returns a value is asked; see [`macro@handlers`] for all forms.
//! A handler that cannot answer at once takes a [`Reply`] and answers later. What can be done to an actor besides,
//! such as stopping it, is below [`counter.control()`](Control).
//!
//! # Options
//!
//! `#[actor(mailbox = 64, ask_timeout = 2s)]` sets the size of the mailbox and the deadline of asks; all options are
//! listed at [`macro@actor`].
//!
//! # Failures
//!
//! An actor fails when a handler panics, when a tell handler, a timer or a hook returns `Err`, and when it calls
//! [`ctx.fail(error)`](Context::fail). The `Err` of a handler somebody asked is its answer, and no failure. Who
//! failed is built anew by its factory, keeps its mailbox and its refs, and goes on with the next message.
//!
//! Children are fields; [`macro@supervise`] says how often and how soon they are restarted.
//!
//! ```
//! # use actor::prelude::*;
//! # #[actor] struct Db;
//! # #[handlers] impl Db { fn get(&self, key: u64) -> Option<String> { None } }
//! # impl Db { fn open() -> Self { Self } }
//! #[actor]
//! #[supervise(limit = 5 per 10s, backoff = 100ms..5s * 2)]
//! struct Store {
//!     #[child(Db::open)]
//!     db: Child<Db>,
//! }
//!
//! #[handlers]
//! impl Store {
//!     async fn row(&mut self, key: u64) -> Result<Option<String>, AskError> {
//!         self.db.get(key).await
//!     }
//! }
//! ```
//!
//! # Backends
//!
//! The feature `tokio`, on by default, runs actors on worker tasks of a tokio runtime. The feature `bare-metal` runs
//! them in statics, without an allocator: [`system!`] declares them. Both may be on: who runs an actor is decided where
//! it is started. A crate that only defines actors needs neither. On a host `bare-metal` needs a lock as well:
//! `critical-section` with its feature `std`.
#![no_std]

#[cfg(all(feature = "tokio", target_os = "none"))]
compile_error!(
    "the feature `tokio` of `actor` needs an operating system, and this target has none\n\
     help: write `actor = { version = \"..\", default-features = false, features = [\"bare-metal\"] }`"
);

mod macros;

#[doc(hidden)]
pub mod __private;
pub mod prelude;

pub use actor_macros::{actor, handlers, supervise, system};
pub use actor_runtime::actor::Actor;
pub use actor_runtime::call::{Ask, Call, Kind, Rejected, Tell, TryAsk};
pub use actor_runtime::context::Context;
pub use actor_runtime::error::{AskError, Reason, TellError};
pub use actor_runtime::failure::{Failure, FailureKind, StopReason};
pub use actor_runtime::id::{ActorId, Incarnation};
pub use actor_runtime::metrics::{Counts, DeadLetterReason, SystemEvent};
pub use actor_runtime::reference::{ActorRef, Child, Control};
pub use actor_runtime::reply::Reply;
pub use actor_runtime::supervision::Directive;
pub use actor_runtime::time::Instant;

#[cfg(feature = "tokio")]
pub use actor_runtime::backend::tokio::{ActorSystem, Builder, ShutdownError, Spawn, SpawnError, Stepper, Stuck};
