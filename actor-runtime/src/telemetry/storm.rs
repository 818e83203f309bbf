//! How many failures are reported when there are many: a pure decision.
//!
//! The first one always is, and so is one that is worse than all that were reported lately. What is left out is counted,
//! and the next report says how many they were.

use core::time::Duration;

use super::snapshot::Severity;
use crate::time::Instant;

/// How many failures of the actors of one kind are reported to telemetry, in how much time. Events and counts have no
/// limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StormLimit {
    reports: u32,
    within: Duration,
}

impl StormLimit {
    /// Ten within ten seconds.
    pub const DEFAULT: Self = Self::new(10, Duration::from_secs(10));

    /// Every failure is reported.
    pub const OFF: Self = Self::new(u32::MAX, Duration::ZERO);

    /// At most `reports` within `within`; none counts as one, because the first is always reported. Beyond them are
    /// failures that are [worse](Severity) than all that were reported in that time, and those that nobody is left to
    /// decide about.
    #[must_use]
    pub const fn new(reports: u32, within: Duration) -> Self {
        Self { reports, within }
    }
}

impl Default for StormLimit {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The reports of late: the one owner of their count. One that has seen no failure is all zeros.
#[derive(Clone, Debug, Default)]
pub struct Storm {
    /// When the time that `reported` is counted in is over.
    until: Instant,
    reported: u32,
    left_out: u32,
    /// The worst of those that were reported.
    worst: Severity,
}

impl Storm {
    /// Before the first failure.
    #[must_use]
    pub const fn new() -> Self {
        Self { until: Instant::ZERO, reported: 0, left_out: 0, worst: Severity::Notice }
    }

    /// Decides whether a failure is reported, and says how many were left out since the last report if it is.
    pub fn admit(&mut self, severity: Severity, now: Instant, limit: &StormLimit) -> Option<u32> {
        if self.reported == 0 || now >= self.until {
            self.until = now.saturating_add(limit.within);
            self.reported = 0;
            self.worst = Severity::Notice;
        }
        if self.reported < limit.reports.max(1) || severity > self.worst || severity == Severity::Fatal {
            self.reported = self.reported.saturating_add(1);
            self.worst = self.worst.max(severity);
            return Some(core::mem::take(&mut self.left_out));
        }
        self.left_out = self.left_out.saturating_add(1);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMIT: StormLimit = StormLimit::new(2, Duration::from_secs(1));

    fn millis(millis: u64) -> Instant {
        Instant::from_nanos(millis * 1_000_000)
    }

    #[test]
    fn a_storm_is_limited_and_the_next_report_says_what_was_left_out() {
        let mut storm = Storm::new();
        let mut at = |time| storm.admit(Severity::Warning, millis(time), &LIMIT);
        assert_eq!([at(0), at(10), at(20), at(999)], [Some(0), Some(0), None, None]);
        assert_eq!([at(1000), at(1001), at(1002)], [Some(2), Some(0), None]);
        assert_eq!(at(9000), Some(1));
    }

    #[test]
    fn one_that_is_worse_is_reported_beyond_the_limit_once_and_the_worst_always() {
        let mut storm = Storm::new();
        let mut next = |severity| storm.admit(severity, millis(5), &LIMIT);
        assert_eq!([Severity::Notice; 3].map(&mut next), [Some(0), Some(0), None]);
        assert_eq!([Severity::Warning; 2].map(&mut next), [Some(1), None]);
        assert_eq!([Severity::Error; 2].map(&mut next), [Some(1), None]);
        assert_eq!([Severity::Fatal; 2].map(&mut next), [Some(1), Some(0)]);
        assert_eq!(next(Severity::Error), None);
    }

    #[test]
    fn without_a_limit_everything_is_reported_and_with_none_the_first() {
        let (mut open, mut shut) = (Storm::new(), Storm::new());
        for time in 0..100 {
            assert_eq!(open.admit(Severity::Notice, millis(time), &StormLimit::OFF), Some(0));
            let admitted = shut.admit(Severity::Notice, millis(time), &StormLimit::new(0, Duration::MAX));
            assert_eq!(admitted.is_some(), time == 0);
        }
    }

    proptest! {
        #[test]
        fn none_is_lost_from_the_counts_and_no_window_has_more_than_it_may(
            steps in prop::collection::vec((0..400_u64, 0..3_u8), 1..200),
            reports in 0..4_u32,
        ) {
            let limit = StormLimit::new(reports, Duration::from_secs(1));
            let (mut storm, mut now) = (Storm::new(), 0);
            let (mut told, mut window, mut in_window) = (0, 0, 0_u32);
            for (number, (gap, severity)) in steps.iter().enumerate() {
                now += gap;
                let severity = [Severity::Notice, Severity::Warning, Severity::Error][usize::from(*severity)];
                let admitted = storm.admit(severity, millis(now), &limit);
                prop_assert!(number > 0 || admitted == Some(0), "the first one");
                if number == 0 || now >= window + 1_000 {
                    prop_assert!(admitted.is_some(), "the first one after a while");
                    (window, in_window) = (now, 0);
                }
                if let Some(left_out) = admitted {
                    told += 1 + left_out;
                    in_window += 1;
                    prop_assert_eq!(told as usize, number + 1, "each was told of, or counted by the next");
                }
                // The worst two may come beyond the limit, once each.
                prop_assert!(in_window <= reports.max(1) + 2);
            }
        }
    }
}
