//! What an envelope carries beside its message, in one word: the moment after which nobody wants it, or a mark.

use crate::id::Incarnation;
use crate::time::Instant;

/// A moment, or none, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Deadline(u64);

impl Deadline {
    pub(in super::super) const NONE: Self = Self(u64::MAX);

    /// Set in no moment: it would lie 292 years ahead.
    const WATCH: u64 = 1 << 63;

    /// As [`WATCH`](Self::WATCH): 146 years ahead.
    const ANSWER: u64 = 1 << 62;

    /// [`WATCH`](Self::WATCH) and [`ANSWER`](Self::ANSWER), which no other has both.
    const STAMP: u64 = Self::WATCH | Self::ANSWER;

    /// Set where the message made its actor ready; the clock comes there in 73 years.
    const FIRST: u64 = 1 << 61;

    #[inline]
    pub(in super::super) fn at(moment: Instant) -> Self {
        // Later than any clock comes, and no mark.
        Self(moment.as_nanos().min(Self::ANSWER - 1))
    }

    #[inline]
    pub(in super::super) fn is_set(self) -> bool {
        self != Self::NONE
    }

    #[inline]
    pub(in super::super) fn has_passed(self, now: Instant) -> bool {
        self.0 <= now.as_nanos()
    }

    /// The mark of a message whose end somebody waits for; its deadline is kept with the watch.
    pub(super) const fn watch(ticket: u64) -> Self {
        Self(Self::WATCH | ticket)
    }

    /// Whether this is the mark of a message whose end somebody waits for. Asked of one that is set.
    #[inline]
    pub(in super::super) const fn is_watch(self) -> bool {
        self.0 >> 62 == 0b10
    }

    /// The mark of a message that is measured: when it was sent. It has no deadline and nobody waits for its end.
    pub(super) const fn stamp(sent: Sent) -> Self {
        let first = if sent.first { Self::FIRST } else { 0 };
        let at = sent.at.as_nanos();
        Self(Self::STAMP | first | if at < Self::FIRST - 1 { at } else { Self::FIRST - 2 })
    }

    /// When the message was sent, if this is the mark of one that is measured. Asked of one that is set.
    pub(super) const fn stamped(self) -> Option<Sent> {
        if self.0 >> 62 != 0b11 {
            return None;
        }
        let at = Instant::from_nanos(self.0 & (Self::FIRST - 1));
        Some(Sent { at, first: self.0 & Self::FIRST != 0 })
    }

    /// The mark of an answer that an actor asked for in this incarnation.
    pub(in super::super) fn answer(incarnation: Incarnation) -> Self {
        Self(Self::ANSWER | u64::from(incarnation.get()))
    }

    /// The incarnation that asked for this answer, if it is the mark of one. Asked of one that is set.
    pub(in super::super) fn asked_in(self) -> Option<Incarnation> {
        #[allow(clippy::cast_possible_truncation)]
        (self.0 >> 62 == 1).then(|| Incarnation::new(self.0 as u32))
    }

    /// The moment, for a deadline that is set.
    pub(in super::super) fn moment(self) -> Option<Instant> {
        self.is_set().then(|| Instant::from_nanos(self.0))
    }
}

/// How a message that is measured was sent.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Sent {
    pub(in super::super) at: Instant,
    /// It made its actor ready.
    pub(in super::super) first: bool,
}
