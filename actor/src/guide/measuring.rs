//! What is counted, and the law that the figures keep.
//!
//! ```
//! use actor::Counts;
//! use actor::prelude::*;
//!
//! #[actor]
//! struct Counter {
//!     total: u64,
//! }
//!
//! #[handlers]
//! impl Counter {
//!     #[started]
//!     fn started(&mut self) {}
//!
//!     fn add(&mut self, by: u64) {
//!         self.total += by;
//!     }
//!     fn total(&self) -> u64 {
//!         self.total
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let system = ActorSystem::new("demo");
//!     let counter = system.spawn(|| Counter { total: 0 }).await?;
//!     counter.add(1).await?;
//!     counter.add(2).await?;
//!     assert_eq!(counter.total().await?, 3);
//!
//!     // All actors of a type, since the system began.
//!     let counts: Counts = system.counts::<Counter>();
//!     assert_eq!((counts.spawned, counts.handled, counts.failures, counts.dead_letters), (1, 3, 0, 0));
//!
//!     // The same by handler. Hooks and timers are listed too; `counts.handled` leaves them out.
//!     let mut handled = system.handled::<Counter>();
//!     handled.sort();
//!     assert_eq!(handled, [("add", 2), ("started", 1), ("total", 1)]);
//!
//!     // One actor, now.
//!     assert_eq!(counter.control().depth(), 0);
//!     Ok(())
//! }
//! ```
//!
//! * [`counts`](crate::ActorSystem::counts) and [`handled`](crate::ActorSystem::handled) sum over all actors of a type. They
//!   are read while others count: exact once those are still.
//! * **Accepted messages are conserved**: each was handled, is still waiting, or is a dead letter. A message that `.tell()`
//!   handed back was never accepted.
//! * A failed message counts as handled. A restart counts under `restarts`, not under `spawned`.
//! * The [event handler](super::supervision) hears of each failure, restart, end and dead letter as it happens. It is the
//!   place to feed a logger or a metrics library.
//!
//! Counting is a plain add in memory of the worker's own. Under `#[actor(metrics = off)]` not even that is left when
//! compiled, and all figures of the actor stay zero, its starts, failures and dead letters among them. What happens is told
//! all the same: to the event handler, to listeners and to telemetry.
//!
//! # How long handlers take
//!
//! `#[actor(metrics = timing)]` times each handler by the clock of the system, which is the bill: a reading of the clock
//! costs about ten times what counting does. In a row of messages the end of one is the beginning of the next.
//!
//! ```
//! # use actor::prelude::*;
//! #[actor(metrics = timing)]
//! struct Store;
//!
//! #[handlers]
//! impl Store {
//!     fn put(&mut self, key: u64) {}
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let system = ActorSystem::new("demo");
//! let store = system.spawn(|| Store).await?;
//! store.put(7).done().await?;
//!
//! for (handler, nanoseconds) in system.durations::<Store>() {
//!     println!("{handler}: {} times, p99 {:?}", nanoseconds.count(), nanoseconds.quantile(0.99));
//!     # assert_eq!((handler, nanoseconds.count()), ("put", 1));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A [`Histogram`](crate::Histogram) has a fixed size, and what is read from it is at most 6.25 % above what was recorded.
//!
//! # How long messages wait
//!
//! For that nobody has to be asked: of each actor one message in 256 is measured from the moment it is sent to the moment
//! its turn comes. `#[actor(dwell = sampled(64))]` has more of them, `dwell = all` measures each message, and `dwell = off` none.
//!
//! ```
//! # use actor::prelude::*;
//! #[actor(dwell = all)]
//! struct Store;
//!
//! #[handlers]
//! impl Store {
//!     fn put(&mut self, key: u64) {}
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let system = ActorSystem::new("demo");
//! let store = system.spawn(|| Store).await?;
//! store.put(7).done().await?;
//!
//! // One actor: what waits now, and how long the last messages that were measured had waited.
//! let mailbox = store.control().mailbox();
//! println!("{} wait, {} at most, p99 {:?}", mailbox.user.depth, mailbox.user.high_water, mailbox.user.dwell.p99);
//! # assert_eq!((mailbox.user.depth, mailbox.user.dwell.measured), (0, 1));
//!
//! // All actors, by type, since the system began.
//! for figures in system.mailboxes() {
//!     println!("{}: p99 {:?} ns, {:?}", figures.actor, figures.user.dwell.quantile(0.99), figures.yields);
//!     # assert_eq!(figures.user.dwell.count(), 1);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! * **Each message has the same chance**, whatever was measured before it: traffic that repeats itself finds no rhythm to
//!   fall into. [`one_in`](crate::Dwell::one_in) says the rate, so that a count can be scaled up; quantiles need no scaling.
//! * Time begins when the message is let in, or when its sender begins to wait for room, and ends when its turn comes. Time
//!   in the stash is not part of it; time while the actor is suspended or begins anew is. A message whose time was over
//!   when its turn came has waited as well. One that was dropped, or whose actor ended, had no turn and is not measured, and
//!   neither is an ask that ran on the stack of its asker: it was in no queue.
//! * `user` and `urgent` are apart. Stops, restarts and timers are no messages in a queue, and have no such time.
//! * `high_water` is the most that was *seen*: wherever a message was measured, and where a sender found no room. With
//!   `dwell = all` nothing is missed; with fewer, a short peak may be.
//! * `yields` are activations that ended although messages waited, `suspensions` and `suspended` how often and how long
//!   actors rested, the time of an open one included; of a type, also of actors that have ended.
//!
//! # Who runs them
//!
//! [`system.dispatchers()`](crate::ActorSystem::dispatchers) says of each dispatcher how many actors are ready and not run
//! yet, how long they were ready before (`run_delay`, measured where the message that made them so was), how often one was
//! run, how often a worker took work from another or went to sleep, and why activations ended. Workers count in memory of
//! their own. A dispatcher of your own may say what it is called, and how often its threads slept.
//!
//! # Figures of an actor's own
//!
//! They are declared with the actor and recorded by its handlers, through a view that is lent for the time of a closure:
//! it belongs to the thread, so it can neither be kept nor held over an `.await`.
//!
//! ```
//! # use actor::prelude::*;
//! #[actor(counters(parsed, skipped), histograms(line_length))]
//! struct Parser;
//!
//! #[handlers]
//! impl Parser {
//!     fn line(&mut self, line: String, ctx: &mut Context<Self>) {
//!         ctx.metrics(|m| {
//!             if line.is_empty() { m.skipped() } else { m.parsed() }.add(1);
//!             m.line_length().record(line.len() as u64);
//!         });
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let system = ActorSystem::new("demo");
//! let parser = system.spawn(|| Parser).await?;
//! for line in ["first", "", "third"] {
//!     parser.line(line.into()).done().await?;
//! }
//! assert_eq!(system.counters::<Parser>(), [("parsed", 2), ("skipped", 1)]);
//! assert_eq!(system.histograms::<Parser>()[0].1.sum(), 10);
//! # Ok(())
//! # }
//! ```
//!
//! # What locks cost
//!
//! Every lock of the runtime is held for a few instructions, and none while code of yours runs. Who doubts it compiles
//! with `features = ["instrument-locks"]`: then `lock_sites()` tells, for each place in the runtime that takes a lock, how
//! often it did, how often somebody else held it, how long it waited and how long it held it, the hottest first; each
//! prints as a line. Every lock reads the clock three times then, so it is nothing for daily use.
//!
//! # What caused what
//!
//! Compiled with `features = ["spans"]`, each message has a span of the crate `tracing`, from the moment it is sent to the
//! end of its handler, and is entered while that runs. So a log says in which message it was written, and a trace leads from
//! actor to actor. Whatever subscribes, `tracing-subscriber` or `tracing-opentelemetry`, needs to know nothing of actors:
//!
//! ```text
//! tracing_subscriber::registry().with(tracing_opentelemetry::layer().with_tracer(tracer)).init();
//! ```
//!
//! | span | of | a child of | follows from (a link, in OpenTelemetry) |
//! |---|---|---|---|
//! | `message`, target `actor::message` | an ask, or a tell with `.done()` | whatever asks: a handler, or a span of yours | the life that handles it |
//! | | any other message | nobody | who sent or began it, and the life that handles it |
//! | `life`, target `actor::life` | one life, from the start or the failure to the next | nobody | who spawned it; later the message that failed and the life before |
//! | `errand`, target `actor::errand` | a timer, a pipe, a stream, or the wait for what `.then` brings | nobody | the handler that began it |
//!
//! * All have the fields `actor`, `path`, `id` and `incarnation`, and `otel.name` for OpenTelemetry: `counter.add`. Messages
//!   have `message`, errands `kind`: `timer`, `then`, or `source` for a pipe or a stream. Their level is `INFO`. A filter that
//!   leaves out a target, `actor::errand=off`, breaks the chain there and nowhere else.
//! * The cause travels with the message: through the mailbox, the line of senders that wait for room, and the stash. A message
//!   that nobody handled has a span that was never entered; how long one waited is the time before it was entered first.
//! * A life is nobody's parent: it may last as long as the program, and a trace is complete when its parents have ended.
//!   A failure that climbs is the cause of the next life of the parent. What is logged of a failure is logged in the span of
//!   its message.
//! * A task that you spawn from a handler has no cause unless you give it one, by `.instrument(Span::current())`.
//! * Whoever subscribes is called while no lock of the runtime is held, and may send messages. What it panics with costs it
//!   the span.
//!
//! # Which actor a task runs
//!
//! An actor is no task, so tokio-console cannot list it. With `features = ["console"]` it lists who runs them, under the names
//! `<system> worker 0`, `<system> timers` and `<system> current thread`; tokio takes names where all of the program is
//! compiled with `RUSTFLAGS="--cfg tokio_unstable"`, as the console itself asks for. A pinned actor and a single worker are
//! threads, and have the names of those. Each activation, in which an actor handles what has come, is a span `activation` of the
//! target `actor::activation` and the level `TRACE`, with the `path` of the actor.
//!
//! # Where the time goes
//!
//! With `features = ["flame"]`, `handler_times()` tells of each handler how long it ran itself: what it
//! waited for is not part of it, nor is a handler that it asked and that ran on its stack. Each prints as a folded stack,
//! `actor;handler nanoseconds`.
//!
#![cfg_attr(feature = "flame", doc = "```")]
#![cfg_attr(not(feature = "flame"), doc = "```ignore")]
//! # use actor::prelude::*;
//! # #[actor]
//! # struct Store;
//! # #[handlers]
//! # impl Store { fn put(&mut self, key: u64) {} }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let system = ActorSystem::new("demo");
//! let store = system.spawn(|| Store).await?;
//! store.put(7).done().await?;
//!
//! let folded: Vec<String> = actor::handler_times().iter().map(ToString::to_string).collect();
//! let file = std::env::temp_dir().join("actors.folded");
//! std::fs::write(&file, folded.join("\n"))?;
//! # assert!(folded.iter().any(|line| line.starts_with("store;put ")));
//! # std::fs::remove_file(file)?;
//! # Ok(())
//! # }
//! ```
//!
//! ```text
//! cargo install inferno
//! inferno-flamegraph --countname ns actors.folded > actors.svg
//! ```
//!
//! Each handler reads the clock twice then, so it is for finding out.
//!
//! # What looking costs
//!
//! None of these features is on by default, and of one that is off nothing is left when compiled. With `spans` and nobody who
//! subscribes, whoever sends asks whether anybody does, and a message is 8 bytes larger in its mailbox.
//! `benches/RESULTS.md` has what each costs to build and for each message, on and off.
//!
//! # Exporters
//!
//! [`system.metrics()`](crate::ActorSystem::metrics) lends all figures of a system to whoever asks, under names that stay
//! ([`Family`](crate::metrics::Family)) and with labels of which there are few: the system, the label of the actor, the message or
//! the reason. Actors with the same label are one. [`to_open_metrics`](crate::metrics::Metrics::to_open_metrics) writes them
//! as the text that Prometheus reads:
//!
//! ```
//! # use actor::prelude::*;
//! # #[actor]
//! # struct Store;
//! # #[handlers]
//! # impl Store { fn put(&mut self, key: u64) {} }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let system = ActorSystem::new("demo");
//! let store = system.spawn(|| Store).await?;
//! store.put(7).done().await?;
//!
//! let text = system.metrics().to_open_metrics();
//! assert!(text.contains(r#"actor_messages_total{system="demo",actor="store",message="put"} 1"#));
//! # Ok(())
//! # }
//! ```
//!
//! The crate `actor-exporters` serves that text where Prometheus looks for it; `examples/logwatch` does so with
//! `--metrics 127.0.0.1:9464`, and `examples/dashboard.json` is a dashboard for Grafana on the same names:
//!
//! ```text
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:9464").await?;
//! tokio::spawn(actor_exporters::serve(listener, system.metrics())); // GET /metrics
//! ```
//!
//! Its feature `otlp` brings the same figures to a collector of OpenTelemetry, every ten seconds and once more at the end:
//!
//! ```text
//! let collector = "http://127.0.0.1:4317".parse()?;
//! let complain = |error| eprintln!("figures: {error}");
//! let every = Duration::from_secs(10);
//! tokio::spawn(actor_exporters::push(collector, every, system.metrics(), system.stopped(), complain));
//! ```
//!
//! `cargo run --release -p logwatch --features otlp -- --otlp http://127.0.0.1:4317` does so.
//!
//! Exporters pull: actors write their own cells and know of nobody who reads them. So any number of readers may come, go
//! and be exchanged while messages flow, and none of them costs anything between two looks. A reader keeps no system
//! running, and reads the last figures of one that is down.
//!
//! # On bare metal
//!
//! `metrics = on` behind the module of a `system!` gives each actor, declared children included, cells of its own, four bytes
//! each: one for each handler, twelve for its life, and one for each counter of its own. The worker alone counts, by a
//! load and a store; whoever asks reads them at any time, from an interrupt too. What is read has the names and the
//! meaning that it has on tokio, for one actor at a time in place of all of a type.
//!
#![cfg_attr(feature = "bare-metal", doc = "```")]
#![cfg_attr(not(feature = "bare-metal"), doc = "```ignore")]
//! # use actor::prelude::*;
//! #[actor(mailbox = 4, counters(opened), histograms(degrees))]
//! struct Valve;
//!
//! #[handlers]
//! impl Valve {
//!     fn turn(&mut self, degrees: u16, ctx: &mut Context<Self>) {
//!         ctx.metrics(|m| {
//!             m.opened().add(1);
//!             m.degrees().record(degrees.into());
//!         });
//!     }
//! }
//!
//! actor::system! {
//!     mod plant { VALVE: Valve = || Valve }
//!     metrics = on
//! }
//!
//! # fn main() {
//! plant::start(|| actor::Instant::ZERO);
//! let _ = plant::VALVE.turn(90).tell();
//! while plant::step() {}
//!
//! plant::metrics(|actor| {
//!     assert_eq!((actor.actor(), actor.counts().handled, actor.mailbox_high_water()), ("valve", 1, 1));
//!     assert_eq!(actor.counters().next(), Some(("opened", 1)));
//!     assert_eq!(actor.histograms().next().map(|(_, degrees)| degrees.sum()), Some(90));
//! });
//! # }
//! ```
//!
//! A [`CoarseHistogram`] takes 504 bytes, and what is read from it is at most 25 % above what was recorded. Counts have 32
//! bits. Handlers are not timed, nor how long messages wait. Without `metrics = on` there is no cell and no instruction of all
//! this; figures of an actor's own are then an error, until `metrics = off` says that they are recorded nowhere.
//!
#![cfg_attr(feature = "bare-metal", doc = "[`CoarseHistogram`]: crate::CoarseHistogram")]
#![cfg_attr(not(feature = "bare-metal"), doc = "[`CoarseHistogram`]: crate#backends")]
