//! How long a supervisor waits for a child that it told to end. Keeps `stop`: one that hangs holds up nobody for ever.

use core::time::Duration;

use crate::time::Instant;

use super::Supervision;

/// What a supervisor does about a child that has not ended.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Patience {
    /// Waits, however long that takes.
    Endless,
    /// Waits until this moment.
    Until(Instant),
    /// Kills it.
    Over,
}

impl Supervision {
    /// How long a child may take to stop unless `#[supervise(shutdown = ..)]` says otherwise.
    pub const SHUTDOWN: Duration = Duration::from_secs(5);
    /// As long as it needs: `#[supervise(shutdown = off)]`.
    pub const NO_SHUTDOWN: Duration = Duration::MAX;

    /// What is done about a child that was `told` to stop then; `None` for one that drains, and is not to lose what it has
    /// accepted because that is much.
    #[must_use]
    pub fn patience(&self, told: Option<Instant>, now: Instant) -> Patience {
        let Some(told) = told else { return Patience::Endless };
        if self.shutdown == Self::NO_SHUTDOWN {
            return Patience::Endless;
        }
        let end = told.saturating_add(self.shutdown);
        if now < end { Patience::Until(end) } else { Patience::Over }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_has_its_time_from_when_it_was_told_and_no_limit_while_it_drains() {
        fn check(shutdown: Duration, told: Option<u64>, now: u64, expected: Patience) {
            let at = |seconds| Instant::ZERO.saturating_add(Duration::from_secs(seconds));
            let policy = Supervision { shutdown, ..Supervision::DEFAULT };
            assert_eq!(policy.patience(told.map(at), at(now)), expected, "{shutdown:?}, {told:?}, {now}");
        }
        let until = |seconds| Patience::Until(Instant::ZERO.saturating_add(Duration::from_secs(seconds)));
        check(Supervision::SHUTDOWN, Some(10), 10, until(15));
        check(Supervision::SHUTDOWN, Some(10), 14, until(15));
        check(Supervision::SHUTDOWN, Some(10), 15, Patience::Over);
        check(Supervision::SHUTDOWN, Some(10), 99, Patience::Over);
        check(Supervision::SHUTDOWN, None, 99, Patience::Endless);
        check(Supervision::NO_SHUTDOWN, Some(10), 99, Patience::Endless);
    }

    #[test]
    fn the_default_is_five_seconds() {
        assert_eq!(Supervision::DEFAULT.shutdown, Duration::from_secs(5));
    }
}
