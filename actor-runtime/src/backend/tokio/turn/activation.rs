//! One activation: how much of its budget it has used, and whose turn it is while messages and ticks wait. Keeps
//! `fairness`; the rules themselves are in `policy`.

use crate::actor::Actor;
use crate::failure::StopReason;
use crate::metrics::LifeEvent;
use crate::policy::{self, Budget, Next, Share, Trend, YieldReason};

use super::super::mailbox::signal;
use super::super::runnable::{Allowance, Ran};
use super::{Flow, Turn};

/// What an activation has used so far.
///
/// Most activations handle one message on a calm dispatcher. They pay for two numbers and nothing else.
pub(super) struct Activation {
    pub(super) handled: u32,
    /// Messages it may handle, as far as hint and backlog are known.
    limit: u32,
    /// Messages that waited when it began, once it has handled them.
    at_start: u32,
    trend: Trend,
    allowance: Allowance,
    /// The agenda was looked at.
    pub(super) has_polled: bool,
}

impl Activation {
    #[inline]
    pub(super) fn new<A: Actor>(allowance: Allowance) -> Self {
        const { assert!(A::OPTIONS.throughput > 0, "an actor that may handle no message never handles one") };
        let limit = if allowance.is_all() { A::OPTIONS.throughput } else { Self::limited::<A>(allowance) };
        Self { handled: 0, limit, at_start: 0, trend: Trend::Steady, allowance, has_polled: false }
    }

    #[cold]
    fn limited<A: Actor>(allowance: Allowance) -> u32 {
        Self::budget::<A>(allowance).left(0, Trend::Steady, allowance.hint())
    }

    /// Messages were taken out: this many wait.
    #[inline]
    pub(super) fn saw<A: Actor>(&mut self, waiting: u32) {
        if self.handled > 0 {
            self.saw_more::<A>(waiting);
        }
    }

    /// The first hand is handled, and there is another.
    #[cold]
    fn saw_more<A: Actor>(&mut self, waiting: u32) {
        if self.at_start == 0 {
            self.at_start = self.handled;
        }
        self.trend = Trend::between(self.at_start as usize, waiting as usize);
        self.limit = Self::budget::<A>(self.allowance).left(0, self.trend, self.allowance.hint());
    }

    fn budget<A: Actor>(allowance: Allowance) -> Budget {
        Budget::new(allowance.most().min(A::OPTIONS.throughput))
    }

    /// How many messages it may still handle.
    #[inline]
    pub(super) fn left(&self) -> u32 {
        self.limit.saturating_sub(self.handled)
    }

    /// Why it ends, if it does, with these waiting.
    fn ends<A: Actor>(&self, errands: usize, users: usize) -> Option<YieldReason> {
        match Self::budget::<A>(self.allowance).next(self.handled, errands, users, self.trend, self.allowance.hint()) {
            Next::Continue => None,
            Next::Yield(reason) => Some(reason),
        }
    }
}

impl<A: Actor> Turn<A> {
    /// Decides who is next of the messages of users and those of the system, which are what is due: ticks,
    /// notices of ends, and what else is on the agenda.
    pub(super) fn take_turns(mut self, activation: &mut Activation) -> Flow {
        let unstashed = Self::HAS_STASH && self.cell().mailbox.has(signal::UNSTASHED);
        let errands = self.errands();
        if errands == 0 {
            // What was due may have been cancelled; left behind, the bit would have the loop look for it for ever.
            self.cell().mailbox.set(signal::DUE, false);
            return self.take_user(activation, unstashed);
        }
        let users = self.cell().mailbox.depth() + usize::from(unstashed);
        if users == 0 && self.cell().mailbox.close_if_drained(|| self.cell().header.refs_gone()) {
            // What is due keeps no actor alive.
            self.stop(StopReason::Drained);
            return Flow::Next;
        }
        if let Some(reason) = activation.ends::<A>(errands, users) {
            return self.yields(reason);
        }
        let in_a_row = u32::from(self.body().users_in_a_row);
        match Share::new(A::OPTIONS.fairness).next(in_a_row, errands, users) {
            None => Flow::Receive,
            Some(policy::Turn::User) => {
                self.count_user();
                // One only: what is due is a signal, and has the loop over messages come back after each.
                self.take_user(activation, unstashed)
            }
            Some(policy::Turn::System) => {
                self.body().users_in_a_row = 0;
                // Spent like a message, so that a timer that is always due ends an activation too.
                activation.handled += 1;
                self.run_errand();
                Flow::Next
            }
        }
    }

    /// Handles a message out of the stash, or those of the user lane.
    fn take_user(self, activation: &mut Activation, unstashed: bool) -> Flow {
        if Self::HAS_STASH && unstashed {
            return self.handle_first(activation, Self::take_unstashed);
        }
        Flow::Receive
    }

    /// Handles an urgent message, unless the system has been waiting for its share long enough.
    pub(super) fn take_urgent(mut self, activation: &mut Activation) -> Flow {
        let errands = self.errands();
        if errands != 0 {
            let in_a_row = u32::from(self.body().users_in_a_row);
            if let Some(policy::Turn::System) = Share::new(A::OPTIONS.fairness).next(in_a_row, errands, 1) {
                if let Some(reason) = activation.ends::<A>(errands, 1) {
                    return self.yields(reason);
                }
                self.body().users_in_a_row = 0;
                activation.handled += 1;
                self.run_errand();
                return Flow::Next;
            }
            if activation.left() == 0 {
                // Not counted: it is handled by the next activation, which counts it.
                return self.use_up(activation);
            }
            self.count_user();
        }
        self.handle_first(activation, |turn| turn.cell().mailbox.take_urgent())
    }

    fn count_user(mut self) {
        let users = &mut self.body().users_in_a_row;
        *users = users.saturating_add(1);
    }

    /// How much is due beside messages.
    fn errands(mut self) -> usize {
        self.body().ticks.count_ones() as usize + self.on_agenda() + self.letters()
    }

    /// Ends the activation of an actor that has more to do, because its budget is used.
    #[cold]
    pub(super) fn use_up(mut self, activation: &Activation) -> Flow {
        let users = self.body().hand.len() as usize;
        let reason = activation.ends::<A>(self.errands(), users.max(1));
        self.yields(reason.unwrap_or(YieldReason::Budget))
    }

    #[cold]
    fn yields(self, reason: YieldReason) -> Flow {
        // A future that has its first poll before it is what the next activation goes on with.
        if !self.future_is_live() {
            self.cell().mailbox.has_nothing_in_hand();
        }
        self.cell().mailbox.note_yield(reason);
        self.cell().header.core.count_yield(reason);
        self.cell().count(LifeEvent::Yielded(reason));
        Flow::Return(Ran::Again)
    }
}
