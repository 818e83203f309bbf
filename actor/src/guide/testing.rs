//! Running a system message by message, under a virtual clock.
//!
//! [`Builder::stepper`](crate::Builder::stepper) makes a system that no thread runs: its [`Stepper`](crate::Stepper) does, one
//! message at a time, and time passes when the test says so. Nothing sleeps, and a run with the same seed is the same run.
//!
//! ```
//! use std::time::Duration;
//!
//! use actor::prelude::*;
//!
//! /// Forgets what is a minute old.
//! #[actor]
//! #[derive(Default)]
//! struct Memory {
//!     words: Vec<(actor::Instant, String)>,
//! }
//!
//! #[handlers]
//! impl Memory {
//!     fn learn(&mut self, #[into] word: String, ctx: &mut Context<Self>) {
//!         self.words.push((ctx.now(), word));
//!     }
//!
//!     fn known(&self) -> usize {
//!         self.words.len()
//!     }
//!
//!     #[every(1s)]
//!     fn forget(&mut self, ctx: &mut Context<Self>) {
//!         let now = ctx.now();
//!         self.words.retain(|(learned, _)| now.saturating_since(*learned) < Duration::from_secs(60));
//!     }
//! }
//!
//! # fn main() { a_word_is_forgotten_after_a_minute() }
//! # /*
//! #[test]
//! # */
//! fn a_word_is_forgotten_after_a_minute() {
//!     let (system, mut stepper) = ActorSystem::builder("test").stepper();
//!     let memory = stepper.block_on(system.spawn(Memory::default)).unwrap();
//!     let known = |stepper: &mut actor::Stepper| stepper.block_on(memory.known()).unwrap();
//!
//!     memory.learn("stepper").tell().unwrap();
//!     stepper.run(); // until nobody has anything to do
//!     stepper.advance(Duration::from_secs(59));
//!     assert_eq!(known(&mut stepper), 1);
//!     stepper.advance(Duration::from_secs(1));
//!     assert_eq!(known(&mut stepper), 0);
//! }
//! ```
//!
//! | | |
//! |---|---|
//! | [`block_on(future)`](crate::Stepper::block_on) | runs a future, a call or a start, stepping the system while it waits; where nobody is ready, time leaps to the next timer |
//! | [`run()`](crate::Stepper::run) | steps until nobody is ready; time stands still |
//! | [`advance(time)`](crate::Stepper::advance) | lets time pass, each timer at its own moment |
//! | [`pass(time)`](crate::Stepper::pass) | lets time pass, and runs nobody |
//! | [`step()`](crate::Stepper::step) | one message of one actor |
//!
//! Deadlines, pauses before restarts and `#[every]` go by the virtual clock. An actor joins in as long as it takes its time
//! from [`ctx.now()`](crate::Context::now) and its randomness from [`ctx.random()`](crate::Context::random).
//!
//! # Seeds
//!
//! Where several actors are ready, the seed says whose turn it is. A promise that holds must hold for each order:
//!
//! ```
//! use actor::prelude::*;
//!
//! #[actor]
//! struct Sum {
//!     total: u32,
//! }
//!
//! #[handlers]
//! impl Sum {
//!     fn add(&mut self, by: u32) {
//!         self.total += by;
//!     }
//!     fn total(&self) -> u32 {
//!         self.total
//!     }
//! }
//!
//! #[actor]
//! struct Half {
//!     sum: SumRef,
//! }
//!
//! #[handlers]
//! impl Half {
//!     async fn work(&mut self, from: u32) -> Result<(), TellError> {
//!         for number in from..from + 5 {
//!             self.sum.add(number).await?;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! for seed in 0..20 {
//!     let (system, mut stepper) = ActorSystem::builder("test").seed(seed).stepper();
//!     let total = stepper.block_on(async {
//!         let sum = system.spawn(|| Sum { total: 0 }).await?;
//!         let (one, two) = (sum.clone(), sum.clone());
//!         let one = system.spawn(move || Half { sum: one.clone() }).await?;
//!         let two = system.spawn(move || Half { sum: two.clone() }).await?;
//!         one.work(0).await?;
//!         two.work(5).await?; // now both are ready, and each message may be either's
//!         one.control().drain().await;
//!         two.control().drain().await;
//!         Ok::<_, Box<dyn std::error::Error>>(sum.total().await?)
//!     });
//!     assert_eq!(total.unwrap(), 45, "with seed {seed}");
//! }
//! ```
//!
//! # Its limits
//!
//! * **Handlers that await tokio's timers, sockets, files or tasks need a real runtime.** In a stepper there is none: what
//!   needs one panics, as tokio says, and whatever else only another thread can wake is waited for in vain. Pass what does
//!   I/O in from outside, as a closure or a ref, and pass something else in the test.
//! * **`block_on` panics when the future waits in vain**: when nothing is left that could wake it, and when an `#[every]`
//!   timer has moved time a hundred thousand times without doing so. Give what is awaited a deadline.
//! * The clock is the system's own, real or virtual: `tokio::time::pause` neither stops nor moves it.
//!
//! With a real runtime a test is an ordinary one, and waits on replies instead of steps:
//!
//! ```
//! # use actor::prelude::*;
//! # #[actor] struct Counter { total: u64 }
//! # #[handlers] impl Counter {
//! #     fn add(&mut self, by: u64) { self.total += by; }
//! #     fn total(&self) -> u64 { self.total }
//! # }
//! # /*
//! #[tokio::test]
//! # */
//! # #[tokio::main]
//! # async fn main() { counts().await }
//! async fn counts() {
//!     let system = ActorSystem::new("test");
//!     let counter = system.spawn(|| Counter { total: 0 }).await.unwrap();
//!     counter.add(2).await.unwrap();
//!     // Handled after `add`: messages of one sender keep their order.
//!     assert_eq!(counter.total().await, Ok(2));
//! }
//! ```
