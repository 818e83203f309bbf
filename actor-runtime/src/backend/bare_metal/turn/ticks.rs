//! The timers that are due: which of them has its turn, and the message of that.

use crate::actor::Actor;
use crate::policy::{self, Share};
use crate::reference::{ActorRef, Ref};

use super::super::annex::Marks;
use super::super::slot::Placed;
use super::super::stash::has_stash;
use super::super::timers;
use super::Turn;

impl<A: Actor + Placed> Turn<'_, A> {
    /// The message of a timer whose turn it is; none where none is due, or a message goes first.
    pub(super) fn next_tick(self, marks: &Marks) -> Option<A::Message> {
        loop {
            if marks.ticks.get() == 0 {
                marks.ticks.set(self.take_due());
            }
            let due = marks.ticks.get();
            if due == 0 || self.lets_users_first(marks, due) {
                return None;
            }
            marks.ticks.set(due & (due - 1));
            // There is none where it was not quiet after all.
            let tick = self.tick(due.trailing_zeros() as usize);
            if tick.is_some() {
                return tick;
            }
        }
    }

    /// Whether a message goes before the timers that are `due`.
    fn lets_users_first(self, marks: &Marks, due: u8) -> bool {
        // An urgent message is one whatever waits behind it.
        let users = match self.urgent_depth() {
            0 => {
                usize::from(critical_section::with(|cs| self.address.header().depth(cs)))
                    + usize::from(self.is_released())
            }
            _ => 1,
        };
        let (in_a_row, errands) = (marks.users_in_a_row.get(), due.count_ones() as usize);
        match Share::new(A::OPTIONS.fairness).next(u32::from(in_a_row), errands, users) {
            Some(policy::Turn::User) => {
                marks.users_in_a_row.set(in_a_row.saturating_add(1));
                true
            }
            Some(policy::Turn::System) | None => {
                marks.users_in_a_row.set(0);
                false
            }
        }
    }

    /// The message of a timer that is due; that of `#[idle]` if it is quiet.
    fn tick(self, timer: usize) -> Option<A::Message> {
        if let Some(agenda) = self.agenda()
            && let Some(index) = timer.checked_sub(timers::declared::<A>())
        {
            let me = A::Ref::from_ref(Ref::from_address(crate::backend::Address::BareMetal(self.address)));
            // SAFETY: the actor is up, so there is a state; the turn is exclusive and no future has it.
            let must_wait = |message: &_| has_stash::<A>() && unsafe { self.state().as_ref() }.stashes(message);
            return agenda.fire(index, &me, must_wait);
        }
        match self.quiet().filter(|_| timer == A::PROTOCOL.timers.len()) {
            Some(quiet) => {
                let is_busy =
                    critical_section::with(|cs| self.address.header().depth(cs)) > 0 || self.urgent_depth() > 0;
                if quiet.is_over(self.place.system.now(), is_busy) { A::idle() } else { None }
            }
            None => A::tick(timer),
        }
    }

    /// The timers that are due; they are set to their next beats.
    fn take_due(self) -> u8 {
        let due = timers::due::<A>(self.place.annex);
        if due != 0 {
            let now = self.place.system.now();
            for timer in (0..timers::most::<A>()).filter(|timer| due & 1 << timer != 0) {
                match (timer.checked_sub(timers::declared::<A>()), self.agenda()) {
                    (Some(index), Some(agenda)) => agenda.arm(index, now),
                    _ => timers::arm::<A>(self.place.annex, timer, now),
                }
            }
        }
        due
    }
}
