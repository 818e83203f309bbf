//! The attribute macros of `actor`; use them through that crate.
//!
//! Built as a small compiler: each macro has a folder with the same files, parse → model → validate → expand,
//! and a fallback that keeps the rest of the user's crate compiling where there are mistakes. All mistakes of an
//! item are reported at once. What is generated calls into the runtime, where logic is ordinary, tested code.

/// `quote!` whose own locals never meet those of the user, and whose other names resolve where the macro is used.
macro_rules! quote {
    ($($tokens:tt)*) => {
        ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*)
    };
}

mod attributes;
mod diagnostics;
mod duration;
mod names;
mod options;
mod suspicion;

mod actor;
mod handlers;
mod supervise;
mod system;

use proc_macro::TokenStream;

/// Makes a struct an actor.
///
/// ```
/// use actor::prelude::*;
///
/// #[actor(mailbox = 64, ask_timeout = 2s)]
/// pub struct Counter {
///     total: u64,
/// }
///
/// #[handlers]
/// impl Counter {
///     fn add(&mut self, by: u64) {
///         self.total += by;
///     }
/// }
///
/// fn add_two(counter: &CounterRef) {
///     let _ = counter.add(2).tell();
/// }
/// ```
///
/// Generates `CounterRef`, the address of a `Counter`: it is cloned freely, compared by identity, and has a method
/// for each handler of the [`#[handlers]`](macro@handlers) block, and `control()`. Struct and ref have the same
/// visibility and generics.
///
/// # Options
///
/// | option | meaning | default |
/// |---|---|---|
/// | `mailbox = 256`, `mailbox(capacity = 256, overflow = wait)` | messages that may wait in a lane, and what a full one does: `wait` lets callers wait for room, `reject` answers `Full` at once, `drop_newest` and `drop_oldest` make a dead letter | 256, `wait` |
/// | `mailbox = unbounded` | as many messages as there is memory for | |
/// | `stash = 64` | messages that a `stash_unless` may keep waiting | 0 |
/// | `timers = 4` | timers that run at a time where their storage is static, those of `#[every]` and `#[idle]` included; on tokio there are as many as there is memory for | these alone |
/// | `ask_timeout = 5s`, `ask_timeout = off` | deadline of asks that set none | `5s` |
/// | `throughput = 64` | messages handled before other actors have their turn; fewer while its dispatcher is loaded or its backlog grows | 64 |
/// | `fairness(system = 1, user = 8)` | how due timers and messages share the actor while both wait | 1 : 8 |
/// | `dispatcher = shared`, `pinned`, `current_thread`, `single_worker` | who runs it on tokio: the workers of its system, a thread of its own, the thread that spawned it, or one thread for all such actors of a system | its system's, `shared` |
/// | `local` | its state, and the futures of its handlers, need not be `Send`: it stays on one thread, of its dispatcher or, where that moves actors, of `current_thread` on a runtime of one thread, else of `single_worker`. Its messages, its factory and its ref are `Send` as ever | off |
/// | `inline_ask = on`, `inline_ask = off` | whether an asker may run a sync handler of an idle actor on its own stack | `on` |
/// | `error = StoreError` | what its hooks, its timers and handlers that are told fail with: each of their errors becomes one, by `From`, before a supervisor is shown it | any error, as it is |
/// | `metrics = off`, `counts`, `timing` | what is recorded of it: nothing, the events of its life and figures of its own included; how often each thing happened; or also how long each handler took. What is told of it, to telemetry and to the event handler, is the same | `counts` |
/// | `dwell = off`, `sampled(64)`, `all` | of which messages the time in the queue is measured on tokio: of none, of each with a chance of one in so many, or of all | `sampled(256)` |
/// | `counters(parsed, skipped)`, `histograms(line_length)` | figures of its own, recorded by `ctx.metrics(\|m\| m.parsed().add(1))` | none |
/// | `indirect = 2` | on bare metal, how many of the messages that wait may have `#[indirect]` arguments | none |
/// | `name = "counter"` | label in metrics and errors | the type in snake case |
/// | `tags(component = "storage", endpoint = "disk")` | what telemetry is told of its failures, beside what it knows of every actor: at most 8 texts, by words of your own, in 144 bytes; 2 on bare metal. `component`, `endpoint` and `transport` come first | none |
/// | `crate = path` | the crate `actor`, where it was renamed | `::actor` |
///
/// Durations are whole numbers with a unit: `50ms`, `5s`, `2m`, `1h`.
///
/// # Children
///
/// A field of type `Child<Db>` with `#[child(Db::open)]` is an actor that this one starts before it is started
/// itself, and restarts when it fails. What stands in the attribute is its factory: a path or a closure without
/// arguments that returns a `Db`, or a `Result<Db, E>`. [`#[supervise]`](macro@supervise) says how failures are
/// treated. The parent's own factory fills the field with `Child::default()`.
///
/// | behind the factory | meaning | default |
/// |---|---|---|
/// | `restart = transient`, `permanent`, `temporary` | started again after a failure; after any end nobody asked for; never | `transient` |
/// | `after = db`, `after(db, cache)` | started after these children | as they stand |
/// | `pool = 4` | so many children of the kind, in a field of type `Pool<Db>`; an actor has at most 255 declared children | one, in a `Child<Db>` |
/// | `route = round_robin`, `least_loaded` | who of a pool gets the next call | `round_robin` |
/// | `scope = group`, `child` | its restarts are counted and delayed with those of its siblings; by themselves, and so those of each of a pool | `group` |
///
/// A factory may be lent the parent: `|store: &Store| Warmup::new(store.db.clone())`. What it takes, `store.db.clone()`,
/// is taken when the child is first started, and each restart gets a clone of that, because the parent may be busy then.
///
/// ```
/// use actor::prelude::*;
/// # #[actor] struct Db;
/// # #[handlers] impl Db { fn get(&self, key: u64) -> Option<String> { None } }
/// # impl Db { fn open() -> std::io::Result<Self> { Ok(Self) } }
/// # #[actor] struct Cache;
/// # #[handlers] impl Cache { fn get(&self, key: u64) -> Option<String> { None } }
/// # impl Cache { fn with_capacity(_: usize) -> Self { Self } }
///
/// #[actor]
/// struct Store {
///     #[child(Db::open)]
///     db: Child<Db>,
///     #[child(|| Cache::with_capacity(1024))]
///     cache: Child<Cache>,
/// }
///
/// impl Store {
///     fn new() -> Self {
///         Self { db: Child::default(), cache: Child::default() }
///     }
/// }
/// # #[handlers] impl Store { fn get(&self, key: u64) { let _ = self.db.get(key).tell(); } }
/// # let _ = Store::new;
/// ```
#[proc_macro_attribute]
pub fn actor(arguments: TokenStream, item: TokenStream) -> TokenStream {
    actor::expand(arguments.into(), item.into()).into()
}

