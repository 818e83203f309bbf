//! What is told of a failure: to events and telemetry, and to the supervisor it is passed on to.

use core::fmt;

use crate::actor::Actor;
use crate::failure::Failure;
use crate::id::Incarnation;
use crate::metrics::{LifeEvent, SystemEvent};
use crate::supervision::{Decision, Scope};
use crate::telemetry::{About, Ascent, EscalationStage, FailureOrigin, FailureSnapshot, Report, Severity, Tags};

use super::super::spans::Trace;
use super::super::telemetry::Escalation;
use super::Turn;

/// What an actor has said of itself, for its failures.
#[derive(Default)]
pub(in super::super) struct Said {
    /// In the life in hand.
    of_life: Tags,
    /// For the failure in hand.
    of_failure: Tags,
}

impl<A: Actor> Turn<A> {
    /// Tags every failure of the life in hand.
    pub(in super::super) fn tag(mut self, key: &str, value: &dyn fmt::Display) {
        self.said().of_life.set(key, value);
    }

    /// Tags the failure in hand.
    pub(in super::super) fn tag_failure(mut self, key: &str, value: &dyn fmt::Display) {
        self.said().of_failure.set(key, value);
    }

    fn said(&mut self) -> &mut Said {
        self.body().cold().said.get_or_insert_default()
    }

    /// Forgets what was said for the failure in hand.
    pub(super) fn forget_failure_tags(mut self) {
        if let Some(said) = self.body().cold.as_mut().and_then(|cold| cold.said.as_mut()) {
            said.of_failure = Tags::new();
        }
    }

    /// Forgets what was said in the life that has ended.
    pub(super) fn forget_tags(mut self) {
        if let Some(said) = self.body().cold.as_mut().and_then(|cold| cold.said.as_mut()) {
            **said = Said::default();
        }
    }

    /// What is said of the failure in hand: by the attribute, in this life, and for it alone.
    fn tags(mut self) -> Tags {
        let mut tags = Tags::new();
        for tag in A::OPTIONS.tags {
            tags.set(tag.key, &tag.value);
        }
        if let Some(said) = self.body().cold.as_ref().and_then(|cold| cold.said.as_ref()) {
            tags.extend(&said.of_life);
            tags.extend(&said.of_failure);
        }
        tags
    }

    /// Counts a failure of this actor, and tells whoever wants to know of it and of what was decided. It came from below where there is an
    /// `ascent`.
    pub(super) fn tell_of(self, failure: &Failure, ascent: Option<&Ascent>, decision: Decision) {
        let header = &self.cell().header;
        let (core, actor) = (&header.core, A::OPTIONS.name);
        let stage = ascent.map_or(EscalationStage::Initial, |ascent| EscalationStage::Escalated { hops: ascent.hops });
        let (restarts, scope) = self.restarts();
        core.decided(header.supervision().strategy, decision.directive());
        if ascent.is_none() {
            // Elsewhere it was counted where it happened.
            self.cell().count(LifeEvent::Failed(failure.kind));
        }
        if decision == Decision::Escalate {
            self.cell().count(LifeEvent::Escalated);
        }
        let severity = Severity::of(decision, stage, restarts, header.parent.is_none());
        let build = |at, left_out| {
            FailureSnapshot::of(&Report {
                id: header.id,
                about: const { &About { label: A::OPTIONS.name, type_name: A::PROTOCOL.type_name, tags: A::OPTIONS.tags } },
                path: &header.path(),
                incarnation: self.incarnation(),
                failure,
                ascent,
                tags: &if ascent.is_none() { self.tags() } else { Tags::new() },
                decision,
                strategy: header.supervision().strategy,
                restarts,
                scope,
                severity,
                at,
                left_out,
            })
        };
        core.tell_of_failure(self.cell().counts(), severity, &build, &|snapshot| {
            let name = core.name_in_event(header.id);
            let name = name.as_deref();
            core.event(&SystemEvent::Failed { actor, name, id: header.id, failure, decision, snapshot });
        });
    }

    /// Restarts of this actor in the window of the limit that counts for it.
    fn restarts(mut self) -> (u32, Scope) {
        let header = &self.cell().header;
        match (header.scope(), &header.parent) {
            (Scope::Group, Some(parent)) => {
                let of_group = header.core.groups().restarts(header);
                (of_group.unwrap_or_else(|| header.core.histories().restarts(parent)), Scope::Group)
            }
            (Scope::Child, _) | (_, None) => {
                let cold = self.body().cold.as_ref();
                (cold.map_or(0, |cold| cold.history.restarts()), Scope::Child)
            }
        }
    }

    /// The life in hand. In its last word the header counts the next one already.
    pub(in super::super) fn incarnation(self) -> Incarnation {
        let counted = self.cell().header.incarnation();
        if self.is_in_last_word() { Incarnation::new(counted.get().wrapping_sub(1)) } else { counted }
    }

    /// A failure of this actor, for whoever decides about it next.
    pub(super) fn escalation(self, failure: Failure, ascent: Option<Ascent>) -> Escalation {
        let ascent = ascent.unwrap_or_else(|| {
            let origin = FailureOrigin { id: self.cell().header.id, actor: A::OPTIONS.name, kind: failure.kind };
            Ascent { origin, hops: 0, tags: self.tags() }
        });
        Escalation { failure, ascent: ascent.passed_on(), trace: Trace::current() }
    }
}
