//! What an actor is told besides messages.

use core::time::Duration;
use std::sync::atomic::Ordering;

use crate::actor::Actor;
use crate::context::Request;
use crate::error::Unanswered;
use crate::failure::StopReason;
use crate::lifecycle::Task;
use crate::metrics::SystemEvent;

use super::super::mailbox::signal;
use super::super::spans::Trace;
use super::Turn;

impl<A: Actor> Turn<A> {
    /// Acts on what the cell was told. Returns the bits.
    pub(super) fn heed_signals(mut self) -> u32 {
        let bits = self.cell().mailbox.take_signals();
        if bits & signal::KILL != 0 {
            self.kill(StopReason::Killed);
        }
        if bits & signal::STOP != 0 {
            self.stop(StopReason::Requested);
        }
        if bits & signal::PARENT_STOPPED != 0 {
            self.stop(StopReason::ParentStopped);
            self.heed_siblings();
        }
        if bits & signal::SHUTDOWN != 0 {
            self.stop(StopReason::Shutdown);
        }
        if bits & signal::ESCALATED != 0 {
            for escalation in self.cell().header.core.take_escalated(self.cell().header.id) {
                // One that comes while the actor is on its way to its next life is folded into that restart.
                if !self.body().life.is_restarting() {
                    self.fail_for(escalation);
                }
            }
        }
        if bits & signal::CHILD != 0 {
            self.bury_children();
        }
        if bits & signal::LAST_REF != 0 && self.cell().header.refs_gone() {
            if self.cell().header.start.is_given_up() {
                // Whoever spawned it has given up, and nobody can send: no hook that waits, and no child's, is waited for.
                self.kill(StopReason::Drained);
            } else if self.is_building() && self.has_nothing_to_do() {
                self.stop(StopReason::Drained);
            }
        }
        if bits & signal::DRAIN != 0 {
            self.give_up(self.cell().mailbox.seal());
            if self.is_building() && self.has_nothing_to_do() {
                self.stop(StopReason::Drained);
            }
        }
        if bits & signal::RESUME != 0 {
            self.heed_pause();
            self.heed_siblings();
            self.heed_suspension();
        }
        if bits & signal::SKIP != 0 {
            self.skip();
        }
        if bits & signal::ROOM != 0 {
            self.cell().mailbox.make_room(A::OPTIONS.capacity);
        }
        if bits & signal::AGENDA != 0 {
            self.heed_news();
            self.heed_timer();
            self.heed_letters();
        }
        if Self::HAS_TICKS {
            self.heed_ticks((bits >> signal::FIRST_TICK) as u16);
        }
        bits
    }

    /// Ends the pause before the next life, if it is over; or the way there, if siblings wait for that no longer.
    fn heed_pause(mut self) {
        let now = self.cell().header.core.now();
        let due = self.body().cold.as_mut().and_then(|cold| cold.resume.take_if(|(due, _)| *due <= now));
        match self.body().life.task(A::CHILDREN) {
            _ if due.is_none() => {}
            Task::Pause => self.body().cold().pause = Duration::ZERO,
            _ => self.fall_at_once(),
        }
    }

    /// Ends this life along with that of a sibling, if it is its turn.
    fn heed_siblings(mut self) {
        let header = &self.cell().header;
        let cause = header.core.groups().calls(header);
        if cause.is_some() {
            self.fall_in_time();
        }
        if self.is_going_down() {
            if header.core.groups().is_awaited(header) {
                self.hurry();
            }
            return;
        }
        let Some((cause, trace)) = cause else { return };
        // What follows from the failure has its span for a cause.
        let _entered = trace.as_deref().map(Trace::enter);
        // The parent waits for one that was not up yet, whatever its type.
        let comes_back = (header.restart().restarts_along() || header.start.is_on()) && !self.is_once();
        // It may wait for a sibling, which waits for it to be down.
        if self.future_is_live() {
            self.cut_short(if comes_back { Unanswered::Failed } else { Unanswered::Stopped });
        }
        if !comes_back {
            return self.stop(StopReason::Requested);
        }
        if A::restarting().is_some() {
            self.body().cold().last_failure = Some(cause);
        }
        self.body().life.fall();
        self.close_incarnation();
    }

