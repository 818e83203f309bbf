//! Running user code: handlers and hooks, at once or by the future in hand, and what they leave behind.

use core::cell::Cell;
use core::mem::ManuallyDrop;
use core::task::Poll;

use crate::actor::{Actor, Handled};
use crate::context::{Context, Request};
use crate::error::Unanswered;
use crate::failure::{FailureKind, StopReason};
use crate::lifecycle::{Lifecycle, Task};
use crate::message::{Message, Mode};
use crate::supervision::Directive;
use crate::trace_dump::TraceKind;

use super::super::beside::{self, Packed};
use super::super::header::attention;
use super::super::slot::Placed;
use super::super::stash::has_stash;
use super::super::{annex, call, detour, done, host, in_hand, trace_ring, upbringing};
use super::{Flow, Turn};

/// What a handler or hook left behind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    Nothing,
    Stop,
    Failure(FailureKind, Directive),
}

impl Left {
    #[inline]
    fn behind<A: Actor>(handled: Handled, context: &Context<A>) -> Self {
        match (handled, context.request) {
            (Handled::Done, Request::Continue) => Self::Nothing,
            (Handled::Done, Request::Stop) => Self::Stop,
            (Handled::Done, Request::Fail) | (Handled::Failed, Request::Continue | Request::Stop | Request::Fail) => {
                let (kind, directive) = host::failure(context);
                Self::Failure(kind, directive)
            }
        }
    }
}

