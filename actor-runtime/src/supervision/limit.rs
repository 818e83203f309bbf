//! How many restarts are too many: the limit, and the sliding window that counts against it.
//!
//! Keeps the promise `limit`: at most so many restarts inside any stretch of the window's length, the
//! next one is refused; in fixed storage, without an allocator.

use core::time::Duration;

use crate::time::{Instant, nanos};

/// How many restarts are allowed, in how much time.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum RestartLimit {
    /// At most `restarts` within `within`; the next one exceeds the limit.
    AtMost {
        /// The number of restarts allowed; with zero the first is too many.
        restarts: u32,
        /// The length of the sliding window, at most [`RestartLimit::LONGEST`].
        within: Duration,
    },
    /// No number is too many. Only sensible together with a backoff.
    Unlimited,
}

impl RestartLimit {
    /// Ten restarts within sixty seconds.
    pub const DEFAULT: Self = Self::new(10, Duration::from_secs(60));

    /// The longest window, six days; a longer one counts as this long.
    pub const LONGEST: Duration = Duration::from_secs(6 * 24 * 60 * 60);

    /// At most `restarts` within `within`.
    #[must_use]
    pub const fn new(restarts: u32, within: Duration) -> Self {
        Self::AtMost { restarts, within }
    }
}

impl Default for RestartLimit {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Whether one more restart keeps within the limit.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Verdict {
    /// The restart is allowed, and counted.
    Within,
    /// It would be one too many.
    Exceeded,
}

/// The last `N` restarts, as a window that slides over them.
///
/// A limit of more than `N` restarts counts as a limit of `N`: what is asked is whether the oldest of
/// so many restarts still lies in the window, and only `N` are remembered. `#[supervise]` refuses such
/// a limit; the tokio backend takes 16, bare metal 10.
///
/// Time is counted in steps of 2^18 ns (about a quarter of a millisecond), so that a restart costs four
/// bytes instead of eight. Rounding favours caution: a restart is never forgotten while less than
/// the window has passed, and at most two steps after. An empty window is all zeros, for `.bss`.
#[derive(Clone, Debug)]
pub struct RestartWindow<const N: usize> {
    /// The lower half of each restart's step, the newest first. They lie at most [`LONGEST_SPAN`]
    /// apart, so that the distance of two is right although the halves wrap.
    steps: [u32; N],
    /// The upper half of the newest restart's step.
    newest_upper: u16,
    /// How many of `steps` are set.
    len: u8,
}

/// The length of a step is 2 to this power, in nanoseconds: 2^18 leaves 46 bits, which 32 + 16 hold.
const STEP_BITS: u32 = 18;

/// [`RestartLimit::LONGEST`] in steps: below 2^31, so that the age of a step before the newest, which
/// is itself at most this old, fits 32 bits.
const LONGEST_SPAN: u32 = ((nanos(RestartLimit::LONGEST) >> STEP_BITS) + 1) as u32;

impl<const N: usize> RestartWindow<N> {
    /// A window that has seen no restart.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(N > 0 && N < 256, "a restart window holds 1 to 255 restarts") };
        Self { steps: [0; N], newest_upper: 0, len: 0 }
    }

    /// Counts a restart at `now`, unless the limit forbids it.
    ///
    /// A refused restart is not counted: it does not happen. A `now` before the newest restart counts
    /// as the time of that one.
    pub fn record(&mut self, now: Instant, limit: &RestartLimit) -> Verdict {
        let now = (now.as_nanos() >> STEP_BITS).max(self.newest());
        let verdict = match *limit {
            RestartLimit::AtMost { restarts, within } => {
                self.forget_older_than(span(within), now);
                if u32::from(self.len) < restarts.min(N as u32) { Verdict::Within } else { Verdict::Exceeded }
            }
            RestartLimit::Unlimited => {
                // Too old to be compared with, should a limit be set later.
                self.forget_older_than(LONGEST_SPAN, now);
                Verdict::Within
            }
        };
        match verdict {
            Verdict::Within => self.push(now),
            Verdict::Exceeded => {}
        }
        verdict
    }

