//! What the compiler says, and what was meant.
//!
//! The macros name a mistake at the place to change, with a `help:`. Some are rustc's own to find, in its own words:
//!
//! | it says | because | write |
//! |---|---|---|
//! | unused `Call` that must be used | nothing is sent until a verb says how | `counter.add(2).await?`, or `.tell()`; never `let _ =` |
//! | unused `Result` that must be used, at `.tell()` | a full mailbox hands the call back | `?`, or `let _ =` where it may be lost |
//! | this is not a factory | `spawn` was given a state | `spawn(move \|\| Store { rows: vec![] })`, or [`spawn_once`](crate::ActorSystem::spawn_once) |
//! | this is not a factory, at a closure | its actor has no `#[handlers]` block, which is said as well | `#[handlers] impl Store { .. }` |
//! | a closure that implements `Fn`, but only implements `FnOnce` | a restart calls the factory again, and it gives away what it captured | `move \|\| Store::new(name.clone())`; see [`refs`](super::refs) |
//! | expected `u64`, found `Call<..>` | a call is no answer before it was awaited | `counter.total().await?` |
//! | the `?` operator cannot be applied to type `Call<..>` | likewise | `counter.add(2).await?`, or `.tell()?` |
//! | binary operation `==` cannot be applied to type `Call<..>` | likewise | `counter.total().await? == 2` |
//! | `Call<..>` doesn't implement `Display`, at `println!` | likewise | `counter.total().await?` |
//! | no method `add` for struct `Spawn` | the actor is not started yet | `system.spawn(..).await?` |
//! | `Call<'_, ..>` is not a future, at `tokio::spawn` | a call borrows its ref | `tokio::spawn(counter.total().owned())` |
//! | `?` couldn't convert the error to `AskError`, or to a type of yours | an ask of a handler that returns `Result<T, E>` ends in an `AskError<E>` | `impl From<AskError<E>> for MyError`, or `.map_err(..)`; see [`calls`](super::calls) |
//! | expected `u64`, found `Result<u64, AskError>` | an ask may end without an answer | `counter.total().await?` |
//! | `await` is only allowed inside `async` functions | the handler is not `async` | `async fn`, or [`.then(ctx, MeRef::got)`](crate::Call::then) |
//! | borrowed data escapes, at `ctx` or `self` | a task outlives the handler | [`ctx.pipe(..)`](crate::Context::pipe), or a clone of `ctx.this()` in the task |
//! | future cannot be sent between threads | an async handler keeps a `MutexGuard` or an `Rc` over an await | drop it before, in a block of its own; or [`#[actor(local)]`](super::dispatchers) |
//! | future returned by `total` is not `Send`, and `Sync` is not implemented for `Cell<u64>` | `async fn total(&self)` shares the state with its thread over an await | `&mut self`, which needs no `Sync` |
//! | expected `Recipient<u64>`, found `CounterRef` | a topic tells one handler, whoever's it is | `topic.subscribe(counter.recipient(CounterRef::add))` |
//! | expected function that takes 2 arguments, at `recipient` | it passes one value, to a handler with one argument | a handler with one, or `\|counter, (by, times)\| counter.add_often(by, times)` for a `Recipient<(u64, u32)>` |
//! | expected `Call<.., Tell<_>>`, found `Call<.., Ask<u64>>`, at `recipient` | it is told, and nobody hears an answer | a handler that returns nothing |
//! | expected function signature `fn(.., Result<u64, AskError>)`, at `then` | the answer comes as what `.await` would have returned | `fn got(&mut self, answer: Result<u64, AskError>)` |
//! | no method `spawn` for struct `Builder` | the system is not started yet | `ActorSystem::builder("demo").start()` |
//! | no method `skipped` for struct `ParserMetrics` | a figure is declared before it is recorded | `#[actor(counters(skipped))]` |
//! | non-exhaustive patterns, at `on(..)` | a block is a match over the error, and a variant has no arm | `Corrupt { .. } => stop`, or `_ => restart` |
//! | cannot find type `error` or `Panic`, at `on(..)` | a rule is for a type, or for `panic`, `start`, `unasked`, `escalated` or `other` | `other => restart`, which is every error without a rule |
//! | no method `helper` for struct `CounterRef`, no field `total` | a ref is no state: only handlers are messages | a handler in the `#[handlers]` block |
//! | `E` doesn't implement `Display` | the `Err` of a tell is a failure, which is shown | `impl Display for E`, or an `Err(String)` |
//! | cannot find attribute `actor` | | `use actor::prelude::*;` |
//! | cannot find attribute `started`, `every`, `child`, .. | it is known inside of an item with `#[handlers]` or `#[actor]` alone | `#[handlers]` on the `impl`, `#[actor]` on the struct |
//! | conflicting implementations of trait `AllHandlersInOneBlock` | an actor has two `#[handlers]` blocks | one of them; methods that are no messages in an `impl` without it |
//! | undefined symbol `_critical_section_1_0_acquire`, when linking | a program with `bare-metal` alone has no lock | `critical-section = { version = "1", features = ["std"] }` on a host, and `use critical_section as _;`; or the feature `tokio` as well |
//!
//! What compiles and is not meant:
//!
//! | what happens | because | write |
//! |---|---|---|
//! | an actor ends at once, a timer never ticks | its last ref was dropped, and neither a timer nor a name keeps it | keep the ref; see [`refs`](super::refs) |
//! | a state is as new, without a word | a tell returned `Err`, or a handler panicked, and the actor was restarted | an [event handler](super::supervision) that tells; [`.done()`](super::calls) |
//! | an ask times out after 5 s | the actor asked is busy with an `async` handler, or asks back, which a debug build says at once: `Cycle` | a pipe, or `.then`; see [`blocking`](super::blocking) |
//! | an ask that was stashed times out | nobody called for the stash when the actor was ready | [`ctx.unstash_all()`](crate::Context::unstash_all) in that handler |
//! | an `Err` fails nobody, though nobody asked | the actor has type parameters, and the return type is a `Result` by another name, which is an error elsewhere | `Result<(), E>` |
//! | a suspended actor goes on, a listener hears nothing | `let _ =` drops what `suspend` or `listen` returned | `let held = ..`, kept as long as it should last |
//! | everything stands still | a handler blocks its thread, and there is one | `spawn_blocking`, or [`dispatcher = pinned`](super::dispatchers) |
//! | messages are missing after `shutdown()` | it stops, and does not drain | `control().drain().await` first; see [`shutdown`](super::shutdown) |
//! | "no tokio runtime here" | the system was made outside of one | `#[tokio::main]`, or `runtime.enter()` |
