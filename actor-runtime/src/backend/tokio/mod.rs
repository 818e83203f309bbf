//! Actors on worker tasks of a tokio runtime, or stepped by hand under a virtual clock.
//!
//! An actor is a `cell` of one allocation, no task. Its `mailbox` decides in one step whether a message has
//! to wake somebody; whoever is woken owns the turn and runs the cell: a worker of the `dispatcher`, the caller
//! of an ask, or a `stepper`. `unsafe` is allowed in the modules that say so here, and nowhere else.

#[allow(unsafe_code)]
mod address;
mod agenda;
mod ambient;
mod ask;
mod blocking;
mod call;
#[allow(unsafe_code)]
mod cell;
mod children;
#[allow(unsafe_code)]
mod confined;
mod console;
mod context;
mod counts;
mod crew;
mod dispatcher;
mod driver;
mod dwell;
mod ending;
mod events;
mod flame;
#[allow(unsafe_code)]
mod future_slot;
mod groups;
mod guard;
#[allow(unsafe_code)]
mod hand;
#[allow(unsafe_code)]
mod header;
mod histories;
#[allow(unsafe_code)]
mod host;
mod last_failures;
mod lock;
mod mailbox;
mod metrics;
mod monitor;
mod offspring;
#[allow(unsafe_code)]
mod owner;
#[allow(unsafe_code)]
mod pool;
mod registry;
#[allow(unsafe_code)]
mod reply;
mod row;
#[allow(unsafe_code)]
mod runnable;
mod seen;
mod spans;
mod spawn;
mod stepper;
mod suspensions;
mod sync;
mod system;
mod telemetry;
mod terminations;
#[allow(unsafe_code)]
mod then;
mod timers;
mod topic;
#[cfg(feature = "tracing")]
mod tracing;
#[allow(unsafe_code)]
mod turn;
mod waits;
mod watch;

pub(crate) use address::{Address, WeakAddress};
pub(crate) use ambient::{WhyDropped, replace_debt};
pub(crate) use blocking::block_on;
pub(crate) use call::{Asking, Sending, Stopped};
pub(crate) use confined::Confined;
pub use context::Attached;
pub(crate) use counts::Tally;
pub(crate) use crew::Crew;
pub use dispatcher::{
    Dispatcher, DispatcherKind, OverloadHint, OwnedRuntime, PlaceError, Placement, ReadyCell, Residents, SingleWorker,
};
pub use ending::SystemStopped;
pub use events::EventListener;
#[cfg(feature = "flame")]
pub use flame::{HandlerTime, handler_times};
pub(crate) use host::Host;
pub(crate) use last_failures::LastFailures;
#[cfg(feature = "instrument-locks")]
pub use lock::{LockMode, LockSite, lock_sites};
pub use metrics::Metrics;
pub use offspring::SpawnChild;
pub use spawn::{FindError, Spawn, SpawnError, Spawning};
pub use stepper::Stepper;
pub(crate) use suspensions::Suspension;
pub use system::{ActorSystem, Builder, ShutdownError, Stuck};
pub use telemetry::{FailureTelemetryObservationConfig, TelemetryContext, TelemetryCounts, WeakMetrics};
pub(crate) use topic::Topic;
#[cfg(feature = "tracing")]
pub use tracing::TracingFailureTelemetry;