    /// The number of restarts remembered: those in the window when the last one was recorded, at most `N`.
    #[must_use]
    pub const fn restarts(&self) -> u32 {
        self.len as u32
    }

    /// The time of the newest restart, earlier by less than a step; [`Instant::ZERO`] before the first.
    pub(super) const fn last(&self) -> Instant {
        Instant::from_nanos(self.newest() << STEP_BITS)
    }

    /// The step of the newest restart, also once it has left the window.
    const fn newest(&self) -> u64 {
        (self.newest_upper as u64) << 32 | self.steps[0] as u64
    }

    fn forget_older_than(&mut self, span: u32, now: u64) {
        let newest_age = now - self.newest();
        if newest_age > u64::from(span) {
            self.len = 0;
        }
        while self.len > 0 {
            // There is one: `len` is at most `N`.
            let Some(&oldest) = self.steps.get(usize::from(self.len) - 1) else { break };
            if newest_age as u32 + self.steps[0].wrapping_sub(oldest) <= span {
                break;
            }
            self.len -= 1;
        }
    }

    fn push(&mut self, now: u64) {
        // One by one, from the newest on: four words are no work for `memmove`, which small cores would have to carry.
        let mut newer = now as u32;
        for step in &mut self.steps {
            core::mem::swap(step, &mut newer);
        }
        self.newest_upper = (now >> 32) as u16;
        if usize::from(self.len) < N {
            self.len += 1;
        }
    }
}

