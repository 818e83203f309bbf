//! The turn of an actor: what its worker does for it. A plain message is handled at once; everything else is on the
//! cold side, one task of its life for each step.
//!
//! [`Turn`] is the right to run an actor as a type: all that touches state is a method of it. No reference to the body
//! is held while user code runs, because user code comes back through its context.

use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;
use core::task::Poll;

use crate::actor::{Actor, Handled};
use crate::context::{Context, Nursery, Request};
use crate::error::Unanswered;
use crate::failure::{FailureKind, StopReason};
use crate::lifecycle::{Course, Task};
use crate::message::{Message, Mode};
use crate::supervision::{Decision, decide, default_directive};

use super::annex;
use super::body::{Body, Core};
use super::header::{Address, Stage, attention};
use super::host::Host;
use super::slot::{Brood, Place, Placed, children_of};
use super::waiting::{self, What};
use super::{call, mailbox, timers};

/// Whether there is something to do at once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Again,
    /// Not before a signal.
    Wait,
}

/// The right to run an actor.
pub(super) struct Turn<A> {
    address: Address,
    place: Place,
    actor: PhantomData<fn() -> A>,
}

impl<A> Clone for Turn<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for Turn<A> {}

impl<A: Actor + Placed> Turn<A> {
    /// # Safety
    /// `address` is that of a slot of an `A` that was started at `place`, and the caller owns its turn.
    #[inline]
    pub(super) const unsafe fn new(address: Address, place: Place) -> Self {
        Self { address, place, actor: PhantomData }
    }

    /// Looks at the body. Nothing in `look` runs user code.
    #[inline]
    fn body<R>(self, look: impl FnOnce(&mut Body<A>) -> R) -> R {
        // SAFETY: the turn is that of a slot of an `A`.
        let mut body = unsafe { Core::<A>::body_at(self.address) };
        // SAFETY: the turn is exclusive, and `look` returns before anything else asks for the body.
        look(unsafe { body.as_mut() })
    }

    #[inline]
    fn state(self) -> NonNull<A> {
        // SAFETY: the turn is that of a slot of an `A`.
        unsafe { Core::<A>::state_at(self.address) }
    }

