//! Messages, hooks and ticks: taken out, guarded, dispatched, counted.

use core::task::Poll;
use std::string::String;
use std::sync::Arc;
use std::task::Waker;

use crate::actor::{Actor, Handled};
use crate::context::Request;
use crate::error::Unanswered;
use crate::failure::StopReason;
use crate::lifecycle::Task;
use crate::message::{Message, Mode};
use crate::metrics::{DeadLetterReason, LifeEvent};

use super::super::ambient::{Polled, Until, WhyDropped};
use super::super::cell::Cell;
use super::super::flame::Frame;
use super::super::guard::{contain, guard};
use super::super::mailbox::{Deadline, Envelope, Taken, signal};
use super::super::runnable::Ran;
use super::super::spans::{Cause, Traced};
use super::activation::Activation;
use super::{Flow, Turn};

/// What the messages of a hand leave behind.
enum Left {
    /// Nothing to look at.
    Nothing,
    /// A signal, or a future to be polled.
    Attention,
    /// A failure, or a request of the handler.
    Outcome(Handled),
}

impl<A: Actor> Turn<A> {
    /// Handles messages until a signal, a failure or a waiting future wants attention.
    #[inline]
    pub(super) fn receive(mut self, activation: &mut Activation) -> Flow {
        loop {
            if self.body().hand.is_empty() {
                match self.refill() {
                    Taken::Messages => activation.saw::<A>(self.body().hand.len()),
                    Taken::Signals => return Flow::Next,
                    Taken::Idle => return Flow::Return(Ran::Idle),
                    Taken::Drained => {
                        self.stop(StopReason::Drained);
                        return Flow::Next;
                    }
                }
            }
            // Only messages that wait are worth a yield.
            let left = activation.left();
            if left == 0 {
                return self.use_up(activation);
            }
            if !self.handle_hand(activation, left) {
                return Flow::Next;
            }
        }
    }

    /// Handles at most `most` messages of the hand. Returns whether the next message may follow at once.
    #[inline]
    fn handle_hand(mut self, activation: &mut Activation, most: u32) -> bool {
        // One guard for all of them: the mailbox says which one a panic came from.
        let before = self.body().hand.len();
        let most = before.min(most);
        let result = guard(|| self.handle_each(most));
        activation.handled += before - self.body().hand.len();
        let outcome = match result {
            Ok(Left::Nothing) => return true,
            Ok(Left::Attention) => return false,
            Ok(Left::Outcome(outcome)) => Ok(outcome),
            Err(panic) => {
                self.count_handled();
                Err(panic)
            }
        };
        self.settle(outcome);
        false
    }

    /// The loop over the hand: whatever holds for all its messages is looked up before it.
    #[inline]
    fn handle_each(mut self, most: u32) -> Left {
        let cell = self.cell();
        let (tally, mut began) = (self.tally(), self.begins());
        let context = cell.context.get();
        // SAFETY: the turn is exclusive and no future is live, so nobody else has the state.
        let Some(state) = (unsafe { &mut *cell.state.get() }) else { return Left::Attention };
        for _ in 0..most {
            let Some(place) = self.body().hand.advance() else { break };
            cell.mailbox.set_in_hand(self.body().hand.len());
            // SAFETY: the hand has moved on past this element and leaves it to this turn, which reads it once below.
            let envelope = unsafe { place.as_ref() };
            let deadline = envelope.deadline;
            let (index, mode) = (envelope.message.index(), envelope.message.mode());
            if Self::WAITS_FOR_QUIET && !envelope.message.is_passive() {
                self.body().was_heard = true;
            }
            let is_traced = envelope.message.trace.is_some();
            // SAFETY: as above; the envelope is not looked at again.
            let message = unsafe { (&raw const envelope.message).read() };
            if is_traced || deadline.is_set() {
                // On the way out of this loop, because that borrows the state anew.
                let undisturbed = self.handle_until(Envelope { message, deadline });
                return if undisturbed { Left::Nothing } else { Left::Attention };
            }
            let message = message.untraced();
            if Self::HAS_STASH {
                // A guard that panics fails like its handler.
                self.has_in_hand(index);
                if state.stashes(&message) {
                    self.stash(Envelope { message: message.into(), deadline });
                    continue;
                }
            }
            if mode == Mode::Async {
                self.start_future(message.into());
                return Left::Attention;
            }
            self.has_in_hand(index);
            let frame = self.frame(index);
            // SAFETY: likewise the context.
            let outcome = state.handle(message, unsafe { &mut *context });
            frame.end();
            began = self.ran(tally, index, began);
            // SAFETY: the handler has returned, so its borrow of the context is over.
            let request = unsafe { &*context }.request;
            if outcome != Handled::Done || request != Request::Continue {
                return Left::Outcome(outcome);
            }
            if cell.mailbox.has_urgent_signals() {
                return Left::Attention;
            }
        }
        Left::Nothing
    }

