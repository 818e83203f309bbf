//! What is known of the lanes of a mailbox: of one actor, and of all of a type.

use super::{Dwell, DwellTimes, Histogram, Yields};

/// One lane of one actor's mailbox, as it was at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LaneStatus {
    /// Messages that wait.
    pub depth: usize,
    /// The most that were seen to wait: where a message was measured, and where a sender found no room.
    pub high_water: usize,
    /// How long messages waited lately.
    pub dwell: DwellTimes,
}

/// What is known of the mailbox of one actor.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lanes {
    pub(crate) user: LaneStatus,
    pub(crate) urgent: LaneStatus,
    pub(crate) yields: Yields,
}

/// The mailboxes of all actors of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MailboxFigures {
    /// Label of the type.
    pub actor: &'static str,
    /// Of which messages the time in the queue is measured.
    pub dwell: Dwell,
    /// The lane of most messages.
    pub user: LaneFigures,
    /// That of `#[handler(lane = urgent)]`.
    pub urgent: LaneFigures,
    /// Activations that ended although messages waited.
    pub yields: Yields,
    /// How often one of them was suspended since the system began, of those that have ended as well.
    pub suspensions: u64,
    /// For how long in all, the open ones included, likewise.
    pub suspended: core::time::Duration,
}

/// One lane of all actors of one type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LaneFigures {
    /// Messages that wait, in all of them.
    pub depth: usize,
    /// The most that were seen to wait in one of them: where a message was measured, and where a sender found no room.
    pub high_water: usize,
    /// How long messages waited since the system began, in nanoseconds: those that were measured.
    pub dwell: Histogram,
}
