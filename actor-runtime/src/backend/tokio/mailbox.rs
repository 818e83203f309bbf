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
mod letters;
mod line;
mod measured;
mod model;
mod remains;
pub(super) mod signal;
mod urgent;
mod watched;
mod watchers;

use std::boxed::Box;
use std::task::Waker;
use std::vec::Vec;

use crate::call::Batch;
use crate::id::Incarnation;
use crate::message::Lane;
use crate::metrics::DeadLetterReason;
use crate::policy::{Admission, Overflow};

use super::hand::{Hand, Queue};
use super::lock::{SpinGuard, SpinLock};
use super::row::Row;
use super::seen::Seen;
use super::sync::{AtomicU16, AtomicU32, Ordering};
use super::telemetry::Escalation;

pub(super) use deadline::Deadline;
pub(super) use line::Waited;
pub(super) use measured::Measure;
pub(super) use remains::Remains;

use line::Line;
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

    /// Sets bits of [`signal`]. Returns whether the caller owns the turn now and must schedule the cell.
    #[must_use]
    pub(super) fn signal(&self, bits: u32) -> bool {
        let mut inner = self.inner.lock();
        if inner.finished {
            return false;
        }
        // A drain lets nothing more in from here on, whatever is in hand.
        inner.closed |= bits & signal::DRAIN != 0;
        // The owner of the turn takes them without the lock, and then polls: it must see what came before a wake.
        self.signals.fetch_or(bits, Ordering::Release);
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

    // ---- the start and the end ---------------------------------------------------------------------

    /// Keeps why the first start failed.
    pub(super) fn keep_start_failure(&self, failure: Escalation) {
        let failure = Box::new(failure);
        self.inner.lock().waiting.get_or_insert_with(Waiting::new).start_failure = Some(failure);
    }

    /// Why the first start failed, for the one who asks first.
    pub(super) fn take_start_failure(&self) -> Option<Box<Escalation>> {
        self.inner.lock().waiting.as_mut()?.start_failure.take()
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
}

#[cfg(all(test, not(actor_loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_the_message_in_hand_lies_in_padding() {
        assert_eq!(size_of::<SpinLock<Inner<u64>, InHand>>(), size_of::<SpinLock<Inner<u64>>>());
    }
}