    /// Notes which message user code runs for.
    #[inline]
    fn has_in_hand(self, index: usize) {
        #[allow(clippy::cast_possible_truncation)]
        let index = index as u16;
        self.cell().mailbox.has_in_hand(index);
    }

    /// The number of the message that user code runs for, or ran for last.
    pub(super) fn in_hand(self) -> usize {
        self.cell().mailbox.in_hand().into()
    }

    #[inline]
    fn refill(mut self) -> Taken {
        if Self::WAITS_FOR_QUIET {
            self.note_heard();
        }
        let Cell { header, mailbox, .. } = self.cell();
        let body = self.body();
        body.hand.rest(&mut body.calm);
        mailbox.take(&mut body.hand, A::OPTIONS.capacity, || header.refs_gone())
    }

    /// Handles one message that goes before the user lane. There may be none: a signal says too much at times.
    pub(super) fn handle_first(
        self,
        activation: &mut Activation,
        take: impl FnOnce(Self) -> Option<Envelope<Traced<A::Message>>>,
    ) -> Flow {
        if activation.left() == 0 {
            return self.use_up(activation);
        }
        let Some(envelope) = take(self) else { return Flow::Next };
        activation.handled += 1;
        self.handle_until(envelope);
        Flow::Next
    }

    /// Handles one message by its deadline, outside of a hand, and tells whoever waits for its end. Returns whether that
    /// left nothing to look at.
    #[cold]
    fn handle_until(mut self, envelope: Envelope<Traced<A::Message>>) -> bool {
        let envelope = self.arrived(envelope);
        if envelope.deadline.is_set()
            && envelope.deadline.asked_in().is_some_and(|asker| asker != self.cell().header.incarnation())
        {
            // An answer to what an earlier life asked.
            contain(|| drop(envelope));
            return true;
        }
        let deadline = self.cell().mailbox.until(envelope.deadline);
        if deadline.is_set() && deadline.has_passed(self.cell().header.core.now()) {
            self.lose(envelope, DeadLetterReason::Expired);
            return true;
        }
        if Self::WAITS_FOR_QUIET && !envelope.message.is_passive() {
            self.body().was_heard = true;
        }
        let must_stash = self.must_stash(&envelope.message);
        if Self::HAS_STASH && matches!(must_stash, Ok(true)) {
            self.stash(envelope);
            return true;
        }
        self.attend_to(envelope.deadline);
        let message = envelope.message;
        match (must_stash, message.mode()) {
            (Ok(_), Mode::Sync | Mode::Delegated) => {
                let _until = Until::enter(deadline);
                let undisturbed = self.handle_sync(message);
                self.fulfil();
                undisturbed && !self.cell().mailbox.has_urgent_signals()
            }
            (Ok(_), Mode::Async) => {
                if deadline.is_set() {
                    self.body().cold().deadline = deadline;
                }
                let _until = Until::enter(deadline);
                self.start_future(message);
                false
            }
            (Err(panic), _) => {
                self.guard_failed(message, panic);
                false
            }
        }
    }

