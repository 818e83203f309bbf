//! Ending one actor, or the whole program, without losing what was accepted.
//!
//! | | messages that wait | the message in hand |
//! |---|---|---|
//! | [`control().drain()`](crate::Control::drain), or the last ref is dropped | are handled first; nothing more is let in | finishes |
//! | [`control().stop()`](crate::Control::stop), `ctx.stop()`, [`system.shutdown()`](crate::ActorSystem::shutdown) | are dead letters; asks hear `Stopped` | finishes |
//! | [`control().kill()`](crate::Control::kill) | the same | finishes, but is dropped at the next await of an `async` handler |
//!
//! Those of `control()`, and `ctx.stop()`, act at once. What they return only waits until the actor has ended, children and
//! `#[stopping]` included, and may be dropped. `shutdown()` begins when it is awaited.
//!
//! Children end as their parent does, before it, one after the other and the youngest first. A parent that drains has handled
//! its last message before the first child drains, so what it handed on is handled too. A child that sends to an older one
//! while it drains still finds it there; one that sends to a younger one or to its parent hears `Stopped`. A stop or a kill
//! that comes meanwhile holds for those that are left.
//!
//! # Drain, then shut down
//!
//! A shutdown stops: **a tell that was accepted a moment ago may never be handled.** Where that matters, drain first, in
//! the direction of the messages: those who send before those who receive.
//!
//! ```
//! use actor::prelude::*;
//!
//! #[actor]
//! struct Ledger {
//!     lines: u64,
//! }
//!
//! #[handlers]
//! impl Ledger {
//!     fn book(&mut self) {
//!         self.lines += 1;
//!     }
//! }
//!
//! let (system, mut stepper) = ActorSystem::builder("demo").stepper();
//! stepper.block_on(async {
//!     let ledger = system.spawn(|| Ledger { lines: 0 }).await.unwrap();
//!     for _ in 0..3 {
//!         ledger.book().await.unwrap();
//!     }
//!     ledger.control().drain().await; // without this line: up to 3 dead letters
//!     system.shutdown().await.unwrap();
//! });
//! let counts = system.counts::<Ledger>();
//! assert_eq!((counts.handled, counts.dead_letters), (3, 0));
//! # let (system, mut stepper) = ActorSystem::builder("demo").stepper();
//! # stepper.block_on(async {
//! #     let ledger = system.spawn(|| Ledger { lines: 0 }).await.unwrap();
//! #     for _ in 0..3 { ledger.book().await.unwrap(); }
//! #     system.shutdown().await.unwrap();
//! # });
//! # let counts = system.counts::<Ledger>();
//! # assert_eq!(counts.handled + counts.dead_letters, 3);
//! # assert!(counts.dead_letters > 0);
//! ```
//!
//! A shutdown stops what the system spawned, the youngest first, each with its children before it. It takes at most 10
//! seconds, or what [`shutdown_timeout`](crate::Builder::shutdown_timeout) says; then those that are left are killed at
//! their next await, and the [error](crate::ShutdownError) names them. Dropping the last handle of a system does the same
//! with nobody waiting. [`system.stopped()`](crate::ActorSystem::stopped) waits for the end whoever brings it about: a shutdown
//! elsewhere in the program, or an actor that failed too often where that ends the
//! [system](crate::Builder::exhausted).
//!
//! # Ctrl-C
//!
//! A program ends when it is told to, or when the actor it is about has ended, which after too many failures it does:
//!
//! ```
//! use actor::prelude::*;
//!
//! #[actor]
//! struct Server;
//!
//! #[handlers]
//! impl Server {
//!     fn quit(&mut self, ctx: &mut Context<Self>) {
//!         ctx.stop();
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let system = ActorSystem::new("server");
//!     let server = system.spawn(|| Server).await?;
//! #   server.quit().await?;
//!     tokio::select! {
//!         pressed = tokio::signal::ctrl_c() => pressed?, // needs the feature `signal` of tokio
//!         () = server.control().stopped() => eprintln!("the server has ended"),
//!     }
//!     server.control().drain().await;
//!     system.shutdown().await?;
//!     Ok(())
//! }
//! ```
//!
//! A handler that waits for something that never comes keeps its actor from stopping, and from draining, which has no time
//! limit of its own. Kill such an actor, or put the drain into a `tokio::time::timeout`, as `examples/logwatch` does; what is
//! left, the shutdown ends in its time.
