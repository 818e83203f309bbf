//! What a handler left behind, and what is decided about it.

use std::string::String;
use std::sync::atomic::Ordering;

use crate::actor::{Actor, Handled};
use crate::context::Request;
use crate::error::Unanswered;
use crate::failure::{Failure, StopReason};
use crate::lifecycle::Course;
use crate::metrics::SystemEvent;
use crate::supervision::{Decision, decide, default_directive};

use super::super::counts::Life;
use super::super::mailbox::signal;
use super::Turn;

impl<A: Actor> Turn<A> {
    /// Deals with what a handler or hook left behind, other than nothing.
    #[cold]
    pub(super) fn settle(self, outcome: Result<Handled, String>) {
        // SAFETY: no future is live and no handler runs, so nobody else has the context.
        let request = unsafe { core::mem::replace(&mut (*self.cell().context.get()).request, Request::Continue) };
        let (failure, poisoned) = match outcome {
            Err(panic) => (Some(Failure::panic(&panic)), true),
            Ok(Handled::Failed) => (self.recorded(), false),
            Ok(Handled::Done) if request == Request::Fail => (self.recorded(), false),
            Ok(Handled::Done) => (None, false),
        };
        match failure {
            Some(failure) => {
                self.refuse(Unanswered::Failed);
                let name = A::PROTOCOL.messages[usize::from(self.body(|body| body.message))];
                self.fail(failure.in_handler(name), poisoned);
            }
            None => {
                if request == Request::Stop {
                    self.stop(StopReason::Requested);
                }
            }
        }
    }

    pub(super) fn recorded(self) -> Option<Failure> {
        let recorded = self.body(|body| body.cold().failure.take());
        Some(recorded.unwrap_or_else(|| Failure::error(&"failed without saying why")))
    }

    /// Decides about a failure and takes the decision's course.
    pub(super) fn fail(self, failure: Failure, poisoned: bool) {
        let cell = self.cell();
        let core = &cell.header.core;
        let first_start = cell.header.starting.load(Ordering::Relaxed);
        let decision = if first_start || self.body(|body| body.life.is_stopping()) || self.is_once() {
            // Who spawned the actor is told and decides; on the way down there is nothing to decide.
            Decision::Stop
        } else {
            let (now, random) = (core.now(), core.random());
            self.body(|body| {
                let history = &mut body.cold().history;
                decide(cell.header.supervision(), history, default_directive(failure.kind), failure.kind, now, random)
            })
        };
        let course = self.body(|body| {
            if let Decision::Restart { after } = decision {
                body.cold().pause = after;
            }
            body.life.failed(decision, poisoned)
        });
        if self.body(|body| !body.life.receives() && !body.life.is_stopping()) {
            // The life is over from here on: an answer to what it asked must not reach the next one.
            cell.header.incarnation.fetch_add(1, Ordering::Relaxed);
        }
        cell.counts().life(Life::Failed);
        core.event(&SystemEvent::Failed { actor: A::OPTIONS.name, id: cell.header.id, failure: &failure, decision });
        if first_start {
            cell.mailbox.keep_start_failure(failure);
            return;
        }
        match (course, &cell.header.parent) {
            (Course::Continue, _) | (_, None) => {}
            (Course::Escalate, Some(parent)) => {
                core.escalate(parent.header().id, failure.escalated());
                parent.signal(signal::ESCALATED);
            }
            (Course::StopParent, Some(parent)) => parent.signal(signal::STOP),
        }
    }
}
