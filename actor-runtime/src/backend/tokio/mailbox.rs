//! The queue of one actor, and the turn to run it. Keeps `ordering`, `overflow`, `no_silent_loss` and the
//! first half of `ask_resolves`: a close leaves no message and no sender behind.
//!
//! One lock guards queue, turn and close, so that "enqueue" and "does somebody have to run the actor now"
//! are one step:
//!
//! ```text
//!            push, signal (1: schedule the cell)
//!    Idle ──────────────────────────────► Busy ◄──┐
//!     ▲                                    │ │    │ signal, wake (3: schedule the cell)
//!     └────────────────────────────────────┘ └─► Parked
//!            take finds nothing (2)       park: a handler's future waits (4)
//! ```
//!
//! Whoever made the step to `Busy` owns the *turn*: the right to touch the actor's state and the messages
//! taken out (the hand). Steps 2 and 4 give it up; a push while `Parked` waits, because a message is in hand.

mod deadline;
mod model;
pub(super) mod signal;
mod watchers;

use std::boxed::Box;
use std::collections::VecDeque;
use std::task::Waker;
use std::vec::Vec;

use crate::call::Batch;
use crate::id::Incarnation;
use crate::message::Lane;
use crate::metrics::{DeadLetterReason, Histogram, Lanes};
use crate::policy::{Admission, Overflow, YieldReason};
use crate::reply::Duty;
use crate::time::Instant;

use super::guard::wake;
use super::hand::{Hand, Queue};
use super::lock::{SpinGuard, SpinLock};
use super::row::Row;
use super::seen::Seen;
use super::sync::{AtomicU16, AtomicU32, Ordering};
use super::telemetry::Escalation;

pub(super) use deadline::{Deadline, Sent};
pub(super) use watchers::Watches;
use watchers::{Enders, Watchers};

/// A message on its way, with the moment after which nobody wants it any more.
pub(super) struct Envelope<M> {
    pub(super) message: M,
    /// [`Deadline::NONE`] for most.
    pub(super) deadline: Deadline,
}

/// Who owns the turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Idle,
    Busy,
    Parked,
}

/// What became of a push. The message is no part of it, so that one that is let in is moved once, into the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Pushed {
    /// In the mailbox; the actor runs or is scheduled already.
    Queued,
    /// In the mailbox, and the caller owns the turn: it must schedule the cell.
    QueuedFirst,
    /// No room, and the policy is to reject.
    Full,
    /// No room, and the policy is to wait.
    MustWait,
    /// No room: the message is a dead letter.
    DroppedNewest,
    /// In the mailbox; the message that the caller has in its stead is a dead letter.
    DroppedOldest,
    /// The actor has ended or is draining.
    Closed,
}

/// What the owner of the turn finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// Messages are in the hand now.
    Messages,
    /// Signals wait; look at them first.
    Signals,
    /// Nothing: the turn was given up.
    Idle,
    /// Nothing, and the actor was draining or nobody can send any more: the turn is kept.
    Drained,
}

/// A sender that waits for room. Its message is kept with it, so that order holds whoever is polled first.
struct Sender {
    ticket: u64,
    waker: Waker,
}

/// Wakers of senders that were let in, to be woken outside the lock. The rest of a longer line has its turn at
/// the next look, which `ROOM` keeps asking for.
type Woken = heapless::Vec<Waker, 32>;

/// Senders that wait for room in one lane, in order.
struct Line<M> {
    senders: Row<Envelope<M>, Sender>,
    /// Senders with this ticket or a later one were refused by a close.
    refused_from: u64,
}

impl<M> Line<M> {
    const fn new() -> Self {
        Self { senders: Row::new(), refused_from: u64::MAX }
    }

