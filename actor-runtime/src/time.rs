//! Instants on the system's own clock, and the clock that tells them.
//!
//! Keeps the promise that an actor sees one clock only: every decision of the core is given an
//! [`Instant`] and never asks for the time, so a run under a virtual clock repeats exactly.

use core::fmt;
use core::ops::{Add, Sub};
use core::time::Duration;

/// A point in time, in nanoseconds since the clock of its system started.
///
/// Instants of different systems have nothing to do with each other. The range is 584 years, and all
/// arithmetic saturates instead of wrapping.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(u64);

impl Instant {
    /// The instant the clock started.
    pub const ZERO: Self = Self(0);

    /// The instant this many nanoseconds after the clock started.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the clock started.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The instant this much later, or the last one there is.
    #[must_use]
    pub const fn saturating_add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(nanos(duration)))
    }

    /// The time from `earlier` to this instant, zero if `earlier` is in fact later.
    #[must_use]
    pub const fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// The instant this much later, or the last one there is.
impl Add<Duration> for Instant {
    type Output = Self;

    #[inline]
    fn add(self, duration: Duration) -> Self {
        self.saturating_add(duration)
    }
}

/// The time from the earlier instant to this one, zero if that is in fact later.
impl Sub for Instant {
    type Output = Duration;

    #[inline]
    fn sub(self, earlier: Self) -> Duration {
        self.saturating_since(earlier)
    }
}

/// Shows the time since the clock started, such as `1.5s`; `{:.1}` rounds it.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Duration::from_nanos(self.0), f)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instant({self})")
    }
}

/// Tells the time of one system: the only clock an actor sees.
///
/// Two readings never go backwards. A backend supplies one, tests supply a virtual one.
pub trait Clock {
    /// The time now.
    fn now(&self) -> Instant;
}

/// The length of `duration` in nanoseconds, at most `u64::MAX`.
///
/// `Duration::as_nanos` answers in 128 bits, which a Cortex-M0 multiplies in software.
pub(crate) const fn nanos(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos() as u64)
}

/// The duration of so many nanoseconds.
///
/// `Duration::from_nanos` divides in 64 bits, which small cores carry as a kilobyte of software; here they subtract.
pub(crate) const fn duration(nanos: u64) -> Duration {
    const SECOND: u64 = 1_000_000_000;
    let (mut secs, mut rest) = (0, nanos);
    // No `u64` of nanoseconds has more seconds than these.
    let mut bit = 35;
    while bit > 0 {
        bit -= 1;
        if rest >> bit >= SECOND {
            rest -= SECOND << bit;
            secs |= 1 << bit;
        }
    }
    // Always less than a second; said so that the compiler knows it too.
    Duration::new(secs, if rest < SECOND { rest as u32 } else { 0 })
}

/// The first beat of `period` after `now`, counted from `last`: those that were missed are skipped.
///
/// Without a division, which small cores do in software.
pub(crate) fn next_beat(last: Instant, period: Duration, now: Instant) -> Instant {
    beat_after(last, nanos(period), now)
}

/// As [`next_beat`], with a period in nanoseconds.
pub(crate) fn beat_after(last: Instant, period: u64, now: Instant) -> Instant {
    let period = period.max(1);
    let mut left = now.as_nanos().saturating_sub(last.as_nanos());
    let mut doublings = 0;
    while period << doublings <= left >> 1 {
        doublings += 1;
    }
    loop {
        left -= if period << doublings <= left { period << doublings } else { 0 };
        if doublings == 0 {
            break;
        }
        doublings -= 1;
    }
    Instant::from_nanos((now.as_nanos().max(last.as_nanos()) - left).saturating_add(period))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn an_instant_shows_the_time_since_the_clock_started() {
        fn check(nanos: u64, shown: &str, debug: &str) {
            let instant = Instant::from_nanos(nanos);
            assert_eq!((&*format!("{instant:.1}"), &*format!("{instant:?}")), (shown, debug));
        }
        check(0, "0.0ns", "Instant(0ns)");
        check(1_500_000_000, "1.5s", "Instant(1.5s)");
        check(1_234_567, "1.2ms", "Instant(1.234567ms)");
    }

    #[test]
    fn arithmetic_saturates() {
        let (early, late) = (Instant::from_nanos(3), Instant::from_nanos(1_000));
        assert_eq!((late - early, early - late), (Duration::from_nanos(997), Duration::ZERO));
        assert_eq!(early + Duration::from_nanos(997), late);
        assert_eq!(early + Duration::MAX, Instant::from_nanos(u64::MAX));
    }

    #[test]
    fn nanoseconds_make_the_duration_that_dividing_makes() {
        let second = 1_000_000_000;
        for nanos in [0, 1, second - 1, second, second + 1, 59 * second + 7, u64::MAX / 3, u64::MAX - 1, u64::MAX] {
            assert_eq!(duration(nanos), Duration::from_nanos(nanos));
        }
    }

    #[test]
    fn a_duration_is_counted_in_nanoseconds_and_saturates() {
        fn check(duration: Duration, expected: u64) {
            assert_eq!(nanos(duration), expected, "{duration:?}");
        }
        check(Duration::ZERO, 0);
        check(Duration::new(2, 3), 2_000_000_003);
        check(Duration::from_nanos(u64::MAX), u64::MAX);
        check(Duration::MAX, u64::MAX);
    }

    #[test]
    fn adding_saturates_at_the_last_instant() {
        fn check(start: u64, duration: Duration, expected: u64) {
            let later = Instant::from_nanos(start).saturating_add(duration);
            assert_eq!(later.as_nanos(), expected);
        }
        check(0, Duration::from_millis(1), 1_000_000);
        check(u64::MAX - 1, Duration::from_nanos(1), u64::MAX);
        check(u64::MAX, Duration::from_secs(1), u64::MAX);
        check(1, Duration::MAX, u64::MAX);
    }

    #[test]
    fn the_time_since_a_later_instant_is_zero() {
        fn check(later: u64, earlier: u64, expected: Duration) {
            let since = Instant::from_nanos(later).saturating_since(Instant::from_nanos(earlier));
            assert_eq!(since, expected);
        }
        check(5, 2, Duration::from_nanos(3));
        check(2, 2, Duration::ZERO);
        check(2, 5, Duration::ZERO);
        check(u64::MAX, 0, Duration::from_nanos(u64::MAX));
    }

    #[test]
    fn beats_that_were_missed_are_skipped() {
        fn check(last: u64, now: u64, period: u64, expected: u64) {
            let next = next_beat(Instant::from_nanos(last), Duration::from_nanos(period), Instant::from_nanos(now));
            assert_eq!(next.as_nanos(), expected, "{last} {now} {period}");
        }
        check(100, 100, 10, 110);
        check(100, 109, 10, 110);
        check(100, 110, 10, 120);
        check(100, 195, 10, 200);
        check(100, 200, 10, 210);
        check(0, u64::MAX / 2, 1, u64::MAX / 2 + 1);
        check(7, 1_000_000_007, 3, 1_000_000_009);
    }
}
