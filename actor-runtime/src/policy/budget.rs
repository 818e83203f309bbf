//! How many messages an actor may handle before it makes way for others.
//!
//! Keeps its half of the promise `fairness`: an activation is bounded, shorter under overload, and an
//! empty mailbox never yields.

use core::time::Duration;

/// How loaded a dispatcher is, as it tells the cells it steps.
///
/// It comes from the depth of the ready queue and the delay until a ready cell is stepped.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum OverloadHint {
    /// Ready cells are stepped as they come.
    #[default]
    Calm = 0,
    /// Ready cells wait: an activation is half as long.
    Busy = 1,
    /// Ready cells wait too long: an activation is a quarter as long.
    Overloaded = 2,
}

impl OverloadHint {
    /// A delay that others notice.
    const BUSY: Duration = Duration::from_millis(1);
    /// A delay that users notice.
    const OVERLOADED: Duration = Duration::from_millis(10);

    /// The hint of a dispatcher with `ready` cells in its queue, of which each is stepped for `each` in the mean: the
    /// last of them waits for all before it.
    #[must_use]
    pub const fn measured(ready: usize, each: Duration) -> Self {
        let ready = if ready > u32::MAX as usize { u32::MAX } else { ready as u32 };
        let delay = each.saturating_mul(ready);
        if delay.as_nanos() >= Self::OVERLOADED.as_nanos() {
            Self::Overloaded
        } else if delay.as_nanos() >= Self::BUSY.as_nanos() {
            Self::Busy
        } else {
            Self::Calm
        }
    }
}

/// How the backlog of a mailbox changed during an activation.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Trend {
    /// It is at most twice what it was.
    #[default]
    Steady = 0,
    /// It more than doubled: the senders outrun the actor, and need the worker to see it is full.
    Growing = 1,
}

impl Trend {
    /// The trend from the messages waiting when the activation began to those waiting now.
    #[must_use]
    pub const fn between(at_start: usize, now: usize) -> Self {
        // A first message that found company is no trend.
        let at_start = if at_start == 0 { 1 } else { at_start };
        if now > at_start.saturating_mul(2) { Self::Growing } else { Self::Steady }
    }
}

/// Why an activation ended before its mailbox was empty.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum YieldReason {
    /// The whole budget is used.
    Budget,
    /// What the dispatcher's hint leaves of it is used.
    Hint,
    /// What the growing backlog leaves of it is used.
    Backlog,
}

impl YieldReason {
    /// Every reason, in the order of declaration.
    pub const ALL: [Self; 3] = [Self::Budget, Self::Hint, Self::Backlog];

    /// The reason in one lower-case word, as metrics label it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Budget => "budget",
            Self::Hint => "hint",
            Self::Backlog => "backlog",
        }
    }
}

/// What an activation does next.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Next {
    /// It takes a message, or ends because there is none.
    Continue,
    /// It goes to the end of the ready queue.
    Yield(YieldReason),
}

/// The most messages one activation handles.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Budget {
    messages: u32,
}

impl Budget {
    /// 64 messages: long enough to spread the cost of a switch, short enough for those who wait.
    pub const DEFAULT: Self = Self::new(64);

    /// A budget of this many messages, at least one.
    #[must_use]
    pub const fn new(messages: u32) -> Self {
        Self { messages: if messages == 0 { 1 } else { messages } }
    }

    /// The most messages of one activation, at least one.
    #[must_use]
    pub const fn messages(self) -> u32 {
        self.messages
    }

    /// How many more messages an activation that handled `handled` may take while others wait.
    ///
    /// The first message is always allowed. A growing backlog and a higher hint never lengthen an activation.
    #[must_use]
    #[inline]
    pub const fn left(self, handled: u32, trend: Trend, hint: OverloadHint) -> u32 {
        // A limit of zero acts like one.
        let limit = self.backed(trend, hint);
        (if limit == 0 { 1 } else { limit }).saturating_sub(handled)
    }

    /// What the hint leaves of the budget. Shifts: small cores have no division.
    const fn hinted(self, hint: OverloadHint) -> u32 {
        self.messages >> hint as u32
    }

    /// What hint and backlog leave of the budget.
    const fn backed(self, trend: Trend, hint: OverloadHint) -> u32 {
        self.hinted(hint) >> trend as u32
    }