/// Makes every method of an impl a handler: a message of the actor, and a method of its ref.
///
/// ```
/// use std::collections::HashMap;
///
/// use actor::prelude::*;
///
/// #[actor]
/// struct Store {
///     rows: HashMap<u32, String>,
///     waiting: HashMap<u32, Reply<String>>,
/// }
///
/// #[handlers]
/// impl Store {
///     /// A tell: it returns nothing.
///     fn put(&mut self, key: u32, #[into] value: String) {
///         if let Some(reply) = self.waiting.remove(&key) {
///             reply.send(value.clone());
///         }
///         self.rows.insert(key, value);
///     }
///
///     /// An ask: what it returns is the answer.
///     fn get(&self, key: u32) -> Option<String> {
///         self.rows.get(&key).cloned()
///     }
///
///     /// An ask that answers later, when the key is put.
///     fn wait_for(&mut self, key: u32, reply: Reply<String>) {
///         self.waiting.insert(key, reply);
///     }
///
///     /// An ask that takes its time, and whose `Err` is an answer too.
///     async fn export(&mut self, ctx: &mut Context<Self>) -> Result<usize, std::num::TryFromIntError> {
///         std::future::ready(()).await;
///         let id = usize::try_from(ctx.id().index())?;
///         Ok(id + self.rows.len())
///     }
/// }
/// ```
///
/// Methods take `&self` or `&mut self`, and are `fn` or `async fn`; one actor may have both. While an async handler
/// waits, its actor handles nothing else; one with `&self` needs a state that is `Sync`, one with `&mut self` does not.
/// Methods that are no messages go into an ordinary impl block.
///
/// # Parameters
///
/// * A `&mut` parameter is the context of the actor: `ctx: &mut Context<Self>`.
/// * `reply: Reply<T>` is the duty to answer, now or later.
/// * All others are the message: the method of the ref takes them, by the same names. With `#[into]` it takes
///   anything that converts. With `#[indirect]` the value lies in a box beside the message, or, where there is no heap, in a
///   place beside the mailbox.
///
/// A message takes at most 128 bytes, the reply of an ask included, because a mailbox has room for the largest in each
/// of its places; a larger one is an error that names the argument to make `#[indirect]`.
///
/// # Return types
///
/// A *tell* hands over a message, and is done when it is in the mailbox; an *ask* is done when the handler has answered.
///
/// | handler returns | the call is | and awaiting it gives |
/// |---|---|---|
/// | nothing | a tell | `Result<(), TellError>`, when the message is in the mailbox |
/// | `Result<(), E>` | a tell; **an `Err` is a failure of the actor, which restarts it** | the same |
/// | `T`, or takes `Reply<T>` | an ask | `Result<T, AskError>` |
/// | `Result<T, E>` | an ask | `Result<T, AskError<E>>`, where `AskError::Handler` holds the `E` |
/// | `Result<T, E>` with `#[handler(plain)]` | an ask | `Result<Result<T, E>, AskError>` |
///
/// # Hooks and timers
///
/// * `#[started]`: called before the first message, after children have started. May be async, take the context,
///   and return `Result<(), E>`.
/// * `#[stopping]`: called after the last message, at the actor's end. As `#[started]`, and may take a `StopReason`.
/// * `#[restarting]`: the last word of a life that failed, or ends along with a sibling, before the state is made anew. As
///   `#[started]`, and may take the `&Failure`. An error in it changes nothing of what was decided.
///
///   Neither of these two is called on a state that a panic went through, nor in a life that `#[started]` did not
///   bring up.
/// * `#[every(5s)]`: a handler without arguments that a timer calls as well, first after one period. Ticks that are
///   missed are skipped.
/// * `#[idle(30s)]`: called when so long no message was handled, and again after as long. Timers are no messages, and
///   neither are calls of a handler with `#[handler(passive)]`; what pipes and streams bring is. `ctx.set_idle(d)` and
///   `ctx.clear_idle()` change the time for one life.
/// * `#[terminated]`: called when an actor has ended that this one watches, `ctx.watch(&other)`, with its `ActorId` and
///   its `StopReason`.
/// * `#[dead_letter]`: called with a `DeadLetter<Self>` when a message is lost that was accepted: its deadline had passed,
///   or there was no room, in the mailbox or the stash. As many letters wait as the mailbox has room for messages; those
///   beyond that are counted, and told to the event handler, like all of them. What waits when the actor ends is not
///   given to it, and neither is the message of a handler that failed.
///
/// # Options of a handler
///
/// * `#[handler(lane = urgent)]`: its messages overtake all others, and have as much room again.
/// * `#[handler(stash_unless = self.ready)]`: where the expression is false, which sees `self` and no argument, the message
///   waits in the stash, reply and deadline kept, until `ctx.unstash_all()`. Needs `#[actor(stash = 64)]`. What a timer, a
///   pipe or a stream of the context brings is held until then with what brought it.
/// * `#[handler(plain)]`: a `Result` is the answer as it is; see above.
/// * `#[handler(passive)]`: its messages leave the time of `#[idle]` as it is.
///
/// # Options
///
/// * `#[handlers(pub enum StoreMessage)]`: the messages of the actor under a name, to look into a `DeadLetter`. A handler
///   `put_row` is its variant `PutRow`, with the arguments as fields, those with `#[indirect]` in an `Indirect`. Match the
///   others with `..` and `_`: the reply of an ask is a field, and the hooks are variants, without names to rely on.
/// * `#[handlers(crate = path)]`: the crate `actor`, where it was renamed.
#[proc_macro_attribute]
pub fn handlers(arguments: TokenStream, item: TokenStream) -> TokenStream {
    handlers::expand(arguments.into(), item.into()).into()
}