    /// A guard that panics fails like its handler.
    #[cold]
    pub(super) fn guard_failed(self, message: Traced<A::Message>, panic: String) {
        let Traced { message, trace } = message;
        self.has_in_hand(message.index());
        self.keep_trace(trace);
        contain(|| message.refuse(Unanswered::Failed));
        self.settle(Err(panic));
    }

    /// Runs one message outside of a hand. Returns whether that left nothing to look at.
    #[inline]
    fn handle_sync(self, message: Traced<A::Message>) -> bool {
        self.handle_alone::<false>(message)
    }

    /// As [`handle_sync`](Self::handle_sync); `ASKED` on the stack of whoever asked, where it notes what is in hand only if
    /// that failed.
    ///
    /// Each that asks has a copy of its own: one that is shared is not inlined, which costs an ask 21 instructions.
    #[inline(always)]
    pub(in super::super) fn handle_alone<const ASKED: bool>(self, message: Traced<A::Message>) -> bool {
        let index = message.index();
        let state = self.cell().state.get();
        let context = self.cell().context.get();
        let began = self.begins();
        if !ASKED {
            self.has_in_hand(index);
        }
        let Traced { message, trace } = message;
        if trace.is_some() {
            self.begins_in_life(&trace);
        }
        let entered = trace.enter();
        let frame = self.frame(index);
        let outcome = guard(|| {
            // SAFETY: the turn is exclusive and no future is live, so nobody else has the state.
            let Some(state) = (unsafe { &mut *state }) else { return Handled::Done };
            // SAFETY: likewise the context.
            state.handle(message, unsafe { &mut *context })
        });
        frame.end();
        drop(entered);
        let is_done = matches!(outcome, Ok(Handled::Done));
        if ASKED && is_done {
            self.answered(index, began);
        } else {
            self.ran(self.tally(), index, began);
        }
        // SAFETY: the handler has returned, so its borrow of the context is over.
        let request = unsafe { &*context }.request;
        if is_done && request == Request::Continue {
            return true;
        }
        self.keep_trace(trace);
        self.has_in_hand(index);
        self.settle(outcome);
        false
    }

    /// Writes the future of an async handler into its slot; the loop polls it.
    pub(super) fn start_future(self, message: Traced<A::Message>) {
        let index = message.index();
        let state = self.cell().state.get();
        let context = self.cell().context.get();
        // SAFETY: the turn is exclusive and no future is live, so nobody else has the state.
        let Some(state) = (unsafe { &mut *state }) else { return };
        self.future_begins();
        let Traced { message, trace } = message;
        if trace.is_some() {
            self.begins_in_life(&trace);
            self.keep_trace(trace);
        }
        // SAFETY: likewise the context.
        let future = state.handle_async(message, unsafe { &mut *context });
        self.has_in_hand(index);
        // SAFETY: only the owner of the turn touches the slot, and no future is in it.
        let slot = unsafe { &mut *self.cell().future.get() };
        // SAFETY: state and context lie in this cell, which outlives the future, and nobody touches them while it
        // is live: `run` polls it before anything else, and a kill cancels it first.
        unsafe { slot.start(future) };
    }

    #[inline]
    pub(super) fn future_is_live(self) -> bool {
        // SAFETY: only the owner of the turn touches the slot.
        unsafe { &*self.cell().future.get() }.is_live()
    }

    /// Drops the handler's future at the await it stands at. Whoever asked hears of `why`.
    pub(super) fn cancel_future(mut self, why: Unanswered) {
        // SAFETY: only the owner of the turn touches the slot, and user code has no way to it.
        let slot = unsafe { &mut *self.cell().future.get() };
        if slot.is_live() && self.is_building() {
            contain(|| slot.cancel());
            self.waits_no_more();
        } else if slot.is_live() {
            self.count_handled();
            if let Some(cold) = &mut self.body().cold {
                cold.deadline = Deadline::NONE;
            }
            let _dropped = WhyDropped::because(why);
            let trace = self.take_trace();
            let entered = trace.enter();
            contain(|| slot.cancel());
            drop(entered);
            self.waits_no_more();
            self.refuse(why);
        }
    }

