//! What is recorded of the handlers that run, as far as the actor's `metrics` option asks for it: under `off` nothing of
//! this is left when compiled.

use core::mem::replace;

use crate::actor::Actor;
use crate::time::{Instant, nanos};

use super::super::counts::Tally;
use super::Turn;

impl<A: Actor> Turn<A> {
    /// The figures that this thread writes, where anything is recorded.
    #[inline]
    pub(super) fn tally<'a>(self) -> Option<Tally<'a>> {
        (const { A::OPTIONS.metrics.is_on() }).then(|| self.cell().counts().tally())
    }

    /// When a handler begins, where handlers are timed.
    #[inline]
    pub(super) fn begins(self) -> Option<Instant> {
        (const { A::OPTIONS.metrics.is_timed() }).then(|| self.cell().header.core.now())
    }

    /// A handler has ended. Returns when, where handlers are timed: the next one begins then.
    #[inline]
    pub(super) fn ran(self, tally: Option<Tally<'_>>, message: usize, began: Option<Instant>) -> Option<Instant> {
        let tally = tally?;
        tally.handled(message);
        let (began, ended) = (began?, self.begins()?);
        tally.took(message, nanos(ended.saturating_since(began)));
        Some(ended)
    }

    /// A handler has answered on the stack of its asker.
    #[inline]
    pub(super) fn answered(self, message: usize, began: Option<Instant>) {
        let Some(tally) = self.tally() else { return };
        tally.answered(message);
        if let (Some(began), Some(ended)) = (began, self.begins()) {
            let took = nanos(ended.saturating_since(began));
            tally.took(message, took);
            tally.answered_in(took);
        }
    }

    /// Counts the message in hand, whose handler did not come to its end.
    pub(super) fn count_handled(self) {
        // Asked first: what is read of an atomic is read whether anybody uses it or not.
        if const { A::OPTIONS.metrics.is_on() } {
            self.ran(self.tally(), self.in_hand(), None);
        }
    }

    /// Notes that the future in its slot begins, and when.
    pub(super) fn future_begins(mut self) {
        if const { A::OPTIONS.metrics.is_on() } {
            self.body().has_waited = false;
        }
        if let Some(now) = self.begins() {
            self.body().cold().began = now;
        }
    }

    /// The future in its slot waits. The first time it does, its handler is counted among those that waited.
    pub(super) fn future_waits(mut self) {
        if const { !A::OPTIONS.metrics.is_on() } || self.is_building() {
            return;
        }
        if !replace(&mut self.body().has_waited, true) {
            self.cell().counts().tally().waited(self.in_hand());
        }
    }

    /// The future in its slot has ended, and with it the handler of the message in hand.
    pub(super) fn future_ran(mut self) {
        if const { !A::OPTIONS.metrics.is_on() } {
            return;
        }
        let message = self.in_hand();
        let began = (const { A::OPTIONS.metrics.is_timed() }).then(|| self.body().cold().began);
        self.ran(self.tally(), message, began);
    }
}
