//! What runs when an actor starts and stops, and what a timer calls.
//!
//! Hooks stand in the `#[handlers]` block, with an attribute. They may be `async`, take the context, and return
//! `Result<(), E>`, whose `Err` is a failure.
//!
//! ```
//! # use std::sync::{Arc, Mutex};
//! use actor::prelude::*;
//!
//! #[actor]
//! struct Session {
//! #   said: Arc<Mutex<Vec<String>>>,
//!     seconds: u32,
//! }
//!
//! #[handlers]
//! impl Session {
//!     /// Runs before the first message, after declared children are up; again after each restart.
//!     #[started]
//!     fn open(&mut self) -> Result<(), std::io::Error> {
//!         self.say("open");
//!         Ok(())
//!     }
//!
//!     /// A timer calls it: first after one period, then once per period.
//!     #[every(1s)]
//!     fn tick(&mut self, ctx: &mut Context<Self>) {
//!         self.seconds += 1;
//!         if self.seconds == 3 {
//!             ctx.stop();
//!         }
//!     }
//!
//!     /// Runs after the last message, when declared children are gone.
//!     #[stopping]
//!     fn close(&mut self, why: StopReason) {
//!         self.say(&format!("closed after {} s: {why}", self.seconds));
//!     }
//! }
//! # impl Session { fn say(&self, what: &str) { self.said.lock().unwrap().push(what.into()); } }
//! # let said = Arc::new(Mutex::new(Vec::new()));
//! # let (system, mut stepper) = ActorSystem::builder("doc").stepper();
//! # let session = {
//! #     let said = said.clone();
//! #     stepper.block_on(system.spawn(move || Session { said: said.clone(), seconds: 0 })).unwrap()
//! # };
//! # stepper.advance(std::time::Duration::from_millis(999));
//! # assert_eq!(system.handled::<Session>().iter().find(|(name, _)| *name == "tick").unwrap().1, 0);
//! # stepper.advance(std::time::Duration::from_secs(9));
//! # assert!(!session.control().is_alive());
//! # assert_eq!(*said.lock().unwrap(), ["open", "closed after 3 s: requested"]);
//! ```
//!
//! # `#[started]`
//!
//! `system.spawn(..).await` returns when it has returned. An `Err`, or a panic, at the first start is the spawner's
//! [`SpawnError`](crate::SpawnError); at a later start it counts as one more restart, against the same limit.
//!
//! ```
//! use actor::SpawnError;
//! use actor::prelude::*;
//!
//! #[actor]
//! struct Db;
//!
//! #[handlers]
//! impl Db {
//!     #[started]
//!     async fn connect(&mut self) -> Result<(), &'static str> {
//!         Err("no route to host")
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() {
//!     let system = ActorSystem::new("demo");
//!     let error = system.spawn(|| Db).await.unwrap_err();
//!     assert!(matches!(error, SpawnError::Failed(_)));
//!     assert_eq!(error.to_string(), "actor did not start: error in `connect`: no route to host");
//! }
//! ```
//!
//! # `#[every(1s)]`
//!
//! * The first tick comes **after** one period. For one at once, call the method in `#[started]`.
//! * Ticks are skipped, not saved up: an actor that was busy for ten periods ticks once, and then on the beat.
//! * A restart begins the beat anew.
//! * The ref has the method too: `session.tick().tell()`.
//! * A timer keeps no actor alive; see [`refs`](super::refs).
//! * A tick's `Err` is a failure, as for any tell.
//!
//! `ctx.every(d, |me| me.tick())` and `ctx.after(..)` begin timers at run time; see [`context`](super::context).
//!
//! # `#[idle(30s)]`
//!
//! Called when so long no message was handled, and again after as long. Timers are no messages; handlers with
//! `#[handler(passive)]` do not count either. `ctx.set_idle(d)` and `ctx.clear_idle()` change the time for this life.
//!
//! ```
//! use std::time::Duration;
//!
//! use actor::prelude::*;
//!
//! #[actor]
//! struct Session;
//!
//! #[handlers]
//! impl Session {
//!     fn talk(&mut self) {}
//!     /// Asked by whoever shows a list of sessions: no sign of life.
//!     #[handler(passive)]
//!     fn is_open(&self) -> bool {
//!         true
//!     }
//!     #[idle(30s)]
//!     fn quiet(&mut self, ctx: &mut Context<Self>) {
//!         ctx.stop();
//!     }
//! }
//!
//! let (system, mut stepper) = ActorSystem::builder("doc").stepper();
//! let session = stepper.block_on(system.spawn(|| Session))?;
//! stepper.advance(Duration::from_secs(20));
//! session.talk().tell()?;
//! stepper.advance(Duration::from_secs(20));
//! assert_eq!(stepper.block_on(session.is_open()), Ok(true));
//! stepper.advance(Duration::from_secs(10));
//! assert!(!session.control().is_alive());
//! # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
//! ```
//!
//! # `#[terminated]`
//!
//! Called once when an actor has ended that this one watches, with its [`ActorId`](crate::ActorId) and its
//! [`StopReason`](crate::StopReason); at once if it had ended before.
//!
//! ```
//! use actor::prelude::*;
//!
//! #[actor]
//! struct Worker;
//!
//! #[handlers]
//! impl Worker {
//!     fn quit(&mut self, ctx: &mut Context<Self>) {
//!         ctx.stop();
//!     }
//! }
//!
//! #[actor]
//! struct Watcher {
//!     worker: WorkerRef,
//!     ended: Option<StopReason>,
//! }
//!
//! #[handlers]
//! impl Watcher {
//!     #[started]
//!     fn started(&mut self, ctx: &mut Context<Self>) {
//!         ctx.watch(&self.worker);
//!     }
//!     #[terminated]
//!     fn gone(&mut self, who: ActorId, why: StopReason) {
//!         assert_eq!(self.worker.control().id(), Some(who));
//!         self.ended = Some(why);
//!     }
//!     fn ended(&self) -> Option<StopReason> {
//!         self.ended
//!     }
//! }
//!
//! let (system, mut stepper) = ActorSystem::builder("doc").stepper();
//! let worker = stepper.block_on(system.spawn(|| Worker))?;
//! let watched = worker.clone();
//! let watcher = move || Watcher { worker: watched.clone(), ended: None };
//! let watcher = stepper.block_on(system.spawn(watcher))?;
//! worker.quit().tell()?;
//! stepper.run();
//! assert_eq!(stepper.block_on(watcher.ended())?, Some(StopReason::Requested));
//! # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
//! ```
//!
//! # `#[restarting]`
//!
//! The last word of a life that failed with an error, or that is ended along with [a sibling](super::supervision) of which it
//! is the failure, before its state is made anew; it may take the [`&Failure`](crate::Failure). An error in it changes nothing
//! of what was decided.
//!
//! # `#[stopping]`
//!
//! It may take the [`StopReason`](crate::StopReason). Before it runs nothing more is handled: messages that wait are dead
//! letters already, except after a [drain](super::shutdown), which handles them first.
//!
//! It runs at the end, not at a restart. Neither it nor `#[restarting]` runs on a state that a panic went through, nor in a
//! life that `#[started]` did not bring up. What has to happen whenever a state goes, belongs into `impl Drop`.
