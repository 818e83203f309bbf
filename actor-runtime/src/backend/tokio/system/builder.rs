//! How a system is set up, and how it begins.

use core::fmt;
use core::time::Duration;
use std::boxed::Box;
use std::string::{String, ToString};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Instant as RealInstant;

use crate::metrics::SystemEvent;
use crate::supervision::RootExhausted;
use crate::telemetry::{FailureTelemetry, StormLimit};
use crate::time::{Clock, Instant};

use super::super::console;
use super::super::dispatcher::home::{Home, Ready};
use super::super::dispatcher::homes::Homes;
use super::super::dispatcher::shared::Shared;
use super::super::dispatcher::{DispatcherKind, Place, Placement};
use super::super::driver::Driver;
use super::super::ending::SystemEnd;
use super::super::events::{Events, Told};
use super::super::groups::Groups;
use super::super::histories::Histories;
use super::super::lock::Lock;
use super::super::registry::Registry;
use super::super::stepper::{Stepped, Stepper, VirtualClock};
use super::super::suspensions::Suspensions;
use super::super::telemetry::{FailureTelemetryObservationConfig, Taker, Telemetry, TelemetryContext};
use super::super::terminations::Terminations;
use super::super::timers::Timers;
use super::super::waits::Waits;
use super::super::watch::Watch;
use super::{ActorSystem, Core};

/// How long a shutdown may take unless the builder says otherwise.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a suspension may last before it is an event.
const SUSPENSION_LIMIT: Duration = Duration::from_secs(60);

/// Settings of a system that is not started yet.
#[must_use = "nothing runs until `start` or `stepper` is called"]
pub struct Builder {
    name: String,
    seed: Option<u64>,
    workers: Option<usize>,
    shutdown_timeout: Duration,
    exhausted: RootExhausted,
    suspension_limit: Duration,
    find_cycles: bool,
    event_handler: Option<Box<Told>>,
    telemetry: Option<Box<MakeTelemetry>>,
    storm_limit: StormLimit,
    telemetry_observation: Option<FailureTelemetryObservationConfig>,
    dispatcher: Option<Place>,
}

/// Makes the telemetry of a system that begins.
type MakeTelemetry = dyn FnOnce(&TelemetryContext) -> Box<Taker> + Send + Sync;

