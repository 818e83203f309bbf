//! What is seen of the messages: how long those waited that are measured, how deep the lanes were, why activations ended.

use std::boxed::Box;

use crate::message::Lane;
use crate::metrics::{Histogram, Lanes};
use crate::policy::YieldReason;
use crate::time::Instant;

use super::super::seen::Seen;
use super::deadline::{Deadline, Sent};
use super::{Envelope, Inner, Mailbox, Pushed, Turn, Waiting};

/// Which messages are measured. Asked under the lock of each that is let in, and so of no other.
pub(in super::super) trait Measure: Copy {
    fn is_due(self) -> bool;
    fn now(self) -> Instant;
}

impl<M> Mailbox<M> {
    /// Ends the measurement of a message, by its mark: it has left its lane. Returns what it would have been sent with
    /// otherwise, and when it was sent.
    pub(in super::super) fn unstamp(&self, mark: Deadline) -> (Deadline, Option<Sent>) {
        if !mark.is_set() {
            return (mark, None);
        }
        if let Some(sent) = mark.stamped() {
            return (Deadline::NONE, Some(sent));
        }
        if !mark.is_watch() {
            return (mark, None);
        }
        let mut inner = self.inner.lock();
        inner.waiting.as_mut().map_or((mark, None), |waiting| waiting.watchers.measured(mark))
    }

    /// A message that is measured has left its lane after so many nanoseconds. Returns how many waited there with it.
    pub(in super::super) fn note_dwell(&self, lane: Lane, nanos: u64) -> u32 {
        let mut inner = self.inner.lock();
        let others = match lane {
            Lane::User => self.waiting(&inner),
            Lane::Urgent => inner.waiting.as_ref().map_or(0, |waiting| waiting.urgent.len()),
        };
        let depth = u32::try_from(others).map_or(u32::MAX, |others| others.saturating_add(1));
        inner.seen().dwelt(lane, nanos, depth);
        depth
    }

    /// A sender found no room in a lane.
    #[cold]
    pub(in super::super) fn note_full(&self, lane: Lane, capacity: u32) {
        self.inner.lock().seen().deep(lane, capacity);
    }

    /// An activation ended although messages wait.
    pub(in super::super) fn note_yield(&self, reason: YieldReason) {
        self.inner.lock().seen().yielded(reason);
    }

    /// The lanes as they are now, and what was seen of them.
    pub(in super::super) fn lanes(&self) -> Lanes {
        let inner = self.inner.lock();
        let waiting = inner.waiting.as_ref();
        let seen = waiting.and_then(|waiting| waiting.seen.as_ref());
        let mut lanes = seen.map(|seen| seen.lanes()).unwrap_or_default();
        lanes.user.depth = self.waiting(&inner);
        lanes.urgent.depth = waiting.map_or(0, |waiting| waiting.urgent.len());
        lanes
    }

    /// Adds how long messages waited lately to what was seen of others.
    pub(in super::super) fn add_recent(&self, all: &mut [Histogram; 2]) {
        let inner = self.inner.lock();
        if let Some(seen) = inner.waiting.as_ref().and_then(|waiting| waiting.seen.as_ref()) {
            seen.add_recent(all);
        }
    }
}

impl<M> Inner<M> {
    /// Stamps the message that came last, if it is measured.
    #[inline(always)]
    pub(super) fn measure_last(&mut self, measure: impl Measure, pushed: Pushed) {
        if measure.is_due() {
            self.stamp_last(measure, pushed == Pushed::QueuedFirst);
        }
    }

    #[cold]
    #[inline(never)]
    pub(super) fn stamp_last(&mut self, measure: impl Measure, first: bool) {
        let Some(Envelope { deadline, .. }) = self.queue.last_mut() else { return };
        let own = std::mem::replace(deadline, Deadline::NONE);
        let mark = self.stamp(own, Sent { at: measure.now(), first });
        if let Some(last) = self.queue.last_mut() {
            last.deadline = mark;
        }
    }

    /// What a message with this deadline is sent with: a mark instead, if it is measured.
    pub(super) fn measured(&mut self, deadline: Deadline, measure: impl Measure) -> Deadline {
        if !measure.is_due() {
            return deadline;
        }
        self.stamp(deadline, Sent { at: measure.now(), first: self.turn == Turn::Idle })
    }

    pub(super) fn stamp(&mut self, deadline: Deadline, sent: Sent) -> Deadline {
        if !deadline.is_set() {
            return Deadline::stamp(sent);
        }
        let waiting = self.waiting.get_or_insert_with(Waiting::new);
        if deadline.is_watch() {
            waiting.watchers.measure(deadline, sent);
            return deadline;
        }
        let mark = Deadline::watch(waiting.ticket());
        waiting.watchers.add(mark, None, deadline, Some(sent));
        mark
    }

    /// What was seen of the lanes, to be added to.
    pub(super) fn seen(&mut self) -> &mut Seen {
        self.waiting.get_or_insert_with(Waiting::new).seen.get_or_insert_with(Box::default)
    }
}
