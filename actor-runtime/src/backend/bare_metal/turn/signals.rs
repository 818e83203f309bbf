//! What an actor is told besides messages.

use crate::actor::Actor;
use crate::error::Unanswered;
use crate::failure::{FailureKind, StopReason};
use crate::lifecycle::Task;

use super::super::header::{Stage, attention};
use super::super::siblings::Member;
use super::super::slot::Placed;
use super::super::{annex, done, suspensions};
use super::Turn;

impl<A: Actor + Placed> Turn<'_, A> {
    #[inline]
    pub(super) fn heed(self, bits: u8, detour: bool) {
        if detour {
            if bits & attention::STOP != 0 {
                self.stop(StopReason::Requested);
            }
            if bits & attention::PARENT_STOPPED != 0 {
                self.stop(StopReason::ParentStopped);
            }
            if A::CHILDREN > 0 && bits & attention::ESCALATED != 0 {
                self.fail(FailureKind::Escalated);
            }
            if bits & attention::WAKE != 0
                && let Some(member) = self.member()
            {
                self.heed_siblings(member);
            }
            if bits & attention::WAKE != 0 {
                self.heed_suspension();
            }
        }
    }

    /// Takes over whether the actor is suspended.
    #[inline]
    fn heed_suspension(self) {
        if suspensions::are_any() {
            let is_suspended = suspensions::is_suspended(self.address);
            self.life(|life| life.suspend(is_suspended));
        }
    }

    /// Ends this life along with that of a sibling, if it is its turn.
    #[cold]
    #[inline(never)]
    fn heed_siblings(self, member: Member<'_>) {
        if !self.life(|life| life.is_going_on()) {
            if member.is_awaited() {
                self.hurry();
            }
            return;
        }
        if !member.falls() {
            return;
        }
        // The parent waits for one that was not up yet, whatever its type.
        let is_first_start = self.address.header().stage() == Stage::Starting;
        let comes_back = is_first_start || self.place.restart().restarts_along();
        // It may wait for a sibling, which waits for it to be down.
        self.cut_short(if comes_back { Unanswered::Failed } else { Unanswered::Stopped });
        if comes_back {
            self.life(|life| life.fall());
            self.close_life();
        } else {
            self.stop(StopReason::Requested);
        }
    }

    /// Is on its way down, and somebody waits for that who may be waited for: by the handler in hand, or by what children
    /// that drain have left to do.
    fn hurry(self) {
        let is_stopping = self.life(|life| life.is_stopping());
        if !matches!(self.task(), Task::CallStopping(_) | Task::CallRestarting) {
            self.cut_short(if is_stopping { Unanswered::Stopped } else { Unanswered::Failed });
        }
        if is_stopping {
            self.stop(StopReason::Requested);
        }
    }

    /// Ends the handler in hand, if there is one, at the await it stands at.
    fn cut_short(self, why: Unanswered) {
        if !self.is_running() {
            return;
        }
        self.set_running(None);
        crate::backend::dropped_because(why, || {
            // SAFETY: a future is live, and the worker, which alone polls it, is here.
            unsafe { annex::cancel::<A>(self.place.annex) };
        });
        done::settle(self.address, Err(why));
    }
}
