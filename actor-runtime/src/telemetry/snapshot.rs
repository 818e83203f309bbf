//! One failure and what was decided about it, as it is told.

use core::fmt;

use super::facts::{Facts, Fields};
use super::tags::{Tags, TelemetryTag};
use super::text::Excerpt;
use crate::failure::{Failure, FailureKind};
use crate::id::{ActorId, Incarnation};
use crate::supervision::{Decision, Scope, Strategy};
use crate::time::Instant;

/// Bytes kept of a path.
const PATH: usize = if cfg!(feature = "tokio") { 96 } else { 25 };
/// Bytes kept of a description.
pub(crate) const DESCRIPTION: usize = if cfg!(feature = "tokio") { 112 } else { 32 };

/// The restart from which on, within the window of the limit, a failure is an error.
const REPEATED: u32 = 3;

const _: () = assert!(
    size_of::<FailureSnapshot>()
        <= if cfg!(feature = "tokio") {
            512
        } else if size_of::<usize>() == 4 {
            160
        } else {
            256
        },
    "a snapshot is small enough for a ring of them in a static"
);

/// How far a failure has climbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EscalationStage {
    /// It happened in this actor.
    Initial,
    /// It happened further down.
    Escalated {
        /// How many actors passed it on; 255 stands for more as well.
        hops: u8,
    },
}

/// Where a failure happened first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FailureOrigin {
    /// Identity of the actor.
    pub id: ActorId,
    /// Its label.
    pub actor: &'static str,
    /// How it failed.
    pub kind: FailureKind,
}

/// How bad a failure is, by what was decided about it. It grows while restarts go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Severity {
    /// The actor goes on as it is.
    #[default]
    Notice,
    /// The actor begins anew.
    Warning,
    /// The actor begins anew for the third time or more within the window of its limit, ends, or fails its supervisor; or
    /// the failure came from a child.
    Error,
    /// The failure has reached the root: nobody is left to decide about it.
    Fatal,
}

impl Severity {
    /// The severity in one lower-case word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }

    /// That of a failure about which this was decided, with so many restarts in the window. `is_at_root` says that the
    /// actor has no supervisor.
    #[must_use]
    pub const fn of(decision: Decision, stage: EscalationStage, restarts: u32, is_at_root: bool) -> Self {
        match (decision, stage) {
            (Decision::Escalate | Decision::StopSelf, _) if is_at_root => Self::Fatal,
            (Decision::Stop | Decision::StopSelf | Decision::Escalate, _) => Self::Error,
            (_, EscalationStage::Escalated { .. }) => Self::Error,
            (Decision::Resume, EscalationStage::Initial) => Self::Notice,
            (Decision::Restart { .. }, EscalationStage::Initial) if restarts >= REPEATED => Self::Error,
            (Decision::Restart { .. }, EscalationStage::Initial) => Self::Warning,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Where a failure comes from that climbs, and what was said of that place.
#[derive(Clone, Copy, Debug)]
pub struct Ascent {
    /// Where it happened first.
    pub origin: FailureOrigin,
    /// How many actors passed it on.
    pub hops: u8,
    /// The tags it was given there.
    pub tags: Tags,
}

impl Ascent {
    /// The same, one supervisor higher.
    #[must_use]
    pub const fn passed_on(mut self) -> Self {
        self.hops = self.hops.saturating_add(1);
        self
    }
}

/// What is known of all actors of a type.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Their label.
    pub label: &'static str,
    /// The name of their type.
    pub type_name: &'static str,
    /// What `#[actor(tags(..))]` says.
    pub tags: &'static [TelemetryTag<'static>],
}

/// What a backend knows of a failure: what a snapshot is made of.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// The actor that failed.
    pub id: ActorId,
    /// Its type.
    pub about: &'static About,
    /// Its path.
    pub path: &'a dyn fmt::Display,
    /// Which life of it failed.
    pub incarnation: Incarnation,
    /// What went wrong.
    pub failure: &'a Failure,
    /// Where that comes from, if it came from below.
    pub ascent: Option<&'a Ascent>,
    /// What was said of the place, where it did not.
    pub tags: &'a Tags,
    /// What was decided.
    pub decision: Decision,
    /// By which strategy.
    pub strategy: Strategy,
    /// Restarts in the window of the limit, this one included.
    pub restarts: u32,
    /// Whose.
    pub scope: Scope,
    /// How bad it is.
    pub severity: Severity,
    /// When it was decided.
    pub at: Instant,
    /// How many failures were left out since the last report.
    pub left_out: u32,
}

/// One failure of an actor and what was decided about it: read-only, in place, and cloned without a heap.
///
/// A failure that climbs is told of once at each actor that decides about it. [`origin`](Self::origin) is the same every
/// time, and so are the description, the message and the tags.
#[derive(Clone)]
pub struct FailureSnapshot {
    facts: Facts,
    about: &'static About,
    message: Option<&'static str>,
    /// Label of the origin.
    origin: &'static str,
    path: Excerpt<PATH>,
    description: Excerpt<DESCRIPTION>,
    tags: Tags,
}

