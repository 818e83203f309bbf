//! One actor of this backend: its mailbox, its state, and the step that whoever owns the turn performs.
//!
//! The turn (see `mailbox.rs`) is the right to everything but the mailbox. [`Turn`] is that right as a type:
//! all that touches state is a method of it. No reference into the cell is held while user code runs, because
//! user code comes back through its context.

use core::ptr::NonNull;
use core::task::Poll;
use core::time::Duration;
use std::any::TypeId;
use std::boxed::Box;
use std::cell::UnsafeCell;
use std::string::String;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Wake, Waker};
use std::vec::Vec;

use crate::actor::{Actor, Handled};
use crate::context::{Context, Nursery, Request};
use crate::error::Unanswered;
use crate::factory::Factory;
use crate::failure::{Failure, StopReason};
use crate::lifecycle::{Course, Lifecycle, Task};
use crate::message::{Message, Mode};
use crate::metrics::{DeadLetterReason, SystemEvent};
use crate::supervision::{Decision, History, decide, default_directive};

use super::ambient::{Ambient, WhyDropped};
use super::counts::{Life, TypeCounts};
use super::future_slot::FutureSlot;
use super::guard::{contain, guard, wake};
use super::hand::Hand;
use super::header::{Header, Owner, Ran, Runnable, Table};
use super::host::Host;
use super::mailbox::{Envelope, Mailbox, Remains, Taken, signal};
use super::system::Core;
use super::timers::{Due, Key, tick_bit};

/// Restarts that a history remembers.
const RESTARTS_KEPT: usize = 16;

/// Makes the state of an `A`: a [`Factory`] without its marker.
trait Build<A>: Send {
    fn build(&self) -> Result<A, Failure>;
}

struct Built<F, M>(F, core::marker::PhantomData<fn() -> M>);

impl<A, M, F: Factory<A, M>> Build<A> for Built<F, M> {
    fn build(&self) -> Result<A, Failure> {
        self.0.build()
    }
}

/// See the module.
#[repr(C)]
pub(super) struct Cell<A: Actor> {
    pub(super) header: Header,
    pub(super) mailbox: Mailbox<A::Message>,
    counts: NonNull<TypeCounts>,
    /// Gone with the actor: what it captured must not outlive that.
    factory: UnsafeCell<Option<Box<dyn Build<A>>>>,
    state: UnsafeCell<Option<A>>,
    context: UnsafeCell<Context<A>>,
    /// Of its own, because the future in it comes back for the body while it is polled.
    future: UnsafeCell<FutureSlot>,
    body: UnsafeCell<Body<A>>,
}

// SAFETY: everything but header and mailbox is touched by the owner of the turn alone, one thread at a time, and
// may move between threads: `A`, messages and futures are `Send`.
unsafe impl<A: Actor> Sync for Cell<A> {}
// SAFETY: as above.
unsafe impl<A: Actor> Send for Cell<A> {}

/// What the owner of the turn works with.
struct Body<A: Actor> {
    hand: Hand<Envelope<A::Message>>,
    /// What only actors that failed, have children or timers need.
    cold: Option<Box<Cold>>,
    life: Lifecycle,
    /// Timers that are due.
    ticks: u16,
    /// Index of the message in hand.
    message: u16,
}

#[derive(Default)]
struct Cold {
    /// Why the handler in hand fails.
    failure: Option<Failure>,
    history: History<RESTARTS_KEPT>,
    /// In order of start.
    children: Vec<Owner>,
    /// `#[every]` timers, by number.
    timers: Vec<Option<Key>>,
    /// The timer that ends the pause before the next life.
    resume: Option<Key>,
    pause: Duration,
}

impl<A: Actor> Body<A> {
    fn cold(&mut self) -> &mut Cold {
        self.cold.get_or_insert_with(Box::default)
    }
}

/// What the messages of a hand leave behind.
enum Left {
    /// Nothing to look at.
    Nothing,
    /// A signal, or a future to be polled.
    Attention,
    /// A failure, or a request of the handler.
    Outcome(Handled),
}

/// What the loop of a turn does next.
enum Flow {
    /// Looks around.
    Next,
    /// Handles messages, even if senders wait for room that is not there.
    Receive,
    Return(Ran),
}