impl Builder {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_string(),
            seed: None,
            workers: None,
            shutdown_timeout: SHUTDOWN_TIMEOUT,
            exhausted: RootExhausted::default(),
            suspension_limit: SUSPENSION_LIMIT,
            find_cycles: cfg!(debug_assertions),
            event_handler: None,
            telemetry: None,
            storm_limit: StormLimit::DEFAULT,
            telemetry_observation: None,
            dispatcher: None,
        }
    }

    /// The seed of all randomness in the system; a fixed one by default in a stepped system, else one drawn at start.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The number of worker tasks, instead of one for each worker thread of the runtime; at least 1, at most 64.
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = Some(workers);
        self
    }

    /// How long a shutdown may take in all; 10 seconds by default.
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.shutdown_timeout = timeout;
        self
    }

    /// What happens where a top-level actor fails more often than its limit allows: it ends and the others live on, unless
    /// this says that the system shuts down, as [`ActorSystem::shutdown`] does. Who does not end in time is then told as
    /// [`SystemEvent::Stuck`].
    pub fn exhausted(mut self, exhausted: RootExhausted) -> Self {
        self.exhausted = exhausted;
        self
    }

    /// After how long a suspension is an event, [`SystemEvent::SuspendedTooLong`]; a minute by default.
    pub fn suspension_limit(mut self, limit: Duration) -> Self {
        self.suspension_limit = limit;
        self
    }

    /// Whether an ask, or a wait for room, that closes a circle of handlers which wait for each other fails at once, and is
    /// the event [`AskCycle`](SystemEvent::AskCycle) that names them; without that it ends at its deadline. It costs each ask
    /// that waits in a handler, and each async handler, a lock for the whole system, so it is on in debug builds only unless
    /// this says otherwise. Who asks itself is always told; the event is raised only where circles are looked for. Calls with a
    /// waker of their own, such as those in a `FuturesUnordered`, are not looked at.
    pub fn find_cycles(mut self, find: bool) -> Self {
        self.find_cycles = find;
        self
    }

    /// The first function that is told of failures, restarts, ends and dead letters, at once and on the thread where
    /// they happen. It must not block; a panic in it is contained.
    pub fn event_handler(mut self, handler: impl Fn(&SystemEvent<'_>) + Send + Sync + 'static) -> Self {
        self.event_handler = Some(Box::new(handler));
        self
    }

    /// Who takes the failures of this system: called last for each, after the event handler and all listeners, on the
    /// thread where it happened. It must not block; a panic in it is contained and counted. Where several are given the last
    /// one counts; see [`FailureTelemetry`].
    pub fn with_failure_telemetry(self, telemetry: impl FailureTelemetry + Send + Sync + 'static) -> Self {
        self.with_failure_telemetry_builder(|_| telemetry)
    }

    /// As [`with_failure_telemetry`](Self::with_failure_telemetry), made when the system starts, by what it is shown of that.
    pub fn with_failure_telemetry_builder<T>(
        mut self,
        make: impl FnOnce(&TelemetryContext) -> T + Send + Sync + 'static,
    ) -> Self
    where
        T: FailureTelemetry + Send + Sync + 'static,
    {
        self.telemetry = Some(Box::new(|context| Box::new(make(context))));
        self
    }

    /// How many failures of actors of one type telemetry is told of in how much time; [`StormLimit::DEFAULT`] unless this
    /// says otherwise.
    pub fn with_failure_storm_limit(mut self, limit: StormLimit) -> Self {
        self.storm_limit = limit;
        self
    }

    /// Has the calls of telemetry timed, by the clock of the system, for
    /// [`telemetry_counts`](ActorSystem::telemetry_counts); off by default, for it reads the clock twice for each.
    pub fn with_failure_telemetry_observation(mut self, config: FailureTelemetryObservationConfig) -> Self {
        self.telemetry_observation = Some(config);
        self
    }

    /// Who runs actors that do not say `#[actor(dispatcher = ..)]`; the shared dispatcher by default. A dispatcher of
    /// your own is shut down with the system.
    pub fn dispatcher(mut self, dispatcher: impl Into<Placement>) -> Self {
        self.dispatcher = match dispatcher.into().0 {
            Place::Kind(DispatcherKind::Shared) => None,
            other @ (Place::Kind(_) | Place::Own(_)) => Some(other),
        };
        self
    }

    /// Starts the system on the tokio runtime this is called in.
    ///
    /// # Panics
    /// Outside of a tokio runtime, or in one without `enable_time`.
    #[track_caller]
    pub fn start(self) -> ActorSystem {
        let Ok(runtime) = ::tokio::runtime::Handle::try_current() else {
            panic!("no tokio runtime here: start the system inside `#[tokio::main]` or `Runtime::block_on`")
        };
        // Fails here, in tokio's words, where the runtime has no timers: later, time would stand still without a word.
        drop(::tokio::time::sleep(Duration::ZERO));
        let workers = self.workers.unwrap_or_else(|| runtime.metrics().num_workers()).max(1);
        let seed = self.seed.unwrap_or_else(drawn_seed);
        let clock = RealClock(RealInstant::now());
        let home = self.home(clock, seed, Some(runtime.clone()), Ready::Shared(Shared::new(workers)));
        let system = home.name();
        for (index, task) in Shared::tasks(&home, workers).enumerate() {
            console::spawn(&runtime, format_args!("{system} worker {index}"), ::tokio::task::unconstrained(task));
        }
        console::spawn(&runtime, format_args!("{system} timers"), Driver::new(Arc::clone(home.core())));
        ActorSystem::of(home)
    }

    /// Makes a system that runs only as its stepper says, message by message, under a virtual clock.
    pub fn stepper(self) -> (ActorSystem, Stepper) {
        let clock = VirtualClock::default();
        let seed = self.seed.unwrap_or(0);
        let home = self.home(clock.clone(), seed, None, Ready::Stepped(Stepped::new()));
        let stepper = Stepper::new(Arc::clone(&home), clock, seed);
        (ActorSystem::of(home), stepper)
    }

    /// The core of the system, in the home of its own workers or its stepper.
    fn home(
        self,
        clock: impl Clock + Clone + Send + Sync + 'static,
        seed: u64,
        runtime: Option<::tokio::runtime::Handle>,
        ready: Ready,
    ) -> Arc<Home> {
        let core = Arc::new_cyclic(|core: &Weak<Core>| {
            let context = |name: &str| TelemetryContext::new(name, Arc::new(clock.clone()), core.clone());
            let taker = self.telemetry.map(|make| make(&context(&self.name)));
            Core {
                name: self.name,
                clock: Box::new(clock),
                virtual_time: runtime.is_none(),
                random: AtomicU64::new(seed),
                runtime,
                default_place: self.dispatcher,
                homes: Homes::default(),
                refused: AtomicU64::new(0),
                timers: Timers::default(),
                watch: Watch::new(),
                sweeping: AtomicBool::new(false),
                registry: Registry::default(),
                counts: Lock::default(),
                events: Events::new(self.event_handler),
                telemetry: Telemetry::new(taker, self.storm_limit, self.telemetry_observation),
                decisions: Default::default(),
                escalated: Lock::default(),
                terminations: Terminations::default(),
                groups: Groups::default(),
                histories: Histories::default(),
                suspensions: Suspensions::new(self.suspension_limit),
                waits: Waits::new(self.find_cycles),
                handles: OnceLock::new(),
                shutdown_timeout: self.shutdown_timeout,
                exhausted: self.exhausted,
                closing: AtomicBool::new(false),
                unattended: AtomicBool::new(false),
                down: AtomicBool::new(false),
                ending: SystemEnd::default(),
            }
        });
        let home = Home::new(Arc::clone(&core), ready);
        core.homes.set_main(&home);
        home
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Time since the system began.
#[derive(Clone, Copy)]
struct RealClock(RealInstant);

impl Clock for RealClock {
    fn now(&self) -> Instant {
        Instant::ZERO.saturating_add(self.0.elapsed())
    }
}

/// A seed that differs from run to run.
fn drawn_seed() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}