impl FailureSnapshot {
    /// The snapshot of what a backend reports.
    #[doc(hidden)]
    #[must_use]
    pub fn of(report: &Report<'_>) -> Self {
        let failure = report.failure;
        let here = FailureOrigin { id: report.id, actor: report.about.label, kind: failure.kind };
        let (origin, hops, tags) = match report.ascent {
            Some(ascent) => (ascent.origin, ascent.hops, &ascent.tags),
            None => (here, 0, report.tags),
        };
        Self {
            facts: Facts::of(report, &origin, hops),
            about: report.about,
            message: failure.message,
            origin: origin.actor,
            path: Excerpt::of(report.path),
            description: Excerpt::of(&failure.description),
            tags: *tags,
        }
    }

    /// All of it, borrowed: what it has in common with what was read back.
    pub(super) fn fields(&self) -> Fields<'_> {
        Fields {
            facts: self.facts,
            actor: self.actor(),
            type_name: self.type_name(),
            origin: self.origin,
            message: self.message,
            path: self.path(),
            description: self.description(),
            tags: self.tags.listed(),
        }
    }

    /// Identity of the actor that this was decided about.
    #[must_use]
    pub const fn id(&self) -> ActorId {
        self.facts.id
    }

    /// Its label, as in events and errors.
    #[must_use]
    pub const fn actor(&self) -> &'static str {
        self.about.label
    }

    /// The name of its type, as written.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        self.about.type_name
    }

    /// Its path, such as `store/db`, with a `…` at the end where it was too long. On bare metal that of the static
    /// and the label of a child, such as `STATION/db`, in 25 bytes.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path.as_str()
    }

    /// Which of its lives failed.
    #[must_use]
    pub const fn incarnation(&self) -> Incarnation {
        self.facts.incarnation
    }

    /// The handler or hook it failed in, if it was in one: that of the origin.
    #[must_use]
    pub const fn message(&self) -> Option<&'static str> {
        self.message
    }

    /// How it failed.
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        self.facts.kind
    }

    /// The beginning of what the error or the panic said, with a `…` at the end where it was cut. The events of a system
    /// on tokio have all of it.
    #[must_use]
    pub fn description(&self) -> &str {
        self.description.as_str()
    }

    /// Whether it happened in this actor, or how far it has climbed.
    #[must_use]
    pub const fn stage(&self) -> EscalationStage {
        self.facts.stage()
    }

    /// Where it happened first; this actor itself, unless it was passed on.
    #[must_use]
    pub const fn origin(&self) -> FailureOrigin {
        FailureOrigin { id: self.facts.origin_id, actor: self.origin, kind: self.facts.origin_kind }
    }

    /// What was decided.
    #[must_use]
    pub const fn decision(&self) -> Decision {
        self.facts.decision()
    }

    /// The strategy by which the actor is supervised.
    #[must_use]
    pub const fn strategy(&self) -> Strategy {
        self.facts.strategy
    }

    /// Restarts within the window of the limit that counts for this actor, the one that was decided included: those of
    /// its [scope](Self::restart_scope), at most 255.
    #[must_use]
    pub const fn restarts(&self) -> u32 {
        self.facts.restarts as u32
    }

    /// Whose restarts [`restarts`](Self::restarts) counts: those of this actor, or of all that are restarted with it.
    #[must_use]
    pub const fn restart_scope(&self) -> Scope {
        self.facts.scope
    }

    /// How bad it is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.facts.severity
    }

    /// When it was decided, by the clock of the system.
    #[must_use]
    pub const fn at(&self) -> Instant {
        self.facts.at
    }

    /// Component, endpoint and transport, then the other tags in the order in which they were set.
    pub fn tags(&self) -> impl Iterator<Item = TelemetryTag<'_>> {
        self.tags.iter()
    }

    /// The value of the tag with this key.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags().find(|tag| tag.key == key).map(|tag| tag.value)
    }

    /// All tags, to be shown with a space between two.
    #[cfg(feature = "tracing")]
    pub(crate) const fn all_tags(&self) -> &Tags {
        &self.tags
    }

    /// How often a tag was left out: there were too many, or they were too long.
    #[must_use]
    pub const fn dropped_tags(&self) -> u8 {
        self.tags.dropped()
    }

    /// How many failures of actors of this type telemetry was not told of since it was told of one: those of a storm.
    #[must_use]
    pub const fn left_out(&self) -> u32 {
        self.facts.left_out
    }
}

/// Shows all that matters in a line: ``store/db: panic in `add`: overflow; restart after 50ms; 2 restarts; component=db``.
impl fmt::Display for FailureSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fields().fmt(f)
    }
}

impl fmt::Debug for FailureSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FailureSnapshot({self})")
    }
}