impl<A: Actor> Cell<A> {
    const TABLE: &'static Table = &Table {
        retain: Self::retain,
        release: Self::release,
        run: Self::run,
        abandon: Self::abandon,
        signal: Self::signal,
        depth: Self::depth,
        wait_for_end: Self::wait_for_end,
        cancel_wait_for_end: Self::cancel_wait_for_end,
        take_start_failure: Self::take_start_failure,
        actor: TypeId::of::<A>,
        label: || A::OPTIONS.name,
        supervision: const { &A::SUPERVISION },
    };

    /// Makes a cell; the caller owns its first turn, and the registry its memory.
    ///
    /// Nothing where the system is going down and the actor would be a top-level one.
    pub(super) fn create<F, M>(core: &Arc<Core>, parent: Option<Owner>, factory: F) -> Option<Owner>
    where
        F: Factory<A, M>,
        M: 'static,
    {
        const {
            assert!(A::PROTOCOL.timers.len() <= signal::TICKS as usize, "an actor has at most 16 `#[every]` timers");
            assert!(A::CHILDREN <= u8::MAX as usize, "an actor has at most 255 declared children");
        }
        let top_level = parent.is_none();
        let counts = core.counts::<A>();
        core.register(top_level, |id| {
            let cell = Arc::new_cyclic(|weak: &std::sync::Weak<Self>| {
                let this = NonNull::new(weak.as_ptr().cast_mut()).expect("an allocation has an address");
                Self {
                    header: Header::new(Self::TABLE, Arc::clone(core), parent, id),
                    mailbox: Mailbox::new(),
                    counts,
                    state: UnsafeCell::new(None),
                    context: UnsafeCell::new(Context::new(crate::backend::Host::Tokio(Host::new(this)))),
                    factory: UnsafeCell::new(Some(Box::new(Built(factory, core::marker::PhantomData)))),
                    future: UnsafeCell::new(FutureSlot::new()),
                    body: UnsafeCell::new(Body {
                        hand: Hand::new(),
                        cold: None,
                        life: Lifecycle::new(),
                        ticks: 0,
                        message: 0,
                    }),
                }
            });
            Owner::new(cell)
        })
    }

    pub(super) fn counts(&self) -> &TypeCounts {
        // SAFETY: the counters live as long as the core, which the header keeps.
        unsafe { self.counts.as_ref() }
    }

    /// Hands the turn to the dispatcher.
    ///
    /// # Safety
    /// The caller owns the turn of this cell, and `this` has the provenance of its allocation.
    pub(super) unsafe fn schedule(this: NonNull<Self>) {
        // SAFETY: the turn keeps the cell alive.
        let cell = unsafe { this.as_ref() };
        // SAFETY: the caller owns the turn and hands it over.
        cell.header.core.schedule(unsafe { Runnable::from_turn(this.cast()) });
    }

    /// Gives up a message that nobody will handle.
    pub(super) fn dead_letter(&self, message: A::Message, reason: DeadLetterReason) {
        let index = message.index();
        self.counts().life(Life::DeadLetter);
        let why = match reason {
            DeadLetterReason::Stopped => Unanswered::Stopped,
            DeadLetterReason::Expired => Unanswered::Expired,
        };
        contain(|| message.refuse(why));
        self.header.core.event(&SystemEvent::DeadLetter {
            actor: A::OPTIONS.name,
            id: self.header.id,
            message: A::PROTOCOL.messages[index],
            reason,
        });
    }

    /// Runs a sync handler of this idle actor on the stack of its asker.
    ///
    /// # Safety
    /// The caller has claimed the turn, and `this` has the provenance of its allocation.
    #[inline]
    pub(super) unsafe fn run_inline(this: NonNull<Self>, message: A::Message) {
        let turn = Turn(this);
        let ambient = Ambient::enter(this.cast());
        let undisturbed = turn.handle_sync(message);
        drop(ambient);
        let cell = turn.cell();
        // The turn was claimed with an empty hand, and a sync handler leaves no future.
        if !undisturbed || !cell.mailbox.release_idle(|| cell.header.refs_gone()) {
            // SAFETY: the turn was claimed, and is still held.
            unsafe { Self::schedule(this) };
        }
    }
}

/// The functions of the table.
///
/// Each is called with the header of a living `Cell<A>`, and with the provenance of its allocation.
impl<A: Actor> Cell<A> {
    unsafe fn retain(header: NonNull<Header>) {
        // SAFETY: see the block.
        unsafe { Arc::increment_strong_count(header.as_ptr().cast::<Self>()) };
    }

    unsafe fn release(header: NonNull<Header>) {
        // SAFETY: see the block; the caller gives one count back.
        unsafe { Arc::decrement_strong_count(header.as_ptr().cast::<Self>()) };
    }

    unsafe fn run(header: NonNull<Header>, budget: u32) -> Ran {
        Turn::<A>(header.cast()).run(budget)
    }

    unsafe fn abandon(header: NonNull<Header>) {
        Turn::<A>(header.cast()).abandon();
    }

    unsafe fn signal(header: NonNull<Header>, bits: u32) -> bool {
        // SAFETY: see the block.
        unsafe { header.cast::<Self>().as_ref() }.mailbox.signal(bits)
    }

