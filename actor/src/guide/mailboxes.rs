//! Mailboxes: how much may wait, what goes first, and what waits until the actor is ready.
//!
//! # A full mailbox
//!
//! A mailbox has room for 256 messages. `#[actor(mailbox = 64)]` sets another number, and `overflow` says what happens to
//! a message that finds no room:
//!
//! | | `.await` | `.tell()` |
//! |---|---|---|
//! | `overflow = wait`, the default | waits for room, in line | hands the call back: [`Full`](crate::Reason::Full) |
//! | `overflow = reject` | [`TellError::Full`](crate::TellError::Full), [`AskError::Full`](crate::AskError::Full) | hands the call back |
//! | `overflow = drop_newest` | `Ok`; the message is a dead letter | the same |
//! | `overflow = drop_oldest` | `Ok`; the message that waits longest is a dead letter | the same |
//! | `mailbox = unbounded` | `Ok` | the same |
//!
//! Who asked with a message that was dropped hears [`AskError::Dropped`](crate::AskError::Dropped).
//!
//! ```
//! use actor::prelude::*;
//!
//! /// Shows the last temperature; who is late to look has missed the others.
//! #[actor(mailbox(capacity = 1, overflow = drop_oldest))]
//! #[derive(Default)]
//! struct Display {
//!     shown: Vec<i32>,
//! }
//!
//! #[handlers]
//! impl Display {
//!     fn show(&mut self, degrees: i32) {
//!         self.shown.push(degrees);
//!     }
//!     fn shown(&self) -> Vec<i32> {
//!         self.shown.clone()
//!     }
//! }
//!
//! let (system, mut stepper) = ActorSystem::builder("demo").stepper();
//! let display = stepper.block_on(system.spawn(Display::default)).unwrap();
//! for degrees in [19, 20, 21] {
//!     display.show(degrees).tell().unwrap();
//! }
//! stepper.run();
//! assert_eq!(stepper.block_on(display.shown()).unwrap(), [21]);
//! assert_eq!(system.counts::<Display>().dead_letters, 2);
//! ```
//!
//! # What was lost
//!
//! A message that was accepted and is lost, because there was no room for it or its deadline had passed, is a dead letter.
//! It is counted, the [event handler](super::supervision) hears of it, and so does the actor itself if it has a
//! `#[dead_letter]`. Who asked with it has heard of the loss by then.
//!
//! ```
//! use actor::prelude::*;
//!
//! #[actor(mailbox(capacity = 1, overflow = drop_oldest))]
//! #[derive(Default)]
//! struct Display {
//!     missed: u32,
//! }
//!
//! #[handlers]
//! impl Display {
//!     fn show(&mut self, degrees: i32) {}
//!
//!     #[dead_letter]
//!     fn lost(&mut self, letter: DeadLetter<Self>) {
//!         assert_eq!(letter.handler(), "show");
//!         self.missed += 1;
//!     }
//!
//!     fn missed(&self) -> u32 {
//!         self.missed
//!     }
//! }
//!
//! let (system, mut stepper) = ActorSystem::builder("demo").stepper();
//! let display = stepper.block_on(system.spawn(Display::default)).unwrap();
//! for degrees in [19, 20] {
//!     display.show(degrees).tell().unwrap();
//! }
//! stepper.run();
//! assert_eq!(stepper.block_on(display.missed()).unwrap(), 1);
//! ```
//!
//! # A large message
//!
//! Each place of a mailbox is as large as the largest message, so a message takes at most 128 bytes; a larger one is an
//! error at the argument to change. `#[indirect]` puts that argument into a box beside the message. Callers see nothing of
//! it.
//!
//! On bare metal a message takes 16 bytes, and there is no heap: the arguments of one message have a place beside the mailbox,
//! and `indirect = 2` says how many places there are, in [`system!`](crate::system), or in `#[actor(..)]` where the actor is
//! a child. Where none is free it is as if the mailbox were full: `.tell()` hands the call back, with the argument, and what is
//! awaited waits. Such an actor has no `timers` of its context there.
//!
//! ```
//! use actor::prelude::*;
//!
//! #[actor]
//! struct Table {
//!     rows: Vec<[f64; 64]>,
//! }
//!
//! #[handlers]
//! impl Table {
//!     fn add(&mut self, #[indirect] row: [f64; 64]) {
//!         self.rows.push(row);
//!     }
//! }
//!
//! fn zeros(table: &TableRef) {
//!     let _ = table.add([0.0; 64]).tell();
//! }
//! ```
//!
//! # What goes first
//!
//! Messages are handled in the order in which they came. A handler with `#[handler(lane = urgent)]` has a lane of its own,
//! with as much room again: its messages overtake all others. A stop overtakes both.
//!
//! ```
//! use actor::prelude::*;
//!
//! #[actor]
//! #[derive(Default)]
//! struct Belt {
//!     done: Vec<&'static str>,
//! }
//!
//! #[handlers]
//! impl Belt {
//!     fn item(&mut self) {
//!         self.done.push("item");
//!     }
//!     #[handler(lane = urgent)]
//!     fn alarm(&mut self) {
//!         self.done.push("alarm");
//!     }
//!     fn done(&self) -> Vec<&'static str> {
//!         self.done.clone()
//!     }
//! }
//!
//! let (system, mut stepper) = ActorSystem::builder("demo").stepper();
//! let belt = stepper.block_on(system.spawn(Belt::default)).unwrap();
//! belt.item().tell().unwrap();
//! belt.item().tell().unwrap();
//! belt.alarm().tell().unwrap();
//! stepper.run();
//! assert_eq!(stepper.block_on(belt.done()).unwrap(), ["alarm", "item", "item"]);
//! ```
//!
//! # What waits until the actor is ready
//!
//! A handler with `#[handler(stash_unless = self.ready)]` runs only where that holds. Where it does not, the message goes
//! into the stash, reply and deadline kept, and the actor goes on with the next.
//! [`ctx.unstash_all()`](crate::Context::unstash_all) takes the stash out: its messages come next, in the order in which they
//! came.
//!
//! ```
//! use actor::prelude::*;
//!
//! #[actor(stash = 64)]
//! #[derive(Default)]
//! struct Store {
//!     rows: Option<Vec<String>>,
//! }
//!
//! #[handlers]
//! impl Store {
//!     #[handler(stash_unless = self.rows.is_some())]
//!     fn row(&self, index: usize) -> Option<String> {
//!         self.rows.as_ref()?.get(index).cloned()
//!     }
//!
//!     /// What was loaded elsewhere; see `replies`.
//!     fn loaded(&mut self, rows: Vec<String>, ctx: &mut Context<Self>) {
//!         self.rows = Some(rows);
//!         ctx.unstash_all();
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let system = ActorSystem::new("demo");
//!     let store = system.spawn(Store::default).await?;
//!     let (row, loaded) = tokio::join!(store.row(0), store.loaded(vec!["a".into()]));
//!     loaded?;
//!     assert_eq!(row?, Some("a".into())); // asked before the rows were there
//!     Ok(())
//! }
//! ```
//!
//! The stash is part of the mailbox, not of the state: it survives a restart. A message for which it has no room is a dead
//! letter; so it is while those taken out wait for their turn, because they may have to go back.
//!
//! What a timer, a pipe or a stream brings waits for `unstash_all` too, and takes no room: it is held with what brought it,
//! which rests until then, and ends with that and with the life it belongs to.
//!
//! # An actor that is to rest
//!
//! [`control().suspend("backup")`](crate::Control::suspend) has an actor finish what is in hand and handle nothing more for as
//! long as somebody keeps what it returns. What comes waits in its order, timers and other events too, and the mailbox fills.
//! It costs nothing while it rests; a stop ends it all the same, and so does a restart. Without refs, or draining, it ends
//! where nothing waits for it. One that takes longer than
//! [`suspension_limit`](crate::Builder::suspension_limit) is an event that names who keeps it, and
//! [`control().mailbox()`](crate::Control::mailbox) says how often and for how long it was so; on bare metal neither is kept, and
//! [`suspended_by()`](crate::Control::suspended_by) says who has it rest now.
