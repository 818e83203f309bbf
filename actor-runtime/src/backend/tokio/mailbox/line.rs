//! Senders that wait for room, in the order in which they came. Each leaves its message with the mailbox, so that they are
//! let in strictly in that order, whoever is polled first.

use std::collections::VecDeque;
use std::task::Waker;

use crate::message::Lane;

use super::super::guard::wake;
use super::super::hand::Hand;
use super::super::lock::SpinGuard;
use super::super::row::Row;
use super::super::sync::Ordering;
use super::{Envelope, InHand, Inner, Mailbox, Measure, Taken, Waiting, signal};

/// What a waiting sender learns when it is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Waited {
    /// Still waiting.
    Waiting,
    /// The message is in the mailbox.
    Admitted,
    /// The actor ended first.
    Closed,
}

/// A sender that waits for room. Its message is kept with it, so that order holds whoever is polled first.
pub(super) struct Sender {
    pub(super) ticket: u64,
    pub(super) waker: Waker,
}

/// Wakers of senders that were let in, to be woken outside the lock. The rest of a longer line has its turn at
/// the next look, which `ROOM` keeps asking for.
pub(super) type Woken = heapless::Vec<Waker, 32>;

/// Senders that wait for room in one lane, in order.
pub(super) struct Line<M> {
    pub(super) senders: Row<Envelope<M>, Sender>,
    /// Senders with this ticket or a later one were refused by a close.
    pub(super) refused_from: u64,
}

impl<M> Line<M> {
    pub(super) const fn new() -> Self {
        Self { senders: Row::new(), refused_from: u64::MAX }
    }

    /// Refuses all; those that come have `next_ticket` or a later one.
    pub(super) fn refuse(&mut self, next_ticket: u64) -> Row<Envelope<M>, Sender> {
        self.refused_from = first_ticket(&self.senders.order).unwrap_or(next_ticket).min(self.refused_from);
        std::mem::take(&mut self.senders)
    }
}

fn first_ticket(senders: &VecDeque<(usize, Sender)>) -> Option<u64> {
    Some(senders.front()?.1.ticket)
}

/// The index of the sender with this ticket. Tickets grow, and so a line is in their order.
fn place(senders: &VecDeque<(usize, Sender)>, ticket: u64) -> Option<usize> {
    senders.binary_search_by_key(&ticket, |(_, sender)| sender.ticket).ok()
}

impl<M> Mailbox<M> {
    /// Lets a sender wait in line, its message with it. Returns its ticket, or the message if there is room
    /// by now or the actor has ended: then it must push again.
    pub(in super::super) fn wait(
        &self,
        envelope: Envelope<M>,
        lane: Lane,
        waker: Waker,
        capacity: u32,
        measure: impl Measure,
    ) -> Result<u64, Envelope<M>> {
        let mut inner = self.inner.lock();
        let has_room = match lane {
            Lane::User => self.waiting(&inner) < capacity as usize && !inner.senders_wait(),
            Lane::Urgent => inner.waiting.as_ref().is_none_or(|waiting| {
                waiting.urgent.len() < capacity as usize && waiting.urgent_line.senders.is_empty()
            }),
        };
        if inner.closed || has_room {
            return Err(envelope);
        }
        // What it waits for room is part of the time that it waits.
        let envelope = Envelope { deadline: inner.measured(envelope.deadline, measure), ..envelope };
        let waiting = inner.waiting.get_or_insert_with(Waiting::new);
        let ticket = waiting.ticket();
        waiting.line(lane).senders.push_back(envelope, Sender { ticket, waker });
        if lane == Lane::User {
            // Whoever takes an urgent message lets the next one in without being asked.
            self.signals.fetch_or(signal::ROOM, Ordering::Relaxed);
        }
        Ok(ticket)
    }

    /// Asks whether the sender with `ticket` still waits, and has `waker` woken when it no longer does.
    pub(in super::super) fn poll_wait(&self, ticket: u64, lane: Lane, waker: &Waker) -> Waited {
        // Cloned and dropped outside the lock: both may run foreign code.
        let mut waker = waker.clone();
        let mut inner = self.inner.lock();
        let Some(line) = inner.waiting.as_mut().map(|waiting| waiting.line(lane)) else { return Waited::Admitted };
        if ticket >= line.refused_from {
            return Waited::Closed;
        }
        let senders = &mut line.senders.order;
        let Some((_, sender)) = place(senders, ticket).and_then(|place| senders.get_mut(place)) else {
            return Waited::Admitted;
        };
        std::mem::swap(&mut sender.waker, &mut waker);
        drop(inner);
        Waited::Waiting
    }

    /// Takes a waiting sender out of the line. `None` if its message is in the mailbox or was refused.
    pub(in super::super) fn cancel_wait(&self, ticket: u64, lane: Lane) -> Option<Envelope<M>> {
        let mut inner = self.inner.lock();
        let line = inner.waiting.as_mut()?.line(lane);
        let left = line.senders.remove(place(&line.senders.order, ticket)?);
        drop(inner);
        Some(left?.0)
    }

    /// As [`take`](Self::take), with senders in line for the room that is made.
    #[cold]
    pub(super) fn take_and_admit(
        &self,
        mut inner: SpinGuard<'_, Inner<M>, InHand>,
        hand: &mut Hand<Envelope<M>>,
        capacity: u32,
    ) -> Taken {
        let mut woken = Woken::new();
        inner.admit(0, capacity, &mut woken);
        hand.refill(&mut inner.queue);
        self.set_in_hand(hand.len());
        inner.admit(hand.len() as usize, capacity, &mut woken);
        drop(inner);
        woken.into_iter().for_each(wake);
        Taken::Messages
    }

    /// Lets waiting senders in as far as there is room.
    pub(in super::super) fn make_room(&self, capacity: u32) {
        let mut woken = Woken::new();
        let mut inner = self.inner.lock();
        let in_hand = self.taken_out.load(Ordering::Relaxed) as usize;
        inner.admit(in_hand, capacity, &mut woken);
        if inner.senders_wait() {
            self.signals.fetch_or(signal::ROOM, Ordering::Relaxed);
        }
        drop(inner);
        woken.into_iter().for_each(wake);
    }
}

impl<M> Inner<M> {
    pub(super) fn senders_wait(&self) -> bool {
        self.waiting.as_ref().is_some_and(|waiting| !waiting.user_line.senders.is_empty())
    }

    /// Moves waiting senders' messages into the queue, in order, while there is room for them and their wakers.
    pub(super) fn admit(&mut self, in_hand: usize, capacity: u32, woken: &mut Woken) {
        let Some(waiting) = self.waiting.as_mut() else { return };
        while self.queue.len() + in_hand < capacity as usize
            && !woken.is_full()
            && let Some((envelope, sender)) = waiting.user_line.senders.pop_front()
        {
            self.queue.push_with(|| envelope);
            let pushed = woken.push(sender.waker);
            debug_assert!(pushed.is_ok(), "there was room");
        }
    }
}