    unsafe fn depth(header: NonNull<Header>) -> usize {
        // SAFETY: see the block.
        unsafe { header.cast::<Self>().as_ref() }.mailbox.depth()
    }

    unsafe fn wait_for_end(header: NonNull<Header>, ticket: Option<u64>, waker: &Waker) -> Option<u64> {
        // SAFETY: see the block.
        unsafe { header.cast::<Self>().as_ref() }.mailbox.wait_for_end(ticket, waker)
    }

    unsafe fn take_start_failure(header: NonNull<Header>) -> Option<Failure> {
        // SAFETY: see the block.
        unsafe { header.cast::<Self>().as_ref() }.mailbox.take_start_failure()
    }

    unsafe fn cancel_wait_for_end(header: NonNull<Header>, ticket: u64) {
        // SAFETY: see the block.
        unsafe { header.cast::<Self>().as_ref() }.mailbox.cancel_wait_for_end(ticket);
    }
}

/// The right to run an actor. Made only where the mailbox handed the turn over, from a pointer with the
/// provenance of the cell's allocation. It is a pointer and no reference, because ending an actor may free it.
pub(super) struct Turn<A: Actor>(NonNull<Cell<A>>);

impl<A: Actor> Clone for Turn<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: Actor> Copy for Turn<A> {}

impl<A: Actor> Turn<A> {
    /// The turn that the user code of an actor runs in, seen from its context.
    ///
    /// # Safety
    /// The caller is user code of this actor, running in its turn.
    pub(super) unsafe fn in_hand(this: NonNull<Cell<A>>) -> Self {
        Self(this)
    }

    #[inline]
    fn cell<'a>(self) -> &'a Cell<A> {
        // SAFETY: the turn keeps the cell alive; nobody uses this after `end` has let go of it.
        unsafe { self.0.as_ref() }
    }

    fn owner(self) -> Owner {
        // SAFETY: the turn keeps the cell alive.
        unsafe { Owner::retain(self.0.cast()) }
    }

    /// Notes why the handler in hand fails.
    pub(super) fn record(self, failure: Failure) {
        self.body(|body| body.cold().failure = Some(failure));
    }

    /// Takes note of a child that was started.
    pub(super) fn adopt(self, child: Owner) {
        self.body(|body| body.cold().children.push(child));
    }

    /// Looks at the body. Nothing in `look` runs user code.
    #[inline]
    fn body<R>(self, look: impl FnOnce(&mut Body<A>) -> R) -> R {
        // SAFETY: the turn is exclusive, and `look` returns before anything else asks for the body.
        look(unsafe { &mut *self.cell().body.get() })
    }

    /// Runs the actor until it has nothing to do, has used its budget, or has ended.
    fn run(self, budget: u32) -> Ran {
        let ambient = Ambient::enter(self.0.cast());
        let mut handled = 0;
        let ran = loop {
            let flow = match if self.only_receives() { Flow::Receive } else { self.attend(&mut handled) } {
                Flow::Receive => self.receive(&mut handled, budget),
                other @ (Flow::Next | Flow::Return(_)) => other,
            };
            match flow {
                Flow::Next | Flow::Receive => {}
                Flow::Return(ran) => break ran,
            }
        };
        drop(ambient);
        ran
    }

    /// Whether there is nothing to do but to handle messages.
    #[inline]
    fn only_receives(self) -> bool {
        !self.cell().mailbox.has_urgent_signals()
            && !self.future_is_live()
            && self.body(|body| body.life.receives() && body.ticks == 0)
    }

    /// Does whatever goes before messages: signals, the handler's future, the tasks of a life, due timers.
    ///
    /// Out of line, so that an activation that only handles messages does not set up the stack for all that.
    #[inline(never)]
    fn attend(self, handled: &mut u32) -> Flow {
        if self.cell().mailbox.has_signals() {
            self.heed_signals();
        }
        if self.future_is_live() {
            return match self.poll_future() {
                Poll::Pending if self.cell().mailbox.park() => Flow::Return(Ran::Idle),
                // It has woken itself: a yield, so others have their turn first.
                Poll::Pending => Flow::Return(Ran::Again),
                Poll::Ready(()) => Flow::Next,
            };
        }
        self.perform(handled)
    }

