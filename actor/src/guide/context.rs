//! What a handler may ask of the runtime: children, timers, pipes, streams, watches. Bare metal has declared
//! children and timers.
//!
//! Whatever a [`Context`](crate::Context) begins belongs to the life of the actor that began it: it ends when the actor
//! stops and when it restarts, and keeps no actor alive. [`Errand`](crate::Errand) is the handle that ends a timer, a
//! pipe or a stream earlier.
//!
//! # Children
//!
//! Declared children are fields, see [`#[actor]`](macro@crate::actor). Any other child is started with
//! [`ctx.spawn`](crate::Context::spawn). The actor is its supervisor; each such child has a limit of its own; all stop in
//! reverse order of their start before their parent does.
//!
//! ```
//! use actor::prelude::*;
//! use actor::{AskError, SpawnError};
//!
//! #[actor]
//! struct Session {
//!     user: u32,
//! }
//! #[handlers]
//! impl Session {
//!     fn user(&self) -> u32 {
//!         self.user
//!     }
//! }
//!
//! #[actor]
//! struct Server {
//!     sessions: Vec<SessionRef>,
//! }
//! #[handlers]
//! impl Server {
//!     async fn open(&mut self, user: u32, ctx: &mut Context<Self>) -> Result<SessionRef, SpawnError> {
//!         let session = ctx.spawn(move || Session { user }).restart(Restart::Temporary).await?;
//!         self.sessions.push(session.clone());
//!         Ok(session)
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let system = ActorSystem::new("server");
//! let server = system.spawn(|| Server { sessions: Vec::new() }).await?;
//! let session = server.open(7).await?;
//! assert_eq!(session.user().await?, 7);
//! server.control().stop().await;
//! assert_eq!(session.user().await, Err(AskError::Stopped));
//! # Ok(()) }
//! ```
//!
//! | restart type | after a failure | after it stopped itself | after it was told to stop |
//! |---|---|---|---|
//! | `Permanent` | again | again | ends |
//! | `Transient`, the default | again | ends | ends |
//! | `Temporary` | ends | ends | ends |
//!
//! An actor ends when its last ref goes, so keep the ref of a child that is not `Permanent`.
//!
//! # Timers, pipes and streams
//!
//! Each brings messages: handlers of the actor, named as a call names them.
//!
//! ```
//! use std::time::Duration;
//!
//! use actor::Errand;
//! use actor::prelude::*;
//!
//! #[actor]
//! struct Store {
//!     rows: Vec<u64>,
//!     flush: Option<Errand>,
//! }
//!
//! #[handlers]
//! impl Store {
//!     #[started]
//!     fn started(&mut self, ctx: &mut Context<Self>) {
//!         // A future, whose output comes back as a message. The actor handles others meanwhile.
//!         ctx.pipe(async { 7 }, StoreRef::loaded);
//!         ctx.every(Duration::from_secs(60), |me| me.flush());
//!     }
//!     fn loaded(&mut self, row: u64, ctx: &mut Context<Self>) {
//!         self.rows.push(row);
//!         // A newer timer takes the place of the one before.
//!         if let Some(flush) = self.flush.take() {
//!             flush.cancel(ctx);
//!         }
//!         self.flush = Some(ctx.after(Duration::from_millis(1), |me| me.flush()));
//!     }
//!     fn flush(&mut self) {
//!         self.rows.clear();
//!     }
//!     fn rows(&self) -> usize {
//!         self.rows.len()
//!     }
//! }
//!
//! let (system, mut stepper) = ActorSystem::builder("store").stepper();
//! let store = stepper.block_on(system.spawn(|| Store { rows: Vec::new(), flush: None }))?;
//! stepper.run();
//! assert_eq!(stepper.block_on(store.rows())?, 1);
//! stepper.advance(Duration::from_millis(1));
//! assert_eq!(stepper.block_on(store.rows())?, 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! On bare metal an actor says how many timers it has at a time, those of `#[every]` and `#[idle]` included:
//! `#[actor(timers = 4)]`, or for one of them `FLUSHER: Store { timers = 4 } = ..` in [`system!`](crate::system!). The handler
//! that begins one more fails by a [`TimersFull`](crate::TimersFull), for its supervisor to decide about;
//! [`ctx.has_free_timer()`](crate::Context::has_free_timer) says so before.
//!
//! [`ctx.attach(rows, StoreRef::row)`](crate::Context::attach) feeds the actor from a stream: the next item is taken when
//! the one before has been handled, and `.at_end(|me| me.done())` tells of its end.
//!
//! Pipes and streams are polled in turns of the actor. What computes for long belongs to
//! `tokio::task::spawn_blocking`, whose handle is a future for `ctx.pipe`.
//!
//! # Going on later
//!
//! A call that an actor makes to itself, `ctx.this().work().tell()`, is a message like any other: it is kept over a
//! restart. An actor that sends itself its next piece of work from `#[started]` has one more of them after each restart.
//! Write `ctx.after(Duration::ZERO, |me| me.work())`: messages that wait have their turn in between, and it ends with the
//! life that asked for it.
//!
//! # Quiet, and the end of others
//!
//! `#[idle(30s)]` is called when so long no message was handled: the place to say `ctx.stop()` or to give memory back.
//! `ctx.watch(&other)` has `#[terminated]` called once when `other` has ended, also if it had ended before.
//!
//! # Pools
//!
//! `#[child(Worker::new, pool = 4)] workers: Pool<Worker>` is four children: `self.workers.work(item)` goes to the next
//! one, `self.workers.by(&user).work(item)` always to the same one for a key. A clone of the [`Pool`](crate::Pool) is the
//! same pool, for others to call. On bare metal its members lie in the slot of their parent, one behind the other.