impl<const N: usize> Default for RestartWindow<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// The length of a window in steps, rounded up, at most [`LONGEST_SPAN`].
const fn span(within: Duration) -> u32 {
    let nanos = nanos(within);
    let rounded_up = (nanos >> STEP_BITS) + (nanos & ((1 << STEP_BITS) - 1) != 0) as u64;
    if rounded_up < LONGEST_SPAN as u64 { rounded_up as u32 } else { LONGEST_SPAN }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    const STEP: u64 = 1 << STEP_BITS;

    fn millis(millis: u64) -> Instant {
        Instant::from_nanos(millis * 1_000_000)
    }

    /// Records a restart at each time in milliseconds, and expects the last, only, to be refused or not.
    fn check(limit: &RestartLimit, times: &[u64], expected: Verdict) {
        let mut window = RestartWindow::<4>::new();
        let (last, before) = times.split_last().unwrap();
        for &time in before {
            assert_eq!(window.record(millis(time), limit), Verdict::Within, "{times:?}");
        }
        assert_eq!(window.record(millis(*last), limit), expected, "{times:?}");
    }

    #[test]
    fn so_many_restarts_are_within_and_the_next_exceeds() {
        let limit = RestartLimit::new(3, Duration::from_millis(100));
        check(&limit, &[0], Verdict::Within);
        check(&limit, &[0, 0, 0], Verdict::Within);
        check(&limit, &[0, 0, 0, 0], Verdict::Exceeded);
        check(&limit, &[0, 40, 80, 99], Verdict::Exceeded);
        check(&limit, &[0, 40, 80, 101], Verdict::Within);
        check(&limit, &[0, 40, 80, 101, 139], Verdict::Exceeded);
        check(&limit, &[0, 40, 80, 101, 141], Verdict::Within);
    }

    #[test]
    fn a_restart_falls_out_strictly_after_the_window() {
        let limit = RestartLimit::new(1, Duration::from_millis(100));
        check(&limit, &[7, 107], Verdict::Exceeded);
        check(&limit, &[7, 108], Verdict::Within);
    }

    #[test]
    fn a_limit_of_zero_allows_nothing_and_unlimited_everything() {
        check(&RestartLimit::new(0, Duration::from_secs(1)), &[5], Verdict::Exceeded);
        check(&RestartLimit::Unlimited, &[0; 1000], Verdict::Within);
    }

    #[test]
    fn a_limit_above_the_storage_counts_as_the_storage() {
        let limit = RestartLimit::new(9, Duration::from_secs(60));
        check(&limit, &[0, 1, 2, 3], Verdict::Within);
        check(&limit, &[0, 1, 2, 3, 4], Verdict::Exceeded);
        check(&limit, &[0, 1, 2, 3, 60_001], Verdict::Within);
    }

    #[test]
    fn a_refused_restart_is_not_counted() {
        let limit = RestartLimit::new(1, Duration::from_millis(100));
        let mut window = RestartWindow::<4>::new();
        assert_eq!(window.record(millis(0), &limit), Verdict::Within);
        assert_eq!(window.record(millis(90), &limit), Verdict::Exceeded);
        assert_eq!(window.restarts(), 1);
        assert_eq!(window.record(millis(101), &limit), Verdict::Within);
    }

    #[test]
    fn a_clock_that_steps_back_counts_as_standing_still() {
        let limit = RestartLimit::new(2, Duration::from_millis(100));
        check(&limit, &[500, 3, 4], Verdict::Exceeded);
        check(&limit, &[500, 3, 601], Verdict::Within);
    }

    #[test]
    fn a_window_longer_than_the_longest_counts_as_the_longest() {
        let day = 24 * 60 * 60 * 1000;
        let limit = RestartLimit::new(1, Duration::MAX);
        check(&limit, &[0, 6 * day], Verdict::Exceeded);
        check(&limit, &[0, 6 * day + 1], Verdict::Within);
    }

    #[test]
    fn a_limit_set_after_unlimited_does_not_see_restarts_of_long_ago() {
        // The lower halves of the steps are equal again after 2^32 steps.
        let mut window = RestartWindow::<4>::new();
        let later = Instant::from_nanos(STEP << 32);
        window.record(Instant::ZERO, &RestartLimit::Unlimited);
        window.record(later, &RestartLimit::Unlimited);
        let limit = RestartLimit::new(2, Duration::from_secs(1));
        assert_eq!(window.record(later, &limit), Verdict::Within);
    }

    #[test]
    fn a_restart_costs_four_bytes() {
        assert_eq!(size_of::<RestartWindow<4>>(), 4 * 4 + 4);
        assert_eq!(size_of::<RestartWindow<16>>(), 16 * 4 + 4);
    }

    /// Restarts that happened, exactly and for ever: the naive model.
    fn inside(restarts: &[u64], now: u64, nanos: u64) -> usize {
        restarts.iter().filter(|&&then| now - then <= nanos).count()
    }

    fn gap() -> impl Strategy<Value = u64> {
        prop_oneof![
            4 => 0..3_000_000_u64,
            4 => 0..300_000_000_u64,
            1 => 0..600_000_000_000_000_u64,
            1 => (1_u64..4, 0..STEP).prop_map(|(wraps, more)| (wraps << (32 + STEP_BITS)) + more),
        ]
    }

    proptest! {
        #[test]
        fn the_window_agrees_with_a_list_of_all_restarts(
            start in prop_oneof![0..STEP, 0..u64::MAX / 2],
            within in prop_oneof![0..3_000_000_u64, 0..500_000_000_u64, 0..518_400_000_000_000_u64],
            restarts in 0..7_u32,
            gaps in prop::collection::vec(gap(), 1..60),
        ) {
            let limit = RestartLimit::new(restarts, Duration::from_nanos(within));
            let allowed = restarts.min(4) as usize;
            let mut window = RestartWindow::<4>::new();
            let mut model = Vec::new();
            let mut now = start;
            for gap in gaps {
                now = now.saturating_add(gap);
                let verdict = window.record(Instant::from_nanos(now), &limit);
                // Never too lenient, and too strict by two steps at most.
                if inside(&model, now, within) >= allowed {
                    prop_assert_eq!(verdict, Verdict::Exceeded);
                } else if inside(&model, now, within + 2 * STEP) < allowed {
                    prop_assert_eq!(verdict, Verdict::Within);
                }
                if verdict == Verdict::Within {
                    model.push(now);
                    prop_assert!(now - window.last().as_nanos() < STEP);
                }
            }
        }
    }
}