    /// Refuses all; those that come have `next_ticket` or a later one.
    fn refuse(&mut self, next_ticket: u64) -> Row<Envelope<M>, Sender> {
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

/// What most mailboxes never need.
struct Waiting<M> {
    /// The urgent lane: a queue of its own, with the same capacity and policy.
    urgent: Row<Envelope<M>>,
    user_line: Line<M>,
    urgent_line: Line<M>,
    /// The ticket of the next sender that starts to wait.
    next_ticket: u64,
    /// Who waits for the end of a message. A message that is lost leaves its watch here until the actor ends.
    watchers: Watchers,
    enders: Enders,
    /// Why the first start failed, until whoever spawned has heard of it.
    start_failure: Option<Box<Escalation>>,
    /// Messages that were lost, until the actor has heard of them.
    letters: Row<Envelope<M>, DeadLetterReason>,
    /// What was seen of the lanes.
    seen: Option<Box<Seen>>,
}

impl<M> Waiting<M> {
    fn new() -> Box<Self> {
        Box::new(Self {
            urgent: Row::new(),
            user_line: Line::new(),
            urgent_line: Line::new(),
            next_ticket: 0,
            watchers: Watchers::default(),
            enders: Enders::default(),
            start_failure: None,
            letters: Row::new(),
            seen: None,
        })
    }

    fn line(&mut self, lane: Lane) -> &mut Line<M> {
        match lane {
            Lane::User => &mut self.user_line,
            Lane::Urgent => &mut self.urgent_line,
        }
    }

    fn ticket(&mut self) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        ticket
    }
}

struct Inner<M> {
    queue: Queue<Envelope<M>>,
    waiting: Option<Box<Waiting<M>>>,
    turn: Turn,
    /// No new messages: the actor drains, stops or has ended.
    closed: bool,
    /// The actor has ended.
    finished: bool,
    /// So many of the messages in the hand, the newest, may stay. What stays and not what goes: the owner takes messages out
    /// without this lock, and one that was taken out meanwhile has made room itself.
    keep: u32,
}

/// Which messages are measured. Asked under the lock of each that is let in, and so of no other.
pub(super) trait Measure: Copy {
    fn is_due(self) -> bool;
    fn now(self) -> Instant;
}

/// The number of the message in hand; written by the owner of the turn alone, and read by who asks what holds it up.
struct InHand(AtomicU16);

impl InHand {
    const NOTHING: u16 = u16::MAX;

    fn nothing() -> Self {
        Self(AtomicU16::new(Self::NOTHING))
    }
}

/// See the module.
pub(super) struct Mailbox<M> {
    inner: SpinLock<Inner<M>, InHand>,
    /// Bits of [`signal`]; set under the lock, so that the turn is decided with them.
    signals: AtomicU32,
    /// Messages taken out and not begun; written by the owner of the turn alone.
    taken_out: AtomicU32,
}

/// What a close leaves to be given up, outside the lock.
pub(super) struct Remains<M> {
    urgent: Row<Envelope<M>>,
    queue: Hand<Envelope<M>>,
    urgent_senders: Row<Envelope<M>, Sender>,
    user_senders: Row<Envelope<M>, Sender>,
}

impl<M> Remains<M> {
    /// Takes out the next message that was let in.
    pub(super) fn next_accepted(&mut self) -> Option<Envelope<M>> {
        match self.urgent.pop_front() {
            Some((envelope, ())) => Some(envelope),
            None => self.queue.pop(),
        }
    }

    /// Takes out the next message of a sender that was still waiting for room, who is to be woken when it is given up.
    pub(super) fn next_waiting(&mut self) -> Option<(Envelope<M>, Waker)> {
        let next = match self.urgent_senders.pop_front() {
            None => self.user_senders.pop_front(),
            urgent => urgent,
        };
        let (envelope, sender) = next?;
        Some((envelope, sender.waker))
    }
}

/// What a waiting sender learns when it is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waited {
    /// Still waiting.
    Waiting,
    /// The message is in the mailbox.
    Admitted,
    /// The actor ended first.
    Closed,
}

impl<M> Mailbox<M> {
    pub(super) fn new() -> Self {
        Self {
            inner: SpinLock::with(
                Inner {
                    queue: Queue::new(),
                    waiting: None,
                    // Whoever makes a cell owns its first turn.
                    turn: Turn::Busy,
                    closed: false,
                    finished: false,
                    keep: u32::MAX,
                },
                InHand::nothing(),
            ),
            signals: AtomicU32::new(0),
            taken_out: AtomicU32::new(0),
        }
    }

    // ---- for anybody -------------------------------------------------------------------------------