    /// Decides whether an activation that handled `handled` messages may take one more.
    ///
    /// `system_pending` and `user_pending` are the messages waiting; lifecycle messages are neither
    /// counted nor subject to this. More pending never lengthens an activation.
    #[must_use]
    #[inline]
    pub const fn next(
        self,
        handled: u32,
        system_pending: usize,
        user_pending: usize,
        trend: Trend,
        hint: OverloadHint,
    ) -> Next {
        if (system_pending == 0 && user_pending == 0) || self.left(handled, trend, hint) > 0 {
            Next::Continue
        } else if handled >= self.messages {
            Next::Yield(YieldReason::Budget)
        } else if handled >= self.hinted(hint) {
            Next::Yield(YieldReason::Hint)
        } else {
            Next::Yield(YieldReason::Backlog)
        }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use OverloadHint::{Busy, Calm, Overloaded};
    use Trend::{Growing, Steady};
    use proptest::prelude::*;

    const HINTS: [OverloadHint; 3] = [Calm, Busy, Overloaded];

    /// Expects an activation of a full mailbox to end after `length` messages, for this reason.
    fn check(messages: u32, trend: Trend, hint: OverloadHint, length: u32, reason: YieldReason) {
        let next = |handled| Budget::new(messages).next(handled, 0, 1000, trend, hint);
        assert_eq!(next(length - 1), Next::Continue);
        assert_eq!(next(length), Next::Yield(reason));
    }

    #[test]
    fn an_activation_is_as_long_as_budget_hint_and_backlog_leave_it() {
        check(64, Steady, Calm, 64, YieldReason::Budget);
        check(64, Steady, Busy, 32, YieldReason::Hint);
        check(64, Steady, Overloaded, 16, YieldReason::Hint);
        check(64, Growing, Calm, 32, YieldReason::Backlog);
        check(64, Growing, Busy, 16, YieldReason::Backlog);
        check(64, Growing, Overloaded, 8, YieldReason::Backlog);
    }

    #[test]
    fn an_activation_handles_at_least_one_message() {
        check(0, Steady, Calm, 1, YieldReason::Budget);
        check(1, Growing, Overloaded, 1, YieldReason::Budget);
        check(3, Steady, Overloaded, 1, YieldReason::Hint);
        check(2, Growing, Calm, 1, YieldReason::Backlog);
    }

    #[test]
    fn a_backlog_grows_when_it_more_than_doubles() {
        fn check(at_start: usize, now: usize, expected: Trend) {
            assert_eq!(Trend::between(at_start, now), expected);
        }
        check(0, 2, Steady);
        check(0, 3, Growing);
        check(1, 2, Steady);
        check(10, 0, Steady);
        check(10, 20, Steady);
        check(10, 21, Growing);
        check(usize::MAX, usize::MAX, Steady);
    }

    #[test]
    fn a_dispatcher_is_loaded_when_its_last_cell_waits_long() {
        fn check(ready: usize, each: Duration, expected: OverloadHint) {
            assert_eq!(OverloadHint::measured(ready, each), expected);
        }
        check(0, Duration::from_secs(1), Calm);
        check(999, Duration::from_micros(1), Calm);
        check(1_000, Duration::from_micros(1), Busy);
        check(10_000, Duration::from_micros(1), Overloaded);
        check(1, Duration::from_millis(1), Busy);
        check(usize::MAX, Duration::MAX, Overloaded);
    }

    fn length(budget: Budget, pending: usize, at_start: usize, hint: OverloadHint) -> u32 {
        let trend = Trend::between(at_start, pending);
        let goes_on = |&handled: &u32| budget.next(handled, 0, pending, trend, hint) == Next::Continue;
        (0..=budget.messages()).take_while(goes_on).count() as u32
    }

    proptest! {
        #[test]
        fn an_empty_mailbox_never_yields(messages: u32, handled: u32) {
            for hint in HINTS {
                for trend in [Steady, Growing] {
                    let next = Budget::new(messages).next(handled, 0, 0, trend, hint);
                    prop_assert_eq!(next, Next::Continue);
                }
            }
        }

        #[test]
        fn a_higher_hint_never_lengthens_an_activation(
            messages in 0..300_u32, pending in 1..500_usize, at_start in 0..500_usize,
        ) {
            let lengths = HINTS.map(|hint| length(Budget::new(messages), pending, at_start, hint));
            prop_assert!(lengths.is_sorted_by(|shorter, longer| shorter >= longer));
            prop_assert!(lengths[2] >= 1 && lengths[0] <= messages.max(1));
        }

        #[test]
        fn a_larger_backlog_never_lengthens_an_activation(
            messages in 0..300_u32, pending in 1..500_usize, more in 0..500_usize, at_start in 0..500_usize,
        ) {
            for hint in HINTS {
                let with = |pending| length(Budget::new(messages), pending, at_start, hint);
                prop_assert!(with(pending + more) <= with(pending));
            }
        }

        #[test]
        fn what_is_left_is_what_may_still_be_taken(messages in 0..300_u32, handled in 0..300_u32) {
            for (hint, trend) in HINTS.into_iter().flat_map(|hint| [(hint, Steady), (hint, Growing)]) {
                let budget = Budget::new(messages);
                let taken = (handled..).take_while(|&h| budget.next(h, 0, 1, trend, hint) == Next::Continue).count();
                prop_assert_eq!(budget.left(handled, trend, hint), taken as u32);
            }
        }

        #[test]
        fn a_longer_queue_and_a_longer_step_never_lower_the_hint(
            ready in 0..100_000_usize, more in 0..100_000_usize, each in 0..100_000_u64, longer in 0..100_000_u64,
        ) {
            let hint = |ready, nanos| OverloadHint::measured(ready, Duration::from_nanos(nanos));
            prop_assert!(hint(ready, each) <= hint(ready + more, each + longer));
        }

        #[test]
        fn both_sides_count_as_pending(handled in 1..300_u32, system in 0..3_usize, user in 0..3_usize) {
            let next = |system, user| Budget::DEFAULT.next(handled, system, user, Steady, Calm);
            prop_assert_eq!(next(system, user), next(0, system + user));
        }
    }
}
