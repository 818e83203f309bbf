//! Figures under the names they are exported with: public, and the same on every backend.

use core::ops::RangeInclusive;

use super::Histogram;

/// Figures of one name and meaning; exporters know no others.
///
/// Names, labels and units are held by a test: who has built a dashboard on them keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Family {
    /// Actors that have started and not ended.
    Live,
    /// Actors started.
    Spawned,
    /// Incarnations begun after a failure.
    Restarts,
    /// Actors that ended, by `reason`.
    Stopped,
    /// Failures where they happened, by `kind`.
    Failures,
    /// Failures passed on to a supervisor.
    Escalations,
    /// What was decided about failures, by `strategy` and `directive`.
    Decisions,
    /// Handlers that ran, by `message`.
    Messages,
    /// How long they took, by `message`.
    MessageDuration,
    /// Async handlers that had to wait, by `message`.
    HandlerPending,
    /// Asks that wait for their answer; one that runs on the stack of its asker does not.
    AsksInFlight,
    /// Asks that were awaited, by `outcome`.
    Asks,
    /// How long those took that were answered, where handlers are timed.
    AskDuration,
    /// Accepted messages that no handler saw, by `reason`.
    DeadLetters,
    /// Messages in the stash.
    StashDepth,
    /// Messages that wait, by `queue_kind`, the lane.
    MailboxDepth,
    /// The most that were seen to wait in one mailbox, by `queue_kind`.
    MailboxHighWater,
    /// How long messages waited, by `queue_kind`; of those that are measured, as `#[actor(dwell = ..)]` says.
    MailboxDwell,
    /// How long they waited lately, by `queue_kind` and `percentile`: of the last 64 that were measured of each living actor.
    MailboxDwellPercentile,
    /// Activations that ended although messages waited, by `reason`.
    Yields,
    /// How often actors were suspended.
    Suspensions,
    /// How long they were so in all.
    SuspendedTime,
    /// What actors counted themselves, by `counter`.
    OwnCounter,
    /// What actors recorded themselves, by `histogram`.
    OwnHistogram,
    /// Actors that are ready and wait to be run, by `dispatcher`, as those below.
    DispatcherReady,
    /// How long actors were ready before they were run; of a sample.
    DispatcherRunDelay,
    /// How often an actor was run.
    DispatcherActivations,
    /// How often a worker took what lay with another.
    DispatcherSteals,
    /// How often a worker or a thread went to sleep.
    DispatcherParks,
    /// Actors that had something to do and were refused, or dropped unrun.
    DispatcherRefused,
    /// Calls of failure telemetry.
    TelemetryCalls,
    /// How long those took in all, where they are timed.
    TelemetryDuration,
}

/// How the figures of a family behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FamilyKind {
    /// They only grow.
    Counter,
    /// They go up and down.
    Gauge,
    /// They are spread.
    Histogram,
}

/// What the figures of a family are measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A number, of whatever the family's name says.
    Number,
    /// Seconds; given in nanoseconds.
    Seconds,
}

impl Unit {
    /// The buckets that exporters make of a histogram, one for each power of two, of times from 127 ns to 69 s: the largest
    /// value of each, and how many values do not exceed it. Always the same ones, or sums over several programs would be wrong.
    pub fn buckets(self, histogram: &Histogram) -> impl Iterator<Item = (u64, u64)> + '_ {
        histogram.below_powers(self.powers())
    }

    const fn powers(self) -> RangeInclusive<u32> {
        match self {
            Self::Number => 0..=38,
            Self::Seconds => 7..=36,
        }
    }
}

impl Family {
    /// Every family, in the order in which they are exported.
    pub const ALL: [Self; 32] = [
        Self::Live,
        Self::Spawned,
        Self::Restarts,
        Self::Stopped,
        Self::Failures,
        Self::Escalations,
        Self::Decisions,
        Self::Messages,
        Self::MessageDuration,
        Self::HandlerPending,
        Self::AsksInFlight,
        Self::Asks,
        Self::AskDuration,
        Self::DeadLetters,
        Self::StashDepth,
        Self::MailboxDepth,
        Self::MailboxHighWater,
        Self::MailboxDwell,
        Self::MailboxDwellPercentile,
        Self::Yields,
        Self::Suspensions,
        Self::SuspendedTime,
        Self::OwnCounter,
        Self::OwnHistogram,
        Self::DispatcherReady,
        Self::DispatcherRunDelay,
        Self::DispatcherActivations,
        Self::DispatcherSteals,
        Self::DispatcherParks,
        Self::DispatcherRefused,
        Self::TelemetryCalls,
        Self::TelemetryDuration,
    ];

