//! Who is told of the end of a message, or of the actor; and a message that is lost with somebody waiting for it.

use std::task::Waker;
use std::vec::Vec;

use crate::reply::Duty;

use super::deadline::Deadline;
use super::watchers::Watches;
use super::{Envelope, Inner, Mailbox, Pushed, Waiting};

impl<M> Mailbox<M> {
    /// Has `duty` told of the end of a message, to be sent with the mark that is returned instead of the deadline
    /// `until`.
    pub(in super::super) fn watch(&self, duty: Duty, until: Deadline) -> Deadline {
        let mut inner = self.inner.lock();
        let waiting = inner.waiting.get_or_insert_with(Waiting::new);
        let mark = Deadline::watch(waiting.ticket());
        waiting.watchers.add(mark, Some(duty), until, None);
        mark
    }

    /// Takes a watch out, and the deadline of its message.
    pub(in super::super) fn unwatch(&self, mark: Deadline) -> Option<(Option<Duty>, Deadline)> {
        let mut inner = self.inner.lock();
        inner.waiting.as_mut()?.watchers.remove(mark)
    }

    /// The deadline of a message, wherever it is kept.
    pub(in super::super) fn until(&self, deadline: Deadline) -> Deadline {
        if deadline.is_set() && (deadline.asked_in().is_some() || deadline.stamped().is_some()) {
            return Deadline::NONE;
        }
        if !deadline.is_set() || !deadline.is_watch() {
            return deadline;
        }
        let inner = self.inner.lock();
        inner.waiting.as_ref().and_then(|waiting| waiting.watchers.until(deadline)).unwrap_or(Deadline::NONE)
    }

    /// Takes the watch out of the message that was lost to a push with `deadline`.
    #[cold]
    pub(in super::super) fn take_lost(&self, deadline: Deadline, pushed: Pushed) -> Watches {
        let mut inner = self.inner.lock();
        let Some(waiting) = inner.waiting.as_mut() else { return Watches::default() };
        waiting.watchers.take_lost((pushed == Pushed::DroppedNewest).then_some(deadline))
    }

    /// Takes all watches out, of an actor that handles no more messages.
    pub(in super::super) fn take_watches(&self) -> Watches {
        let mut inner = self.inner.lock();
        inner.waiting.as_mut().map_or(Watches::default(), |waiting| waiting.watchers.take_all())
    }

    /// Registers `waker` for the end of the actor, in place of an earlier `ticket`. `None` if it has ended.
    pub(in super::super) fn wait_for_end(&self, ticket: Option<u64>, waker: &Waker) -> Option<u64> {
        let mut waker = waker.clone();
        let mut inner = self.inner.lock();
        if inner.finished {
            return None;
        }
        let waiting = inner.waiting.get_or_insert_with(Waiting::new);
        if let Some(ticket) = waiting.enders.replace(ticket, &mut waker) {
            drop(inner);
            return Some(ticket);
        }
        let ticket = waiting.ticket();
        waiting.enders.add(ticket, waker);
        Some(ticket)
    }

    /// Forgets the waker registered under `ticket`.
    pub(in super::super) fn cancel_wait_for_end(&self, ticket: u64) {
        let mut inner = self.inner.lock();
        let ender = inner.waiting.as_mut().and_then(|waiting| waiting.enders.remove(ticket));
        drop(inner);
        drop(ender);
    }

    /// Who waits for the end, to be told of the start.
    #[must_use]
    pub(in super::super) fn take_enders(&self) -> Vec<(u64, Waker)> {
        let mut inner = self.inner.lock();
        inner.waiting.as_mut().map(|waiting| waiting.enders.take()).unwrap_or_default()
    }
}

impl<M> Inner<M> {
    /// Whoever waits for the end of a message that is dropped is told when the lock is free.
    pub(super) fn note_lost(&mut self, dropped: Option<&Envelope<M>>) {
        if let (Some(envelope), Some(waiting)) = (dropped, self.waiting.as_mut()) {
            waiting.watchers.note_lost(envelope.deadline);
        }
    }
}