    /// The handler's future has ended. A call that it has begun to wait for may be kept, or be handed on.
    pub(super) fn waits_no_more(self) {
        let header = &self.cell().header;
        header.core.waits().leave(header.id);
    }

    pub(super) fn poll_future(mut self) -> Poll<()> {
        // SAFETY: the cell lives in an `Arc`, and the pointer has its provenance.
        unsafe { Arc::increment_strong_count(self.0.as_ptr()) };
        // SAFETY: the count was added for this.
        let waker = Waker::from(unsafe { Arc::from_raw(self.0.as_ptr().cast_const()) });
        let mut cx = core::task::Context::from_waker(&waker);
        // SAFETY: only the owner of the turn touches the slot, and user code has no way to it.
        let slot = unsafe { &mut *self.cell().future.get() };
        let deadline = self.body().cold.as_ref().map_or(Deadline::NONE, |cold| cold.deadline);
        let until = deadline.is_set().then(|| Until::enter(deadline));
        let trace = self.take_trace();
        let entered = trace.enter();
        // A factory is no handler.
        let frame = (!self.is_building()).then(|| self.frame(self.in_hand()));
        let may_wait = self.cell().header.core.waits().are_looked_at().then(|| Polled::enter(self.0.cast()));
        let polled = guard(|| slot.poll(&mut cx));
        drop(may_wait);
        frame.into_iter().for_each(Frame::end);
        drop(entered);
        self.keep_trace(trace);
        drop(until);
        if deadline.is_set() && !matches!(polled, Ok(Poll::Pending)) {
            self.body().cold().deadline = Deadline::NONE;
        }
        let outcome = match polled {
            Ok(Poll::Pending) => {
                self.future_waits();
                return Poll::Pending;
            }
            Ok(Poll::Ready(handled)) => Ok(handled),
            Err(panic) => Err(panic),
        };
        self.waits_no_more();
        if self.is_building() {
            self.built(outcome);
            return Poll::Ready(());
        }
        self.future_ran();
        // SAFETY: the future has ended, and with it its borrow of the context.
        let request = unsafe { &*self.cell().context.get() }.request;
        let undisturbed = matches!(outcome, Ok(Handled::Done)) && request == Request::Continue;
        if !undisturbed {
            self.settle(outcome);
        }
        self.take_trace().close();
        self.fulfil();
        let started = undisturbed && self.body().life.task(A::CHILDREN) == Task::CallStarted;
        // A last hook that asks for the end has what it asks for.
        if started || self.is_in_last_hook() {
            // It was a hook, and nobody asked for anything else meanwhile.
            self.body().life.done(A::CHILDREN);
            self.announce_if_up();
        }
        Poll::Ready(())
    }

    /// Runs a due timer.
    pub(super) fn tick(mut self) {
        let body = self.body();
        let timer = body.ticks.trailing_zeros();
        body.ticks &= body.ticks - 1;
        let left = body.ticks != 0;
        self.cell().mailbox.set(signal::DUE, left);
        if let Some(message) = A::tick(timer as usize) {
            self.run_own(message);
        }
    }

    /// Runs a hook or a tick. Returns whether it is done and asked for nothing; a future is polled by the loop.
    pub(super) fn run_own(self, message: A::Message) -> bool {
        self.run_traced(Traced::new::<A>(message, Cause::Own, &self.cell().header))
    }

    /// As [`run_own`](Self::run_own), of a message that has its span.
    pub(super) fn run_traced(self, message: Traced<A::Message>) -> bool {
        self.cell().count(LifeEvent::Own);
        match message.mode() {
            Mode::Sync | Mode::Delegated => self.handle_sync(message),
            Mode::Async => {
                self.start_future(message);
                false
            }
        }
    }
}