    /// Performs the task that is next in the actor's life.
    fn perform(self, handled: &mut u32) -> Flow {
        match self.body(|body| body.life.task(A::CHILDREN)) {
            Task::Receive => {
                if self.body(|body| body.ticks != 0) {
                    self.tick();
                    // Spent like a message, so that a timer that is always due ends an activation too.
                    *handled += 1;
                    if self.future_is_live() || self.body(|body| !body.life.receives()) {
                        return Flow::Next;
                    }
                }
                // After a tick as well: a timer that is due again already must not starve the messages.
                return Flow::Receive;
            }
            Task::Build => self.build(),
            Task::StartChild(index) => return self.start_child(index),
            Task::CallStarted => self.call_started(),
            Task::StopChildren => return self.stop_children(),
            Task::CallStopping(reason) => self.call_stopping(reason),
            Task::DropState => self.drop_state(),
            Task::Pause => return self.pause(),
            Task::End(reason) => {
                self.end(reason);
                return Flow::Return(Ran::Idle);
            }
        }
        Flow::Next
    }

    // ---- messages ----------------------------------------------------------------------------------

    /// Handles messages until a signal, a failure or a waiting future wants attention.
    #[inline]
    fn receive(self, handled: &mut u32, budget: u32) -> Flow {
        loop {
            if self.body(|body| body.hand.is_empty()) {
                match self.refill() {
                    Taken::Messages => {}
                    Taken::Signals => return Flow::Next,
                    Taken::Idle => return Flow::Return(Ran::Idle),
                    Taken::Drained => {
                        self.stop(StopReason::Drained);
                        return Flow::Next;
                    }
                }
            }
            // Only messages that wait are worth a yield.
            if *handled >= budget {
                return Flow::Return(Ran::Again);
            }
            if !self.handle_hand(handled, budget) {
                return Flow::Next;
            }
        }
    }

    /// Handles what is in the hand, as far as the budget goes. Returns whether the next message may follow at once.
    #[inline]
    fn handle_hand(self, handled: &mut u32, budget: u32) -> bool {
        // One guard for all of them: `body.message` says which one a panic came from.
        let before = self.body(|body| body.hand.len());
        let most = before.min(budget - *handled);
        let result = guard(|| self.handle_each(most));
        *handled += before - self.body(|body| body.hand.len());
        let outcome = match result {
            Ok(Left::Nothing) => return true,
            Ok(Left::Attention) => return false,
            Ok(Left::Outcome(outcome)) => Ok(outcome),
            Err(panic) => {
                self.cell().counts().tally().handled(usize::from(self.body(|body| body.message)));
                Err(panic)
            }
        };
        self.settle(outcome);
        false
    }

