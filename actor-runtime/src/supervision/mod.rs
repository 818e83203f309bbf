//! What is done about failures: policies as constants, and one pure function that decides.
//!
//! Keeps the promise that a decision is taken where the failure happened, at once: [`decide`] depends
//! on nothing but its arguments, so both backends, tests and simulations decide alike.

mod backoff;
mod decider;
mod directive;
mod group;
mod limit;
mod patience;
mod scope;
mod strategy;

pub use backoff::{Backoff, Jitter};
pub use decider::{Decider, LiveFailure, directive};
pub use directive::{Decision, Directive, Exhausted, RootExhausted, default_directive};
pub use group::{Group, Rest, Standing, Step};
pub use limit::{RestartLimit, RestartWindow, Verdict};
pub use patience::Patience;
pub use scope::{Scope, Terms};
pub use strategy::{End, RestartType, Strategy};

use core::time::Duration;

use crate::failure::FailureKind;
use crate::time::{Instant, nanos};

/// How a supervisor treats its children.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Supervision {
    /// Which siblings a restart concerns.
    pub strategy: Strategy,
    /// With [`Strategy::Custom`], for each declared child that fails, row by row, whom of all of them it takes along.
    pub along: &'static [bool],
    /// How many restarts are allowed, in how much time.
    pub limit: RestartLimit,
    /// How long to wait before a restart.
    pub backoff: Backoff,
    /// What happens beyond the limit.
    pub exhausted: Exhausted,
    /// How long each of its children may take to stop before it is killed. On bare metal, where one worker runs all, a child
    /// is waited for.
    pub shutdown: Duration,
}

impl Supervision {
    /// `one_for_one`, ten restarts within sixty seconds, the default backoff, then escalate; five seconds to stop.
    pub const DEFAULT: Self = Self {
        strategy: Strategy::OneForOne,
        along: &[],
        limit: RestartLimit::DEFAULT,
        backoff: Backoff::DEFAULT,
        exhausted: Exhausted::Escalate,
        shutdown: Self::SHUTDOWN,
    };

    /// Whether a restart of child `failed` concerns child `other`, of `count` in the order of their start. A child outside of
    /// them concerns nobody.
    #[must_use]
    pub fn concerns(&self, failed: usize, other: usize, count: usize) -> bool {
        failed < count
            && other < count
            && match self.strategy {
                Strategy::OneForOne => other == failed,
                Strategy::OneForAll => true,
                Strategy::RestForOne => other >= failed,
                Strategy::Custom => other == failed || self.along.get(failed * count + other) == Some(&true),
            }
    }
}

impl Default for Supervision {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The restarts of one child or one group: the one owner of their count.
///
/// A group restart is one restart, and so is a start that fails again. `N` is the storage of its
/// [`RestartWindow`]; a history of 4 takes 24 bytes, and a new one is all zeros.
#[derive(Clone, Debug, Default)]
pub struct History<const N: usize> {
    window: RestartWindow<N>,
    /// Restarts since the last quiet time; at its maximum every delay has long reached its own.
    consecutive: u16,
}

impl<const N: usize> History<N> {
    /// A history without restarts.
    #[must_use]
    pub const fn new() -> Self {
        Self { window: RestartWindow::new(), consecutive: 0 }
    }

    /// The number of restarts that followed each other without a quiet time between, at most 65 535.
    #[must_use]
    pub const fn consecutive(&self) -> u32 {
        self.consecutive as u32
    }

    /// The number of restarts in the window when the last one was decided, at most `N`.
    #[must_use]
    pub const fn restarts(&self) -> u32 {
        self.window.restarts()
    }

    /// Counts a restart that was allowed at `at`, in an earlier run.
    pub fn recall(&mut self, policy: &Supervision, at: Instant) {
        let limit = match policy.limit {
            RestartLimit::AtMost { restarts: _, within } => RestartLimit::new(u32::MAX, within),
            RestartLimit::Unlimited => RestartLimit::Unlimited,
        };
        let _ = self.restart(&Supervision { limit, ..*policy }, at);
    }

    /// Counts a restart, if the limit allows one more, and says how many it follows.
    fn restart(&mut self, policy: &Supervision, now: Instant) -> Option<u32> {
        // Asked before the window takes the new restart for its newest.
        if self.was_quiet(&policy.backoff, now) {
            self.consecutive = 0;
        }
        match self.window.record(now, &policy.limit) {
            Verdict::Within => {
                let before = self.consecutive;
                self.consecutive = before.saturating_add(1);
                Some(u32::from(before))
            }
            Verdict::Exceeded => None,
        }
    }

