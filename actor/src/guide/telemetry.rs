//! Failures on record: what is known of each, for a log, a ring or whatever takes them.
//!
//! Who wants to *do* something about what happens in a system has an [event handler](super::supervision). Who wants to know
//! afterwards where a failure came from gives the system a [`FailureTelemetry`](crate::FailureTelemetry). It is told last,
//! once for each decision about a failure, and is handed a [`FailureSnapshot`](crate::FailureSnapshot): plain data of at most
//! 512 bytes, made and cloned without a heap.
//!
//! | telemetry | what it does |
//! |---|---|
//! | [`NoopFailureTelemetry`](crate::NoopFailureTelemetry) | nothing, which is the default: no snapshot is built unless somebody listens to events |
//! | [`RingBufferFailureTelemetry<N>`](crate::RingBufferFailureTelemetry) | keeps the last `N`, in a static or an `Arc`, to be dumped on demand |
//! | `TracingFailureTelemetry` | writes events of the crate `tracing`: `.with_failure_telemetry(TracingFailureTelemetry)`; with `features = ["tracing"]` |
//! | your own | one method |
//!
//! ```
//! use actor::prelude::*;
//! use actor::{EscalationStage, RingBufferFailureTelemetry, Severity};
//!
//! // Tags say what the names of types do not. Those that are known when the code is written stand here.
//! #[actor(tags(component = "storage"))]
//! struct Db;
//!
//! #[handlers]
//! impl Db {
//!     #[started]
//!     fn started(&mut self, ctx: &mut Context<Self>) {
//!         // For every failure of this life.
//!         ctx.tag("endpoint", "10.0.0.3:5432");
//!     }
//!
//!     fn read(&mut self, #[into] table: String, ctx: &mut Context<Self>) {
//!         // For this failure alone.
//!         ctx.fail("torn page").tag("table", table);
//!     }
//! }
//!
//! #[actor]
//! #[supervise(on(other => escalate))]
//! struct Store {
//!     #[child(|| Db)]
//!     db: Child<Db>,
//! }
//!
//! #[handlers]
//! impl Store {
//!     fn read(&mut self) {
//!         let _ = self.db.read("accounts").tell();
//!     }
//! }
//!
//! static LAST: RingBufferFailureTelemetry<64> = RingBufferFailureTelemetry::new();
//!
//! // In a program: `.start()`.
//! let (system, mut stepper) = ActorSystem::builder("shop").with_failure_telemetry(&LAST).stepper();
//! let store = stepper.block_on(async {
//!     let store = system.spawn(|| Store { db: Child::default() }).named("main").await.unwrap();
//!     store.read().await.unwrap();
//!     store
//! });
//! stepper.run();
//!
//! let mut failures = Vec::new();
//! LAST.dump_to(|failure| failures.push(failure.clone()));
//! let [child, parent] = failures.try_into().unwrap();
//! let line = "main/db: error in `read`: torn page; escalate; \
//!             component=storage endpoint=10.0.0.3:5432 table=accounts";
//! assert_eq!(child.to_string(), line);
//!
//! // It climbed, and the store began anew for it. Where it began is not forgotten on the way.
//! assert_eq!((parent.actor(), parent.path()), ("store", "main"));
//! assert_eq!(parent.stage(), EscalationStage::Escalated { hops: 1 });
//! assert_eq!((parent.origin().actor, parent.origin().id), ("db", child.id()));
//! assert_eq!((parent.tag("table"), parent.severity()), (Some("accounts"), Severity::Error));
//! # drop(store);
//! ```
//!
//! # When it is told
//!
//! For every failure in this order: the decision, its effects begun, counts, the event handler, listeners in the order in
//! which they came, telemetry. It is called on the thread where the actor failed, so it must not block; no lock is held, so it
//! may use the system. A panic in it is contained, and counted in
//! [`telemetry_counts`](crate::ActorSystem::telemetry_counts).
//!
//! A failure that is passed on is told once at each actor that decides about it, with the same
//! [origin](crate::FailureSnapshot::origin), and counted where it happened alone. At the root nobody is left to decide: that is
//! told once, as [`Severity::Fatal`](crate::Severity). The listeners of events are lent the same snapshot, beside the whole text of
//! the error, by [`SystemEvent::Failed`](crate::SystemEvent::Failed).
//!
//! A payload is in no snapshot: of a message there is its name.
//!
//! # Tags
//!
//! A tag is a word and a text. `component`, `endpoint` and `transport` come first, then the others in the order in which they
//! were set: by `#[actor(tags(..))]`, by [`ctx.tag`](crate::Context::tag), by `ctx.fail(error).tag(..)`. The last value of a key
//! counts. A snapshot has room for 8 tags in 144 bytes; one that finds no room is left out whole, and
//! [counted](crate::FailureSnapshot::dropped_tags).
//!
//! # Storms
//!
//! A thousand sessions that lose one server are not worth a thousand lines. Telemetry is told of ten failures of actors of one
//! type within ten seconds, the first one always; the next report says how many were [left out](crate::FailureSnapshot::left_out).
//! One that is worse than all that were reported in that time comes through all the same, and so does each that reaches the
//! root; a failure gets worse while restarts of its actor go on. Events and counts have no limit.
//!
//! ```
//! use std::time::Duration;
//!
//! use actor::prelude::*;
//! use actor::StormLimit;
//!
//! let builder = ActorSystem::builder("shop").with_failure_storm_limit(StormLimit::new(100, Duration::from_secs(1)));
//! let builder = builder.with_failure_storm_limit(StormLimit::OFF); // every one of them
//! # drop(builder);
//! ```
//!
//! # Kept and sent
//!
//! [`encode`](crate::FailureSnapshot::encode) writes a snapshot as at most 621 bytes, without a heap, and
//! [`RecordedFailure::decode`](crate::RecordedFailure::decode) reads them back on any machine. A record of another version is
//! refused rather than misread. With `features = ["serde"]` both go through the formats of that crate: JSON for people, a
//! compact one for a wire.
//!
//! # On a microcontroller
//!
//! `telemetry = &FAILURES` behind the module of a [`system!`](crate::system), with a static ring, takes the failures of all actors
//! of the program; without it nothing of that is linked. A snapshot has at most 160 bytes there and lies in the ring itself, in
//! `.data`. Of the text it has 32 bytes. Its path is the static's name and the label of a child, such as `BOARD/sensor`, in 25
//! bytes; two tags in 24 bytes are those of `#[actor(tags(..))]`. All else is the same. There is no limit for storms.
//!
//! `DefmtFailureTelemetry`, of `features = ["defmt"]`, writes each to the log of that crate.
//!
//! A [`SurvivingFailureTelemetry`] keeps failures over resets, and so does a
//! [`CrashRecord`] what a panic said:
//!
//! ```ignore
//! #[unsafe(link_section = ".uninit.FAILURES")] // of `cortex-m-rt`; start-up code leaves it alone
//! static FAILURES: SurvivingFailureTelemetry<8> = SurvivingFailureTelemetry::new();
//! #[unsafe(link_section = ".uninit.CRASH")]
//! static CRASH: CrashRecord = CrashRecord::new();
//!
//! system! {
//!     mod plant { PUMP: Pump = Pump::new }
//!     telemetry = &FAILURES,
//!     crash = &CRASH,
//! }
//!
//! #[panic_handler]
//! fn panicked(info: &PanicInfo<'_>) -> ! {
//!     actor::crash::record(info);
//!     SCB::sys_reset()
//! }
//! ```
//!
//! The next run begins as if the actor whose handler panicked had failed just then: its supervisor decides by
//! `on(panic => ..)`, telemetry is told once, and the restart counts. So do those of earlier runs, for as long as the window
//! of the limit says, the time before each reset included: a board that crashes again and again stops the actor that does it.
//! Children that are counted together are so over resets as well.
//!
//! # One of your own
//!
//! What it needs of the system it is shown when that starts: name, clock, and its figures
//! ([`metrics`](crate::TelemetryContext::metrics)), to be read when a failure is told. With
//! [`with_failure_telemetry_observation`](crate::Builder::with_failure_telemetry_observation) its calls are timed, and one that
//! takes more than a millisecond is the event [`SlowTelemetry`](crate::SystemEvent::SlowTelemetry).
//!
//! ```
//! use std::sync::mpsc::{SyncSender, sync_channel};
//!
//! use actor::prelude::*;
//! use actor::{FailureSnapshot, FailureTelemetry, FailureTelemetryObservationConfig};
//! # #[actor]
//! # struct Db;
//! # #[handlers]
//! # impl Db {
//! #     fn write(&mut self) -> Result<(), String> {
//! #         Err("disk full".into())
//! #     }
//! # }
//!
//! /// Hands failures to a thread that takes its time.
//! struct Mailer {
//!     system: String,
//!     outbox: SyncSender<String>,
//! }
//!
//! impl FailureTelemetry for Mailer {
//!     fn on_failure(&self, failure: &FailureSnapshot) {
//!         // Rather lost than waited for.
//!         let _ = self.outbox.try_send(format!("{}: {failure}", self.system));
//!     }
//! }
//!
//! let (outbox, letters) = sync_channel(100);
//! let builder = ActorSystem::builder("shop")
//!     .with_failure_telemetry_builder(|cx| Mailer { system: cx.name().to_owned(), outbox })
//!     .with_failure_telemetry_observation(FailureTelemetryObservationConfig::new());
//! let (system, mut stepper) = builder.stepper();
//! stepper.block_on(async {
//!     let db = system.spawn(|| Db).await.unwrap();
//!     db.write().await.unwrap();
//! });
//! stepper.run();
//! assert_eq!(letters.recv().unwrap(), "shop: db: error in `write`: disk full; restart; 1 restart");
//! assert_eq!(system.telemetry_counts().calls, 1);
//! ```
//!
#![cfg_attr(feature = "bare-metal", doc = "[`SurvivingFailureTelemetry`]: crate::SurvivingFailureTelemetry")]
#![cfg_attr(feature = "bare-metal", doc = "[`CrashRecord`]: crate::crash::CrashRecord")]
#![cfg_attr(not(feature = "bare-metal"), doc = "[`SurvivingFailureTelemetry`]: crate#backends")]
#![cfg_attr(not(feature = "bare-metal"), doc = "[`CrashRecord`]: crate#backends")]
