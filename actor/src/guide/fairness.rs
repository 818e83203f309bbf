//! What keeps a busy actor from starving the others.
//!
//! * **A turn ends.** An actor handles at most 64 messages, or as many as its `throughput` says, then those that are ready
//!   have theirs. It is half as long while ready actors wait for a millisecond, a quarter while they wait for ten, and
//!   half of that again while the actor's own backlog more than doubles. [`Counts::yields`](crate::Counts) says how
//!   often a turn ended for which reason. The shared dispatcher
//!   looks at the clock after a full turn, and after 32 shorter ones; half a millisecond after it began it gives way to the
//!   program's own tasks.
//! * **An `async` handler gives its turn back at each await** that has to wait. Its actor handles nothing else meanwhile,
//!   the others go on.
//! * **Nothing interrupts a handler.** One that computes for a second holds its worker for a second;
//!   [`blocking`](super::blocking) says what to do.
//! * **Ends and failures overtake messages.** A stop, a restart or a child's failure is looked at before the next message,
//!   however many wait.
//! * **Timers and messages take turns.** While both wait, one due timer goes with eight messages: a message waits for one
//!   timer at most, a timer for eight messages, fewer when timers pile up. `fairness(system = 1, user = 20)` says how many.
//! * **A full mailbox slows its senders**, one by one and in order, unless it says otherwise; that keeps memory bounded.
//!
//! ```
//! use actor::prelude::*;
//!
//! #[actor(mailbox = 1000)]
//! struct Counter {
//!     total: u64,
//! }
//!
//! #[handlers]
//! impl Counter {
//!     fn add(&mut self, by: u64) {
//!         self.total += by;
//!     }
//! }
//!
//! let (system, mut stepper) = ActorSystem::builder("demo").stepper();
//! let counter = stepper.block_on(system.spawn(|| Counter { total: 0 })).unwrap();
//! for _ in 0..1000 {
//!     counter.add(1).tell().unwrap();
//! }
//! counter.control().stop(); // looked at before the thousand
//! stepper.run();
//! let counts = system.counts::<Counter>();
//! assert_eq!((counts.handled, counts.dead_letters), (0, 1000));
//! ```
//!
//! There are no priorities among actors on tokio; on bare metal [`system!`](macro@crate::system) gives
//! them by the order of its lines. Within an actor, [urgent messages](super::mailboxes) go first. An actor that must not
//! wait for others at all has [`#[actor(dispatcher = pinned)]`](macro@crate::actor), a thread of its own.
