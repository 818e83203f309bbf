//! How values are spread, in fixed space: log-linear buckets, sixteen to each power of two.

use core::fmt;
use core::ops::RangeInclusive;

use super::profile::FINE;

/// How many buckets a [`Histogram`] has.
pub(crate) const BUCKETS: usize = FINE.buckets();

/// The bucket of a value.
#[inline]
pub(crate) const fn bucket(value: u64) -> usize {
    FINE.bucket(value)
}

/// How values are spread: counts, quantiles and the sum of what was recorded.
///
/// What is recorded is a number of whatever unit its owner says; times are nanoseconds. A value from 2³⁹ on counts as the
/// largest there is, and its sum is exact all the same.
///
/// # Examples
/// ```
/// use actor::Histogram;
///
/// let mut sizes = Histogram::new();
/// for size in 1..=100 {
///     sizes.record(size);
/// }
/// assert_eq!((sizes.count(), sizes.sum()), (100, 5050));
/// assert_eq!(sizes.quantile(0.5), Some(51)); // 50, in a bucket two wide
/// assert_eq!(Histogram::new().quantile(0.5), None);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Histogram {
    counts: [u64; BUCKETS],
    sum: u64,
}

impl Histogram {
    /// A histogram of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { counts: [0; BUCKETS], sum: 0 }
    }

    /// Counts one value.
    pub const fn record(&mut self, value: u64) {
        self.counts[bucket(value)] += 1;
        self.sum = self.sum.saturating_add(value);
    }

    /// Adds what `other` recorded.
    pub fn merge(&mut self, other: &Self) {
        self.merge_raw(other.counts.iter().copied(), other.sum);
    }

    /// Adds the counts of buckets, in order, and the sum of their values.
    pub(crate) fn merge_raw(&mut self, counts: impl Iterator<Item = u64>, sum: u64) {
        for (mine, theirs) in self.counts.iter_mut().zip(counts) {
            *mine += theirs;
        }
        self.sum = self.sum.saturating_add(sum);
    }

    /// How many values were recorded.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The sum of the values.
    #[must_use]
    pub const fn sum(&self) -> u64 {
        self.sum
    }

    /// The smallest value that so many of all values, from 0.0 to 1.0, do not exceed, and at most 6.25 % more; nothing
    /// where nothing was recorded.
    #[must_use]
    pub fn quantile(&self, of_all: f64) -> Option<u64> {
        FINE.quantile(self.counts.iter().copied(), of_all)
    }

    /// The buckets that have values: the largest value of each, and how many it has.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        FINE.filled(self.counts.iter().copied())
    }

    /// How many values are below each of these powers of two, with the largest value that is.
    pub(crate) fn below_powers(&self, powers: RangeInclusive<u32>) -> impl Iterator<Item = (u64, u64)> + '_ {
        debug_assert!(*powers.end() < FINE.top, "the last bucket has what lies above it as well");
        let (mut place, mut seen) = (0, 0);
        powers.map(move |power| {
            let first_above = bucket(1 << power);
            seen += self.counts[place..first_above].iter().sum::<u64>();
            place = first_above;
            ((1 << power) - 1, seen)
        })
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Histogram");
        shown.field("count", &self.count()).field("sum", &self.sum);
        for (name, of_all) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
            shown.field(name, &self.quantile(of_all));
        }
        shown.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    const TOP: u32 = 39;

    /// Small ones, those near powers of two, and any.
    fn values() -> impl Strategy<Value = u64> {
        prop_oneof![0..64_u64, (0..39_u32, 0..3_u64).prop_map(|(power, more)| (1 << power) + more - 1), 0..1_u64 << TOP]
    }

    #[test]
    fn what_is_beyond_the_last_bucket_counts_there_with_its_own_sum() {
        let mut histogram = Histogram::new();
        histogram.record(u64::MAX);
        histogram.record(u64::MAX);
        assert_eq!((histogram.count(), histogram.sum()), (2, u64::MAX));
        assert_eq!(histogram.quantile(0.5), Some((1 << TOP) - 1));
    }

    proptest! {
        #[test]
        fn a_quantile_is_that_of_the_values_and_at_most_a_sixteenth_more(
            mut values in prop::collection::vec(values(), 1..200),
            of_all in 0.0..=1.0_f64,
        ) {
            let mut histogram = Histogram::new();
            values.iter().for_each(|value| histogram.record(*value));
            values.sort_unstable();
            #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let rank = ((of_all * values.len() as f64).ceil() as usize).max(1);
            let exact = values[rank - 1];
            let read = histogram.quantile(of_all).expect("there are values");
            prop_assert!(read >= exact && read - exact <= exact / 16, "{read} for {exact}");
        }

        #[test]
        fn it_agrees_with_hdrhistogram(values in prop::collection::vec(values(), 1..200), of_all in 0.0..=1.0_f64) {
            let mut ours = Histogram::new();
            let mut theirs = hdrhistogram::Histogram::<u64>::new_with_bounds(1, 1 << TOP, 3).expect("valid bounds");
            for value in &values {
                ours.record(*value);
                theirs.record(*value).expect("within bounds");
            }
            prop_assert_eq!(ours.count(), theirs.len());
            let (read, oracle) = (ours.quantile(of_all).expect("there are values"), theirs.value_at_quantile(of_all));
            // It is right to a thousandth itself.
            prop_assert!(read.abs_diff(oracle) <= oracle / 16 + oracle / 1000 + 1, "{} for {}", read, oracle);
        }

        #[test]
        fn merged_is_as_if_recorded_together(
            left in prop::collection::vec(values(), 0..50),
            right in prop::collection::vec(values(), 0..50),
        ) {
            let of = |values: &[u64]| {
                let mut histogram = Histogram::new();
                values.iter().for_each(|value| histogram.record(*value));
                histogram
            };
            let mut merged = of(&left);
            merged.merge(&of(&right));
            let all: Vec<u64> = left.iter().chain(&right).copied().collect();
            prop_assert_eq!(&merged, &of(&all));
            prop_assert_eq!(merged.buckets().map(|(_, count)| count).sum::<u64>(), merged.count());
        }
    }
}
