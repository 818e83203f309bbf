//! The last times that messages of one mailbox spent in it, and where most of them lie.

use core::time::Duration;

use super::histogram::{Histogram, bucket};
use super::profile::FINE;

/// How many are kept.
const KEPT: usize = 64;

/// The last [`KEPT`] values, to the fineness of a [`Histogram`](super::Histogram).
pub(crate) struct Recent {
    buckets: [u16; KEPT],
    /// So many were recorded.
    recorded: u32,
}

impl Recent {
    pub(crate) fn record(&mut self, nanos: u64) {
        let place = self.recorded as usize % KEPT;
        self.buckets[place] = u16::try_from(bucket(nanos)).unwrap_or(u16::MAX);
        // Beyond what it says the ring is full, which it stays.
        self.recorded = self.recorded.checked_add(1).unwrap_or(KEPT as u32);
    }

    /// Adds what is kept to `all`.
    pub(crate) fn add_to(&self, all: &mut Histogram) {
        let kept = KEPT.min(self.recorded as usize);
        self.buckets[..kept].iter().for_each(|bucket| all.record(FINE.highest(usize::from(*bucket))));
    }

    /// Where they lie.
    pub(crate) fn dwell(&self) -> DwellTimes {
        let len = KEPT.min(self.recorded as usize);
        let mut sorted = self.buckets;
        let sorted = &mut sorted[..len];
        sorted.sort_unstable();
        // The nearest rank.
        let at = |percent: usize| {
            let place = (len * percent).div_ceil(100).checked_sub(1)?;
            Some(Duration::from_nanos(FINE.highest(usize::from(*sorted.get(place)?))))
        };
        DwellTimes { measured: len, p50: at(50), p95: at(95), p99: at(99) }
    }
}

impl Default for Recent {
    fn default() -> Self {
        Self { buckets: [0; KEPT], recorded: 0 }
    }
}

/// How long messages of a mailbox waited in it lately: of the last 64 that were measured. What is read is at most 6.25 %
/// above what was measured; nothing where nothing was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DwellTimes {
    /// How many messages this says something of.
    pub measured: usize,
    /// Half of them waited no longer.
    pub p50: Option<Duration>,
    /// Of a hundred, 95 waited no longer.
    pub p95: Option<Duration>,
    /// Of a hundred, 99 waited no longer.
    pub p99: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn of_nothing_there_is_nothing_to_say() {
        assert_eq!(Recent::default().dwell(), DwellTimes::default());
    }

    proptest! {
        #[test]
        fn quantiles_are_those_of_the_last_values(values in prop::collection::vec(0..1_u64 << 38, 1..200)) {
            let mut recent = Recent::default();
            values.iter().for_each(|value| recent.record(*value));
            let mut last = values[values.len().saturating_sub(KEPT)..].to_vec();
            last.sort_unstable();
            let dwell = recent.dwell();
            let mut all = Histogram::new();
            recent.add_to(&mut all);
            prop_assert_eq!(all.count(), last.len() as u64);
            prop_assert_eq!(all.quantile(0.95).map(Duration::from_nanos), dwell.p95);
            prop_assert_eq!(dwell.measured, last.len());
            for (read, of_all) in [(dwell.p50, 0.5), (dwell.p95, 0.95), (dwell.p99, 0.99)] {
                #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let exact = last[(of_all * last.len() as f64).ceil() as usize - 1];
                let read = u64::try_from(read.expect("there are values").as_nanos()).expect("minutes");
                prop_assert!(read >= exact && read - exact <= exact / 16, "{} for {}", read, exact);
            }
        }
    }
}
