//! Who runs the actors.
//!
//! An actor is no task. It is a piece of memory with a mailbox; whoever has a turn to give runs it:
//!
//! | | runs its actors | for |
//! |---|---|---|
//! | `shared`, the default | on worker tasks of the tokio runtime the system was started in | nearly all |
//! | `pinned` | each on a thread of its own, in the context of that runtime | handlers that block or must not share a core |
//! | `current_thread` | on the thread that spawned them, when it comes back to its runtime | what belongs to one thread; needs a runtime that stays on it |
//! | `single_worker` | all on one thread with a tokio runtime of its own | actors that keep one another from running at once |
//! | a [`Dispatcher`](crate::Dispatcher) of yours | wherever it runs a [`ReadyCell`](crate::ReadyCell) | a thread pool or an event loop that is there already |
//! | a stepper | when the test says so | [tests](super::testing) |
//! | the worker of [`system!`](macro@crate::system) | one after the other by priority | bare metal |
//!
//! `#[actor(dispatcher = pinned)]` says so for a type, [`.on(..)`](crate::Spawn::on) for one actor, and
//! [`Builder::dispatcher`](crate::Builder::dispatcher) for all that say nothing. `.on(..)` goes before the option, and that
//! before the builder.
//!
//! ```
//! use std::thread;
//!
//! use actor::prelude::*;
//! use actor::{DispatcherKind, SingleWorker};
//!
//! #[actor(dispatcher = pinned)]
//! struct Camera;
//!
//! #[handlers]
//! impl Camera {
//!     /// Blocks, and holds nobody but itself.
//!     fn thread(&self) -> thread::ThreadId {
//!         thread::current().id()
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let system = ActorSystem::new("studio");
//!     let (left, right) = (system.spawn(|| Camera).await?, system.spawn(|| Camera).await?);
//!     assert_ne!(left.thread().await?, right.thread().await?);
//!
//!     let storage = SingleWorker::new("storage")?; // a thread for those who are put on it
//!     let one = system.spawn(|| Camera).on(storage.clone()).await?;
//!     let two = system.spawn(|| Camera).on(storage).await?;
//!     assert_eq!(one.thread().await?, two.thread().await?);
//!
//!     system.spawn(|| Camera).on(DispatcherKind::Shared).await?;
//!     Ok(())
//! }
//! ```
//!
//! The shared dispatcher has as many worker tasks as the runtime has worker threads, or as many as
//! [`Builder::workers`](crate::Builder::workers) says. They are ordinary tasks among the program's own, and yield to them.
//! An actor runs on whichever worker has time; it never runs on two at once. One thread is enough, and so is one worker:
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
//! An ask of an idle actor on the shared dispatcher, whose handler is not `async`, and that sets no deadline of its own, may
//! run right where it is asked: two switches are saved, and the answer is the same. `#[actor(inline_ask = off)]` keeps an
//! actor to the workers, which is better for handlers that take long.
//!
//! # When a dispatcher goes
//!
//! A system shuts down the dispatcher it was built with, and no other. A [`SingleWorker`](crate::SingleWorker) ends with its
//! last handle and the last actor on it; `shutdown(within)` ends it earlier, with its actors. Where a runtime goes before its
//! actors, they are ended, who waits for them hears `Stopped`, and the event handler is told
//! [`DispatcherDropped`](crate::SystemEvent::DispatcherDropped). A runtime that you own and that may be dropped in async code
//! belongs into an [`OwnedRuntime`](crate::OwnedRuntime).
//!
//! # Actors that stay on one thread
//!
//! A state that is not `Send` needs a dispatcher that never moves it. `#[actor(local)]` says so: the factory is sent to that thread,
//! and the state is made, lent to its handlers and dropped there. What async handlers hold over an await need not be `Send`
//! either. Messages, answers and refs are as always.
//!
//! ```
//! use std::cell::RefCell;
//! use std::rc::Rc;
//!
//! use actor::prelude::*;
//!
//! #[actor(local)]
//! struct Page {
//!     words: Rc<RefCell<Vec<String>>>,
//! }
//!
//! #[handlers]
//! impl Page {
//!     fn write(&mut self, word: String) {
//!         self.words.borrow_mut().push(word);
//!     }
//!
//!     async fn count(&self) -> usize {
//!         let words = Rc::clone(&self.words);
//!         tokio::task::yield_now().await;
//!         words.borrow().len()
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let system = ActorSystem::new("local");
//!     let page = system.spawn(|| Page { words: Rc::default() }).await?;
//!     page.write("one".into()).await?;
//!     assert_eq!(page.count().await?, 1);
//!     Ok(())
//! }
//! ```
//!
//! Left to itself it runs on the thread that spawned it where the runtime has no other, else on `single_worker`; workers
//! that would move it refuse it. A runtime of one thread may be dropped, or driven on, by another thread than before: then
//! the actor ends, and what it held is dropped by its own thread, when that makes the next local state or when it ends.
//! A thread that has ended drops nothing more.
