//! Tells and asks: what a handler's return type makes of a call.
//!
//! A handler is a method that takes a message; the ref of the actor has a method of the same name. Calling that makes a
//! [`Call`](crate::Call), and a verb such as `.await` sends it. There are two kinds:
//!
//! * **A tell** hands over a message. Awaited, it is done when the message is *in the mailbox*; the handler runs later.
//! * **An ask** wants to know something. Awaited, it is done when the handler has *answered*.
//!
//! The return type of the handler says which kind its calls are:
//!
//! | the handler returns | its call is | awaiting it gives |
//! |---|---|---|
//! | nothing | a tell | `Result<(), TellError>` |
//! | `Result<(), E>` | a tell | `Result<(), TellError>` |
//! | `T`, or takes `reply: Reply<T>` | an ask | `Result<T, AskError>` |
//! | `Result<(), E>`, and takes `reply: Reply<T>` | an ask; an `Err` is a failure | `Result<T, AskError>` |
//! | nothing, and takes `reply: Reply<Result<T, E>>` | an ask | `Result<Result<T, E>, AskError>` |
//! | `Result<T, E>` | an ask | `Result<T, AskError<E>>`, with the `E` in `AskError::Handler` |
//! | `Result<T, E>`, with `#[handler(plain)]` | an ask | `Result<Result<T, E>, AskError>` |
//!
//! **A handler that returns `Result<(), E>` is a tell. Its `Err` is no answer, for nobody waits for one: it is a failure
//! of the actor, and restarts it.** The `Err` of an ask is the answer of the ask, and the actor goes on as it is.
//!
//! ```
//! use std::fmt;
//!
//! use actor::prelude::*;
//!
//! #[derive(Debug, PartialEq)]
//! struct Overdrawn;
//! # impl fmt::Display for Overdrawn {
//! #     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("overdrawn") }
//! # }
//!
//! #[actor]
//! struct Account {
//!     balance: u64,
//! }
//!
//! #[handlers]
//! impl Account {
//!     /// A tell.
//!     fn deposit(&mut self, amount: u64) {
//!         self.balance += amount;
//!     }
//!
//!     /// An ask.
//!     fn balance(&self) -> u64 {
//!         self.balance
//!     }
//!
//!     /// An ask. Its `Err` is an answer.
//!     fn withdraw(&mut self, amount: u64) -> Result<u64, Overdrawn> {
//!         self.balance = self.balance.checked_sub(amount).ok_or(Overdrawn)?;
//!         Ok(self.balance)
//!     }
//!
//!     /// A tell. Its `Err` is a failure: the actor begins anew, with the state its factory makes.
//!     fn charge(&mut self, amount: u64) -> Result<(), Overdrawn> {
//!         self.balance = self.balance.checked_sub(amount).ok_or(Overdrawn)?;
//!         Ok(())
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let system = ActorSystem::new("bank");
//!     let account = system.spawn(|| Account { balance: 0 }).await?;
//!
//!     account.deposit(10).await?;
//!     assert_eq!(account.withdraw(11).await, Err(AskError::Handler(Overdrawn)));
//!     assert_eq!(account.balance().await?, 10); // the answer was no, and that is all
//!
//!     account.charge(11).await?; // in the mailbox: `Ok`
//!     assert_eq!(account.balance().await?, 0); // the account was restarted
//!     assert_eq!(system.counts::<Account>().restarts, 1);
//!     Ok(())
//! }
//! ```
//!
//! # To hear how a tell ended
//!
//! `.done()` makes an ask of a tell: it waits until the handler has run, and takes its `Err` as the answer. Nothing fails
//! then, as somebody has heard of it.
//!
//! ```
//! # use actor::prelude::*;
//! # #[actor] struct Account { balance: u64 }
//! #[handlers]
//! impl Account {
//!     fn charge(&mut self, amount: u64) -> Result<(), &'static str> {
//!         self.balance = self.balance.checked_sub(amount).ok_or("overdrawn")?;
//!         Ok(())
//!     }
//! }
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let system = ActorSystem::new("bank");
//! # let account = system.spawn(|| Account { balance: 10 }).await?;
//! assert_eq!(account.charge(11).done().await, Err(AskError::Handler("overdrawn")));
//! assert_eq!(account.charge(10).done().await, Ok(()));
//! assert_eq!(system.counts::<Account>().restarts, 0);
//! # Ok(())
//! # }
//! ```
//!
//! On bare metal eight may be under way at a time; one more is `Full`. Where every caller should hear of the error, return a
//! value that says more than `()`, such as the new balance above, and the handler is an ask.
//!
//! # Sending without waiting
//!
//! [`.tell()`](crate::Call::tell) sends now or never: from a destructor, from a handler that is not `async`, from
//! wherever nothing can be awaited. Where there is no room it hands the call back. It works for asks too, and discards the
//! reply: **an `Err` nobody can hear is then a failure**, of kind `unasked`, and the actor goes on with its state. What is
//! told of it is the error, where it has a `Display`, and else the name of its type.
//!
//! ```
//! # use actor::prelude::*;
//! use actor::Reason;
//!
//! #[actor(mailbox = 1)]
//! # struct Log { lines: Vec<String> }
//! # #[handlers] impl Log { fn line(&mut self, #[into] line: String) { self.lines.push(line); } }
//! // struct Log, with a handler `fn line(&mut self, #[into] line: String)`
//! # let (system, mut stepper) = ActorSystem::builder("doc").stepper();
//! # let log = stepper.block_on(system.spawn(|| Log { lines: vec![] })).unwrap();
//!
//! assert!(log.line("one").tell().is_ok());
//! let rejected = log.line("two").tell().unwrap_err();
//! assert_eq!(rejected.reason, Reason::Full);
//! # stepper.run();
//! // Later, when there is room:
//! assert!(rejected.call.tell().is_ok());
//! ```
//!
//! [`tell_many`](crate::RefVerbs::tell_many) sends a message for each value of an iterator, several under one lock:
//! `log.tell_many(lines, LogRef::line)`.
//!
//! # Asking without waiting
//!
//! A handler that awaits an ask handles nothing else meanwhile. With [`.then`](crate::Call::then) the answer comes back as
//! a message of its own, and the handler need not be `async`:
//!
//! ```
//! # use actor::prelude::*;
//! # #[actor] struct Thermometer;
//! # #[handlers] impl Thermometer { fn read(&self) -> i32 { 21 } }
//! #[actor]
//! struct Display {
//!     thermometer: ThermometerRef, // whose `fn read(&self) -> i32` is an ask
//!     shown: String,
//! }
//!
//! #[handlers]
//! impl Display {
//!     fn refresh(&mut self, ctx: &mut Context<Self>) -> Result<(), TellError> {
//!         self.thermometer.read().then(ctx, DisplayRef::measured)?;
//!         Ok(())
//!     }
//!
//!     /// Takes what `.await` would have returned.
//!     fn measured(&mut self, answer: Result<i32, AskError>) {
//!         self.shown = answer.map_or("?".into(), |degrees| format!("{degrees} °C"));
//!     }
//!
//!     fn shown(&self) -> String {
//!         self.shown.clone()
//!     }
//! }
//! # let (system, mut stepper) = ActorSystem::builder("doc").stepper();
//! # let display = stepper.block_on(async {
//! #     let thermometer = system.spawn(|| Thermometer).await?;
//! #     system.spawn(move || Display { thermometer: thermometer.clone(), shown: String::new() }).await
//! # }).unwrap();
//! # display.refresh().tell().unwrap();
//! # stepper.run();
//! # assert_eq!(stepper.block_on(display.shown()).unwrap(), "21 °C");
//! ```
//!
//! [`.reply_to(reply)`](crate::Call::reply_to) hands a [`Reply`](crate::Reply) on to another actor's ask: whoever waits for it
//! hears from there.
//!
//! # Errors of both kinds
//!
//! A handler that tells and asks returns `Result<T, AskError>` and passes both errors on by `?`: a
//! [`TellError`](crate::TellError) is an [`AskError`](crate::AskError) as well. An `AskError<E>`, of an ask with an error of its
//! own, is none: have an error type of yours be made `From` it, or return a `Box<dyn Error + Send + Sync>`.
//!
//! # From other tasks and threads
//!
//! A call borrows its ref. [`.owned()`](crate::Call::owned) makes a future with a ref of its own, to be spawned or joined, and
//! `.blocking()` waits on a thread outside of any runtime; the [first page](crate) shows both.
//!
//! # Deadlines
//!
//! An ask that sets no deadline has that of the actor asked: 5 seconds, unless `#[actor(ask_timeout = ..)]` says
//! otherwise. [`.timeout(d)`](crate::Call::timeout) sets one for this call, tell or ask; a message whose time is over
//! before its turn comes is not handled. Where a call was given a deadline, what its handler
//! asks has no more time than is left of that; a task that it spawns knows nothing of it. **A tell that waits for room has no default deadline.**
//!
//! **A deadline does not cancel a handler that has begun.** An `async` handler goes on to its end, with nobody listening,
//! and its actor is busy until then; [`replies`](super::replies) shows how an actor stays free for other messages.
//!
//! # What promises there are
//!
//! Messages from one sender to one actor are handled in the order sent. Every ask ends. A full mailbox makes `.await` wait
//! and `.tell()` return, unless [it was told otherwise](super::mailboxes). A message that was accepted and is never handled is a dead letter, counted and
//! told to the [event handler](super::supervision).