    /// Whether the actor ran long enough without a failure.
    ///
    /// It did not run while it waited for its last restart: without that delay, one longer than the
    /// reset would make every restart a first one. The longest delay stands for the true one.
    fn was_quiet(&self, backoff: &Backoff, now: Instant) -> bool {
        let waited = backoff.longest_nanos(self.consecutive().saturating_sub(1));
        let since = now.as_nanos().saturating_sub(self.window.last().as_nanos());
        since >= nanos(backoff.reset).saturating_add(waited)
    }
}

/// Decides what is done about a failure, and counts the restart if it is one.
///
/// `directive` is what the supervisor wishes for this failure of a child of this type, as
/// [`RestartType::after_failure`] says, or [`RestartType::after_end`] of a life that ended by itself, of which the kind is
/// `error`. `history` are the restarts so far of whom `policy` counts, `random` 64 random bits for the jitter. The same
/// arguments give the same decision; nothing is allocated, locked or waited for.
#[must_use = "a decision has no effect until it is carried out"]
pub fn decide<const N: usize>(
    policy: &Supervision,
    history: &mut History<N>,
    directive: Directive,
    kind: FailureKind,
    now: Instant,
    random: u64,
) -> Decision {
    match directive.possible_after(kind) {
        Directive::Resume => Decision::Resume,
        Directive::Stop => Decision::Stop,
        Directive::Escalate => Decision::Escalate,
        Directive::Restart => match history.restart(policy, now) {
            Some(nth) => Decision::Restart { after: policy.backoff.delay(nth, random) },
            None => policy.exhausted.into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{Strategy, *};
    use proptest::prelude::*;

    const EXACT: Supervision = Supervision {
        limit: RestartLimit::Unlimited,
        backoff: Backoff::DEFAULT.jitter(Jitter::None),
        ..Supervision::DEFAULT
    };

    fn secs(secs: u64) -> Instant {
        Instant::from_nanos(secs * 1_000_000_000)
    }

    fn at_once() -> Decision {
        restart(0)
    }

    fn restart(millis: u64) -> Decision {
        let after = Duration::from_millis(millis);
        Decision::Restart { after }
    }

    #[test]
    fn a_directive_leads_to_its_decision() {
        fn check(directive: Directive, kind: FailureKind, expected: Decision) {
            let mut history = History::<4>::new();
            let decision = decide(&EXACT, &mut history, directive, kind, secs(1), 0);
            assert_eq!(decision, expected, "{directive:?} after {kind:?}");
            assert_eq!(history.restarts() > 0, expected == at_once());
        }
        check(Directive::Resume, FailureKind::Error, Decision::Resume);
        check(Directive::Resume, FailureKind::Panic, at_once());
        check(Directive::Resume, FailureKind::Start, at_once());
        check(Directive::Restart, FailureKind::Error, at_once());
        check(Directive::Stop, FailureKind::Panic, Decision::Stop);
        check(Directive::Escalate, FailureKind::Panic, Decision::Escalate);
    }

    #[test]
    fn a_restart_beyond_the_limit_takes_the_exhausted_path() {
        fn check(exhausted: Exhausted, expected: Decision) {
            let limit = RestartLimit::new(2, Duration::from_secs(60));
            let policy = Supervision { limit, exhausted, ..EXACT };
            let mut history = History::<4>::new();
            let mut next = |directive| decide(&policy, &mut history, directive, FailureKind::Panic, secs(1), 0);
            assert_eq!(next(Directive::Restart), at_once());
            assert_eq!(next(Directive::Restart), restart(50));
            assert_eq!(next(Directive::Restart), expected);
            // Resume after a panic is a restart, and counted as one.
            assert_eq!(next(Directive::Resume), expected);
        }
        check(Exhausted::Escalate, Decision::Escalate);
        check(Exhausted::StopChild, Decision::Stop);
        check(Exhausted::StopSelf, Decision::StopSelf);
    }

    #[test]
    fn a_restart_type_has_the_last_say_after_a_failure_and_after_an_end() {
        fn check(restart: RestartType, after_failure: Decision, after_end: Decision) {
            let mut history = History::<4>::new();
            let kind = FailureKind::Panic;
            let failed =
                decide(&EXACT, &mut history, restart.after_failure(Directive::Restart, kind), kind, secs(1), 0);
            assert_eq!(failed, after_failure, "{restart:?}");
            let mut history = History::<4>::new();
            let ended = decide(&EXACT, &mut history, restart.after_end(), FailureKind::Error, secs(1), 0);
            assert_eq!(ended, after_end, "{restart:?}");
            assert_eq!(history.restarts() > 0, after_end == at_once(), "an end that is none is not counted");
        }
        check(RestartType::Permanent, at_once(), at_once());
        check(RestartType::Transient, at_once(), Decision::Stop);
        check(RestartType::Temporary, Decision::Stop, Decision::Stop);
    }

    #[test]
    fn a_temporary_child_is_stopped_where_resuming_is_impossible_and_escalates_where_told() {
        fn check(directive: Directive, kind: FailureKind, expected: Decision) {
            let mut history = History::<4>::new();
            let wish = RestartType::Temporary.after_failure(directive, kind);
            let decision = decide(&EXACT, &mut history, wish, kind, secs(1), 0);
            assert_eq!(decision, expected, "{directive:?} after {kind:?}");
        }
        check(Directive::Resume, FailureKind::Unasked, Decision::Resume);
        check(Directive::Resume, FailureKind::Panic, Decision::Stop);
        check(Directive::Escalate, FailureKind::Error, Decision::Escalate);
    }

    #[test]
    fn ends_beyond_the_limit_take_the_exhausted_path() {
        let limit = RestartLimit::new(1, Duration::from_secs(60));
        let policy = Supervision { limit, exhausted: Exhausted::StopSelf, ..EXACT };
        let mut history = History::<4>::new();
        let wish = RestartType::Permanent.after_end();
        let mut next = || decide(&policy, &mut history, wish, FailureKind::Error, secs(1), 0);
        assert_eq!((next(), next()), (at_once(), Decision::StopSelf));
    }

    /// Restarts at each time in seconds and expects the last to follow `nth` others.
    fn check_consecutive(backoff: Backoff, times: &[u64], nth: u32) {
        let policy = Supervision { backoff, ..EXACT };
        let mut history = History::<4>::new();
        let mut last = Decision::Resume;
        for &time in times {
            let restart = Directive::Restart;
            last = decide(&policy, &mut history, restart, FailureKind::Error, secs(time), 0);
        }
        let after = backoff.delay(nth, 0);
        assert_eq!(last, Decision::Restart { after }, "{times:?}");
        assert_eq!(history.consecutive(), nth + 1, "{times:?}");
    }

    #[test]
    fn delays_grow_until_a_quiet_time_resets_them() {
        let backoff = EXACT.backoff;
        check_consecutive(backoff, &[1], 0);
        check_consecutive(backoff, &[1, 2, 3], 2);
        check_consecutive(backoff, &[1, 60], 1);
        check_consecutive(backoff, &[1, 61], 0);
        check_consecutive(backoff, &[1000, 1001, 1062, 1063], 1);
    }

    #[test]
    fn waiting_for_a_restart_is_not_quiet_time() {
        let slow = Backoff::new(Duration::from_secs(100), Duration::from_secs(100), 1);
        let slow = slow.jitter(Jitter::None);
        check_consecutive(slow, &[1, 2, 102, 202, 302], 4);
        check_consecutive(slow, &[1, 2, 161], 2);
        check_consecutive(slow, &[1, 2, 162], 0);
    }

    #[test]
    fn an_outage_of_ten_seconds_survives_the_defaults() {
        fn check(random: u64) {
            let mut history = History::<16>::new();
            let (mut now, kind) = (secs(5), FailureKind::Start);
            while now < secs(15) {
                let wish = default_directive(kind);
                match decide(&Supervision::DEFAULT, &mut history, wish, kind, now, random) {
                    Decision::Restart { after } => now = now.saturating_add(after),
                    other => panic!("gave up with {other:?} at {now:?}"),
                }
            }
        }
        check(0);
        check(u64::MAX);
        check(0x8000_0000);
    }

    #[test]
    fn each_strategy_concerns_its_siblings_and_a_child_outside_of_them_nobody() {
        fn check(strategy: Strategy, failed: usize, expected: &[usize]) {
            // The second takes the first along, and the third the second.
            let along = &[false, false, false, true, false, false, false, true, false];
            let policy = Supervision { strategy, along, ..Supervision::DEFAULT };
            let concerned = (0..9).filter(|other| policy.concerns(failed, *other, 3));
            assert!(concerned.eq(expected.iter().copied()), "{strategy:?} {failed}");
        }
        let all = [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne, Strategy::Custom];
        for strategy in all {
            check(strategy, 3, &[]);
            check(strategy, usize::MAX, &[]);
        }
        check(Strategy::OneForOne, 1, &[1]);
        check(Strategy::OneForAll, 1, &[0, 1, 2]);
        check(Strategy::RestForOne, 0, &[0, 1, 2]);
        check(Strategy::RestForOne, 1, &[1, 2]);
        check(Strategy::Custom, 0, &[0]);
        check(Strategy::Custom, 1, &[0, 1]);
        check(Strategy::Custom, 2, &[1, 2]);
    }

    #[test]
    fn a_history_of_four_takes_24_bytes() {
        assert_eq!(size_of::<History<4>>(), 24);
        assert_eq!(size_of::<History<16>>(), 72);
    }

    proptest! {
        #[test]
        fn the_same_failures_get_the_same_decisions_within_the_limit(
            steps in prop::collection::vec((0..20_000_000_000_u64, any::<u64>()), 1..50),
        ) {
            let (mut one, mut other) = (History::<16>::new(), History::<16>::new());
            let mut now = Instant::ZERO;
            for (gap, random) in steps {
                now = now.saturating_add(Duration::from_nanos(gap));
                let next = |history: &mut History<16>| {
                    let kind = FailureKind::Panic;
                    decide(&Supervision::DEFAULT, history, Directive::Resume, kind, now, random)
                };
                let decision = next(&mut one);
                prop_assert_eq!(decision, next(&mut other));
                prop_assert!(one.restarts() <= 10);
                match decision {
                    Decision::Restart { after } => prop_assert!(after <= Backoff::DEFAULT.max),
                    Decision::Escalate => prop_assert_eq!(one.restarts(), 10),
                    other => prop_assert!(false, "unexpected {:?}", other),
                }
            }
        }
    }
}