/// Says how an actor treats the failures of its children. Stands above or below `#[actor]`.
///
/// ```
/// use actor::prelude::*;
/// # #[actor] struct Db;
/// # #[handlers] impl Db { fn get(&self, key: u64) -> Option<String> { None } }
/// # impl Db { fn open() -> std::io::Result<Self> { Ok(Self) } }
///
/// #[actor]
/// #[supervise(
///     limit     = 10 per 60s,
///     backoff   = 50ms..30s * 2,
///     jitter    = equal,
///     reset     = 60s,
///     exhausted = escalate,
///     shutdown  = 5s,
/// )]
/// struct Store {
///     #[child(Db::open)]
///     db: Child<Db>,
/// }
/// # #[handlers] impl Store { fn get(&self, key: u64) { let _ = self.db.get(key).tell(); } }
/// ```
///
/// A failed actor is rebuilt by its factory. Actors that a system spawns have no parent, and the defaults.
///
/// | option | meaning | default |
/// |---|---|---|
/// | `strategy = one_for_one`, `one_for_all`, `rest_for_one`, `custom(path)`, `restarting` | which declared children a restart concerns: the failed one alone; all of them; it and those started after it; it and those that `const fn path(failed: usize, sibling: usize) -> bool` names. `restarting` is `one_for_one` that restarts after every failure, without a limit | `one_for_one` |
/// | `limit = 10 per 60s`, `limit = unlimited` | restarts within any stretch of that time, of the declared children together, but those with `scope = child`, and of each that was started by `ctx.spawn`; `unlimited` needs a `backoff` | `10 per 60s` |
/// | `backoff = 50ms..30s * 2` | the first restart comes at once; then delays from the first to the longest, times two each time; of those that are counted together, whoever fails | as shown |
/// | `jitter = none`, `equal`, `full` | how much of a delay is left to chance | `equal` |
/// | `reset = 60s` | after so long without a failure the delays begin anew | `60s` |
/// | `on(DbError { Corrupt(_) => escalate, Timeout => restart }, panic => stop, other => resume)` | what is done about which failure: see below | restart; `unasked` resumes |
/// | `decide = path` | the same by a function, `fn(&LiveFailure<'_>) -> Directive`, which is pure and fast | |
/// | `exhausted = escalate`, `stop_child`, `stop_self` | what happens beyond the limit: it is the actor's own failure; the child ends; the actor ends | `escalate` |
/// | `shutdown = 5s`, `shutdown = off` | how long each child may take to stop, its own children included, before it is killed; on tokio | `5s` |
///
/// A rule of `on(..)` names an error type, whole (`std::io::Error => restart`) or by its variants. A block is a match over
/// the error itself, with patterns and guards, so a variant without an arm does not compile. A variant needs no path,
/// `Timeout` is `DbError::Timeout`; one with a path is taken as it is. Or it names a kind of failure: `panic`, `start` (a
/// restart that failed), `unasked` (an ask nobody waited for returned `Err`; goes before the error's own rule), `escalated`
/// (a child passed its failure on), and `other`, which is every error without a rule. What is done: `resume`, `restart`,
/// `stop`, `escalate`. After a panic nothing is resumed.
#[proc_macro_attribute]
pub fn supervise(arguments: TokenStream, item: TokenStream) -> TokenStream {
    supervise::attribute(&arguments.into(), item.into()).into()
}