    fn children(self) -> &'static A::Children {
        // SAFETY: the turn is that of a slot of an `A`.
        unsafe { children_of::<A>(self.address) }
    }

    fn host(self) -> crate::backend::Host<A> {
        // SAFETY: the turn is that of a slot of an `A`.
        crate::backend::Host::BareMetal(unsafe { Host::new(self.address) })
    }

    fn task(self) -> Task {
        self.body(|body| body.life.task(A::CHILDREN))
    }

    fn done(self) {
        self.body(|body| body.life.done(A::CHILDREN));
    }

    // ---- messages ----------------------------------------------------------------------------------

    /// Handles a message. The actor is up, and no future is in hand.
    #[inline(always)]
    pub(super) fn handle(self, message: A::Message) {
        if const { annex::is_async::<A>() } && matches!(message.mode(), Mode::Async) {
            self.begin(message);
            return;
        }
        let mut context = Context::new(self.host());
        // SAFETY: the actor is up, so there is a state; the turn is exclusive and no future has it.
        let handled = unsafe { self.state().as_mut() }.handle(message, &mut context);
        if handled != Handled::Done || context.request != Request::Continue {
            self.settle_and_rest(handled, context.request);
        }
    }

    /// Handles a message by a future.
    #[inline]
    fn begin(self, message: A::Message) {
        match self.launch(message) {
            Poll::Ready((Handled::Done, Request::Continue)) => {}
            Poll::Ready((handled, request)) => self.settle_and_rest(handled, request),
            Poll::Pending => self.rest(Flow::Wait),
        }
    }

    /// Starts the future of an async handler or hook, and polls it for the first time.
    #[inline(always)]
    fn launch(self, message: A::Message) -> Poll<(Handled, Request)> {
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
            self.body(|body| body.running = true);
        }
        polled
    }

    /// Polls the future in hand.
    #[inline(always)]
    fn poll(self) -> Poll<(Handled, Request)> {
        // Dropping it would do nothing, by an indirect call.
        let waker = ManuallyDrop::new(call::waker(self.address));
        let mut cx = core::task::Context::from_waker(&waker);
        // SAFETY: a future is live, and the worker polls it here alone.
        let Poll::Ready(handled) = (unsafe { annex::poll::<A>(self.place.annex, &mut cx) }) else {
            return Poll::Pending;
        };
        // SAFETY: the future has ended, and with it its borrow of the context.
        let request = unsafe { annex::context::<A>(self.place.annex).as_ref() }.request;
        Poll::Ready((handled, request))
    }

    // ---- the cold side -----------------------------------------------------------------------------

    /// Looks at what needs attention, and does the next thing.
    #[cold]
    #[inline(never)]
    pub(super) fn attend(self) {
        if !self.address.is_alive() {
            self.address.header().forget();
            return;
        }
        let (bits, due) = self.address.header().take_signals();
        self.heed(bits, due);
        let is_running = const { annex::is_async::<A>() } && self.body(|body| body.running);
        let flow = if is_running { self.resume(bits) } else { self.perform() };
        self.rest(flow);
    }

    /// Leaves the turn: decides whether the next step is a plain message, and whether there is one at all.
    #[cold]
    fn rest(self, flow: Flow) {
        if !self.address.is_alive() {
            return;
        }
        let (life, running, ticks) = self.body(|body| (body.life, body.running, body.ticks != 0));
        let header = self.address.header();
        critical_section::with(|cs| {
            let mut bits = header.attention.get(cs);
            let up = life.receives() && !running && !ticks;
            let plain = up && bits & attention::CLOSED == 0 && header.reserved.get(cs) == 0;
            bits = if plain { bits & !attention::BUSY } else { bits | attention::BUSY };
            header.attention.set(cs, bits);
            let signalled = bits & attention::SIGNALS != 0;
            // Looked at under the lock: a message may have come since the last look.
            let waits = up && header.depth(cs) > 0;
            if signalled || waits || (flow == Flow::Again && !plain && !running) {
                header.raise(cs);
            } else {
                self.place.system.lower(cs, 1 << self.place.bit);
            }
        });
    }

    /// Polls the future in hand, if somebody woke it.
    fn resume(self, bits: u8) -> Flow {
        if bits & attention::WAKE == 0 {
            return Flow::Wait;
        }
        match self.poll() {
            Poll::Pending => Flow::Wait,
            Poll::Ready((handled, request)) => {
                self.body(|body| body.running = false);
                self.finish(handled, request);
                Flow::Again
            }
        }
    }

    /// Performs the task that is next in the actor's life.
    fn perform(self) -> Flow {
        match self.task() {
            Task::Receive => return self.receive(),
            Task::Build => self.build(),
            Task::StartChild(index) => return self.start_child(index),
            Task::CallStarted => self.call(A::started()),
            Task::StopChildren => return self.stop_children(),
            Task::CallStopping(reason) => self.call(A::stopping(reason)),
            Task::DropState => self.drop_state(),
            Task::Pause => {
                if self.place.system.now() < self.body(|body| body.resume_at) {
                    return Flow::Wait;
                }
                self.done();
            }
            Task::End(reason) => self.end(reason),
        }
        Flow::Again
    }

    /// Handles a timer that is due, or the next message, where something else needed attention as well.
    fn receive(self) -> Flow {
        let header = self.address.header();
        let ticks = self.body(|body| body.ticks);
        if ticks != 0 {
            self.body(|body| body.ticks &= ticks - 1);
            if let Some(message) = A::tick(ticks.trailing_zeros() as usize) {
                self.handle(message);
            }
            return Flow::Again;
        }
        // SAFETY: the turn is that of a slot of an `A`.
        match unsafe { mailbox::take_any::<A>(self.address) } {
            Some(message) => {
                if critical_section::with(|cs| {
                    let bits = header.attention.get(cs);
                    header.attention.set(cs, bits & !attention::ROOM);
                    bits & attention::ROOM != 0
                }) {
                    waiting::wake(self.address, What::Room);
                }
                self.handle(message);
                Flow::Again
            }
            None if critical_section::with(|cs| header.attention.get(cs)) & attention::CLOSED != 0 => {
                self.stop(StopReason::Drained);
                Flow::Again
            }
            None => Flow::Wait,
        }
    }

    /// Runs a hook, if there is one.
    fn call(self, hook: Option<A::Message>) {
        let Some(message) = hook else {
            self.finish(Handled::Done, Request::Continue);
            return;
        };
        if const { annex::is_async::<A>() } && matches!(message.mode(), Mode::Async) {
            if let Poll::Ready((handled, request)) = self.launch(message) {
                self.finish(handled, request);
            }
            return;
        }
        let mut context = Context::new(self.host());
        // SAFETY: a hook is called between build and drop; the turn is exclusive and no future has the state.
        let handled = unsafe { self.state().as_mut() }.handle(message, &mut context);
        self.finish(handled, context.request);
    }

    // ---- failures ----------------------------------------------------------------------------------

    /// Deals with what a handler left behind, other than nothing.
    #[cold]
    #[inline(never)]
    fn settle_and_rest(self, handled: Handled, request: Request) {
        self.finish(handled, request);
        self.rest(Flow::Again);
    }

    /// Ends a handler or hook.
    fn finish(self, handled: Handled, request: Request) {
        match (handled, request) {
            (Handled::Failed, Request::Continue | Request::Stop | Request::Fail) | (Handled::Done, Request::Fail) => {
                let kind = self.body(|body| body.failure.take());
                self.fail(kind.unwrap_or(FailureKind::Error));
            }
            (Handled::Done, Request::Stop) => self.stop(StopReason::Requested),
            (Handled::Done, Request::Continue) => {}
        }
        match self.task() {
            Task::CallStarted if handled == Handled::Done && request == Request::Continue => {
                self.done();
                self.announce_if_up();
            }
            // Whatever came of the hook, it is not called twice.
            Task::CallStopping(_) => self.done(),
            Task::CallStarted
            | Task::Build
            | Task::StartChild(_)
            | Task::Receive
            | Task::StopChildren
            | Task::DropState
            | Task::Pause
            | Task::End(_) => {}
        }
    }

    /// Decides about a failure and takes the decision's course.
    fn fail(self, kind: FailureKind) {
        let (place, header) = (self.place, self.address.header());
        // The first start of a child is its parent's own start; that of others is tried again.
        let first_start = place.parent.is_some() && header.stage() == Stage::Starting;
        let (now, random) = (place.system.now(), place.system.random());
        let course = self.body(|body| {
            let decision = if first_start || body.life.is_stopping() {
                Decision::Stop
            } else {
                decide(place.supervision, &mut body.history, default_directive(kind), kind, now, random)
            };
            if let Decision::Restart { after } = decision {
                body.resume_at = now.saturating_add(after);
            }
            body.life.failed(decision, false)
        });
        match (course, place.parent) {
            (Course::Continue, _) | (_, None) => {}
            (Course::Escalate, Some(parent)) => parent.header().signal(attention::ESCALATED),
            (Course::StopParent, Some(parent)) => parent.header().signal(attention::STOP),
        }
    }

    // ---- signals -----------------------------------------------------------------------------------

    fn heed(self, bits: u8, due: u8) {
        if bits & attention::STOP != 0 {
            self.stop(StopReason::Requested);
        }
        if bits & attention::PARENT_STOPPED != 0 {
            self.stop(StopReason::ParentStopped);
        }
        if bits & attention::ESCALATED != 0 {
            self.fail(FailureKind::Escalated);
        }
        if due != 0 && self.body(|body| body.life.receives()) {
            let now = self.place.system.now();
            let mut left = due;
            while left != 0 {
                timers::arm::<A>(self.place.annex, left.trailing_zeros() as usize, now);
                left &= left - 1;
            }
            self.body(|body| body.ticks |= due);
        }
    }

    fn stop(self, reason: StopReason) {
        self.body(|body| body.life.stop(reason));
    }

    // ---- life --------------------------------------------------------------------------------------

    fn build(self) {
        let build = self.body(|body| body.build);
        // SAFETY: there is no state before it is built.
        match unsafe { build(self.state()) } {
            Ok(()) => self.done(),
            Err(kind) => self.fail(kind),
        }
    }

    fn start_child(self, index: usize) -> Flow {
        if usize::from(self.body(|body| body.children)) <= index {
            let host = self.host();
            // SAFETY: children are started between build and drop; the turn is exclusive and no future is live.
            let state = unsafe { self.state().as_mut() };
            if let Err(failure) = state.start_child(index, &mut Nursery { host: &host }) {
                self.fail(failure.kind);
                return Flow::Again;
            }
            self.body(|body| body.children += 1);
        }
        match self.children().find(index).map(|child| child.address.header().stage()) {
            Some(Stage::Starting) => Flow::Wait,
            Some(Stage::Up | Stage::Ended) => {
                self.done();
                Flow::Again
            }
            Some(Stage::NeverUp | Stage::Absent) | None => {
                self.fail(FailureKind::Start);
                Flow::Again
            }
        }
    }

    /// The actor is up: its timers run, and its parent is told, once.
    fn announce_if_up(self) {
        if !self.body(|body| body.life.receives()) {
            return;
        }
        let now = self.place.system.now();
        for timer in 0..A::PROTOCOL.timers.len() {
            timers::arm::<A>(self.place.annex, timer, now);
        }
        if self.address.header().stage() == Stage::Starting {
            self.address.header().set_stage(Stage::Up);
            self.wake_parent();
        }
    }

    fn wake_parent(self) {
        if let Some(parent) = self.place.parent {
            parent.header().signal(attention::WAKE);
        }
    }

    /// Stops the youngest child and waits for its end, until none is left.
    fn stop_children(self) -> Flow {
        loop {
            let Some(youngest) = self.body(|body| body.children).checked_sub(1) else {
                self.done();
                return Flow::Again;
            };
            match self.children().find(usize::from(youngest)) {
                Some(child) if child.address.is_alive() => {
                    child.address.header().signal(attention::PARENT_STOPPED);
                    return Flow::Wait;
                }
                Some(_) | None => self.body(|body| body.children = youngest),
            }
        }
    }

    fn drop_state(self) {
        timers::stop::<A>(self.place.annex);
        // SAFETY: the task comes once after each build; the turn is exclusive and no future is live.
        unsafe { self.state().drop_in_place() };
        self.address.header().end_life();
        self.body(|body| body.ticks = 0);
        self.done();
    }

    /// The actor has ended: what waits is given up, and whoever waits for that is told.
    fn end(self, _: StopReason) {
        // SAFETY: the turn is that of a slot of an `A`.
        while let Some(message) = unsafe { mailbox::take_any::<A>(self.address) } {
            message.refuse(Unanswered::Stopped);
        }
        let header = self.address.header();
        let stage = if header.stage() == Stage::Starting { Stage::NeverUp } else { Stage::Ended };
        header.end(stage);
        waiting::wake(self.address, What::Room);
        waiting::wake(self.address, What::End);
        self.wake_parent();
    }
}
