//! Who runs the actors.
//!
//! An actor is no task. It is a piece of memory with a mailbox; whoever has a turn to give runs it. There are three:
//!
//! | | made by | runs actors |
//! |---|---|---|
//! | the shared dispatcher | [`ActorSystem::new`](crate::ActorSystem::new), [`Builder::start`](crate::Builder::start) | on worker tasks of the tokio runtime it was called in |
//! | a stepper | [`Builder::stepper`](crate::Builder::stepper) | when the test says so; see [`testing`](super::testing) |
//! | a worker | [`system!`](macro@crate::system) | on bare metal, one after the other by priority |
//!
//! The shared dispatcher has as many worker tasks as the runtime has worker threads, or as many as
//! [`Builder::workers`](crate::Builder::workers) says. They are ordinary tasks among the program's own, and yield to them.
//! An actor runs on whichever worker has time; it never runs on two at once.
//!
//! ```
//! use actor::prelude::*;
//!
//! #[actor]
//! struct Echo;
//!
//! #[handlers]
//! impl Echo {
//!     fn echo(&self, number: u32) -> u32 {
//!         number
//!     }
//! }
//!
//! // One thread is enough, and so is one worker task.
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let system = ActorSystem::builder("small").workers(1).start();
//!     let echo = system.spawn(|| Echo).await?;
//!     assert_eq!(echo.echo(7).await?, 7);
//!     Ok(())
//! }
//! ```
//!
//! The runtime needs `enable_time`, which `#[tokio::main]` switches on.
//!
//! # An ask on the asker's stack
//!
//! An ask of an idle actor whose handler is not `async`, and that sets no deadline of its own, may run right where it is
//! asked: two switches are saved, and the answer is the same. `#[actor(inline_ask = off)]` keeps an actor to the workers,
//! which is better for handlers that take long.
//!
//! A thread of its own for one actor, and dispatchers written by users, are not there yet. Long work goes to
//! `spawn_blocking`; see [`blocking`](super::blocking).