impl<A: Actor + Placed> Turn<'_, A> {
    /// Handles a message, or that of a timer. As above.
    #[inline(always)]
    pub(super) fn handle(self, message: Packed<A>) {
        let place = Cell::new(None);
        // SAFETY: it was in the mailbox of this actor.
        let message = unsafe { beside::open::<A>(self.address, message, &place) };
        if const { has_stash::<A>() } {
            // SAFETY: the actor is up, so there is a state; the turn is exclusive and no future has it.
            let must_wait = unsafe { self.state().as_ref() }.stashes(&message);
            if must_wait {
                self.stash(message, place.get());
                return;
            }
        }
        beside::free(self.address, place.get());
        self.note_handled(|| message.index());
        let traced = self.trace_begun(&message);
        if const { annex::is_async::<A>() } && matches!(message.mode(), Mode::Async) {
            self.begin(message);
            return;
        }
        let before = in_hand::take::<A>(self.address, || in_hand::number(message.index()));
        let mut context = Context::new(self.host());
        // SAFETY: the actor is up, so there is a state; the turn is exclusive and no future has it.
        let handled = unsafe { self.state().as_mut() }.handle(message, &mut context);
        self.trace(TraceKind::Ended, || traced, 0);
        self.unstash_for(&context);
        if handled != Handled::Done || context.request != Request::Continue {
            self.settle_and_rest(Left::behind(handled, &context));
        }
        in_hand::put_back(before);
    }

    /// Handles a message by a future.
    #[inline]
    fn begin(self, message: A::Message) {
        let before = in_hand::take::<A>(self.address, || in_hand::number(message.index()));
        match self.launch(message) {
            Poll::Ready(Left::Nothing) => {}
            Poll::Ready(left) => self.settle_and_rest(left),
            Poll::Pending => self.rest(Flow::Wait),
        }
        in_hand::put_back(before);
    }

    /// The number of a message, where it is traced what becomes of it.
    #[inline(always)]
    fn trace_number(self, message: &A::Message) -> Option<usize> {
        trace_ring::is_on().then(|| message.index())
    }

    /// The handler of a message begins.
    #[inline(always)]
    fn trace_begun(self, message: &A::Message) -> Option<usize> {
        let traced = self.trace_number(message);
        self.trace(TraceKind::Begun, || traced, 0);
        traced
    }

    /// A handler was polled.
    #[inline(always)]
    fn trace_left(self, polled: &Poll<Left>, message: impl FnOnce() -> Option<usize>) {
        let kind = if polled.is_pending() { TraceKind::Waited } else { TraceKind::Ended };
        self.trace(kind, message, 0);
    }

    /// Starts the future of an async handler or hook, and polls it for the first time.
    #[inline(always)]
    fn launch(self, message: A::Message) -> Poll<Left> {
        let traced = self.trace_number(&message);
        let mut context = annex::context::<A>(self.place.annex);
        // SAFETY: no future is live, so nobody has the context.
        unsafe { context.write(Context::new(self.host())) };
        // SAFETY: handlers and hooks are called between build and drop; the turn is exclusive.
        let state = unsafe { self.state().as_mut() };
        // SAFETY: written above.
        let context = unsafe { context.as_mut() };
        // SAFETY: no future is live; from here on the future alone touches state and context, until it has ended.
        unsafe { annex::start::<A>(self.place.annex, state, message, context) };
        let polled = self.poll();
        if polled.is_pending() {
            let handler =
                if trace_ring::is_on() { traced.map_or(in_hand::UNKNOWN, in_hand::number) } else { in_hand::handler() };
            self.set_running(Some(handler));
        }
        self.trace_left(&polled, || traced);
        polled
    }

    /// Polls the future in hand.
    #[inline(always)]
    fn poll(self) -> Poll<Left> {
        // Dropping it would do nothing, by an indirect call.
        let waker = ManuallyDrop::new(call::waker(self.address));
        let mut cx = core::task::Context::from_waker(&waker);
        // SAFETY: a future is live, and the worker polls it here alone.
        let Poll::Ready(handled) = (unsafe { annex::poll::<A>(self.place.annex, &mut cx) }) else {
            return Poll::Pending;
        };
        if const { !A::CAN_FAIL } {
            return Poll::Ready(Left::Nothing);
        }
        // SAFETY: the future has ended, and with it its borrow of the context.
        let context = unsafe { annex::context::<A>(self.place.annex).as_ref() };
        self.unstash_for(context);
        Poll::Ready(Left::behind(handled, context))
    }

    /// Polls the future in hand, if somebody woke it.
    pub(super) fn resume(self, bits: u8, detour: bool) -> Flow {
        if bits & attention::WAKE == 0 {
            return Flow::Wait;
        }
        let handler = || self.marks().map_or(in_hand::UNKNOWN, |marks| marks.running.get());
        let message = || in_hand::index(handler());
        self.trace(TraceKind::Resumed, message, 0);
        let before = in_hand::take::<A>(self.address, handler);
        let polled = self.poll();
        self.trace_left(&polled, message);
        let flow = match polled {
            Poll::Pending => Flow::Wait,
            Poll::Ready(left) => {
                self.set_running(None);
                // What was decided while a handler waited, holds from here on. A hook is no part of the life it ends.
                let is_over =
                    |life: &mut Lifecycle| life.is_restarting() && life.task(A::CHILDREN) == Task::StopChildren;
                if detour && self.life(is_over) {
                    self.close_life();
                }
                let flow = self.finish(left);
                done::settle(self.address, Ok(()));
                flow
            }
        };
        in_hand::put_back(before);
        flow
    }

    /// Runs a hook.
    pub(super) fn call(self, hook: A::Message) -> Flow {
        self.note_own();
        self.note_handled(|| hook.index());
        let traced = self.trace_begun(&hook);
        let before = in_hand::take::<A>(self.address, || in_hand::number(hook.index()));
        let flow = self.call_in_hand(hook, traced);
        in_hand::put_back(before);
        flow
    }

    #[inline(always)]
    fn call_in_hand(self, hook: A::Message, traced: Option<usize>) -> Flow {
        if const { annex::is_async::<A>() } && matches!(hook.mode(), Mode::Async) {
            return match self.launch(hook) {
                Poll::Ready(left) => self.finish(left),
                Poll::Pending => Flow::Wait,
            };
        }
        let mut context = Context::new(self.host());
        // SAFETY: a hook is called between build and drop; the turn is exclusive and no future has the state.
        let handled = unsafe { self.state().as_mut() }.handle(hook, &mut context);
        self.trace(TraceKind::Ended, || traced, 0);
        self.unstash_for(&context);
        self.finish(Left::behind(handled, &context))
    }

    /// Deals with what a handler left behind, other than nothing.
    #[cold]
    #[inline(never)]
    fn settle_and_rest(self, left: Left) {
        self.settle(left);
        self.rest(Flow::Again);
    }

    /// Ends a hook, or a handler that had to wait.
    fn finish(self, left: Left) -> Flow {
        // Where there is no hook, it was a handler; that is known when compiled.
        let has_hooks =
            A::started().is_some() || A::stopping(StopReason::Requested).is_some() || A::restarting().is_some();
        if !has_hooks {
            self.settle(left);
            return Flow::Again;
        }
        let task = self.task();
        self.settle(left);
        match (task, left) {
            (Task::CallStarted, Left::Nothing) => {
                self.announce();
                Flow::Done
            }
            (Task::CallStopping(_) | Task::CallRestarting, Left::Nothing | Left::Stop) => Flow::Done,
            // A hook that failed has led elsewhere already, and a handler is no task.
            (_, Left::Nothing | Left::Stop | Left::Failure(..)) => Flow::Again,
        }
    }

    /// Heeds what a handler or hook left behind.
    fn settle(self, left: Left) {
        match left {
            Left::Failure(kind, directive) => {
                done::settle(self.address, Err(Unanswered::Failed));
                self.fail_as_directed(kind, directive);
            }
            Left::Stop => {
                detour::open();
                let goes_on = upbringing::are_told_apart() && self.leave();
                if !goes_on {
                    self.stop(StopReason::Requested);
                }
            }
            Left::Nothing => {}
        }
    }
}
