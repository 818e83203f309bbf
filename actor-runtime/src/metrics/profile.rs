//! How buckets are cut: log-linear, so many to each power of two.
//!
//! The smallest values are kept exactly; above, a bucket is as wide as its share of the power of two it lies in, as in Gil
//! Tene's HdrHistogram. So recording is a shift and an addition.

/// How fine buckets are, and where they end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Profile {
    /// Buckets to each power of two, as a power of two.
    fineness: u32,
    /// Values from this power of two on share the last bucket.
    pub(super) top: u32,
}

/// Sixteen to each power of two, so at most 6.25 % above what was recorded; up to 2³⁹, nine minutes in nanoseconds.
pub(crate) const FINE: Profile = Profile { fineness: 4, top: 39 };

/// Four to each power of two, so at most 25 % above what was recorded; up to 2³².
#[cfg(any(feature = "bare-metal", test))]
pub(crate) const COARSE: Profile = Profile { fineness: 2, top: 32 };

impl Profile {
    /// How many buckets there are.
    pub(crate) const fn buckets(self) -> usize {
        ((self.top - self.fineness + 1) << self.fineness) as usize
    }

    /// The bucket of a value.
    #[inline]
    pub(crate) const fn bucket(self, value: u64) -> usize {
        if value < 1 << self.fineness {
            #[allow(clippy::cast_possible_truncation)] // It is below the fineness.
            return value as usize;
        }
        let power = value.ilog2();
        if power >= self.top {
            return self.buckets() - 1;
        }
        // The leading one counts as one more bucket of the power below.
        #[allow(clippy::cast_possible_truncation)] // It is below twice the fineness.
        let within = (value >> (power - self.fineness)) as usize;
        (((power - self.fineness) as usize) << self.fineness) + within
    }

    /// The largest value of a bucket.
    pub(crate) const fn highest(self, bucket: usize) -> u64 {
        let bucket = bucket as u64;
        if bucket < 2 << self.fineness {
            return bucket;
        }
        let shift = (bucket >> self.fineness) - 1;
        let within = (bucket & ((1 << self.fineness) - 1)) | (1 << self.fineness);
        ((within + 1) << shift) - 1
    }

    /// The largest value of the bucket that so many of all values, from 0.0 to 1.0, do not exceed; nothing where the `counts`
    /// of the buckets are all zero.
    pub(crate) fn quantile(self, counts: impl Iterator<Item = u64> + Clone, of_all: f64) -> Option<u64> {
        let count: u64 = counts.clone().sum();
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let rank = {
            let exact = of_all.clamp(0.0, 1.0) * count as f64;
            let below = exact as u64;
            // Rounded up, for which the core has no function.
            (below + u64::from(below as f64 != exact)).clamp(1, count.max(1))
        };
        let mut seen = 0;
        let mut counts = counts;
        let place = counts.position(|count| {
            seen += count;
            seen >= rank
        });
        place.map(|place| self.highest(place))
    }

    /// The buckets that have values: the largest value of each, and how many it has.
    pub(crate) fn filled(self, counts: impl Iterator<Item = u64>) -> impl Iterator<Item = (u64, u64)> {
        counts.enumerate().filter(|(_, count)| *count > 0).map(move |(place, count)| (self.highest(place), count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_each_other_without_a_gap() {
        for profile in [FINE, COARSE] {
            for place in 1..profile.buckets() {
                assert_eq!(profile.bucket(profile.highest(place)), place);
                assert_eq!(
                    profile.bucket(profile.highest(place - 1) + 1),
                    place,
                    "the next value is in the next bucket"
                );
            }
            assert_eq!(profile.highest(profile.buckets() - 1), (1 << profile.top) - 1);
            assert_eq!(profile.bucket(u64::MAX), profile.buckets() - 1);
        }
    }

    #[test]
    fn what_is_read_is_above_what_was_recorded_by_the_width_of_a_bucket_at_most() {
        for profile in [FINE, COARSE] {
            let near_powers = (0..profile.top).flat_map(|power| (0..3).map(move |more| (1_u64 << power) + more - 1));
            for value in (0..5000).chain(near_powers) {
                let read = profile.highest(profile.bucket(value));
                assert!(read >= value && read - value <= value >> profile.fineness, "{read} for {value}");
            }
        }
    }
}
