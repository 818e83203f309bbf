//! Which messages are measured: each with the same chance, whatever came before it.
//!
//! A message spends credit, and the one that uses it up is measured. How much there is is drawn from an exponential
//! distribution, which has no memory: each message is measured with the chance of its own rate, independently of all
//! others. So traffic that repeats itself finds no rhythm to fall into, and types with different rates share one sampler.
//! What a message that is not measured pays is a subtraction and a branch.

use core::cell::Cell;

/// Of which messages the time in the queue is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dwell {
    /// Of none.
    Off,
    /// Of each with a chance of one in so many, two or more.
    Sampled(u32),
    /// Of each.
    All,
}

impl Dwell {
    /// Whether any is measured.
    #[must_use]
    pub const fn is_on(self) -> bool {
        !matches!(self, Self::Off)
    }

    /// So many messages stand behind each one that is measured; none where none is.
    #[must_use]
    pub const fn one_in(self) -> Option<u32> {
        match self {
            Self::Off => None,
            Self::Sampled(messages) => Some(messages),
            Self::All => Some(1),
        }
    }
}

/// The mean of a draw.
#[cfg(test)]
const MEAN: u32 = 1 << 24;
/// ln 2, in units of 2⁻³².
const LN_2: u64 = 2_977_044_472;

/// What a message spends so that one in so many is measured: -ln(1 - 1/n) of 2²⁴, the mean of a draw, as the chance that a draw is
/// used up is 1 - e^-spent.
pub(crate) const fn price(one_in: u32) -> u32 {
    assert!(one_in >= 2, "a rate of one in two or less");
    let (mut power, mut terms, mut sum) = ((1_u64 << 56) / one_in as u64, 1, 0);
    while power > 0 {
        sum += power / terms;
        power /= one_in as u64;
        terms += 1;
    }
    #[allow(clippy::cast_possible_truncation)] // Below the mean.
    let price = ((sum + (1 << 31)) >> 32) as u32;
    price
}

/// Draws for whoever sends on one thread. The credit comes first, where one instruction reaches it in a thread's memory.
#[repr(C)]
pub(crate) struct Sampler {
    credit: Cell<u32>,
    /// The state of Marsaglia's xorshift; zero before the first draw.
    random: Cell<u64>,
}

impl Sampler {
    /// A sampler that is [seeded](Self::use_up) when it is first used up, which it is at once.
    pub(crate) const fn new() -> Self {
        Self { credit: Cell::new(0), random: Cell::new(0) }
    }

    /// Whether the message that pays this [`price`] is measured, if `seed` says what to begin with. No two samplers
    /// should have the same.
    #[inline(always)]
    pub(crate) fn is_due(&self, price: u32, seed: impl FnOnce() -> u64) -> bool {
        // The subtraction itself says whether there was enough.
        let (left, used_up) = self.credit.get().overflowing_sub(price);
        self.credit.set(left);
        used_up && self.use_up(price, seed)
    }

    #[cold]
    #[inline(never)]
    fn use_up(&self, price: u32, seed: impl FnOnce() -> u64) -> bool {
        if self.random.get() == 0 {
            self.random.set(seed() | 1);
            if let Some(left) = self.draw().checked_sub(price) {
                self.credit.set(left);
                return false;
            }
        }
        self.credit.set(self.draw());
        true
    }

