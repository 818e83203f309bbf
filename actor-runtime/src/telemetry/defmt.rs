//! Failures in the log of a microcontroller, by the crate `defmt`: words and names as numbers of its table, texts as bytes.

use defmt::{Format, Formatter, debug, error, warn, write};

use super::FailureTelemetry;
use super::facts::Fields;
use super::record::RecordedFailure;
use crate::supervision::Scope;

use super::snapshot::{EscalationStage, FailureSnapshot, Severity};
use super::tags::TelemetryTag;
use crate::id::{ActorId, Incarnation};
use crate::supervision::Decision;
use crate::time::{Instant, nanos};

/// Logs failures by the crate `defmt`: what makes the actor go on is a debug message, a restart is a warning, and everything
/// that is worse is an error; see [`Severity`]. A line is that of the [snapshot](FailureSnapshot), behind the moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct DefmtFailureTelemetry;

impl FailureTelemetry for DefmtFailureTelemetry {
    fn on_failure(&self, failure: &FailureSnapshot) {
        match failure.severity() {
            Severity::Notice => debug!("{} {}", failure.at(), failure),
            Severity::Warning => warn!("{} {}", failure.at(), failure),
            Severity::Error | Severity::Fatal => error!("{} {}", failure.at(), failure),
        }
    }
}

impl Format for FailureSnapshot {
    fn format(&self, f: Formatter<'_>) {
        self.fields().format(f);
    }
}

impl Format for RecordedFailure {
    fn format(&self, f: Formatter<'_>) {
        self.fields().format(f);
    }
}

/// As it is displayed.
impl Format for Fields<'_> {
    fn format(&self, f: Formatter<'_>) {
        let facts = &self.facts;
        write!(f, "{=str}", if self.path.is_empty() { self.actor } else { self.path });
        if let EscalationStage::Escalated { hops } = facts.stage() {
            write!(f, ": from `{=str}` {}, {=u8} up", self.origin, facts.origin_id, hops);
        }
        write!(f, ": {}", facts.origin_kind);
        if let Some(message) = self.message {
            write!(f, " in `{=str}`", message);
        }
        if !self.description.is_empty() {
            write!(f, ": {=str}", self.description);
        }
        write!(f, "; {}", facts.decision());
        if facts.restarts > 0 {
            write!(f, "; {=u8} restarts of the {}", facts.restarts, facts.scope);
        }
        for tag in self.tags.iter() {
            write!(f, "; {}", tag);
        }
        if facts.left_out > 0 {
            write!(f, "; {=u32} left out before", facts.left_out);
        }
    }
}

impl Format for TelemetryTag<'_> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}={=str}", self.key, self.value);
    }
}

impl Format for Scope {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Child => write!(f, "child"),
            Self::Group => write!(f, "group"),
        }
    }
}

impl Format for Severity {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Notice => write!(f, "notice"),
            Self::Warning => write!(f, "warning"),
            Self::Error => write!(f, "error"),
            Self::Fatal => write!(f, "fatal"),
        }
    }
}

impl Format for crate::failure::FailureKind {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Error => write!(f, "error"),
            Self::Panic => write!(f, "panic"),
            Self::Start => write!(f, "start"),
            Self::Unasked => write!(f, "unasked"),
            Self::Escalated => write!(f, "escalated"),
        }
    }
}

impl Format for crate::supervision::Strategy {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::OneForOne => write!(f, "one_for_one"),
            Self::OneForAll => write!(f, "one_for_all"),
            Self::RestForOne => write!(f, "rest_for_one"),
            Self::Custom => write!(f, "custom"),
        }
    }
}

impl Format for EscalationStage {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Initial => write!(f, "initial"),
            Self::Escalated { hops } => write!(f, "{=u8} up", hops),
        }
    }
}

impl Format for Decision {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Resume => write!(f, "resume"),
            Self::Restart { after } if after.is_zero() => write!(f, "restart"),
            Self::Restart { after } => write!(f, "restart after {=u64:us}", nanos(*after) / 1_000),
            Self::Stop => write!(f, "stop"),
            Self::StopSelf => write!(f, "stop the supervisor"),
            Self::Escalate => write!(f, "escalate"),
        }
    }
}

impl Format for ActorId {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u32}.{=u32}", self.index(), self.generation());
    }
}

impl Format for Incarnation {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u32}", self.get());
    }
}

impl Format for Instant {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u64:us}", self.as_nanos() / 1_000);
    }
}
