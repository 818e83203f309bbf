//! The urgent lane: a queue of its own before that of the user lane, for those who have urgent handlers.

use super::super::guard::wake;
use super::super::sync::Ordering;
use super::deadline::Deadline;
use super::{Admission, Envelope, Inner, Mailbox, Measure, Overflow, Pushed, Turn, Waiting, signal};

impl<M> Mailbox<M> {
    /// As [`push`](Self::push), into the urgent lane.
    #[cold]
    pub(in super::super) fn push_urgent(
        &self,
        message: &mut Option<M>,
        deadline: Deadline,
        capacity: u32,
        overflow: Overflow,
        measure: impl Measure,
    ) -> Pushed {
        let mut inner = self.inner.lock();
        if inner.closed {
            return Pushed::Closed;
        }
        let Waiting { urgent, urgent_line, .. } = &mut **inner.waiting.get_or_insert_with(Waiting::new);
        let oldest = match overflow.admit(urgent.len(), !urgent_line.senders.is_empty(), capacity as usize) {
            Admission::Accept => None,
            Admission::Reject => return Pushed::Full,
            Admission::Wait => return Pushed::MustWait,
            Admission::DropNewest => return Pushed::DroppedNewest,
            Admission::DropOldest => urgent.pop_front().map(|(oldest, ())| oldest),
        };
        let deadline = inner.measured(deadline, measure);
        let pushed = self.enqueue_urgent(&mut inner, message, deadline);
        inner.note_lost(oldest.as_ref());
        *message = oldest.map(|oldest| oldest.message);
        debug_assert!(message.is_none() || pushed == Pushed::Queued, "a mailbox that is full is not idle");
        if message.is_some() { Pushed::DroppedOldest } else { pushed }
    }

    pub(super) fn enqueue_urgent(&self, inner: &mut Inner<M>, message: &mut Option<M>, deadline: Deadline) -> Pushed {
        let urgent = &mut inner.waiting.get_or_insert_with(Waiting::new).urgent;
        if let Some(message) = message.take() {
            urgent.push_back(Envelope { message, deadline }, ());
        }
        self.signals.fetch_or(signal::URGENT, Ordering::Relaxed);
        // Whoever has the turn looks at the signal; an actor that is parked has a message in hand.
        if inner.turn == Turn::Idle {
            inner.turn = Turn::Busy;
            return Pushed::QueuedFirst;
        }
        Pushed::Queued
    }

    /// Takes the first urgent message, and lets the first sender that waits for its room in.
    pub(in super::super) fn take_urgent(&self) -> Option<Envelope<M>> {
        let mut inner = self.inner.lock();
        let Waiting { urgent, urgent_line, .. } = &mut **inner.waiting.as_mut()?;
        let first = urgent.pop_front();
        let mut woken = None;
        if let Some((envelope, sender)) = urgent_line.senders.pop_front() {
            urgent.push_back(envelope, ());
            woken = Some(sender.waker);
        }
        if urgent.is_empty() {
            self.signals.fetch_and(!signal::URGENT, Ordering::Relaxed);
        }
        drop(inner);
        woken.into_iter().for_each(wake);
        Some(first?.0)
    }
}