    /// An exponential draw: -ln of a number between 0 and 1, by its leading zeros and what follows them.
    fn draw(&self) -> u32 {
        let mut random = self.random.get();
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        self.random.set(random);
        // Spread, because the neighbours of a small state are small.
        let random = random.wrapping_mul(0x2545_f491_4f6c_dd1d);
        // Thirty-one zeros come once in four thousand million draws; what follows has the room it needs.
        let zeros = random.leading_zeros().min(31);
        // -ln(1 - x), x below a half, is 2 artanh(x / (2 - x)); all in units of 2^-32.
        let x = ((random << zeros << 1) >> 32) >> 1;
        let s = (x << 32) / ((2 << 32) - x);
        let square = (s * s) >> 32;
        let (mut power, mut sum) = (s, s);
        for divisor in [3, 5, 7] {
            power = (power * square) >> 32;
            sum += power / divisor;
        }
        let logarithm = u64::from(zeros) * LN_2 + 2 * sum;
        #[allow(clippy::cast_possible_truncation)] // At most 32 ln 2 means.
        let draw = (logarithm >> 8) as u32;
        draw
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A count that is one in `one_in` of `trials` lies this far from that at most, but once in 10¹¹ tests: seven
    /// standard deviations.
    fn tolerance(trials: f64, one_in: f64) -> f64 {
        7.0 * (trials / one_in * (1.0 - 1.0 / one_in)).sqrt() + 2.0
    }

    fn is_fair(seen: u32, trials: u32, one_in: f64) -> Result<(), TestCaseError> {
        let (seen, trials) = (f64::from(seen), f64::from(trials));
        let expected = trials / one_in;
        prop_assert!((seen - expected).abs() <= tolerance(trials, one_in), "{seen} of {trials} for {expected}");
        Ok(())
    }

    #[test]
    fn a_price_is_the_logarithm_of_its_chance() {
        for one_in in [2, 3, 64, 1000, 65_536] {
            let spent = f64::from(price(one_in)) / f64::from(MEAN);
            let chance = 1.0 - (-spent).exp();
            assert!((chance * f64::from(one_in) - 1.0).abs() < 0.002, "{one_in}: {chance}");
        }
    }

    #[test]
    fn a_draw_has_the_mean_and_the_tail_of_its_distribution() {
        let sampler = Sampler::new();
        sampler.random.set(7);
        let draws = 200_000_u32;
        let (mut sum, mut beyond) = (0.0, 0_u32);
        for _ in 0..draws {
            let draw = f64::from(sampler.draw()) / f64::from(MEAN);
            sum += draw;
            beyond += u32::from(draw > 3.0);
        }
        assert!((sum / f64::from(draws) - 1.0).abs() < 0.01, "{sum}");
        // e^-3
        assert!((f64::from(beyond) / f64::from(draws) - 0.0498).abs() < 0.002, "{beyond}");
    }

    #[test]
    fn a_thread_that_begins_is_measured_like_any_other() {
        let first = (1..=64_000_u64)
            .filter(|seed| Sampler::new().is_due(price(64), || seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let first = first.count();
        assert!((800..1200).contains(&first), "{first} of the first messages, of 1000 expected");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 1 } else { 16 }, ..ProptestConfig::default() })]

        #[test]
        fn the_mean_gap_is_the_rate(one_in in 2..500_u32, seed: u64) {
            let sampler = Sampler::new();
            let trials = 1000 * one_in;
            let seen = (0..trials).filter(|_| sampler.is_due(price(one_in), || seed)).count();
            is_fair(u32::try_from(seen).expect("few"), trials, f64::from(one_in))?;
        }

        #[test]
        fn traffic_that_repeats_itself_is_measured_evenly(
            period in 2..200_u32,
            one_in in prop_oneof![Just(64_u32), 2..200_u32],
            seed: u64,
        ) {
            let sampler = Sampler::new();
            let rounds = 200 * one_in;
            let mut seen = [0_u32; 2];
            for place in (0..rounds).flat_map(|_| 0..period) {
                let due = sampler.is_due(price(one_in), || seed);
                // The first of each period, and the one in its middle.
                seen[0] += u32::from(due && place == 0);
                seen[1] += u32::from(due && place == period / 2);
            }
            for seen in seen {
                is_fair(seen, rounds, f64::from(one_in))?;
            }
        }

        #[test]
        fn rates_that_share_a_sampler_are_each_their_own(rates in (2..200_u32, 2..200_u32), seed: u64) {
            let sampler = Sampler::new();
            let trials = 200 * rates.0.max(rates.1);
            let (mut left, mut right) = (0, 0);
            for _ in 0..trials {
                left += u32::from(sampler.is_due(price(rates.0), || seed));
                right += u32::from(sampler.is_due(price(rates.1), || seed));
            }
            is_fair(left, trials, f64::from(rates.0))?;
            is_fair(right, trials, f64::from(rates.1))?;
        }

        #[test]
        fn what_was_measured_says_nothing_of_what_is_next(one_in in 2..20_u32, seed: u64) {
            let sampler = Sampler::new();
            let (mut after, mut both, mut before) = (0, 0, false);
            for _ in 0..2000 * one_in {
                let due = sampler.is_due(price(one_in), || seed);
                after += u32::from(before);
                both += u32::from(before && due);
                before = due;
            }
            is_fair(both, after, f64::from(one_in))?;
        }
    }
}