    /// The loop over the hand: whatever holds for all its messages is looked up before it.
    #[inline]
    fn handle_each(self, most: u32) -> Left {
        let cell = self.cell();
        let tally = cell.counts().tally();
        let context = cell.context.get();
        // SAFETY: the turn is exclusive and no future is live, so nobody else has the state.
        let Some(state) = (unsafe { &mut *cell.state.get() }) else { return Left::Attention };
        for _ in 0..most {
            let Some(place) = self.body(|body| body.hand.advance()) else { break };
            cell.mailbox.set_in_hand(self.body(|body| body.hand.len()));
            // SAFETY: the hand has moved on past this element and leaves it to this turn, which reads it once below.
            let envelope = unsafe { place.as_ref() };
            let deadline = envelope.deadline;
            let (index, mode) = (envelope.message.index(), envelope.message.mode());
            // SAFETY: as above; the envelope is not looked at again.
            let message = unsafe { (&raw const envelope.message).read() };
            if deadline.is_set() && deadline.has_passed(cell.header.core.now()) {
                cell.dead_letter(message, DeadLetterReason::Expired);
                continue;
            }
            if mode == Mode::Async {
                self.start_future(message);
                return Left::Attention;
            }
            #[allow(clippy::cast_possible_truncation)]
            self.body(|body| body.message = index as u16);
            // SAFETY: likewise the context.
            let outcome = state.handle(message, unsafe { &mut *context });
            tally.handled(index);
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

    #[inline]
    fn refill(self) -> Taken {
        let header = &self.cell().header;
        self.body(|body| {
            body.hand.rest();
            self.cell().mailbox.take(&mut body.hand, A::OPTIONS.capacity, || header.refs_gone())
        })
    }

    /// Runs one message outside of a hand. Returns whether that left nothing to look at.
    #[inline]
    fn handle_sync(self, message: A::Message) -> bool {
        let index = message.index();
        let state = self.cell().state.get();
        let context = self.cell().context.get();
        let outcome = guard(|| {
            // SAFETY: the turn is exclusive and no future is live, so nobody else has the state.
            let Some(state) = (unsafe { &mut *state }) else { return Handled::Done };
            // SAFETY: likewise the context.
            state.handle(message, unsafe { &mut *context })
        });
        self.cell().counts().tally().handled(index);
        // SAFETY: the handler has returned, so its borrow of the context is over.
        let request = unsafe { &*context }.request;
        if matches!(outcome, Ok(Handled::Done)) && request == Request::Continue {
            return true;
        }
        #[allow(clippy::cast_possible_truncation)]
        self.body(|body| body.message = index as u16);
        self.settle(outcome);
        false
    }

    /// Writes the future of an async handler into its slot; the loop polls it.
    fn start_future(self, message: A::Message) {
        #[allow(clippy::cast_possible_truncation)]
        let index = message.index() as u16;
        let state = self.cell().state.get();
        let context = self.cell().context.get();
        // SAFETY: the turn is exclusive and no future is live, so nobody else has the state.
        let Some(state) = (unsafe { &mut *state }) else { return };
        // SAFETY: likewise the context.
        let future = state.handle_async(message, unsafe { &mut *context });
        self.body(|body| body.message = index);
        // SAFETY: only the owner of the turn touches the slot, and no future is in it.
        let slot = unsafe { &mut *self.cell().future.get() };
        // SAFETY: state and context lie in this cell, which outlives the future, and nobody touches them while it
        // is live: `run` polls it before anything else, and a kill cancels it first.
        unsafe { slot.start(future) };
    }

    #[inline]
    fn future_is_live(self) -> bool {
        // SAFETY: only the owner of the turn touches the slot.
        unsafe { &*self.cell().future.get() }.is_live()
    }

    /// Drops the handler's future at the await it stands at.
    fn cancel_future(self) {
        // SAFETY: only the owner of the turn touches the slot, and user code has no way to it.
        let slot = unsafe { &mut *self.cell().future.get() };
        if slot.is_live() {
            self.cell().counts().tally().handled(usize::from(self.body(|body| body.message)));
            let _dropped = WhyDropped::because(Unanswered::Stopped);
            contain(|| slot.cancel());
        }
    }

    fn poll_future(self) -> Poll<()> {
        // SAFETY: the cell lives in an `Arc`, and the pointer has its provenance.
        unsafe { Arc::increment_strong_count(self.0.as_ptr()) };
        // SAFETY: the count was added for this.
        let waker = Waker::from(unsafe { Arc::from_raw(self.0.as_ptr().cast_const()) });
        let mut cx = core::task::Context::from_waker(&waker);
        // SAFETY: only the owner of the turn touches the slot, and user code has no way to it.
        let slot = unsafe { &mut *self.cell().future.get() };
        let outcome = match guard(|| slot.poll(&mut cx)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(handled)) => Ok(handled),
            Err(panic) => Err(panic),
        };
        self.cell().counts().tally().handled(usize::from(self.body(|body| body.message)));
        // SAFETY: the future has ended, and with it its borrow of the context.
        let request = unsafe { &*self.cell().context.get() }.request;
        let undisturbed = matches!(outcome, Ok(Handled::Done)) && request == Request::Continue;
        if !undisturbed {
            self.settle(outcome);
        }
        let hook = self.body(|body| body.life.task(A::CHILDREN));
        // A `#[stopping]` hook that asks for the end has what it asks for.
        if matches!(hook, Task::CallStopping(_)) || (undisturbed && hook == Task::CallStarted) {
            // It was a hook, and nobody asked for anything else meanwhile.
            self.body(|body| body.life.done(A::CHILDREN));
            self.announce_if_up();
        }
        Poll::Ready(())
    }

    /// Runs a due timer.
    fn tick(self) {
        let timer = self.body(|body| {
            let timer = body.ticks.trailing_zeros();
            body.ticks &= body.ticks - 1;
            timer as usize
        });
        if let Some(message) = A::tick(timer) {
            self.run_own(message);
        }
    }

    /// Runs a hook or a tick. Returns whether it is done and asked for nothing; a future is polled by the loop.
    fn run_own(self, message: A::Message) -> bool {
        self.cell().counts().life(Life::Own);
        match message.mode() {
            Mode::Sync | Mode::Delegated => self.handle_sync(message),
            Mode::Async => {
                self.start_future(message);
                false
            }
        }
    }

    // ---- failures ----------------------------------------------------------------------------------

    /// Deals with what a handler or hook left behind, other than nothing.
    #[cold]
    fn settle(self, outcome: Result<Handled, String>) {
        // SAFETY: no future is live and no handler runs, so nobody else has the context.
        let request = unsafe { core::mem::replace(&mut (*self.cell().context.get()).request, Request::Continue) };
        let (failure, poisoned) = match outcome {
            Err(panic) => (Some(Failure::panic(&panic)), true),
            Ok(Handled::Failed) => (self.recorded(), false),
            Ok(Handled::Done) if request == Request::Fail => (self.recorded(), false),
            Ok(Handled::Done) => (None, false),
        };
        match failure {
            Some(failure) => {
                let name = A::PROTOCOL.messages[usize::from(self.body(|body| body.message))];
                self.fail(failure.in_handler(name), poisoned);
            }
            None => {
                if request == Request::Stop {
                    self.stop(StopReason::Requested);
                }
            }
        }
    }

    fn recorded(self) -> Option<Failure> {
        let recorded = self.body(|body| body.cold().failure.take());
        Some(recorded.unwrap_or_else(|| Failure::error(&"failed without saying why")))
    }

    /// Decides about a failure and takes the decision's course.
    fn fail(self, failure: Failure, poisoned: bool) {
        let cell = self.cell();
        let core = &cell.header.core;
        let first_start = cell.header.starting.load(Ordering::Relaxed);
        let decision = if first_start || self.body(|body| body.life.is_stopping()) {
            // Who spawned the actor is told and decides; on the way down there is nothing to decide.
            Decision::Stop
        } else {
            let (now, random) = (core.now(), core.random());
            self.body(|body| {
                let history = &mut body.cold().history;
                decide(cell.header.supervision(), history, default_directive(failure.kind), failure.kind, now, random)
            })
        };
        let course = self.body(|body| {
            if let Decision::Restart { after } = decision {
                body.cold().pause = after;
            }
            body.life.failed(decision, poisoned)
        });
        if self.body(|body| !body.life.receives() && !body.life.is_stopping()) {
            // The life is over from here on: an answer to what it asked must not reach the next one.
            cell.header.incarnation.fetch_add(1, Ordering::Relaxed);
        }
        cell.counts().life(Life::Failed);
        core.event(&SystemEvent::Failed { actor: A::OPTIONS.name, id: cell.header.id, failure: &failure, decision });
        if first_start {
            cell.mailbox.keep_start_failure(failure);
            return;
        }
        match (course, &cell.header.parent) {
            (Course::Continue, _) | (_, None) => {}
            (Course::Escalate, Some(parent)) => {
                core.escalate(parent.header().id, failure.escalated());
                parent.signal(signal::ESCALATED);
            }
            (Course::StopParent, Some(parent)) => parent.signal(signal::STOP),
        }
    }

    // ---- signals -----------------------------------------------------------------------------------

    fn heed_signals(self) {
        let bits = self.cell().mailbox.take_signals();
        if bits & signal::KILL != 0 {
            self.kill();
        }
        if bits & signal::STOP != 0 {
            self.stop(StopReason::Requested);
        }
        if bits & signal::PARENT_STOPPED != 0 {
            self.stop(StopReason::ParentStopped);
        }
        if bits & signal::SHUTDOWN != 0 {
            self.stop(StopReason::Shutdown);
        }
        if bits & signal::ESCALATED != 0 {
            for failure in self.cell().header.core.take_escalated(self.cell().header.id) {
                // One that comes while the actor is on its way to its next life is folded into that restart.
                if self.body(|body| !body.life.is_restarting()) {
                    self.fail(failure, false);
                }
            }
        }
        if bits & signal::DRAIN != 0 {
            self.give_up(self.cell().mailbox.seal());
        }
        if bits & signal::RESUME != 0 && self.body(|body| body.life.task(A::CHILDREN)) == Task::Pause {
            self.begin_next_life();
        }
        if bits & signal::ROOM != 0 {
            self.cell().mailbox.make_room(A::OPTIONS.capacity);
        }
        self.heed_ticks((bits >> signal::FIRST_TICK) as u16);
    }

    /// Stops, without waiting for the handler in hand past the await it stands at.
    fn kill(self) {
        if self.future_is_live() {
            self.cancel_future();
            // What the cancelled handler asked for goes with it.
            // SAFETY: no future is live and no handler runs, so nobody else has the context.
            let context = unsafe { &mut *self.cell().context.get() };
            context.request = Request::Continue;
            self.body(|body| {
                if matches!(body.life.task(A::CHILDREN), Task::CallStopping(_)) {
                    body.life.done(A::CHILDREN);
                }
            });
        }
        self.stop(StopReason::Killed);
    }

    fn heed_ticks(self, ticks: u16) {
        if ticks == 0 || !self.body(|body| body.life.receives()) {
            return;
        }
        let now = self.cell().header.core.now();
        let mut left = ticks;
        while left != 0 {
            let timer = left.trailing_zeros();
            left &= left - 1;
            let armed = self.body(|body| body.cold().timers.get(timer as usize).copied().flatten());
            // A bit that comes before its time was set by a timer of an earlier life.
            if armed.is_some_and(|(due, _)| due <= now) {
                self.arm_tick(timer as usize);
                self.body(|body| body.ticks |= 1 << timer);
            }
        }
    }

    fn stop(self, reason: StopReason) {
        let remove = self.body(|body| {
            body.life.stop(reason);
            body.cold.as_mut().and_then(|cold| cold.resume.take())
        });
        if let Some(key) = remove {
            self.cell().header.core.timers().cancel(key);
        }
    }

    // ---- life --------------------------------------------------------------------------------------

    fn build(self) {
        // SAFETY: the turn is exclusive, and only the end of the actor takes the factory out.
        let factory = unsafe { &*self.cell().factory.get() };
        let Some(factory) = factory else { return };
        match guard(|| factory.build()) {
            Ok(Ok(state)) => {
                // SAFETY: the turn is exclusive, no future is live, and there was no state before.
                unsafe { *self.cell().state.get() = Some(state) };
                self.body(|body| body.life.done(A::CHILDREN));
            }
            Ok(Err(failure)) => self.fail(failure, false),
            Err(panic) => self.fail(Failure::start(&panic), false),
        }
    }

    fn start_child(self, index: usize) -> Flow {
        let started = self.body(|body| body.cold.as_ref().map_or(0, |cold| cold.children.len()));
        if started <= index {
            let state = self.cell().state.get();
            let host = crate::backend::Host::Tokio(Host::new(self.0));
            let outcome = guard(|| {
                // SAFETY: the turn is exclusive and no future is live, so nobody else has the state.
                let Some(state) = (unsafe { &mut *state }) else { return Ok(()) };
                state.start_child(index, &mut Nursery { host: &host })
            });
            match outcome {
                Ok(Ok(())) => {}
                Ok(Err(failure)) => {
                    self.fail(failure, false);
                    return Flow::Next;
                }
                Err(panic) => {
                    self.fail(Failure::start(&panic), true);
                    return Flow::Next;
                }
            }
        }
        let Some(child) = self.body(|body| body.cold().children.get(index).cloned()) else {
            self.fail(Failure::start(&"a declared child was not started"), false);
            return Flow::Next;
        };
        let header = child.header();
        if header.has_ended() && header.starting.load(Ordering::Acquire) {
            let failure = child.take_start_failure();
            self.fail(failure.unwrap_or_else(|| Failure::start(&"a declared child stopped before it was up")), false);
            return Flow::Next;
        }
        if header.starting.load(Ordering::Acquire) {
            return if self.cell().mailbox.park() { Flow::Return(Ran::Idle) } else { Flow::Next };
        }
        self.body(|body| body.life.done(A::CHILDREN));
        Flow::Next
    }

    fn call_started(self) {
        if A::started().is_none_or(|message| self.run_own(message)) {
            self.body(|body| body.life.done(A::CHILDREN));
            self.announce_if_up();
        }
    }

    /// The actor is up: its timers run, and whoever waits for its start is told, once.
    fn announce_if_up(self) {
        if !self.body(|body| body.life.receives()) {
            return;
        }
        for timer in 0..A::PROTOCOL.timers.len() {
            self.arm_tick(timer);
        }
        let header = &self.cell().header;
        if header.starting.swap(false, Ordering::AcqRel) {
            self.cell().counts().life(Life::Spawned);
            if let Some(parent) = &header.parent {
                parent.signal(signal::CHILD);
            }
            for (_, waker) in self.cell().mailbox.take_enders() {
                wake(waker);
            }
        } else {
            self.cell().counts().life(Life::Restarted);
            header.core.event(&SystemEvent::Restarted { actor: A::OPTIONS.name, id: header.id });
        }
    }

    fn arm_tick(self, timer: usize) {
        let core = &self.cell().header.core;
        let period = A::PROTOCOL.timers[timer];
        let now = core.now();
        let before = self.body(|body| {
            let timers = &mut body.cold().timers;
            timers.resize(A::PROTOCOL.timers.len(), None);
            timers[timer].take()
        });
        // Missed ticks are skipped: the next one lies on the beat, after now.
        let mut due = before.map_or(now, |(due, _)| due).saturating_add(period);
        if due <= now {
            let beats = now.saturating_since(due).as_nanos() / period.as_nanos().max(1) + 1;
            due = due.saturating_add(period.saturating_mul(u32::try_from(beats).unwrap_or(u32::MAX)));
        }
        let key = core.timers().add(due, Due::Signal(self.owner(), tick_bit(timer)));
        self.body(|body| body.cold().timers[timer] = Some(key));
    }

    fn stop_timers(self) {
        let timers = self.body(|body| {
            body.ticks = 0;
            body.cold.as_mut().map(|cold| core::mem::take(&mut cold.timers)).unwrap_or_default()
        });
        for key in timers.into_iter().flatten() {
            self.cell().header.core.timers().cancel(key);
        }
    }

    /// Stops the youngest child and waits for its end, until none is left.
    fn stop_children(self) -> Flow {
        loop {
            let youngest = self.body(|body| body.cold.as_ref().and_then(|cold| cold.children.last().cloned()));
            let Some(child) = youngest else {
                self.body(|body| body.life.done(A::CHILDREN));
                return Flow::Next;
            };
            if child.header().has_ended() {
                self.body(|body| body.cold().children.pop());
                continue;
            }
            child.signal(signal::PARENT_STOPPED);
            if child.header().has_ended() {
                continue;
            }
            return if self.cell().mailbox.park() { Flow::Return(Ran::Idle) } else { Flow::Next };
        }
    }

    fn call_stopping(self, reason: StopReason) {
        if let Some(message) = A::stopping(reason) {
            self.run_own(message);
        }
        // A failure in the hook has moved on already; a future does so when it has ended.
        if !self.future_is_live() && matches!(self.body(|body| body.life.task(A::CHILDREN)), Task::CallStopping(_)) {
            self.body(|body| body.life.done(A::CHILDREN));
        }
    }

    fn drop_state(self) {
        self.stop_timers();
        // SAFETY: the turn is exclusive and no future is live.
        let state = unsafe { (*self.cell().state.get()).take() };
        // Replies it kept are answered with what became of it.
        let stopping = self.body(|body| body.life.is_stopping());
        let _dropped = WhyDropped::because(if stopping { Unanswered::Stopped } else { Unanswered::Failed });
        contain(|| drop(state));
        self.body(|body| body.life.done(A::CHILDREN));
    }

    fn pause(self) -> Flow {
        let (pause, armed) = self.body(|body| {
            let cold = body.cold();
            (cold.pause, cold.resume.is_some())
        });
        if pause.is_zero() {
            self.begin_next_life();
            return Flow::Next;
        }
        if !armed {
            let core = &self.cell().header.core;
            let key = core.timers().add(core.now().saturating_add(pause), Due::Signal(self.owner(), signal::RESUME));
            self.body(|body| body.cold().resume = Some(key));
        }
        if self.cell().mailbox.park() { Flow::Return(Ran::Idle) } else { Flow::Next }
    }

    fn begin_next_life(self) {
        self.body(|body| {
            let cold = body.cold();
            cold.resume = None;
            cold.pause = Duration::ZERO;
            body.life.done(A::CHILDREN);
        });
    }

    /// The actor has ended: what waits is given up, and whoever waits for that is told.
    fn end(self, reason: StopReason) {
        let cell = self.cell();
        while let Some(envelope) = self.body(|body| body.hand.pop()) {
            cell.dead_letter(envelope.message, DeadLetterReason::Stopped);
        }
        cell.mailbox.set_in_hand(0);
        self.give_up(cell.mailbox.close());
        self.stop_timers();
        // SAFETY: the turn is exclusive, and nothing is built any more.
        let factory = unsafe { (*cell.factory.get()).take() };
        contain(|| drop(factory));
        if !cell.header.starting.load(Ordering::Relaxed) {
            cell.counts().life(Life::Stopped);
        }
        let header = &cell.header;
        // The registry's pointer is the last to be let go: it kept this cell.
        let kept = header.core.unregister(header.id);
        header.core.event(&SystemEvent::Stopped { actor: A::OPTIONS.name, id: header.id, reason });
        header.ended.store(true, Ordering::Release);
        for (_, waker) in cell.mailbox.finish() {
            wake(waker);
        }
        if let Some(parent) = &header.parent {
            parent.signal(signal::CHILD);
        }
        drop(kept);
    }

    /// Gives up what a close left: accepted messages become dead letters, the others go with their senders' calls.
    fn give_up(self, remains: Remains<A::Message>) {
        remains.give_up(
            |message| self.cell().dead_letter(message, DeadLetterReason::Stopped),
            |message| contain(|| message.refuse(Unanswered::Stopped)),
        );
    }

    /// Ends an actor that nobody will run any more, without calling its hooks.
    fn abandon(self) {
        let ambient = Ambient::enter(self.0.cast());
        self.cancel_future();
        let children =
            self.body(|body| body.cold.as_mut().map(|cold| core::mem::take(&mut cold.children)).unwrap_or_default());
        for child in children.into_iter().rev() {
            child.signal(signal::KILL);
        }
        self.stop(StopReason::Killed);
        // SAFETY: the turn is exclusive and the future is gone.
        let state = unsafe { (*self.cell().state.get()).take() };
        let dropped = WhyDropped::because(Unanswered::Stopped);
        contain(|| drop(state));
        drop(dropped);
        self.end(StopReason::Killed);
        drop(ambient);
    }
}

impl<A: Actor> Wake for Cell<A> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.mailbox.signal(signal::WAKE) {
            let this = NonNull::new(Arc::as_ptr(self).cast_mut());
            // SAFETY: `signal` handed over the turn, and the pointer is that of the `Arc`.
            this.into_iter().for_each(|this| unsafe { Self::schedule(this) });
        }
    }
}
