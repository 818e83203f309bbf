//! What a handler left behind, and what is decided about it.

use std::string::String;
use std::sync::atomic::Ordering;

use crate::actor::{Actor, Handled};
use crate::context::Request;
use crate::error::Unanswered;
use crate::failure::{Failure, FailureKind, StopReason};
use crate::lifecycle::Course;
use crate::supervision::{Decision, Directive, End, LiveFailure, Scope, decide, default_directive, directive};
use crate::telemetry::Ascent;

use super::super::guard::guard;
use super::super::mailbox::signal;
use super::super::telemetry::Escalation;
use super::Turn;

impl<A: Actor> Turn<A> {
    /// Deals with what a handler or hook left behind, other than nothing.
    #[cold]
    pub(super) fn settle(self, outcome: Result<Handled, String>) {
        // SAFETY: no future is live and no handler runs, so nobody else has the context.
        let request = unsafe { core::mem::replace(&mut (*self.cell().context.get()).request, Request::Continue) };
        // What follows from the failure has its span for a cause.
        let trace = self.take_trace();
        let _entered = trace.enter();
        let (failure, poisoned) = match outcome {
            Err(panic) => (Some((Failure::panic(&panic), None)), true),
            Ok(Handled::Failed) => (Some(self.recorded()), false),
            Ok(Handled::Done) if request == Request::Fail => (Some(self.recorded()), false),
            Ok(Handled::Done) => (None, false),
        };
        match failure {
            Some((failure, directive)) => {
                self.refuse(Unanswered::Failed);
                let name = A::PROTOCOL.messages[self.in_hand()];
                self.fail_as_directed(failure.in_handler(name), None, directive, poisoned);
            }
            None => {
                if request == Request::Stop {
                    self.end_life();
                }
            }
        }
    }

    /// Why the handler in hand fails, and what the supervisor wishes for that.
    pub(super) fn recorded(mut self) -> (Failure, Option<Directive>) {
        let recorded = self.body().cold().failure.take();
        recorded.unwrap_or_else(|| (Failure::error(&"failed without saying why"), None))
    }

    /// The supervisor's directive for failures of this kind.
    fn directive_for(self, kind: FailureKind) -> Directive {
        // A decider is the user's, and pure; one that panics all the same says nothing.
        let given = guard(|| directive(self.cell().header.decider(), &LiveFailure::new(kind)));
        given.unwrap_or(default_directive(kind))
    }

    /// Decides about a failure without an error to look at, and takes the decision's course.
    pub(super) fn fail(self, failure: Failure, poisoned: bool) {
        self.fail_as_directed(failure, None, None, poisoned);
    }

    /// Decides about a failure that came from below, and takes the decision's course.
    pub(super) fn fail_for(self, Escalation { failure, ascent, trace }: Escalation) {
        // What follows from the failure has its span for a cause.
        let _entered = trace.enter();
        self.fail_as_directed(failure, Some(ascent), None, false);
    }

    /// Decides about a failure and takes the decision's course. It came from below where there is an `ascent`.
    fn fail_as_directed(
        mut self,
        failure: Failure,
        ascent: Option<Ascent>,
        directive: Option<Directive>,
        poisoned: bool,
    ) {
        let cell = self.cell();
        let first_start = cell.header.start.is_on();
        let went_on = self.body().life.is_going_on();
        let decision = if first_start || self.body().life.is_stopping() || self.is_once() {
            // Who spawned the actor is told and decides; on the way down there is nothing to decide.
            Decision::Stop
        } else if self.body().life.is_restarting() {
            // A last word that fails changes nothing of what was decided.
            Decision::Restart { after: self.body().cold().pause }
        } else {
            let directive = directive.unwrap_or_else(|| self.directive_for(failure.kind));
            self.decide(cell.header.restart().after_failure(directive, failure.kind), &failure)
        };
        let has_last_word = A::restarting().is_some();
        if let Decision::Restart { after } = decision {
            let cold = self.body().cold();
            cold.pause = after;
            if has_last_word && !poisoned {
                cold.last_failure = Some(failure.clone());
            }
        }
        let course = self.body().life.failed(decision, poisoned);
        if went_on {
            self.close_incarnation();
        }
        self.tell_of(&failure, ascent.as_ref(), decision);
        if first_start {
            cell.mailbox.keep_start_failure(self.escalation(failure, ascent));
        } else {
            self.pass_on(course, failure, ascent);
        }
        self.forget_failure_tags();
    }

    /// Decides about a failure that its restart type heeds so, or about a life that ended by itself, and counts the restart
    /// where its scope says. `cause` is what siblings are told who are taken along.
    fn decide(mut self, directive: Directive, cause: &Failure) -> Decision {
        let header = &self.cell().header;
        let core = &header.core;
        if let (Scope::Group, Some(parent)) = (header.scope(), &header.parent) {
            let of_group = core.groups().failed(header, None, directive, cause);
            return of_group.unwrap_or_else(|| core.histories().failed(parent, directive, cause.kind));
        }
        let own = &mut self.body().cold().history;
        if let Some(decision) = core.groups().failed(header, Some(&mut *own), directive, cause) {
            return decision;
        }
        decide(header.supervision(), own, directive, cause.kind, core.now(), core.random())
    }

    /// The actor asked for its own end: that of this life, where another one follows.
    fn end_life(mut self) {
        let cell = self.cell();
        if cell.header.start.is_on() || !self.body().life.is_going_on() {
            return self.stop(StopReason::Requested);
        }
        let restart = cell.header.restart();
        let decision = if restart.restarts_after(End::Normal) {
            self.decide(restart.after_end(), &Failure::error(&"a sibling stopped itself"))
        } else {
            Decision::Stop
        };
        match decision {
            Decision::Restart { after } => {
                self.body().cold().pause = after;
                self.body().life.renew(StopReason::Requested);
                self.close_incarnation();
            }
            Decision::Resume | Decision::Stop => self.stop(StopReason::Requested),
            Decision::StopSelf => {
                self.stop(StopReason::Requested);
                self.pass_on(Course::StopParent, Failure::error(&""), None);
            }
            Decision::Escalate => {
                self.stop(StopReason::Requested);
                let failure = Failure::error(&"stopped itself more often than its limit allows");
                self.tell_of(&failure, None, decision);
                self.pass_on(Course::Escalate, failure, None);
            }
        }
    }

    /// The life is over from the moment it was decided: an answer to what it asked must not reach the next one.
    pub(super) fn close_incarnation(mut self) {
        if self.body().life.is_restarting() {
            self.cell().header.incarnation.fetch_add(1, Ordering::Relaxed);
            self.traces_life();
            self.fall_in_time();
        }
    }

    /// Tells the supervisor what a decision means for it.
    fn pass_on(self, course: Course, failure: Failure, ascent: Option<Ascent>) {
        let header = &self.cell().header;
        match (course, &header.parent) {
            (Course::Continue, _) | (Course::StopParent, None) => {}
            (Course::Escalate, None) => header.core.core().root_exhausted(),
            (Course::Escalate, Some(parent)) => {
                let mut escalation = self.escalation(failure, ascent);
                escalation.failure = escalation.failure.escalated(A::OPTIONS.name);
                header.core.escalate(parent.header().id, escalation);
                parent.signal(signal::ESCALATED);
            }
            (Course::StopParent, Some(parent)) => parent.signal(signal::STOP),
        }
    }
}