    /// Its name, without the `_total` that OpenMetrics adds to counters.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.said().0
    }

    /// How its figures behave.
    #[must_use]
    pub const fn kind(self) -> FamilyKind {
        self.said().1
    }

    /// What they are measured in.
    #[must_use]
    pub const fn unit(self) -> Unit {
        self.said().2
    }

    /// What they mean, in a sentence.
    #[must_use]
    pub const fn help(self) -> &'static str {
        self.said().3
    }

    const fn said(self) -> (&'static str, FamilyKind, Unit, &'static str) {
        use FamilyKind::{Counter, Gauge, Histogram};
        use Unit::{Number, Seconds};
        match self {
            Self::Live => ("actor_live", Gauge, Number, "Actors that have started and not ended."),
            Self::Spawned => ("actor_spawned", Counter, Number, "Actors started; restarts are not among them."),
            Self::Restarts => ("actor_restarts", Counter, Number, "Incarnations begun after a failure."),
            Self::Stopped => ("actor_stopped", Counter, Number, "Actors that ended."),
            Self::Failures => ("actor_failures", Counter, Number, "Failures, each where it happened."),
            Self::Escalations => ("actor_escalations", Counter, Number, "Failures passed on to a supervisor."),
            Self::Decisions => ("supervision_decisions", Counter, Number, "What was decided about failures."),
            Self::Messages => ("actor_messages", Counter, Number, "Handlers that ran, hooks and timers included."),
            Self::MessageDuration => {
                ("actor_message_duration_seconds", Histogram, Seconds, "How long handlers took, where they are timed.")
            }
            Self::HandlerPending => ("actor_handler_pending", Counter, Number, "Async handlers that had to wait."),
            Self::AsksInFlight => ("actor_asks_in_flight", Gauge, Number, "Asks that wait for their answer."),
            Self::Asks => ("actor_asks", Counter, Number, "Asks that were awaited, and what became of them."),
            Self::AskDuration => (
                "actor_ask_duration_seconds",
                Histogram,
                Seconds,
                "How long answered asks took, where handlers are timed.",
            ),
            Self::DeadLetters => ("actor_dead_letters", Counter, Number, "Accepted messages that no handler saw."),
            Self::StashDepth => ("actor_stash_depth", Gauge, Number, "Messages in the stash."),
            Self::MailboxDepth => ("actor_mailbox_depth", Gauge, Number, "Messages that wait."),
            Self::MailboxHighWater => {
                ("actor_mailbox_high_water", Gauge, Number, "The most messages that were seen to wait in one mailbox.")
            }
            Self::MailboxDwell => (
                "actor_mailbox_queue_dwell_seconds",
                Histogram,
                Seconds,
                "How long messages waited, of those that are measured.",
            ),
            Self::MailboxDwellPercentile => (
                "actor_mailbox_queue_dwell_percentile_seconds",
                Gauge,
                Seconds,
                "How long messages waited lately, of the last 64 that were measured of each living actor.",
            ),
            Self::Yields => {
                ("actor_mailbox_yields", Counter, Number, "Activations that ended although messages waited.")
            }
            Self::Suspensions => ("actor_mailbox_suspensions", Counter, Number, "How often actors were suspended."),
            Self::SuspendedTime => {
                ("actor_mailbox_suspended_seconds", Counter, Seconds, "How long actors were suspended in all.")
            }
            Self::OwnCounter => ("actor_counter", Counter, Number, "What actors counted themselves."),
            Self::OwnHistogram => ("actor_histogram", Histogram, Number, "What actors recorded themselves."),
            Self::DispatcherReady => {
                ("dispatcher_ready_depth", Gauge, Number, "Actors that are ready and wait to be run.")
            }
            Self::DispatcherRunDelay => (
                "dispatcher_run_delay_seconds",
                Histogram,
                Seconds,
                "How long actors were ready before they were run, of a sample.",
            ),
            Self::DispatcherActivations => ("dispatcher_activations", Counter, Number, "How often an actor was run."),
            Self::DispatcherSteals => {
                ("dispatcher_steals", Counter, Number, "How often a worker took what lay with another.")
            }
            Self::DispatcherParks => {
                ("dispatcher_parks", Counter, Number, "How often a worker or a thread went to sleep.")
            }
            Self::DispatcherRefused => {
                ("dispatcher_refused", Counter, Number, "Actors that were refused, or dropped unrun.")
            }
            Self::TelemetryCalls => ("failure_telemetry_calls", Counter, Number, "Calls of failure telemetry."),
            Self::TelemetryDuration => (
                "failure_telemetry_duration_seconds",
                Counter,
                Seconds,
                "How long calls of failure telemetry took in all, where they are timed.",
            ),
        }
    }
}

/// A label and its value.
pub type Label<'a> = (&'static str, &'a str);

/// One figure of a family.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Figure<'a> {
    /// A number; nanoseconds where the unit is [`Unit::Seconds`].
    Number(u64),
    /// Numbers that are spread; nanoseconds likewise.
    Spread(&'a Histogram),
}

/// Whose figures can be exported: systems of actors.
///
/// An exporter pulls. It goes through the [families](Family::ALL) and asks for each in turn; between two of its visits
/// nothing is kept for it, and actors know nothing of it. So any number of exporters may come and go while messages flow.
pub trait Metered {
    /// Calls `take` for each figure of `family`, with its labels in a fixed order.
    fn figures(&self, family: Family, take: &mut dyn FnMut(&[Label<'_>], Figure<'_>));
}

impl<M: Metered> Metered for [M] {
    /// Those of each in turn, so that a family of them all stands in one place.
    fn figures(&self, family: Family, take: &mut dyn FnMut(&[Label<'_>], Figure<'_>)) {
        for metered in self {
            metered.figures(family, take);
        }
    }
}

#[cfg(feature = "tokio")]
impl<M: Metered + ?Sized> Metered for std::boxed::Box<M> {
    fn figures(&self, family: Family, take: &mut dyn FnMut(&[Label<'_>], Figure<'_>)) {
        (**self).figures(family, take);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_those_of_the_exposition_format() {
        let names: BTreeSet<_> = Family::ALL.map(Family::name).into_iter().collect();
        assert_eq!(names.len(), Family::ALL.len());
        for family in Family::ALL {
            let name = family.name();
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
            assert!(!name.ends_with("_total"), "{name}: it is added");
            assert_eq!(name.ends_with("_seconds"), family.unit() == Unit::Seconds, "{name}");
            assert!(family.help().ends_with('.'), "{name}");
        }
    }
}