    /// Is on its way down, and somebody waits for that who may be waited for: by the handler in hand, or by what children
    /// that drain have left to do.
    fn hurry(mut self) {
        let is_stopping = self.body().life.is_stopping();
        if self.future_is_live() && !self.is_in_last_hook() {
            self.cut_short(if is_stopping { Unanswered::Stopped } else { Unanswered::Failed });
        }
        if is_stopping {
            self.stop(StopReason::Requested);
        }
    }

    /// Takes over whether the actor is suspended.
    pub(super) fn heed_suspension(mut self) {
        let header = &self.cell().header;
        let is_suspended = header.core.suspensions().is_suspended(header.id);
        let goes_on = self.body().life.suspend(is_suspended);
        if Self::HAS_TICKS && goes_on {
            self.heed_ticks(u16::MAX);
        }
        if is_suspended
            && let Some((owners, elapsed)) = header.core.suspensions().take_overdue(header.id, header.core.now())
        {
            let name = header.core.name_in_event(header.id);
            let (actor, name, owners) = (A::OPTIONS.name, name.as_deref(), &owners[..]);
            header.core.event(&SystemEvent::SuspendedTooLong { actor, name, id: header.id, owners, elapsed });
        }
    }

    /// Whether nothing waits, and nothing can come: then the mailbox is closed.
    pub(super) fn has_nothing_to_do(self) -> bool {
        let cell = self.cell();
        !cell.mailbox.has(signal::UNSTASHED) && cell.mailbox.close_if_drained(|| cell.header.refs_gone())
    }

    /// Stops, without waiting for the handler in hand past the await it stands at.
    fn kill(mut self, reason: StopReason) {
        self.body().cold().killed = true;
        if self.future_is_live() {
            self.cut_short(Unanswered::Stopped);
        }
        self.stop(reason);
    }

    /// Ends the handler or hook in hand at the await it stands at.
    pub(super) fn cut_short(mut self, why: Unanswered) {
        self.cancel_future(why);
        // What the cancelled handler asked for goes with it.
        // SAFETY: no future is live and no handler runs, so nobody else has the context.
        let context = unsafe { &mut *self.cell().context.get() };
        context.request = Request::Continue;
        if self.is_in_last_hook() {
            self.body().life.done(A::CHILDREN);
        }
    }

    /// Lets children go that have ended.
    fn bury_children(self) {
        let header = &self.cell().header;
        for child in header.core.terminations().take_children(header.id) {
            drop(self.with_children(|children| children.remove(child)));
        }
    }

    fn heed_ticks(mut self, ticks: u16) {
        if ticks == 0 || !self.body().life.receives() {
            return;
        }
        let now = self.cell().header.core.now();
        let mut left = ticks;
        while left != 0 {
            let timer = left.trailing_zeros();
            left &= left - 1;
            let armed = self.body().cold().timers.get(timer as usize).copied().flatten();
            // A bit that comes before its time was set by a timer of an earlier life.
            if armed.is_some_and(|(due, _)| due <= now) {
                self.arm_tick(timer as usize);
                self.body().ticks |= 1 << timer;
                self.cell().mailbox.set(signal::DUE, true);
            }
        }
    }

    pub(super) fn stop(mut self, reason: StopReason) {
        if self.is_building() {
            // There is no state to end: what would have made it goes.
            self.cancel_future(Unanswered::Stopped);
        }
        let body = self.body();
        let was_restarting = body.life.is_restarting();
        body.life.stop(reason);
        if was_restarting {
            // The next life is counted already, and does not come.
            self.cell().header.incarnation.fetch_sub(1, Ordering::Relaxed);
        }
        if self.body().life.has_ended() {
            self.disarm_pause();
        }
    }
}
