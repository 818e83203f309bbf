//! Code that blocks, and actors that wait for each other.
//!
//! # Blocking work
//!
//! Actors run on the worker threads of tokio. A handler that computes for long, reads a file with `std::fs` or sleeps with
//! `std::thread::sleep` holds one of them. Its neighbours are moved to the other workers after some milliseconds; where
//! there is only one, everything stands still. Hand such work to tokio's threads for it:
//!
//! ```
//! use actor::prelude::*;
//!
//! #[actor]
//! struct Checksums;
//!
//! #[handlers]
//! impl Checksums {
//!     async fn of(&mut self, data: Vec<u8>) -> Result<u64, tokio::task::JoinError> {
//!         tokio::task::spawn_blocking(move || data.iter().map(|byte| u64::from(*byte)).sum()).await
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let system = ActorSystem::new("demo");
//!     let checksums = system.spawn(|| Checksums).await?;
//!     assert_eq!(checksums.of(vec![1, 2, 3]).await?, 6);
//!     Ok(())
//! }
//! ```
//!
//! The actor itself handles nothing else until that is done. To have it answer others meanwhile, give the future to
//! [`ctx.pipe`](crate::Context::pipe), as in [`replies`](super::replies); to do several at once, spawn several actors, or a
//! [`Pool`](crate::Pool). An actor all of whose handlers block has a thread of its own with
//! [`#[actor(dispatcher = pinned)]`](super::dispatchers).
//!
//! **A deadline does not end blocking work either**: a handler that is not `async` cannot be interrupted. An ask that sets no
//! deadline of its own may even run it on the stack of the asker, who looks at the clock when it has returned;
//! `#[actor(inline_ask = off)]` is for handlers that take long.
//!
//! # Two actors that ask each other
//!
//! While a handler awaits an ask, its actor handles nothing. If the one it asks asks back, both would wait. In a debug build the
//! ask that closes such a circle, of two or of more, fails at once with [`Cycle`](crate::AskError::Cycle), and the event
//! [`AskCycle`](crate::SystemEvent::AskCycle) names all who are in it, to an
//! [`event_handler`](crate::Builder::event_handler). A handler on the way that passes the error on with `?` makes
//! `Handler(Cycle)` of it. [`find_cycles`](crate::Builder::find_cycles) says whether other builds look for circles too.
//! Without that the deadline of each ask ends it, after 5 seconds by default, with `Timeout`; with `ask_timeout = off` nothing
//! does. But what was asked still waits in the mailbox then, and may begin the circle anew. Nor is a call looked at that has a
//! waker of its own, as those in a `FuturesUnordered` do: nobody can tell whether the handler waits for it.
//!
//! ```
//! use actor::prelude::*;
//!
//! #[actor]
//! #[derive(Default)]
//! struct Player {
//!     peer: Option<PlayerRef>,
//! }
//!
//! #[handlers]
//! impl Player {
//!     fn meet(&mut self, peer: PlayerRef) {
//!         self.peer = Some(peer);
//!     }
//!
//!     /// Asks its peer, who asks back. Says what came of that.
//!     async fn turns(&mut self, left: u32) -> String {
//!         match &self.peer {
//!             Some(peer) if left > 0 => format!("{:?}", peer.turns(left - 1).await),
//!             _ => "done".into(),
//!         }
//!     }
//! }
//!
//! let (system, mut stepper) = ActorSystem::builder("demo").find_cycles(true).stepper();
//! let turns = stepper.block_on(async {
//!     let (a, b) = (system.spawn(Player::default).await.unwrap(), system.spawn(Player::default).await.unwrap());
//!     a.meet(b.clone()).await.unwrap();
//!     b.meet(a.clone()).await.unwrap();
//!     a.turns(2).await // `a` asks `b`, who asks `a` in vain
//! });
//! assert_eq!(turns.unwrap(), r#"Ok("Err(Cycle)")"#);
//! ```
//!
//! So let asks go in one direction, from those above to those below, and what goes back up be a tell, or an ask with
//! [`.then`](crate::Call::then), for which nobody waits. An actor that asks *itself* hears
//! [`Cycle`](crate::AskError::Cycle) at once; calling the method on `self` is what it wants.
//!
//! The same holds for room: two actors that each await a tell to the other's full mailbox would wait for ever, as a tell has
//! no default deadline; where circles are looked for, one of them hears
//! [`WouldDeadlock`](crate::TellError::WouldDeadlock). In one of the two directions use `.tell()`, or give the call a
//! [`.timeout(..)`](crate::Call::timeout).
