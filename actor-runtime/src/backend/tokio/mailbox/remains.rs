//! What a close leaves, to be given up outside the lock.

use std::task::Waker;

use super::super::hand::Hand;
use super::super::row::Row;
use super::super::sync::Ordering;
use super::line::Sender;
use super::{Envelope, Inner, Mailbox, signal};

/// What a close leaves to be given up, outside the lock.
pub(in super::super) struct Remains<M> {
    urgent: Row<Envelope<M>>,
    queue: Hand<Envelope<M>>,
    urgent_senders: Row<Envelope<M>, Sender>,
    user_senders: Row<Envelope<M>, Sender>,
}

impl<M> Remains<M> {
    /// Takes out the next message that was let in.
    pub(in super::super) fn next_accepted(&mut self) -> Option<Envelope<M>> {
        match self.urgent.pop_front() {
            Some((envelope, ())) => Some(envelope),
            None => self.queue.pop(),
        }
    }

    /// Takes out the next message of a sender that was still waiting for room, who is to be woken when it is given up.
    pub(in super::super) fn next_waiting(&mut self) -> Option<(Envelope<M>, Waker)> {
        let next = match self.urgent_senders.pop_front() {
            None => self.user_senders.pop_front(),
            urgent => urgent,
        };
        let (envelope, sender) = next?;
        Some((envelope, sender.waker))
    }
}

impl<M> Mailbox<M> {
    /// Lets no more messages in; what is queued stays. Returns the senders that waited for room.
    #[must_use]
    pub(in super::super) fn seal(&self) -> Remains<M> {
        self.inner.lock().refuse_senders()
    }

    /// Lets no more messages in, and takes out whatever waits.
    #[must_use]
    pub(in super::super) fn close(&self) -> Remains<M> {
        let mut inner = self.inner.lock();
        let mut remains = inner.refuse_senders();
        if let Some(waiting) = inner.waiting.as_mut() {
            remains.urgent = std::mem::take(&mut waiting.urgent);
        }
        remains.queue.refill(&mut inner.queue);
        self.signals.fetch_and(!signal::MESSAGES, Ordering::Relaxed);
        remains
    }
}

impl<M> Inner<M> {
    fn refuse_senders(&mut self) -> Remains<M> {
        self.closed = true;
        let mut remains =
            Remains { urgent: Row::new(), queue: Hand::new(), urgent_senders: Row::new(), user_senders: Row::new() };
        if let Some(waiting) = self.waiting.as_mut() {
            let next_ticket = waiting.next_ticket;
            remains.urgent_senders = waiting.urgent_line.refuse(next_ticket);
            remains.user_senders = waiting.user_line.refuse(next_ticket);
        }
        remains
    }
}
