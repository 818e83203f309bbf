//! How long to wait before a restart.
//!
//! Keeps the promise `backoff`: the first restart comes at once, later ones after a growing delay that
//! never exceeds its maximum, jitter included. Integer arithmetic in 64 bits, for small cores.

use core::time::Duration;

use crate::time::{duration, nanos};

/// How much of a delay is left to chance, so that actors which failed together do not return together.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default)]
pub enum Jitter {
    /// Nothing: every delay is exact.
    None,
    /// Half: a delay of `d` lies between `d / 2` and `d`.
    #[default]
    Equal,
    /// All: a delay of `d` lies between zero and `d`.
    Full,
}

/// The delays between restarts that follow each other.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Backoff {
    /// The delay before the second restart; the first has none.
    pub min: Duration,
    /// No delay is longer, jitter included.
    pub max: Duration,
    /// How much longer each delay is than the one before; 0 and 1 both keep it the same.
    pub factor: u32,
    /// How much of each delay is left to chance.
    pub jitter: Jitter,
    /// After a quiet time of this length the next restart is a first one again. It begins when the
    /// actor runs again, so a delay longer than it does not count as quiet.
    pub reset: Duration,
}

impl Backoff {
    /// 50 ms doubling to 30 s, half of it left to chance; begins anew after a quiet minute.
    pub const DEFAULT: Self = Self::new(Duration::from_millis(50), Duration::from_secs(30), 2);

    /// No delay before any restart.
    pub const NONE: Self = Self::new(Duration::ZERO, Duration::ZERO, 1);

    /// Delays from `min` to `max`, each `factor` times the one before, with the default jitter and reset.
    #[must_use]
    pub const fn new(min: Duration, max: Duration, factor: u32) -> Self {
        Self { min, max, factor, jitter: Jitter::Equal, reset: Duration::from_secs(60) }
    }

    /// The same delays with this jitter.
    #[must_use]
    pub const fn jitter(self, jitter: Jitter) -> Self {
        Self { jitter, ..self }
    }

    /// The same delays, beginning anew after this quiet time.
    #[must_use]
    pub const fn reset(self, reset: Duration) -> Self {
        Self { reset, ..self }
    }

    /// The delay before a restart that follows `nth` others: none for 0, `min` for 1, then growing.
    ///
    /// `random` is any 64 random bits, or 32 in the lower half.
    #[must_use]
    pub const fn delay(&self, nth: u32, random: u64) -> Duration {
        let longest = self.longest_nanos(nth);
        duration(match self.jitter {
            Jitter::None => longest,
            Jitter::Equal => longest - longest / 2 + chance(longest / 2, random),
            Jitter::Full => chance(longest, random),
        })
    }

    /// The delay before a restart that follows `nth` others, in nanoseconds, if chance makes it longest.
    pub(super) const fn longest_nanos(&self, nth: u32) -> u64 {
        if nth == 0 {
            return 0;
        }
        let max = nanos(self.max);
        let mut delay = nanos(self.min);
        let mut growths = nth - 1;
        // Ends early: with a factor of two or more within 64 rounds.
        while growths > 0 && delay < max && delay > 0 && self.factor > 1 {
            delay = delay.saturating_mul(self.factor as u64);
            growths -= 1;
        }
        if delay < max { delay } else { max }
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A number from zero to `most`, both included.
///
/// A product of 32 bit halves instead of a remainder: small cores have no division.
const fn chance(most: u64, random: u64) -> u64 {
    // Sources of 32 bits leave the upper half zero.
    let random = (random ^ (random >> 32)) & 0xffff_ffff;
    let choices = most.saturating_add(1);
    (choices >> 32) * random + (((choices & 0xffff_ffff) * random) >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn the_first_restart_is_at_once_and_delays_grow_to_the_maximum() {
        fn check(backoff: Backoff, nth: u32, expected: Duration) {
            let exact = backoff.jitter(Jitter::None);
            assert_eq!(exact.delay(nth, u64::MAX), expected, "{nth} of {backoff:?}");
        }
        check(Backoff::DEFAULT, 0, Duration::ZERO);
        check(Backoff::DEFAULT, 1, millis(50));
        check(Backoff::DEFAULT, 2, millis(100));
        check(Backoff::DEFAULT, 10, millis(25_600));
        check(Backoff::DEFAULT, 11, millis(30_000));
        check(Backoff::DEFAULT, u32::MAX, millis(30_000));
        check(Backoff::NONE, 7, Duration::ZERO);

        let triple = Backoff::new(millis(10), Duration::MAX, 3);
        check(triple, 4, millis(270));
        check(triple, 100, Duration::from_nanos(u64::MAX));

        let constant = Backoff::new(millis(10), millis(99), 1);
        check(constant, u32::MAX, millis(10));
        check(Backoff { factor: 0, ..constant }, u32::MAX, millis(10));
        check(Backoff::new(Duration::ZERO, millis(99), 2), u32::MAX, Duration::ZERO);
        check(Backoff::new(millis(10), millis(5), 2), 1, millis(5));
    }

    #[test]
    fn jitter_takes_its_part_of_the_delay() {
        fn check(jitter: Jitter, random: u64, expected: Duration) {
            let backoff = Backoff::new(millis(100), millis(1000), 2).jitter(jitter);
            assert_eq!(backoff.delay(1, random), expected, "{jitter:?} {random:x}");
        }
        check(Jitter::None, 0, millis(100));
        check(Jitter::Equal, 0, millis(50));
        check(Jitter::Equal, 0xffff_ffff, millis(100));
        check(Jitter::Equal, 0x8000_0000, millis(75));
        check(Jitter::Full, 0, Duration::ZERO);
        check(Jitter::Full, 0xffff_ffff, millis(100));
        check(Jitter::Full, 0xffff_ffff_0000_0000, millis(100));
    }

    fn any_backoff() -> impl Strategy<Value = Backoff> {
        let jitter = prop_oneof![Just(Jitter::None), Just(Jitter::Equal), Just(Jitter::Full)];
        let nanos = || prop_oneof![0..100_u64, 0..100_000_000_000_u64, any::<u64>()];
        (nanos(), nanos(), 0..9_u32, jitter).prop_map(|(min, max, factor, jitter)| {
            Backoff::new(Duration::from_nanos(min), Duration::from_nanos(max), factor).jitter(jitter)
        })
    }

    proptest! {
        #[test]
        fn a_delay_keeps_its_bounds(backoff in any_backoff(), nth in 0..200_u32, random: u64) {
            let delay = backoff.delay(nth, random);
            let longest = backoff.jitter(Jitter::None).delay(nth, 0);
            prop_assert!(delay <= longest);
            prop_assert!(longest <= backoff.max);
            match backoff.jitter {
                Jitter::None => prop_assert_eq!(delay, longest),
                Jitter::Equal => prop_assert!(delay >= longest / 2),
                Jitter::Full => {}
            }
        }

        #[test]
        fn without_jitter_delays_never_shrink(backoff in any_backoff(), nth in 0..200_u32) {
            let backoff = backoff.jitter(Jitter::None);
            prop_assert!(backoff.delay(nth, 0) <= backoff.delay(nth + 1, 0));
        }
    }
}
