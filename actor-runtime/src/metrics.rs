//! What is recorded about actors, in plain figures: the same on every backend.

#[cfg(feature = "tokio")]
mod ask;
#[cfg(feature = "tokio")]
mod dispatcher;
mod family;
mod histogram;
#[cfg(feature = "tokio")]
mod life;
mod mailbox;
mod open_metrics;
mod profile;
// Bare metal does not measure how long messages wait.
#[cfg_attr(not(feature = "tokio"), allow(dead_code))]
mod recent;
#[cfg_attr(not(feature = "tokio"), allow(dead_code))]
mod sampler;

use core::fmt;
use core::time::Duration;

use crate::failure::Failure;
use crate::failure::StopReason;
use crate::id::ActorId;
use crate::supervision::Decision;
use crate::telemetry::FailureSnapshot;

#[cfg(feature = "tokio")]
pub(crate) use ask::AskOutcome;
#[cfg(feature = "tokio")]
pub use dispatcher::DispatcherFigures;
pub use family::{Family, FamilyKind, Figure, Label, Metered, Unit};
pub use histogram::Histogram;
#[cfg(feature = "tokio")]
pub(crate) use histogram::{BUCKETS, bucket};
#[cfg(feature = "tokio")]
pub(crate) use life::LifeEvent;
pub(crate) use mailbox::Lanes;
pub use mailbox::{LaneFigures, LaneStatus, MailboxFigures};
pub use open_metrics::{OPEN_METRICS, write_open_metrics};
#[cfg(feature = "bare-metal")]
pub(crate) use profile::COARSE;
pub use recent::DwellTimes;
#[cfg(feature = "tokio")]
pub(crate) use recent::Recent;
pub use sampler::Dwell;
#[cfg(feature = "tokio")]
pub(crate) use sampler::{Sampler, price};

/// What happened to the actors of one type since their system began.
///
/// `accepted` messages are conserved: each was handled, is still waiting, or is a dead letter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Actors started; a restart does not count.
    pub spawned: u64,
    /// Incarnations begun after a failure.
    pub restarts: u64,
    /// Failures, each at its origin.
    pub failures: u64,
    /// Actors that ended.
    pub stopped: u64,
    /// Accepted messages that no handler saw.
    pub dead_letters: u64,
    /// Messages whose handler ran, failed ones included; hooks and ticks, which nobody sent, are not.
    pub handled: u64,
    /// Activations that ended although messages waited.
    pub yields: Yields,
}

/// Activations that ended although messages waited, by why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Yields {
    /// The actor's whole budget was used.
    pub budget: u64,
    /// Its dispatcher was loaded, and left it less.
    pub hint: u64,
    /// Its backlog grew, and left it less.
    pub backlog: u64,
}

/// Why an accepted message was not handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadLetterReason {
    /// The actor ended first.
    Stopped,
    /// The message's deadline passed before its turn came.
    Expired,
    /// There was no room for it, or for one that came later: the overflow policy, or a full stash.
    Dropped,
}

impl DeadLetterReason {
    /// Every reason, in the order of declaration.
    pub const ALL: [Self; 3] = [Self::Stopped, Self::Expired, Self::Dropped];

    /// The reason in one lower-case word, as metrics label it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Expired => "expired",
            Self::Dropped => "dropped",
        }
    }
}

impl fmt::Display for DeadLetterReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Something that happened in a system, told to its event handler where and when it happened.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum SystemEvent<'a> {
    /// An actor failed, and this was decided.
    Failed {
        /// Label of the actor.
        actor: &'static str,
        /// Its name, if it was given one.
        name: Option<&'a str>,
        /// Its identity.
        id: ActorId,
        /// What went wrong.
        failure: &'a Failure,
        /// What is done about it.
        decision: Decision,
        /// The same as telemetry is told, which may be kept: where it comes from, with tags and restarts.
        snapshot: &'a FailureSnapshot,
    },
    /// An actor began its next incarnation.
    Restarted {
        /// Label of the actor.
        actor: &'static str,
        /// Its name, if it was given one.
        name: Option<&'a str>,
        /// Its identity, the same as before.
        id: ActorId,
    },
    /// An actor ended.
    Stopped {
        /// Label of the actor.
        actor: &'static str,
        /// Its name, if it was given one.
        name: Option<&'a str>,
        /// Its identity.
        id: ActorId,
        /// Why it ended.
        reason: StopReason,
    },
    /// An accepted message was not handled.
    DeadLetter {
        /// Label of the actor it was sent to.
        actor: &'static str,
        /// Its name, if it was given one.
        name: Option<&'a str>,
        /// Identity of that actor.
        id: ActorId,
        /// Name of the message.
        message: &'static str,
        /// Why.
        reason: DeadLetterReason,
    },
    /// An actor is suspended for longer than [`suspension_limit`](crate::backend::tokio::Builder::suspension_limit)
    /// says; told once for each suspension.
    SuspendedTooLong {
        /// Label of the actor.
        actor: &'static str,
        /// Its identity.
        id: ActorId,
        /// Its name, if it was given one.
        name: Option<&'a str>,
        /// Who keeps it suspended, the first first.
        owners: &'a [&'static str],
        /// Since how long it is suspended.
        elapsed: Duration,
    },
    /// A child that was told to stop has not ended, and is killed: its time, `#[supervise(shutdown = ..)]`, is over, or
    /// whoever waits for it is killed meanwhile; so that where a parent is late because of its child, that is told as well.
    Stuck {
        /// Label of the child.
        actor: &'static str,
        /// Its name, if it was given one.
        name: Option<&'a str>,
        /// Its identity.
        id: ActorId,
        /// The handler or hook that it has begun and which does not end, where it is that: it may wait for a child of its own,
        /// or for a thread that another keeps busy.
        handler: Option<&'static str>,
        /// Messages still waiting in its mailbox.
        waiting: usize,
        /// Time since it was told.
        elapsed: Duration,
    },
    /// A handler was about to wait for an actor that waits for it already, or for its own; see
    /// [`find_cycles`](crate::backend::tokio::Builder::find_cycles).
    AskCycle {
        /// Labels and identities: each waits for the next, and the last one for the first, whose call failed.
        actors: &'a [(&'static str, ActorId)],
    },
    /// An actor was not started that nobody waited for: `detach` gave out a ref that answers `Stopped`. One that began to
    /// start and failed is [`Failed`](SystemEvent::Failed).
    NotStarted {
        /// Label of the actor.
        actor: &'static str,
        /// Why: the name is taken, the system shuts down, or there is no place to run.
        failure: &'a Failure,
    },
    /// Telemetry took longer over a failure than its system was told to
    /// [tolerate](crate::backend::tokio::Builder::with_failure_telemetry_observation); told once in a while.
    SlowTelemetry {
        /// How long this call took.
        elapsed: Duration,
        /// How many calls were too slow since this was last told, this one included.
        calls: u32,
    },
    /// A dispatcher went before its actors had ended, as with the runtime it ran on. They are ended now, and those that
    /// nobody could run any more without their `#[stopping]` hooks.
    DispatcherDropped {
        /// How many they are.
        pending: usize,
    },
}