#[cfg(test)]
impl<'a> Report<'a> {
    /// Of a database, for a test to change in what it is about.
    pub(crate) fn sample(failure: &'a Failure, tags: &'a Tags) -> Self {
        Self {
            id: ActorId::new(7, 1),
            about: &About { label: "db", type_name: "Db", tags: &[] },
            path: &"store/db",
            incarnation: Incarnation::new(2),
            failure,
            ascent: None,
            tags,
            decision: Decision::Restart { after: core::time::Duration::from_millis(50) },
            strategy: Strategy::OneForAll,
            restarts: 2,
            scope: Scope::Child,
            severity: Severity::Warning,
            at: Instant::from_nanos(9),
            left_out: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Description;
    use core::time::Duration;
    use std::string::ToString;

    const RESTART: Decision = Decision::Restart { after: Duration::ZERO };

    #[test]
    fn it_is_as_bad_as_what_follows_and_worse_while_restarts_go_on() {
        let (initial, escalated) = (EscalationStage::Initial, EscalationStage::Escalated { hops: 1 });
        fn check(decision: Decision, stage: EscalationStage, restarts: u32, is_at_root: bool, expected: Severity) {
            assert_eq!(
                Severity::of(decision, stage, restarts, is_at_root),
                expected,
                "{decision:?} {stage:?} {restarts}"
            );
        }
        check(Decision::Resume, initial, 9, true, Severity::Notice);
        check(Decision::Resume, escalated, 0, true, Severity::Error);
        check(RESTART, initial, 1, true, Severity::Warning);
        check(RESTART, initial, 2, true, Severity::Warning);
        check(RESTART, initial, 3, true, Severity::Error);
        check(RESTART, escalated, 1, true, Severity::Error);
        check(Decision::Stop, initial, 0, true, Severity::Error);
        check(Decision::StopSelf, initial, 0, false, Severity::Error);
        check(Decision::Escalate, initial, 10, false, Severity::Error);
        check(Decision::Escalate, initial, 10, true, Severity::Fatal);
        check(Decision::Escalate, escalated, 1, true, Severity::Fatal);
        assert!(Severity::Notice < Severity::Warning && Severity::Warning < Severity::Error);
        assert!(Severity::Error < Severity::Fatal);
    }

    #[test]
    fn a_line_says_all_that_matters() {
        let check = |snapshot: &FailureSnapshot, expected: &str| {
            assert_eq!(snapshot.to_string(), ["store/db", expected].concat());
        };
        let (failure, none) = (Failure::panic(&"overflow").in_handler("add"), Tags::new());
        let snapshot = FailureSnapshot::of(&Report::sample(&failure, &none));
        check(&snapshot, ": panic in `add`: overflow; restart after 50ms; 2 restarts");

        let of_group = FailureSnapshot::of(&Report { scope: Scope::Group, ..Report::sample(&failure, &none) });
        check(&of_group, ": panic in `add`: overflow; restart after 50ms; 2 restarts of the group");

        let mut tags = Tags::new();
        tags.set("component", &"db");
        let snapshot = FailureSnapshot::of(&Report { left_out: 4, restarts: 1, ..Report::sample(&failure, &tags) });
        check(&snapshot, ": panic in `add`: overflow; restart after 50ms; 1 restart; component=db; 4 left out before");

        let failure = Failure::new(FailureKind::Error, Description::empty()).escalated("page");
        let origin = FailureOrigin { id: ActorId::new(3, 0), actor: "page", kind: FailureKind::Error };
        let ascent = Ascent { origin, hops: 1, tags: Tags::new() }.passed_on();
        let climbing = Report {
            decision: Decision::Escalate,
            restarts: 0,
            ascent: Some(&ascent),
            ..Report::sample(&failure, &tags)
        };
        check(&FailureSnapshot::of(&climbing), ": from `page` 3.0, 2 up: error; escalate");
    }

    #[test]
    fn a_failure_that_climbs_keeps_its_origin_and_the_tags_it_got_there() {
        let (mut below, mut here) = (Tags::new(), Tags::new());
        below.set("table", &"users");
        here.set("component", &"store");
        let origin = FailureOrigin { id: ActorId::new(3, 0), actor: "page", kind: FailureKind::Panic };
        let mut ascent = Ascent { origin, hops: 1, tags: below };
        let failure = Failure::panic(&"torn").in_handler("read").escalated("page");
        for hops in 1..=300_u32 {
            let snapshot = FailureSnapshot::of(&Report { ascent: Some(&ascent), ..Report::sample(&failure, &here) });
            let hops = u8::try_from(hops).unwrap_or(u8::MAX);
            assert_eq!(snapshot.stage(), EscalationStage::Escalated { hops });
            assert_eq!((snapshot.origin(), snapshot.kind()), (origin, FailureKind::Escalated));
            assert_eq!((snapshot.tag("table"), snapshot.tag("component")), (Some("users"), None));
            ascent = ascent.passed_on();
        }
    }

    #[test]
    fn a_description_is_cut_and_says_so() {
        let (long, none) = ("x".repeat(DESCRIPTION + 1), Tags::new());
        let snapshot = FailureSnapshot::of(&Report::sample(&Failure::error(&long), &none)).clone();
        assert_eq!(snapshot.description().len(), DESCRIPTION);
        assert!(snapshot.description().ends_with("x…"));
    }
}
