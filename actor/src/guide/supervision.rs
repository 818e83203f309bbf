//! Failures: what is one, what follows from it, and how to see it.
//!
//! # What a failure is
//!
//! | what happened | is a failure | who asked hears |
//! |---|---|---|
//! | a handler or a hook panics | yes, of kind `panic` | `AskError::Failed` |
//! | a tell, a timer or a hook returns `Err` | yes, `error` | |
//! | a handler calls [`ctx.fail(error)`](crate::Context::fail) | yes, `error` | the handler's answer, or `AskError::Failed` where it drops its `Reply` |
//! | a handler with `reply: Reply<T>` returns `Err` | yes, `error` | what was sent, else `AskError::Failed` |
//! | an ask returns `Err` to somebody who awaits it | **no** | `AskError::Handler(error)` |
//! | an ask returns `Err`, and was sent with `.tell()` | yes, `unasked` | |
//! | a factory, or `#[started]`, fails at a restart | yes, `start` or `error` | |
//! | a child failed more often than its limit allows | yes, `escalated`, with the child's label and failure | |
//!
//! # What follows
//!
//! A failed actor is restarted: its children stop, its state is dropped, and its factory makes a new one. Its id, its refs
//! and its mailbox stay, and it goes on with the next message; the message in hand is lost. The exception is `unasked`:
//! the state is whole, and the actor goes on with it.
//!
//! The first restart comes at once, the next ones after a growing pause. **More than the limit, 10 restarts within 60 s,
//! are not tried**: the failure is then that of the parent, who is restarted with all its children. An actor that was
//! spawned by the system has no parent. It ends, its callers hear `Stopped`, and the rest of the system lives on; or shuts
//! down in order, where the system was built with [`exhausted(Exhausted::Shutdown)`](crate::Builder::exhausted).
//!
//! All of this needs panics that unwind, as they do by default. With `panic = "abort"` in a profile of `Cargo.toml` the first
//! panic ends the process, whoever panicked; an `Err` is a failure as before, and restarts.
//!
//! # How to see it
//!
//! Panics are printed by Rust's panic hook. All else is silent unless the system has an event handler:
//!
//! ```
//! use std::sync::{Arc, Mutex};
//!
//! use actor::prelude::*;
//! use actor::{Decision, SystemEvent};
//!
//! #[actor]
//! struct Worker;
//!
//! #[handlers]
//! impl Worker {
//!     fn work(&mut self, job: u32) -> Result<(), String> {
//!         if job == 0 { Err("no such job".into()) } else { Ok(()) }
//!     }
//! }
//!
//! let log = Arc::new(Mutex::new(Vec::new()));
//! let lines = log.clone();
//! let builder = ActorSystem::builder("demo").event_handler(move |event| {
//!     // Called where it happened, and must not block: a real one hands the line to a logger.
//!     lines.lock().unwrap().push(match event {
//!         SystemEvent::Failed { actor, failure, decision: Decision::Restart { .. }, .. } => {
//!             format!("{actor}: {failure}; restarts")
//!         }
//!         SystemEvent::Failed { actor, failure, decision, .. } => format!("{actor}: {failure}; {decision:?}"),
//!         SystemEvent::Restarted { actor, .. } => format!("{actor}: is up again"),
//!         SystemEvent::Stopped { actor, reason, .. } => format!("{actor}: ended, {reason}"),
//!         SystemEvent::DeadLetter { actor, message, reason, .. } => format!("{actor}: lost `{message}`, {reason}"),
//!         _ => return,
//!     });
//! });
//!
//! // In a program: `let system = builder.start();`. Here the stepper waits the pauses out in virtual time.
//! let (system, mut stepper) = builder.stepper();
//! stepper.block_on(async {
//!     let worker = system.spawn(|| Worker).await.unwrap();
//!     for _ in 0..=10 {
//!         worker.work(0).await.unwrap();
//!     }
//!     worker.control().stopped().await;
//! });
//!
//! let log = log.lock().unwrap();
//! assert_eq!(log[..2], ["worker: error in `work`: no such job; restarts", "worker: is up again"]);
//! // Ten restarts later:
//! assert_eq!(log[20..], ["worker: error in `work`: no such job; Escalate", "worker: ended, failed"]);
//! ```
//!
//! The event handler is one, given to the builder, and hears of everything. [`system.listen(..)`](crate::ActorSystem::listen)
//! adds others while the system runs. A ring of the last failures, or a log of them, is [telemetry](super::telemetry).
//!
//! # Children
//!
//! A field `Child<Db>` with `#[child(factory)]` is an actor that starts before this one, stops with it, and is restarted
//! under the rules of [`#[supervise]`](macro@crate::supervise) above its parent's struct. The factory of the parent fills the
//! field with `Child::default()`; the runtime puts the child there before `#[started]` runs. The field has the methods of
//! the child's ref.
//!
//! ```
//! use actor::prelude::*;
//!
//! #[actor]
//! struct Db {
//!     rows: Vec<String>,
//! }
//!
//! #[handlers]
//! impl Db {
//!     fn insert(&mut self, row: String) -> usize {
//!         assert!(!row.is_empty(), "an empty row");
//!         self.rows.push(row);
//!         self.rows.len()
//!     }
//! }
//!
//! impl Db {
//!     fn open() -> Result<Self, std::io::Error> {
//!         Ok(Self { rows: Vec::new() })
//!     }
//! }
//!
//! #[actor]
//! #[supervise(limit = 5 per 10s, backoff = 100ms..5s * 2)]
//! struct Store {
//!     #[child(Db::open)]
//!     db: Child<Db>,
//! }
//!
//! #[handlers]
//! impl Store {
//!     async fn insert(&mut self, #[into] row: String) -> Result<usize, AskError> {
//!         self.db.insert(row).await
//!     }
//! }
//!
//! impl Store {
//!     fn new() -> Self {
//!         Self { db: Child::default() }
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let system = ActorSystem::new("demo");
//!     let store = system.spawn(Store::new).await?;
//!     assert_eq!(store.insert("a").await?, 1);
//!     // The child panics and is restarted; the store hears of it like any caller, and passes the error on.
//!     assert_eq!(store.insert("").await, Err(AskError::Handler(AskError::Failed)));
//!     assert_eq!(store.insert("b").await?, 1);
//!     assert_eq!((system.counts::<Db>().restarts, system.counts::<Store>().restarts), (1, 0));
//!     Ok(())
//! }
//! ```
//!
//! A factory given in an attribute captures nothing, and may be lent the parent instead. What it takes is taken when the child
//! is first started, and each restart gets a clone of that; on bare metal, where that would need a place, a factory names
//! statics instead. `after` orders the start, `restart` says after which ends a child
//! is started again, and `pool` makes several of a kind:
//!
//! ```
//! use actor::prelude::*;
//! # #[actor] struct Db;
//! # #[handlers] impl Db { fn get(&self, key: u32) -> u32 { key } }
//!
//! #[actor]
//! struct Worker {
//!     db: DbRef,
//! }
//!
//! #[handlers]
//! impl Worker {
//!     async fn work(&mut self, key: u32) -> Result<u32, AskError> {
//!         Ok(self.db.get(key).await? * 2)
//!     }
//! }
//!
//! #[actor]
//! struct Store {
//!     #[child(|| Db, restart = permanent)]
//!     db: Child<Db>,
//!     #[child(|store: &Store| Worker { db: store.db.clone() }, after = db, pool = 4)]
//!     workers: Pool<Worker>,
//! }
//!
//! #[handlers]
//! impl Store {
//!     async fn work(&mut self, key: u32) -> Result<u32, AskError> {
//!         Ok(self.workers.work(key).await.unwrap_or_default())
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let system = ActorSystem::new("demo");
//!     let store = system.spawn(|| Store { db: Child::default(), workers: Pool::default() }).await?;
//!     assert_eq!(store.work(7).await?, 14);
//!     Ok(())
//! }
//! ```
//!
//! Children that are not known before are started by [`ctx.spawn`](crate::Context::spawn); see [`context`](super::context).
//!
//! The attribute's options are listed at [`#[supervise]`](macro@crate::supervise). It says how the *children* of an actor are
//! treated; those spawned by the system have the defaults.
//!
//! # What is counted together
//!
//! Declared children are parts of one thing, so that their restarts count together against the limit, and their pauses grow
//! together; also where a restart concerns the failed child alone. A parent with two parts that each fail six times has a
//! problem, whatever the parts. A child that fails by nature of its work, such as one that talks to the outside, has its own
//! count with `scope = child`; so has each member of a pool with it. Children started by [`ctx.spawn`](crate::Context::spawn)
//! always have, and so have actors without a parent, as unrelated failures do not add up.
//!
//! ```
//! use std::time::Duration;
//!
//! use actor::prelude::*;
//! # #[actor] struct Db;
//! # #[handlers] impl Db { fn fails(&mut self) { panic!("db"); } }
//! # #[actor] struct Cache;
//! # #[handlers] impl Cache { fn fails(&mut self) { panic!("cache"); } }
//! # #[actor] struct Session;
//! # #[handlers] impl Session { fn fails(&mut self) { panic!("session"); } }
//!
//! #[actor]
//! #[supervise(limit = 2 per 60s)]
//! struct Store {
//!     #[child(|| Db)]
//!     db: Child<Db>,
//!     #[child(|| Cache)]
//!     cache: Child<Cache>,
//!     #[child(|| Session, pool = 4, scope = child)]
//!     sessions: Pool<Session>,
//! }
//! # impl Store {
//! #     fn new() -> Self { Self { db: Child::default(), cache: Child::default(), sessions: Pool::default() } }
//! # }
//!
//! #[handlers]
//! impl Store {
//!     fn all_fail(&mut self) {
//!         drop((self.db.fails().tell(), self.cache.fails().tell()));
//!         for session in self.sessions.members() {
//!             drop(session.fails().tell());
//!         }
//!     }
//!     fn the_cache_fails(&mut self) {
//!         drop(self.cache.fails().tell());
//!     }
//! }
//!
//! let (system, mut stepper) = ActorSystem::builder("demo").stepper();
//! let store = stepper.block_on(system.spawn(Store::new)).unwrap();
//! store.all_fail().tell().unwrap();
//! stepper.advance(Duration::from_secs(1));
//! // Four sessions once each, and two of the group: as many as it may.
//! assert_eq!(system.counts::<Store>().restarts, 0);
//! store.the_cache_fails().tell().unwrap();
//! stepper.advance(Duration::from_secs(1));
//! assert_eq!(system.counts::<Store>().restarts, 1);
//! ```
//!
//! # Children that are restarted together
//!
//! A restart concerns the failed child alone, unless the parent says `strategy = one_for_all`, for children that are of no use
//! without each other, or `rest_for_one`, for children that depend on those started before them:
//!
//! ```
//! use actor::prelude::*;
//!
//! #[actor]
//! struct Socket {
//!     sent: u32,
//! }
//!
//! #[handlers]
//! impl Socket {
//!     fn send(&mut self) -> u32 {
//!         self.sent += 1;
//!         self.sent
//!     }
//!     fn breaks(&mut self) {
//!         panic!("connection reset");
//!     }
//! }
//!
//! /// Has logged in on the socket, and has to do so again on another.
//! #[actor]
//! struct Session {
//!     socket: SocketRef,
//! }
//!
//! #[handlers]
//! impl Session {
//!     #[started]
//!     async fn log_in(&mut self) -> Result<(), AskError> {
//!         self.socket.send().await?;
//!         Ok(())
//!     }
//! }
//!
//! #[actor]
//! #[supervise(strategy = rest_for_one)]
//! struct Link {
//!     #[child(|| Socket { sent: 0 })]
//!     socket: Child<Socket>,
//!     #[child(|link: &Link| Session { socket: link.socket.clone() }, after = socket)]
//!     session: Child<Session>,
//! }
//!
//! #[handlers]
//! impl Link {
//!     fn breaks(&mut self) {
//!         let _ = self.socket.breaks().tell();
//!     }
//! }
//!
//! let (system, mut stepper) = ActorSystem::builder("demo").stepper();
//! let link = stepper.block_on(async {
//!     let link = system.spawn(|| Link { socket: Child::default(), session: Child::default() }).await.unwrap();
//!     link.breaks().await.unwrap();
//!     link
//! });
//! stepper.run();
//! assert_eq!((system.counts::<Socket>().restarts, system.counts::<Session>().restarts), (1, 1));
//! assert!(link.control().is_alive());
//! ```
//!
//! With `strategy = custom(path)` a function says whom a failed child takes along, `const fn path(failed: usize, sibling:
//! usize) -> bool`. Children are numbered in the order of their start, each member of a pool by itself. It is asked for
//! each pair when the parent is compiled, so that it can neither fail nor take time when a child does:
//!
//! ```
//! use actor::prelude::*;
//! # #[actor] struct Reader;
//! # #[handlers] impl Reader { fn fails(&mut self) { let _ = self; } }
//! # #[actor] struct Index;
//! # #[handlers] impl Index {}
//! # #[actor] struct Log;
//! # #[handlers] impl Log {}
//!
//! /// A reader takes the index along, which is made of what it has read.
//! const fn readers_and_index(failed: usize, sibling: usize) -> bool {
//!     failed < 2 && sibling == 2
//! }
//!
//! #[actor]
//! #[supervise(strategy = custom(readers_and_index))]
//! struct Search {
//!     #[child(|| Reader, pool = 2)]
//!     readers: Pool<Reader>,
//!     #[child(|| Index)]
//!     index: Child<Index>,
//!     #[child(|| Log)]
//!     log: Child<Log>,
//! }
//! # #[handlers] impl Search { fn fails(&mut self) { drop(self.readers.fails().tell()); } }
//! ```
//!
//! The failed child goes down first, then those it takes along, the youngest first, each after the one before; then all begin
//! anew in the order of their start, each when the one before is up. Each keeps its ref, its mailbox and its stash, and what
//! it is sent meanwhile waits. Their last word is `#[restarting]`, with the failure that began it.
//!
//! * A child that is taken along finishes no async handler past the `.await` at which that stands, as it may wait for a sibling
//!   that waits for it: whoever asked hears `Failed`. So it is with its own children, and with one that stops meanwhile or
//!   goes down for a child of its own. A last hook is waited for; one that asks a sibling which is down has no answer before
//!   its deadline.
//! * Where the parent ends, those that are down end at once, whatever waits for them.
//! * `temporary` children are stopped along and not started again; neither are those that had ended.
//! * It is one restart, whoever fails until it is that child's turn to go down. A child that fails to begin anew is another
//!   one, which concerns whom its failure concerns.
//! * It is counted for whoever failed: with `scope = child`, for that child alone. All are down, then the pause passes. Beyond
//!   the limit, the child that failed takes the way of `exhausted`; with `stop_child` the others go on without it.
//! * Who is stopped meanwhile stays so, and the others go on. Children started by `ctx.spawn` are none of the group.
//!
//! # A child that does not stop
//!
//! A parent that stops, or is restarted, stops its children first: the youngest, then the next, each when the one before it has
//! ended. `#[supervise(shutdown = 5s)]` says how long each may take, its own children included. One that has not ended by then,
//! because it hangs in a handler or in a hook, is killed: it ends at the `.await` at which it stands. The event
//! [`Stuck`](crate::SystemEvent::Stuck) names it, and the handler that it has begun. Children that are restarted together wait
//! no longer for each other; who is late then has its next life all the same.
//!
//! * A parent that has a limit should have more time than it gives: where it is late because of its child, both are killed.
//!   `shutdown = off` leaves it to the children.
//! * A drain has no limit, as what was accepted is not to be lost. It begins with the stop that cuts the drain short.
//! * A handler that blocks its thread is named, and cannot be ended: only [`shutdown`](crate::ActorSystem::shutdown) goes on
//!   without it.
//!
//! # Not every error is alike
//!
//! Every failure but `unasked` restarts, unless the parent says `on(..)`. It is shown the error while that is whole, before
//! anything is made of it, and decides at once, on the spot; while the parent itself may be busy:
//!
//! ```
//! use actor::prelude::*;
//! use actor::{Directive, FailureKind, LiveFailure, SupervisorStrategy};
//! # use std::fmt;
//!
//! #[derive(Debug)]
//! enum DbError {
//!     Timeout,
//!     BadKey(String),
//!     Corrupt { page: u32 },
//! }
//! # impl fmt::Display for DbError {
//! #     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{self:?}") }
//! # }
//! # #[actor]
//! # struct Db;
//! # #[handlers]
//! # impl Db { fn put(&mut self, _row: String) -> Result<(), DbError> { Err(DbError::Timeout) } }
//!
//! #[actor]
//! #[supervise(on(
//!     DbError { Timeout => restart, BadKey(_) => resume, Corrupt { page: 0 } => escalate, Corrupt { .. } => stop },
//!     panic => restart,
//!     other => stop,
//! ))]
//! struct Store {
//!     #[child(|| Db)]
//!     db: Child<Db>,
//! }
//! # #[handlers]
//! # impl Store { fn put(&mut self, row: String) { drop(self.db.put(row).tell()); } }
//!
//! // What it wishes is a plain function.
//! let failure = LiveFailure::new(FailureKind::Error);
//! assert_eq!(Store::decide(&failure.with(&DbError::Timeout)), Directive::Restart);
//! assert_eq!(Store::decide(&failure.with(&DbError::Corrupt { page: 3 })), Directive::Stop);
//! assert_eq!(Store::decide(&failure.with(&"something else")), Directive::Stop);
//! ```
//!
//! A block is an exhaustive match: a new variant of `DbError` is a compile error here. `decide = path` takes a function
//! instead. The limit holds all the same: more restarts than it allows are `exhausted`.
//!
//! A child whose handlers return errors of several types may have one for its supervisor: with `#[actor(error = DbError)]`
//! each of them becomes a `DbError`, by `From`, when it is a failure. So one block decides about all of them. Who waits for
//! a handler, by `.done()`, is given the handler's own error; what `ctx.fail(error)` is given stays as it is.