    /// Moves the message out of `message` into the queue, if `overflow` lets it in; else leaves it there.
    #[inline(always)]
    pub(super) fn push(
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
        // Looked at once: the owner goes on meanwhile, and who is admitted for one number must not drop for another.
        let held = self.held(&inner);
        match overflow.admit(inner.queue.len() + held as usize, inner.senders_wait(), capacity as usize) {
            Admission::Accept => {
                let pushed = inner.enqueue(message, deadline);
                inner.measure_last(measure, pushed);
                pushed
            }
            Admission::Reject => Pushed::Full,
            Admission::Wait => Pushed::MustWait,
            Admission::DropNewest => Pushed::DroppedNewest,
            Admission::DropOldest => self.replace_oldest(inner, held, message, deadline, measure),
        }
    }

    /// Ends the measurement of a message, by its mark: it has left its lane. Returns what it would have been sent with
    /// otherwise, and when it was sent.
    pub(super) fn unstamp(&self, mark: Deadline) -> (Deadline, Option<Sent>) {
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
    pub(super) fn note_dwell(&self, lane: Lane, nanos: u64) -> u32 {
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
    pub(super) fn note_full(&self, lane: Lane, capacity: u32) {
        self.inner.lock().seen().deep(lane, capacity);
    }

    /// An activation ended although messages wait.
    pub(super) fn note_yield(&self, reason: YieldReason) {
        self.inner.lock().seen().yielded(reason);
    }

    /// The lanes as they are now, and what was seen of them.
    pub(super) fn lanes(&self) -> Lanes {
        let inner = self.inner.lock();
        let waiting = inner.waiting.as_ref();
        let seen = waiting.and_then(|waiting| waiting.seen.as_ref());
        let mut lanes = seen.map(|seen| seen.lanes()).unwrap_or_default();
        lanes.user.depth = self.waiting(&inner);
        lanes.urgent.depth = waiting.map_or(0, |waiting| waiting.urgent.len());
        lanes
    }

    /// Adds how long messages waited lately to what was seen of others.
    pub(super) fn add_recent(&self, all: &mut [Histogram; 2]) {
        let inner = self.inner.lock();
        if let Some(seen) = inner.waiting.as_ref().and_then(|waiting| waiting.seen.as_ref()) {
            seen.add_recent(all);
        }
    }

    /// Moves messages of one sender into the queue as long as there is room, under one lock. Returns whether the caller
    /// owns the turn now and must schedule the cell.
    #[must_use]
    pub(super) fn accept<N>(
        &self,
        batch: &mut Batch<N>,
        capacity: u32,
        overflow: Overflow,
        measure: impl Measure,
    ) -> bool
    where
        M: From<N>,
    {
        let mut inner = self.inner.lock();
        let mut owns_turn = false;
        while !inner.closed
            && !batch.is_empty()
            && overflow.admit(self.waiting(&inner), inner.senders_wait(), capacity as usize) == Admission::Accept
        {
            let pushed = inner.enqueue(&mut batch.pop_front().map(M::from), Deadline::NONE);
            owns_turn |= pushed == Pushed::QueuedFirst;
            inner.measure_last(measure, pushed);
        }
        owns_turn
    }

    /// As [`push`](Self::push), into the urgent lane.
    #[cold]
    pub(super) fn push_urgent(
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

    fn enqueue_urgent(&self, inner: &mut Inner<M>, message: &mut Option<M>, deadline: Deadline) -> Pushed {
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

    /// Moves the message into the queue, and the oldest one out: into `message`, or, where it is in the hand, out of the
    /// owner's.
    #[cold]
    fn replace_oldest(
        &self,
        mut inner: SpinGuard<'_, Inner<M>, InHand>,
        held: u32,
        message: &mut Option<M>,
        deadline: Deadline,
        measure: impl Measure,
    ) -> Pushed {
        let deadline = inner.measured(deadline, measure);
        if held > 0 {
            inner.keep = held - 1;
            self.signals.fetch_or(signal::SKIP, Ordering::Relaxed);
            return inner.enqueue(message, deadline);
        }
        let oldest = inner.queue.remove_first();
        let pushed = inner.enqueue(message, deadline);
        debug_assert_eq!(pushed, Pushed::Queued, "a mailbox that is full is not idle");
        inner.note_lost(oldest.as_ref());
        *message = oldest.map(|oldest| oldest.message);
        if message.is_some() { Pushed::DroppedOldest } else { pushed }
    }

    /// Moves the message into its lane whatever waits there: an answer the actor asked for in `incarnation`, and which
    /// no later one is to handle.
    pub(super) fn push_answer(
        &self,
        message: &mut Option<M>,
        lane: Lane,
        incarnation: Incarnation,
        measure: impl Measure,
    ) -> Pushed {
        let mut inner = self.inner.lock();
        if inner.closed {
            return Pushed::Closed;
        }
        let mark = inner.measured(Deadline::answer(incarnation), measure);
        match lane {
            Lane::Urgent => self.enqueue_urgent(&mut inner, message, mark),
            Lane::User => inner.enqueue(message, mark),
        }
    }

    /// Lets a sender wait in line, its message with it. Returns its ticket, or the message if there is room
    /// by now or the actor has ended: then it must push again.
    pub(super) fn wait(
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

    /// Messages of the user lane that wait.
    #[inline(always)]
    fn waiting(&self, inner: &Inner<M>) -> usize {
        inner.queue.len() + self.held(inner) as usize
    }

    /// Messages in the hand that are not to be dropped.
    #[inline(always)]
    fn held(&self, inner: &Inner<M>) -> u32 {
        self.taken_out.load(Ordering::Relaxed).min(inner.keep)
    }

    /// Asks whether the sender with `ticket` still waits, and has `waker` woken when it no longer does.
    pub(super) fn poll_wait(&self, ticket: u64, lane: Lane, waker: &Waker) -> Waited {
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
    pub(super) fn cancel_wait(&self, ticket: u64, lane: Lane) -> Option<Envelope<M>> {
        let mut inner = self.inner.lock();
        let line = inner.waiting.as_mut()?.line(lane);
        let left = line.senders.remove(place(&line.senders.order, ticket)?);
        drop(inner);
        Some(left?.0)
    }

    /// Sets bits of [`signal`]. Returns whether the caller owns the turn now and must schedule the cell.
    #[must_use]
    pub(super) fn signal(&self, bits: u32) -> bool {
        let mut inner = self.inner.lock();
        if inner.finished {
            return false;
        }
        // A drain lets nothing more in from here on, whatever is in hand.
        inner.closed |= bits & signal::DRAIN != 0;
        self.signals.fetch_or(bits, Ordering::Relaxed);
        let had_turn = inner.turn == Turn::Busy;
        inner.turn = Turn::Busy;
        !had_turn
    }

    /// Takes the turn of an actor that has nothing to do: nothing waits, nothing is in hand.
    #[inline]
    #[must_use]
    pub(super) fn claim_idle(&self) -> bool {
        let mut inner = self.inner.lock();
        let free = inner.turn == Turn::Idle && !inner.closed && self.signals.load(Ordering::Relaxed) == 0;
        if free {
            inner.turn = Turn::Busy;
        }
        free
    }

    /// Gives up a turn that was claimed, if nothing came meanwhile. Whether nobody can send any more is asked of
    /// `refs_gone` under the lock. Returns whether the turn is given up.
    #[inline]
    #[must_use]
    pub(super) fn release_idle(&self, refs_gone: impl FnOnce() -> bool) -> bool {
        let mut inner = self.inner.lock();
        let free = self.signals.load(Ordering::Relaxed) == 0
            && inner.queue.is_empty()
            && !inner.senders_wait()
            && !inner.closed
            && !refs_gone();
        if free {
            inner.turn = Turn::Idle;
        }
        free
    }

    /// Messages that wait, those in the hand included.
    pub(super) fn depth(&self) -> usize {
        self.count(&self.inner.lock())
    }

    /// The number of the message whose handler runs, or waits at an await. Not said of one that runs on the stack of its
    /// asker: there it is never noted.
    pub(super) fn begun(&self) -> Option<u16> {
        let inner = self.inner.lock();
        let begun = self.in_hand();
        (inner.turn != Turn::Idle && begun != InHand::NOTHING).then_some(begun)
    }

    /// What the actor has to do: messages that wait, and one more where it has the turn for something.
    pub(super) fn load(&self) -> usize {
        let inner = self.inner.lock();
        self.count(&inner) + usize::from(inner.turn != Turn::Idle)
    }

    fn count(&self, inner: &Inner<M>) -> usize {
        let urgent = inner.waiting.as_ref().map_or(0, |waiting| waiting.urgent.len());
        self.waiting(inner) + urgent
    }

    /// Does what makes a new ref, unless the mailbox takes no more messages: then there is nothing to send to.
    pub(super) fn unless_closed<R>(&self, make: impl FnOnce() -> R) -> Option<R> {
        let inner = self.inner.lock();
        (!inner.closed).then(make)
    }

    /// Has `duty` told of the end of a message, to be sent with the mark that is returned instead of the deadline
    /// `until`.
    pub(super) fn watch(&self, duty: Duty, until: Deadline) -> Deadline {
        let mut inner = self.inner.lock();
        let waiting = inner.waiting.get_or_insert_with(Waiting::new);
        let mark = Deadline::watch(waiting.ticket());
        waiting.watchers.add(mark, Some(duty), until, None);
        mark
    }

    /// Takes a watch out, and the deadline of its message.
    pub(super) fn unwatch(&self, mark: Deadline) -> Option<(Option<Duty>, Deadline)> {
        let mut inner = self.inner.lock();
        inner.waiting.as_mut()?.watchers.remove(mark)
    }

    /// The deadline of a message, wherever it is kept.
    pub(super) fn until(&self, deadline: Deadline) -> Deadline {
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
    pub(super) fn take_lost(&self, deadline: Deadline, pushed: Pushed) -> Watches {
        let mut inner = self.inner.lock();
        let Some(waiting) = inner.waiting.as_mut() else { return Watches::default() };
        waiting.watchers.take_lost((pushed == Pushed::DroppedNewest).then_some(deadline))
    }

    /// Takes all watches out, of an actor that handles no more messages.
    pub(super) fn take_watches(&self) -> Watches {
        let mut inner = self.inner.lock();
        inner.waiting.as_mut().map_or(Watches::default(), |waiting| waiting.watchers.take_all())
    }

    /// Registers `waker` for the end of the actor, in place of an earlier `ticket`. `None` if it has ended.
    pub(super) fn wait_for_end(&self, ticket: Option<u64>, waker: &Waker) -> Option<u64> {
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
    pub(super) fn cancel_wait_for_end(&self, ticket: u64) {
        let mut inner = self.inner.lock();
        let ender = inner.waiting.as_mut().and_then(|waiting| waiting.enders.remove(ticket));
        drop(inner);
        drop(ender);
    }

    // ---- for the owner of the turn -----------------------------------------------------------------

    /// Whether something more urgent than messages waits.
    #[inline]
    pub(super) fn has_signals(&self) -> bool {
        self.signals.load(Ordering::Relaxed) != 0
    }

    /// Whether something waits that may not wait for the hand to be empty.
    #[inline]
    pub(super) fn has_urgent_signals(&self) -> bool {
        self.signals.load(Ordering::Relaxed) & !signal::ROOM != 0
    }

    /// Takes the signals; those of messages stay as long as there are any.
    pub(super) fn take_signals(&self) -> u32 {
        self.signals.fetch_and(signal::MESSAGES, Ordering::Acquire)
    }

    /// Whether there are such `messages`.
    pub(super) fn has(&self, messages: u32) -> bool {
        self.signals.load(Ordering::Relaxed) & messages != 0
    }

    /// Says whether there are such `messages`; for the owner of the turn.
    pub(super) fn set(&self, messages: u32, there_are: bool) {
        if there_are {
            self.signals.fetch_or(messages, Ordering::Relaxed);
        } else {
            self.signals.fetch_and(!messages, Ordering::Relaxed);
        }
    }

    /// Takes the first urgent message, and lets the first sender that waits for its room in.
    pub(super) fn take_urgent(&self) -> Option<Envelope<M>> {
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

    /// How many of the `in_hand` messages are to be dropped, the oldest first; the owner drops them.
    pub(super) fn take_skips(&self, in_hand: u32) -> u32 {
        let mut inner = self.inner.lock();
        let skip = in_hand.saturating_sub(std::mem::replace(&mut inner.keep, u32::MAX));
        self.set_in_hand(in_hand - skip);
        skip
    }

    /// The number of the message in hand. It stays until another one is, or nothing.
    #[inline]
    pub(super) fn in_hand(&self) -> u16 {
        self.inner.beside().0.load(Ordering::Relaxed)
    }

    /// Says which message is in hand, by its number.
    #[inline]
    pub(super) fn has_in_hand(&self, message: u16) {
        self.inner.beside().0.store(message, Ordering::Relaxed);
    }

    /// Says that no message is.
    #[inline]
    pub(super) fn has_nothing_in_hand(&self) {
        self.has_in_hand(InHand::NOTHING);
    }

    /// Says how many messages are still in the hand.
    #[inline]
    pub(super) fn set_in_hand(&self, messages: u32) {
        self.taken_out.store(messages, Ordering::Relaxed);
    }

    /// Takes everything that waits into the empty `hand`, or gives the turn up. `refs_gone` is asked, under the
    /// lock, whether nobody can send any more.
    #[inline]
    pub(super) fn take(&self, hand: &mut Hand<Envelope<M>>, capacity: u32, refs_gone: impl FnOnce() -> bool) -> Taken {
        let mut inner = self.inner.lock();
        // Ticks do not go before messages here: a timer that is always due again would starve them.
        if self.signals.load(Ordering::Relaxed) & signal::LIFE != 0 {
            return Taken::Signals;
        }
        if inner.senders_wait() {
            return self.take_and_admit(inner, hand, capacity);
        }
        if !inner.queue.is_empty() {
            hand.refill(&mut inner.queue);
            self.set_in_hand(hand.len());
            Taken::Messages
        } else if inner.closed || refs_gone() {
            // Before timers and pipes, which keep no actor alive. Decided under the lock, as a weak ref that is
            // upgraded: it finds the mailbox closed, or keeps the actor.
            inner.closed = true;
            Taken::Drained
        } else if self.has_urgent_signals() {
            Taken::Signals
        } else {
            inner.turn = Turn::Idle;
            // Whoever makes it ready again has it wait for its turn, which its last handler does not hold up.
            self.has_nothing_in_hand();
            // Whoever asked for room has it; left behind, the bit would forbid asks on the caller's stack.
            if self.has_signals() {
                self.signals.store(0, Ordering::Relaxed);
            }
            Taken::Idle
        }
    }

    /// Lets no more messages in, where none waits and the actor drains or nobody can send any more. Returns whether that
    /// is so.
    pub(super) fn close_if_drained(&self, refs_gone: impl FnOnce() -> bool) -> bool {
        let mut inner = self.inner.lock();
        let waits = self.count(&inner) > 0 || inner.senders_wait();
        let drained = !waits && (inner.closed || refs_gone());
        inner.closed |= drained;
        drained
    }

    /// As [`take`](Self::take), with senders in line for the room that is made.
    #[cold]
    fn take_and_admit(
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
    pub(super) fn make_room(&self, capacity: u32) {
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

    /// Gives the turn up until a signal comes, messages waiting or not. Fails if one is there already.
    #[must_use]
    pub(super) fn park(&self) -> bool {
        let mut inner = self.inner.lock();
        let free = self.signals.load(Ordering::Relaxed) & !(signal::ROOM | signal::MESSAGES) == 0;
        if free {
            inner.turn = Turn::Parked;
        }
        free
    }

    /// Lets no more messages in; what is queued stays. Returns the senders that waited for room.
    #[must_use]
    pub(super) fn seal(&self) -> Remains<M> {
        self.inner.lock().refuse_senders()
    }

    /// Lets no more messages in, and takes out whatever waits.
    #[must_use]
    pub(super) fn close(&self) -> Remains<M> {
        let mut inner = self.inner.lock();
        let mut remains = inner.refuse_senders();
        if let Some(waiting) = inner.waiting.as_mut() {
            remains.urgent = std::mem::take(&mut waiting.urgent);
        }
        remains.queue.refill(&mut inner.queue);
        self.signals.fetch_and(!signal::MESSAGES, Ordering::Relaxed);
        remains
    }

    // ---- letters -----------------------------------------------------------------------------------

    /// Keeps a message that was lost until the actor has heard of it.
    ///
    /// # Errors
    /// The message, where as many wait already as the mailbox has room for, and where the actor has ended.
    pub(super) fn post(&self, message: M, reason: DeadLetterReason, most: u32) -> Result<(), M> {
        let mut inner = self.inner.lock();
        if inner.finished {
            return Err(message);
        }
        let letters = &mut inner.waiting.get_or_insert_with(Waiting::new).letters;
        if letters.len() >= most as usize {
            return Err(message);
        }
        letters.push_back(Envelope { message, deadline: Deadline::NONE }, reason);
        Ok(())
    }

    /// How many messages were lost that the actor has not heard of.
    pub(super) fn letters(&self) -> usize {
        self.inner.lock().waiting.as_ref().map_or(0, |waiting| waiting.letters.len())
    }

    pub(super) fn take_letter(&self) -> Option<(M, DeadLetterReason)> {
        let (envelope, reason) = self.inner.lock().waiting.as_mut()?.letters.pop_front()?;
        Some((envelope.message, reason))
    }

    /// Keeps why the first start failed.
    pub(super) fn keep_start_failure(&self, failure: Escalation) {
        let failure = Box::new(failure);
        self.inner.lock().waiting.get_or_insert_with(Waiting::new).start_failure = Some(failure);
    }

    /// Why the first start failed, for the one who asks first.
    pub(super) fn take_start_failure(&self) -> Option<Box<Escalation>> {
        self.inner.lock().waiting.as_mut()?.start_failure.take()
    }

    /// Who waits for the end, to be told of the start.
    #[must_use]
    pub(super) fn take_enders(&self) -> Vec<(u64, Waker)> {
        let mut inner = self.inner.lock();
        inner.waiting.as_mut().map(|waiting| waiting.enders.take()).unwrap_or_default()
    }

    /// The actor has ended: returns who waited for that. The turn is never given up again.
    #[must_use]
    pub(super) fn finish(&self) -> Vec<(u64, Waker)> {
        let mut inner = self.inner.lock();
        debug_assert!(inner.closed && inner.queue.is_empty(), "closed before finished");
        inner.finished = true;
        self.signals.store(0, Ordering::Relaxed);
        // The rest stays: senders that were refused still ask for their tickets.
        inner.waiting.as_mut().map(|waiting| waiting.enders.take()).unwrap_or_default()
    }
}

impl<M> Inner<M> {
    /// Stamps the message that came last, if it is measured.
    #[inline(always)]
    fn measure_last(&mut self, measure: impl Measure, pushed: Pushed) {
        if measure.is_due() {
            self.stamp_last(measure, pushed == Pushed::QueuedFirst);
        }
    }

    #[cold]
    #[inline(never)]
    fn stamp_last(&mut self, measure: impl Measure, first: bool) {
        let Some(Envelope { deadline, .. }) = self.queue.last_mut() else { return };
        let own = std::mem::replace(deadline, Deadline::NONE);
        let mark = self.stamp(own, Sent { at: measure.now(), first });
        if let Some(last) = self.queue.last_mut() {
            last.deadline = mark;
        }
    }

    /// What a message with this deadline is sent with: a mark instead, if it is measured.
    fn measured(&mut self, deadline: Deadline, measure: impl Measure) -> Deadline {
        if !measure.is_due() {
            return deadline;
        }
        self.stamp(deadline, Sent { at: measure.now(), first: self.turn == Turn::Idle })
    }

    fn stamp(&mut self, deadline: Deadline, sent: Sent) -> Deadline {
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
    fn seen(&mut self) -> &mut Seen {
        self.waiting.get_or_insert_with(Waiting::new).seen.get_or_insert_with(Box::default)
    }

    /// Whoever waits for the end of a message that is dropped is told when the lock is free.
    fn note_lost(&mut self, dropped: Option<&Envelope<M>>) {
        if let (Some(envelope), Some(waiting)) = (dropped, self.waiting.as_mut()) {
            waiting.watchers.note_lost(envelope.deadline);
        }
    }

    fn senders_wait(&self) -> bool {
        self.waiting.as_ref().is_some_and(|waiting| !waiting.user_line.senders.is_empty())
    }

    /// Step 1 of the drawing.
    #[inline(always)]
    fn enqueue(&mut self, message: &mut Option<M>, deadline: Deadline) -> Pushed {
        // Taken in there and not here, which spares a copy on the stack.
        self.queue.push_with(|| Envelope { message: message.take().expect("a message is pushed once"), deadline });
        if self.turn == Turn::Idle {
            self.turn = Turn::Busy;
            Pushed::QueuedFirst
        } else {
            Pushed::Queued
        }
    }

    /// Moves waiting senders' messages into the queue, in order, while there is room for them and their wakers.
    fn admit(&mut self, in_hand: usize, capacity: u32, woken: &mut Woken) {
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

#[cfg(all(test, not(actor_loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_the_message_in_hand_lies_in_padding() {
        assert_eq!(size_of::<SpinLock<Inner<u64>, InHand>>(), size_of::<SpinLock<Inner<u64>>>());
    }
}