/// Declares the actors of a bare-metal program: statics, in order of priority.
///
/// ```
/// use actor::prelude::*;
/// # #[actor] struct Valve { open: bool }
/// # impl Valve { const fn new() -> Self { Self { open: false } } }
/// # #[handlers] impl Valve { fn turn(&mut self, open: bool) { self.open = open; } }
/// # #[actor] struct Pump { valve: ValveRef }
/// # impl Pump { fn new(valve: ValveRef) -> Self { Self { valve } } }
/// # #[handlers] impl Pump { fn start(&mut self) { let _ = self.valve.turn(true).tell(); } }
///
/// actor::system! {
///     pub mod plant {
///         VALVE: Valve { mailbox = 8 } = Valve::new,
///         PUMP:  Pump  { mailbox = 4 } = || Pump::new(plant::VALVE.clone()),
///     }
///     ram <= 512
/// }
///
/// fn main() {
///     plant::start(|| actor::Instant::ZERO); // on a board: the function that reads its timer
///     plant::PUMP.start().tell().expect("there is room");
///     while plant::step() {}
/// }
/// ```
///
/// Each line is a name, an actor, the number of messages that may wait, and a factory: a constant, so a path or a closure
/// that captures nothing, and is called again at every restart. The first actor has the highest priority: whenever a
/// handler is done, the first one that has something to do comes next. Declared children and the members of pools come right
/// after their parent, and lie in its slot; their mailboxes are as long as `#[actor(mailbox = 8)]` says.
///
/// A mailbox has room for 128 messages at most. Where neither the line nor `#[actor(mailbox = ..)]` says how many, there
/// would be 256: that is an error, so one of the two says it.
///
/// `VALVE: Valve { mailbox = 8, timers = 2 }` says as well how many timers run at a time, where that is another number than
/// `#[actor(timers = 4)]` says.
///
/// Generates the module with a ref for each actor, such as `plant::VALVE: ValveRef`, and
///
/// * `plant::start(now)`: starts the actors, with the function that tells the time. Before that, calls answer
///   `Stopped`.
/// * `plant::run()`: runs them for ever, and sleeps while none has anything to do.
/// * `plant::step()`: lets one of them do one thing; returns whether any had something to do.
/// * `plant::tick()`: notes what is due; to be called from the timer interrupt. Timers, the pauses before restarts
///   and the deadlines of awaited calls are as exact as it is frequent.
/// * `plant::next_deadline()`: the moment at which `tick` has something to note next, for a timer that interrupts once;
///   to be asked when `step` has returned false.
/// * `plant::run_tickless(alarm)`: as `run`, without ticks that come for nothing: before it sleeps, `alarm` is called with
///   that moment, or with `None` where there is none, and has an interrupt come then that calls `tick`. Timers are as exact
///   as the alarm, while the worker rests now and then; one that is never at rest needs the tick.
/// * `plant::run_async().await`: as `run`, in a task of an async executor, such as one of embassy. It gives way after some
///   messages, and is woken by the next one.
/// * with `telemetry = &FAILURES` behind the module: that static takes the failures of the program's actors, from the start on,
///   such as a `RingBufferFailureTelemetry<8>`. Without it none of that is linked.
/// * with `crash = &CRASH` behind the module: that static, a `CrashRecord` in memory that start-up code leaves alone, takes
///   what a panic said, where the panic handler calls `actor::crash::record`. The next run treats it as a failure of the
///   actor that was at work, and counts its restarts over resets.
/// * with `event_handler = on_event` behind the module: that function, `fn on_event(event: &SystemEvent<'_>)`, is told of
///   failures, restarts, ends and dead letters where they happen: those of a level in its interrupt, a dead letter in the one
///   that sent the message, so that it may be called while it is at work. With
///   `listeners = 2` there is `plant::listen(f)`, by which so many others hear of the same, after it and in the order in which
///   they came, for as long as each keeps the `Listening` that is returned.
/// * with `metrics = on` behind the module: `plant::metrics(|actor| ..)`, which shows what was counted of each actor so far, by
///   the names it has on tokio. Without it nothing is counted.
/// * with `trace = &TRACE` behind the module: that static, a `TraceRing<256>`, keeps what these actors did of late, those in
///   levels too, and `plant::trace_names(&mut out)` writes the names it is read with.
/// * with `watchdog = feed` behind the module: each `tick` calls that function, `fn feed()`, while every actor gets on: none
///   that has something to do has waited for more than 8 whole ticks for its turn, and no handler runs for longer; one that
///   waits at an `.await` holds nobody up. So it is with each level, whose interrupt must not keep the tick from coming.
///   `watchdog = feed within 4 ticks` says another number. For a worker whose tick comes again and again: an alarm of
///   `run_tickless` feeds nobody while all is quiet.
/// * `plant::RAM`: the bytes that all of this takes. `ram <= 512` makes it an error to take more on the target.
///
/// Calls with `.tell()` may be made from interrupts.
///
/// # Levels
///
/// Actors of a level preempt the others: they are run from an interrupt, within whatever handler it comes.
///
/// ```text
/// actor::system! {
///     mod plant {
///         PUMP: Pump = || Pump::new(plant::ALARM.clone()),
///         level SSI0 { pend = || NVIC::pend(Interrupt::SSI0), ALARM: Alarm = Alarm::new },
///     }
/// }
///
/// #[interrupt]
/// fn SSI0() {
///     plant::SSI0.run();
/// }
/// ```
///
/// `pend` is a function, or a closure that captures nothing, that has the interrupt come. It is called with interrupts off, for
/// each message to an actor of the level and for what is due; the interrupt comes when they are on again, where its
/// priority is higher than what runs. `plant::SSI0.run()` belongs into its handler and nowhere else. The
/// levels of a system are as many as there are priorities to give; which is above which is said to the interrupt controller.
///
/// Refs, calls, timers and supervision are the same on all levels; `start`, `tick` and `next_deadline` are for all of them. An ask
/// from a level to an actor below it is answered when the interrupt is over. Each level has a ready word of its own, so 32 actors.
///
/// Messages take at most 16 bytes, the reply of an ask included. What is larger is `#[indirect]`: with
/// `DISPLAY: Display { mailbox = 8, indirect = 2 }` there are two places for the arguments of such messages, and where both
/// are taken a call is rejected as by a full mailbox. Or it lies in a static of its own, and the message takes a `&'static`
/// reference. An actor that fails before it is up is tried again like any other failure, unless it is a child: that is its
/// parent's own failed start.
#[proc_macro]
pub fn system(tokens: TokenStream) -> TokenStream {
    system::expand(tokens.into()).into()
}
