//! What a snapshot and what was read back of one have in common: numbers and words as [`Facts`], and those with their
//! texts, borrowed from either, as [`Fields`].

use core::fmt;
use core::time::Duration;

use super::snapshot::{EscalationStage, FailureOrigin, Report, Severity};
use super::tags::Listed;
use crate::failure::FailureKind;
use crate::id::{ActorId, Incarnation};
use crate::supervision::{Decision, Scope, Strategy};
use crate::time::{Instant, nanos};

/// A decision without its pause: so both together take nine bytes, not sixteen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub(super) enum Decided {
    Resume,
    Restart,
    Stop,
    StopSelf,
    Escalate,
}

/// All that is known of a failure but texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) id: ActorId,
    pub(super) origin_id: ActorId,
    pub(super) at: Instant,
    /// The pause before a restart, in nanoseconds.
    pub(super) after: u64,
    pub(super) incarnation: Incarnation,
    pub(super) left_out: u32,
    pub(super) restarts: u8,
    /// How many actors passed it on; none where it happened.
    pub(super) hops: u8,
    pub(super) decided: Decided,
    pub(super) kind: FailureKind,
    pub(super) origin_kind: FailureKind,
    pub(super) strategy: Strategy,
    pub(super) scope: Scope,
    pub(super) severity: Severity,
}

impl Facts {
    pub(super) fn of(report: &Report<'_>, origin: &FailureOrigin, hops: u8) -> Self {
        let (decided, after) = match report.decision {
            Decision::Resume => (Decided::Resume, Duration::ZERO),
            Decision::Restart { after } => (Decided::Restart, after),
            Decision::Stop => (Decided::Stop, Duration::ZERO),
            Decision::StopSelf => (Decided::StopSelf, Duration::ZERO),
            Decision::Escalate => (Decided::Escalate, Duration::ZERO),
        };
        Self {
            id: report.id,
            origin_id: origin.id,
            at: report.at,
            after: nanos(after),
            incarnation: report.incarnation,
            left_out: report.left_out,
            restarts: u8::try_from(report.restarts).unwrap_or(u8::MAX),
            hops,
            decided,
            kind: report.failure.kind,
            origin_kind: origin.kind,
            strategy: report.strategy,
            scope: report.scope,
            severity: report.severity,
        }
    }

    pub(super) const fn decision(&self) -> Decision {
        match self.decided {
            Decided::Resume => Decision::Resume,
            Decided::Restart => Decision::Restart { after: Duration::from_nanos(self.after) },
            Decided::Stop => Decision::Stop,
            Decided::StopSelf => Decision::StopSelf,
            Decided::Escalate => Decision::Escalate,
        }
    }

    pub(super) const fn stage(&self) -> EscalationStage {
        match self.hops {
            0 => EscalationStage::Initial,
            hops => EscalationStage::Escalated { hops },
        }
    }
}

/// See the module.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    pub(super) facts: Facts,
    pub(super) actor: &'a str,
    pub(super) type_name: &'a str,
    /// Label of the origin.
    pub(super) origin: &'a str,
    pub(super) message: Option<&'a str>,
    pub(super) path: &'a str,
    pub(super) description: &'a str,
    pub(super) tags: Listed<'a>,
}

impl fmt::Display for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = &self.facts;
        f.write_str(if self.path.is_empty() { self.actor } else { self.path })?;
        if let EscalationStage::Escalated { hops } = facts.stage() {
            write!(f, ": from `{}` {}, {hops} up", self.origin, facts.origin_id)?;
        }
        write!(f, ": {}", facts.origin_kind)?;
        if let Some(message) = self.message {
            write!(f, " in `{message}`")?;
        }
        if !self.description.is_empty() {
            write!(f, ": {}", self.description)?;
        }
        match facts.decision() {
            Decision::Resume => f.write_str("; resume")?,
            Decision::Restart { after } if after.is_zero() => f.write_str("; restart")?,
            Decision::Restart { after } => write!(f, "; restart after {after:?}")?,
            Decision::Stop => f.write_str("; stop")?,
            Decision::StopSelf => f.write_str("; stop the supervisor")?,
            Decision::Escalate => f.write_str("; escalate")?,
        }
        if facts.restarts > 0 {
            let plural = if facts.restarts == 1 { "" } else { "s" };
            let whose = match facts.scope {
                Scope::Child => "",
                Scope::Group => " of the group",
            };
            write!(f, "; {} restart{plural}{whose}", facts.restarts)?;
        }
        if self.tags.iter().next().is_some() {
            write!(f, "; {}", self.tags)?;
        }
        if facts.left_out > 0 {
            write!(f, "; {} left out before", facts.left_out)?;
        }
        Ok(())
    }
}
