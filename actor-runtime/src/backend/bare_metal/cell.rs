//! The turn of an actor: what its worker does for it. A plain message is handled at once; everything else is on the
//! cold side, one task of its life for each step.
//!
//! [`Turn`] is the right to run an actor as a type: all that touches state is a method of it. No reference to the body
//! is held while user code runs, because user code comes back through its context.

use core::cell::Cell;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;
use core::task::Poll;

#[cfg(not(feature = "tokio"))]
use critical_section::Mutex;

use crate::actor::{Actor, Handled};
use crate::context::{Context, Nursery, Request};
use crate::error::Unanswered;
use crate::failure::{FailureKind, StopReason};
use crate::lifecycle::{Course, EndOfChildren, Lifecycle, Task};
use crate::message::{Message, Mode};
use crate::policy::{self, Share};
use crate::reference::{ActorRef, Ref};
use crate::supervision::{self, Decision, Directive, LiveFailure, Rest, directive};

use super::agenda::Agenda;
use super::annex::{self, Marks, Record};
use super::beside::{self, Packed};
use super::body::Body;
use super::earliest::Earliest;
use super::header::{Address, Stage, attention};
use super::host::{self, Host};
use super::make::Make;
use super::quiet::Quiet;
use super::siblings::{Member, Siblings};
use super::slot::{Brood, Place, Placed, children_of};
use super::stash::{Stash, has_stash};
use super::telemetry::About;
use super::{call, detour, mailbox, suspensions, telemetry, then, timers, upbringing, urgent, waiting};

/// Whether there is something to do at once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Again,
    /// The task is done, and so the next one is to be done.
    Done,
    /// Not before a signal.
    Wait,
    /// Never again.
    Over,
}

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

/// The right to run an actor.
pub(super) struct Turn<'p, A> {
    address: Address,
    place: &'p Place,
    actor: PhantomData<fn() -> A>,
}

impl<A> Clone for Turn<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for Turn<'_, A> {}

impl<'p, A: Actor + Placed> Turn<'p, A> {
    /// # Safety
    /// `address` is that of a slot of an `A` that was started at `place`, and the caller owns its turn.
    #[inline]
    pub(super) const unsafe fn new(address: Address, place: &'p Place) -> Self {
        Self { address, place, actor: PhantomData }
    }

    /// Looks at the life. Nothing in `look` runs user code.
    #[inline]
    fn life<R>(self, look: impl FnOnce(&mut Lifecycle) -> R) -> R {
        // SAFETY: the turn is exclusive, and `look` returns before anything else asks for the life.
        let mut life = unsafe { self.address.header().life() };
        // SAFETY: as above; the start wrote it.
        look(unsafe { life.as_mut() })
    }

    /// Looks at the record, if the actor has one. Nothing in `look` runs user code.
    #[inline]
    fn record<R>(self, look: impl FnOnce(&mut Record) -> R) -> Option<R> {
        let mut record = self.place.record::<A>()?;
        // SAFETY: the turn is exclusive, and `look` returns before anything else asks for the record.
        Some(look(unsafe { record.as_mut() }))
    }

    #[inline]
    fn marks(self) -> Option<&'static Marks> {
        // SAFETY: the turn is exclusive.
        unsafe { annex::marks::<A>(self.place.annex) }
    }

    #[inline]
    fn is_running(self) -> bool {
        (const { annex::is_async::<A>() }) && self.marks().is_some_and(|marks| marks.running.get())
    }

    fn set_running(self, running: bool) {
        if let Some(marks) = self.marks() {
            marks.running.set(running);
        }
        if let Some(quiet) = self.quiet() {
            quiet.set_running(running);
        }
    }

    #[inline]
    fn agenda(self) -> Option<Agenda<A>> {
        // SAFETY: the turn is exclusive.
        unsafe { Agenda::of(self.place.annex) }
    }

    #[inline]
    fn quiet(self) -> Option<&'static Quiet> {
        annex::quiet::<A>(self.place.annex)
    }

    /// Timers whose messages are to be handled, one bit for each.
    #[inline]
    fn ticks(self) -> Option<&'static Cell<u8>> {
        if !timers::any::<A>() { None } else { self.marks().map(|marks| &marks.ticks) }
    }

    /// The number of declared children that were started in this life.
    #[inline]
    fn started_children(self) -> Option<&'static Cell<u8>> {
        if A::CHILDREN == 0 { None } else { self.marks().map(|marks| &marks.children) }
    }

    #[inline]
    fn state(self) -> NonNull<A> {
        // SAFETY: the turn is that of a slot of an `A`.
        unsafe { Body::<A>::state_at(self.address) }
    }

    fn children(self) -> &'static A::Children {
        // SAFETY: the turn is that of a slot of an `A`.
        unsafe { children_of::<A>(self.address) }
    }

    fn host(self) -> crate::backend::Host<A> {
        // SAFETY: the turn is that of a slot of an `A`.
        crate::backend::Host::BareMetal(unsafe {
            Host::new(self.address, self.place.upbringing.decider, self.place.annex)
        })
    }

    /// The actor as one of those who are restarted together, if it is.
    #[inline]
    fn member(self) -> Option<Member<'p>> {
        // SAFETY: the turn is exclusive, and nobody keeps what a look at the group finds.
        unsafe { Member::at(self.place) }
    }

    /// The group of its children, if they are restarted together and one of them was started.
    #[inline]
    fn group(self) -> Option<NonNull<Siblings>> {
        annex::siblings::<A>(self.place.annex).filter(|_| self.started_children().is_some_and(|count| count.get() > 0))
    }

    /// Inlined, so that what an actor never does is left out of it.
    #[inline(always)]
    fn task(self) -> Task {
        self.life(|life| life.task(A::CHILDREN))
    }

    // ---- messages ----------------------------------------------------------------------------------

    /// Handles a message of the mailbox. The actor is up, and no future is in hand.
    #[inline(always)]
    pub(super) fn take_in_hand(self, message: Packed<A>) {
        let is_heard = const { A::IDLE.is_some() } && !A::Message::is_passive_packed(&message);
        self.handle(message);
        if is_heard && let Some(quiet) = self.quiet() {
            quiet.hear(const { annex::is_async::<A>() });
        }
    }

    /// Handles a message, or that of a timer. As above.
    #[inline(always)]
    fn handle(self, message: Packed<A>) {
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
        beside::free(place.get());
        if const { annex::is_async::<A>() } && matches!(message.mode(), Mode::Async) {
            self.begin(message);
            return;
        }
        let mut context = Context::new(self.host());
        // SAFETY: the actor is up, so there is a state; the turn is exclusive and no future has it.
        let handled = unsafe { self.state().as_mut() }.handle(message, &mut context);
        self.unstash_for(&context);
        if handled != Handled::Done || context.request != Request::Continue {
            self.settle_and_rest(Left::behind(handled, &context));
        }
    }

    /// Handles a message by a future.
    #[inline]
    fn begin(self, message: A::Message) {
        match self.launch(message) {
            Poll::Ready(Left::Nothing) => {}
            Poll::Ready(left) => self.settle_and_rest(left),
            Poll::Pending => self.rest(Flow::Wait),
        }
    }

    /// Starts the future of an async handler or hook, and polls it for the first time.
    #[inline(always)]
    fn launch(self, message: A::Message) -> Poll<Left> {
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
            self.set_running(true);
        }
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

    // ---- the stash ---------------------------------------------------------------------------------

    fn stashed(self) -> Option<Stash<A>> {
        // SAFETY: the turn is exclusive.
        unsafe { Stash::of(self.place.annex) }
    }

    /// Whether a message out of the stash is to be handled next.
    #[inline]
    fn is_released(self) -> bool {
        self.stashed().is_some_and(|stash| stash.is_released())
    }

    /// Puts a message into the stash; where that is full it is a dead letter.
    #[cold]
    fn stash(self, message: A::Message, place: Option<beside::Place<A>>) {
        let refused = match beside::close(message, place) {
            Ok(message) => {
                self.stashed().and_then(|stash| stash.put(message).err()).map(|message| self.unpack(message))
            }
            Err(message) => Some(message),
        };
        refused.into_iter().for_each(|message| message.refuse(Unanswered::Dropped));
    }

    /// The message, whole.
    fn unpack(self, message: Packed<A>) -> A::Message {
        // SAFETY: it was in the mailbox of this actor.
        unsafe { beside::unpack::<A>(self.address, message) }
    }

    /// Takes all messages out of the stash, if the handler with this context said so.
    #[inline(always)]
    fn unstash_for(self, context: &Context<A>) {
        if const { has_stash::<A>() } && host::unstashes(context) {
            self.unstash_all();
        }
    }

    /// Takes all messages out of the stash, to be handled next.
    #[cold]
    fn unstash_all(self) {
        let has_messages = self.stashed().is_some_and(|stash| stash.release());
        let has_errands = self.agenda().is_some_and(|agenda| agenda.release());
        if has_messages || has_errands {
            self.address.header().signal(attention::AHEAD);
        }
    }

    // ---- the cold side -----------------------------------------------------------------------------

    /// Looks at what needs attention, and does the next thing.
    #[cold]
    #[inline(always)]
    pub(super) fn attend(self, make: Make<A>) {
        // Apart from each other, so that the first is linked once for actors that differ in their handlers alone.
        if let Some(message) = self.next(make) {
            self.handle_apart(message);
        }
    }

    /// Handles a message on the cold side.
    #[cold]
    #[inline(never)]
    fn handle_apart(self, message: Packed<A>) {
        self.handle(message);
    }

    /// Does the next thing, or returns the message that is next to be handled.
    #[cold]
    #[inline(never)]
    fn next(self, make: Make<A>) -> Option<Packed<A>> {
        let (bits, detour) = self.address.header().take_signals();
        self.heed(bits, detour);
        let mut message = None;
        let flow = if self.is_running() {
            self.resume(bits, detour)
        } else if self.life(|life| life.receives()) {
            message = self.receive(detour);
            if message.is_some() { Flow::Again } else { self.empty(detour) }
        } else {
            self.perform(make, detour)
        };
        match flow {
            // Before a detour nobody goes down.
            Flow::Done if detour => self.life(|life| life.done(A::CHILDREN)),
            Flow::Done => self.life(|life| life.rise(A::CHILDREN)),
            Flow::Again | Flow::Wait | Flow::Over => {}
        }
        self.rest(flow);
        message
    }

    /// Leaves the turn: decides whether the next step is a plain message, and whether there is one at all.
    #[inline]
    fn rest(self, flow: Flow) {
        let again = match flow {
            Flow::Again | Flow::Done => !self.is_running(),
            Flow::Wait => false,
            Flow::Over => return,
        };
        let receives = self.life(|life| life.receives()) && !self.is_running();
        let no_tick = self.ticks().is_none_or(|ticks| ticks.get() == 0 && timers::due::<A>(self.place.annex) == 0);
        let up = receives && no_tick && self.urgent_depth() == 0 && !self.is_released();
        self.address.header().rest(up, again);
    }

    /// Polls the future in hand, if somebody woke it.
    fn resume(self, bits: u8, detour: bool) -> Flow {
        if bits & attention::WAKE == 0 {
            return Flow::Wait;
        }
        match self.poll() {
            Poll::Pending => Flow::Wait,
            Poll::Ready(left) => {
                self.set_running(false);
                // What was decided while a handler waited, holds from here on. A hook is no part of the life it ends.
                let is_over =
                    |life: &mut Lifecycle| life.is_restarting() && life.task(A::CHILDREN) == Task::StopChildren;
                if detour && self.life(is_over) {
                    self.close_life();
                }
                self.finish(left)
            }
        }
    }

    /// Performs the task that is next in the actor's life. On a `detour` it may be any.
    #[inline]
    fn perform(self, make: Make<A>, detour: bool) -> Flow {
        match self.task() {
            Task::Build => self.build(make),
            Task::StartChild(index) => self.start_child(index),
            Task::CallStarted => match A::started() {
                Some(hook) => self.call(hook),
                None => {
                    self.announce();
                    Flow::Done
                }
            },
            task if detour => self.end_life(task),
            _ => Flow::Wait,
        }
    }

    /// Performs a task on the way to the end of a life.
    fn end_life(self, task: Task) -> Flow {
        match task {
            Task::StopChildren => self.stop_children(),
            Task::CallStopping(reason) => match A::stopping(reason) {
                Some(hook) => self.call(hook),
                None => Flow::Done,
            },
            Task::CallRestarting => match A::restarting() {
                Some(hook) => self.call(hook),
                None => Flow::Done,
            },
            Task::DropState => {
                self.drop_state();
                Flow::Done
            }
            Task::Pause if self.is_drained() && self.stashed().is_none_or(|stash| stash.is_empty()) => {
                // A next life would be for nobody.
                self.stop(StopReason::Drained);
                Flow::Again
            }
            Task::Pause => match self.rests() {
                Rest::Begin => {
                    // What the old state was not ready for comes to the new one, before the mailbox.
                    self.unstash_all();
                    Flow::Done
                }
                Rest::Until(_) | Rest::Wait(_) => Flow::Wait,
                Rest::End => {
                    self.stop(StopReason::ParentStopped);
                    Flow::Again
                }
            },
            Task::End(_) => {
                self.end();
                Flow::Over
            }
            // One that has nothing left to do would end as soon as it goes on.
            Task::Suspended => self.empty(true),
            Task::Build | Task::StartChild(_) | Task::CallStarted | Task::Receive => Flow::Again,
        }
    }

    /// Takes the message of a timer that is due, or the next one, where something else needed attention as well.
    #[inline]
    fn receive(self, detour: bool) -> Option<Packed<A>> {
        if detour && self.is_drained() {
            // What is due keeps no actor alive.
            return None;
        }
        let mut is_overdue = false;
        if const { timers::any::<A>() }
            && let Some(marks) = self.marks()
        {
            if let Some(tick) = self.next_tick(marks) {
                return beside::pack_small::<A>(tick);
            }
            is_overdue = marks.ticks.get() != 0;
        }
        // Only on a detour or before ticks do messages of the mailbox come here.
        let message = self.next_message(detour || is_overdue)?;
        if let Some(quiet) = self.quiet().filter(|_| !A::Message::is_passive_packed(&message)) {
            quiet.hear(const { annex::is_async::<A>() });
        }
        Some(message)
    }

    /// The first message of those that go before the mailbox, or `any`.
    #[inline]
    fn next_message(self, any: bool) -> Option<Packed<A>> {
        if const { A::Message::HAS_URGENT } {
            // SAFETY: the turn is that of a slot of an `A` with an urgent lane, which is alive.
            let message = unsafe { urgent::take::<A>(self.address) };
            if message.is_some() {
                return message;
            }
        }
        if let Some(message) = self.stashed().and_then(|stash| stash.take()) {
            return Some(message);
        }
        if !any {
            return None;
        }
        // SAFETY: the turn is that of a slot of an `A`.
        let message = unsafe { mailbox::take_any::<A>(self.address) }?;
        waiting::room(self.address);
        Some(message)
    }

    /// The message of a timer whose turn it is; none where none is due, or a message goes first.
    fn next_tick(self, marks: &Marks) -> Option<A::Message> {
        loop {
            if marks.ticks.get() == 0 {
                marks.ticks.set(self.take_due());
            }
            let due = marks.ticks.get();
            if due == 0 || self.lets_users_first(marks, due) {
                return None;
            }
            marks.ticks.set(due & (due - 1));
            // There is none where it was not quiet after all.
            let tick = self.tick(due.trailing_zeros() as usize);
            if tick.is_some() {
                return tick;
            }
        }
    }

    /// Whether a message goes before the timers that are `due`.
    fn lets_users_first(self, marks: &Marks, due: u8) -> bool {
        // An urgent message is one whatever waits behind it.
        let users = match self.urgent_depth() {
            0 => {
                usize::from(critical_section::with(|cs| self.address.header().depth(cs)))
                    + usize::from(self.is_released())
            }
            _ => 1,
        };
        let (in_a_row, errands) = (marks.users_in_a_row.get(), due.count_ones() as usize);
        match Share::new(A::OPTIONS.fairness).next(u32::from(in_a_row), errands, users) {
            Some(policy::Turn::User) => {
                marks.users_in_a_row.set(in_a_row.saturating_add(1));
                true
            }
            Some(policy::Turn::System) | None => {
                marks.users_in_a_row.set(0);
                false
            }
        }
    }

    /// The message of a timer that is due; that of `#[idle]` if it is quiet.
    fn tick(self, timer: usize) -> Option<A::Message> {
        if let Some(agenda) = self.agenda()
            && let Some(index) = timer.checked_sub(timers::declared::<A>())
        {
            let me = A::Ref::from_ref(Ref::from_address(crate::backend::Address::BareMetal(self.address)));
            // SAFETY: the actor is up, so there is a state; the turn is exclusive and no future has it.
            let must_wait = |message: &_| has_stash::<A>() && unsafe { self.state().as_ref() }.stashes(message);
            return agenda.fire(index, &me, must_wait);
        }
        match self.quiet().filter(|_| timer == A::PROTOCOL.timers.len()) {
            Some(quiet) => {
                let is_busy =
                    critical_section::with(|cs| self.address.header().depth(cs)) > 0 || self.urgent_depth() > 0;
                if quiet.is_over(self.place.system.now(), is_busy) { A::idle() } else { None }
            }
            None => A::tick(timer),
        }
    }

    /// Shows when the clock has something for the actor.
    pub(super) fn next_deadline(self, earliest: &Earliest) {
        if !self.address.is_alive() {
            return;
        }
        if timers::any::<A>() {
            timers::next::<A>(self.place.annex, earliest);
        }
        let resume_at = match self.member() {
            Some(member) => member.due(),
            None => self.record(|record| record.resume_at),
        };
        if let Some(resume_at) = resume_at
            && self.task() == Task::Pause
        {
            // A pause that is over at the beginning of time is over all the same.
            earliest.see(resume_at.as_nanos().max(1));
        }
    }

    /// The worker has nothing left to do: it has been quiet since now, if anything was heard.
    pub(super) fn rest_from_messages(self) {
        if let Some(quiet) = self.quiet().filter(|quiet| quiet.has_heard()) {
            quiet.look(self.place.system.now());
        }
    }

    /// The timers that are due; they are set to their next beats.
    fn take_due(self) -> u8 {
        let due = timers::due::<A>(self.place.annex);
        if due != 0 {
            let now = self.place.system.now();
            for timer in (0..timers::most::<A>()).filter(|timer| due & 1 << timer != 0) {
                match (timer.checked_sub(timers::declared::<A>()), self.agenda()) {
                    (Some(index), Some(agenda)) => agenda.arm(index, now),
                    _ => timers::arm::<A>(self.place.annex, timer, now),
                }
            }
        }
        due
    }

    /// Messages in the urgent lane.
    #[inline]
    fn urgent_depth(self) -> u8 {
        if const { !A::Message::HAS_URGENT } {
            return 0;
        }
        // SAFETY: the turn is that of a slot of an `A` with an urgent lane.
        critical_section::with(|cs| unsafe { urgent::depth(cs, self.address) })
    }

    /// Whether no message waits, and none can come.
    fn is_drained(self) -> bool {
        let header = self.address.header();
        header.is_closed()
            && critical_section::with(|cs| header.depth(cs)) == 0
            && self.urgent_depth() == 0
            && !self.is_released()
    }

    /// What follows where there is no message.
    fn empty(self, detour: bool) -> Flow {
        if detour && self.is_drained() {
            self.stop(StopReason::Drained);
            return Flow::Again;
        }
        Flow::Wait
    }

    /// Runs a hook.
    fn call(self, hook: A::Message) -> Flow {
        if const { annex::is_async::<A>() } && matches!(hook.mode(), Mode::Async) {
            return match self.launch(hook) {
                Poll::Ready(left) => self.finish(left),
                Poll::Pending => Flow::Wait,
            };
        }
        let mut context = Context::new(self.host());
        // SAFETY: a hook is called between build and drop; the turn is exclusive and no future has the state.
        let handled = unsafe { self.state().as_mut() }.handle(hook, &mut context);
        self.unstash_for(&context);
        self.finish(Left::behind(handled, &context))
    }

    // ---- failures ----------------------------------------------------------------------------------

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
            Left::Failure(kind, directive) => self.fail_as_directed(kind, directive),
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

    /// The actor asked for its own end. Returns whether that is the end of this life alone.
    #[cold]
    #[inline(never)]
    fn leave(self) -> bool {
        let record = self.place.record::<A>();
        // SAFETY: the turn is exclusive, and nothing that `leave` calls asks for the record or the life.
        let record = record.map(|mut record| unsafe { record.as_mut() });
        // SAFETY: the turn is exclusive.
        let goes_on = self.life(|life| unsafe { leave(life, record, self.address, self.place) });
        if goes_on {
            self.close_life();
        }
        goes_on
    }

    /// Fails without an error to look at.
    #[cold]
    fn fail(self, kind: FailureKind) {
        self.fail_as_directed(kind, directive(self.place.upbringing.decider, &LiveFailure::new(kind)));
    }

    #[cold]
    fn fail_as_directed(self, kind: FailureKind, directive: Directive) {
        detour::open();
        let record = self.place.record::<A>();
        // SAFETY: the turn is exclusive, and nothing that `fail` calls asks for the record or the life.
        let record = record.map(|mut record| unsafe { record.as_mut() });
        let (is_over, course) = self.life(|life| {
            // The first one is none before it was built.
            let is_first = life.is_building() && self.address.header().stage() == Stage::Starting;
            let was_one = life.is_going_on() && !is_first;
            // SAFETY: the turn is exclusive.
            let course = unsafe { fail(kind, directive, life, record, self.address, self.place) };
            (was_one && life.is_restarting(), course)
        });
        if let Some(taker) = telemetry::taker() {
            self.report(taker, kind, course);
        }
        // A handler that waits is part of this life, and so is what it asks before it has ended.
        if is_over && !self.is_running() {
            self.close_life();
        }
    }

    /// Tells of a failure and of what was decided, which the life shows: to return it would cost those who tell nobody.
    #[cold]
    fn report(self, taker: telemetry::Taker, kind: FailureKind, course: Course) {
        let now = self.place.system.now();
        let (restarts, resume_at) = match self.member() {
            Some(member) => member.told(now),
            None => self.record(|record| (record.history.restarts(), record.resume_at)).unwrap_or((0, now)),
        };
        let decision = self.life(|life| match course {
            Course::Escalate => Decision::Escalate,
            Course::StopParent => Decision::StopSelf,
            Course::Continue if life.is_restarting() => Decision::Restart { after: resume_at.saturating_since(now) },
            Course::Continue if life.is_going_on() => Decision::Resume,
            Course::Continue => Decision::Stop,
        });
        let about = const { &About::of::<A>() };
        telemetry::tell(taker, (kind, decision, restarts, now), (self.address, self.place, about));
    }

    /// The life is over from here on: an answer to what it asked must not reach the next one.
    #[cold]
    fn close_life(self) {
        self.address.header().end_life();
        then::forget(self.address);
    }

    // ---- signals -----------------------------------------------------------------------------------

    #[inline]
    fn heed(self, bits: u8, detour: bool) {
        if detour {
            if bits & attention::STOP != 0 {
                self.stop(StopReason::Requested);
            }
            if bits & attention::PARENT_STOPPED != 0 {
                self.stop(StopReason::ParentStopped);
            }
            if A::CHILDREN > 0 && bits & attention::ESCALATED != 0 {
                self.fail(FailureKind::Escalated);
            }
            if bits & attention::WAKE != 0
                && let Some(member) = self.member()
            {
                self.heed_siblings(member);
            }
            if bits & attention::WAKE != 0 {
                self.heed_suspension();
            }
        }
    }

    /// Takes over whether the actor is suspended.
    #[inline]
    fn heed_suspension(self) {
        if suspensions::are_any() {
            let is_suspended = suspensions::is_suspended(self.address);
            self.life(|life| life.suspend(is_suspended));
        }
    }

    /// Ends this life along with that of a sibling, if it is its turn.
    #[cold]
    #[inline(never)]
    fn heed_siblings(self, member: Member<'_>) {
        if !self.life(|life| life.is_going_on()) {
            if member.is_awaited() {
                self.hurry();
            }
            return;
        }
        if !member.falls() {
            return;
        }
        // The parent waits for one that was not up yet, whatever its type.
        let is_first_start = self.address.header().stage() == Stage::Starting;
        let comes_back = is_first_start || self.place.restart().restarts_along();
        // It may wait for a sibling, which waits for it to be down.
        self.cut_short(if comes_back { Unanswered::Failed } else { Unanswered::Stopped });
        if comes_back {
            self.life(|life| life.fall());
            self.close_life();
        } else {
            self.stop(StopReason::Requested);
        }
    }

    /// Is on its way down, and somebody waits for that who may be waited for: by the handler in hand, or by what children
    /// that drain have left to do.
    fn hurry(self) {
        let is_stopping = self.life(|life| life.is_stopping());
        if !matches!(self.task(), Task::CallStopping(_) | Task::CallRestarting) {
            self.cut_short(if is_stopping { Unanswered::Stopped } else { Unanswered::Failed });
        }
        if is_stopping {
            self.stop(StopReason::Requested);
        }
    }

    /// Ends the handler in hand, if there is one, at the await it stands at.
    fn cut_short(self, why: Unanswered) {
        if !self.is_running() {
            return;
        }
        self.set_running(false);
        crate::backend::dropped_because(why, || {
            // SAFETY: a future is live, and the worker, which alone polls it, is here.
            unsafe { annex::cancel::<A>(self.place.annex) };
        });
    }

    fn stop(self, reason: StopReason) {
        self.life(|life| stop(life, reason));
    }

    // ---- life --------------------------------------------------------------------------------------

    #[inline]
    fn build(self, make: Make<A>) -> Flow {
        // SAFETY: there is no state before it is built.
        match unsafe { (make.build)(self.state()) } {
            Ok(()) => Flow::Done,
            Err(kind) if make.can_fail => {
                self.fail(kind);
                Flow::Again
            }
            // Never comes here; there is no state, so the next step tries again.
            Err(_) => Flow::Again,
        }
    }

    /// What is done before the next life.
    fn rests(self) -> Rest {
        if let Some(member) = self.member() {
            return member.rests();
        }
        match self.record(|record| record.resume_at) {
            Some(resume_at) if self.place.system.now() < resume_at => Rest::Until(resume_at),
            Some(_) | None => Rest::Begin,
        }
    }

    fn start_child(self, index: usize) -> Flow {
        let Some(started) = self.started_children() else { return Flow::Again };
        if usize::from(started.get()) <= index {
            // SAFETY: the worker alone looks at a group, and what it finds is not kept.
            if self.group().is_some_and(|group| !unsafe { group.as_ref() }.are_calm()) {
                // Those before it are being restarted, and it may need them; their end is told.
                return Flow::Wait;
            }
            let host = self.host();
            // SAFETY: children are started between build and drop; the turn is exclusive and no future is live.
            let state = unsafe { self.state().as_mut() };
            if let Err(failure) = state.start_child(index, &mut Nursery { host: &host }) {
                self.fail(failure.kind);
                return Flow::Again;
            }
            started.set(started.get() + 1);
            self.declare(index);
        }
        match self.children().find(index).map(|child| child.address.header().stage()) {
            Some(Stage::Starting) => Flow::Wait,
            Some(Stage::Up | Stage::Ended) => Flow::Done,
            Some(Stage::NeverUp | Stage::Absent) | None => {
                self.fail(FailureKind::Start);
                Flow::Again
            }
        }
    }

    /// Takes note of a child that was started, where it has siblings to be restarted with.
    #[inline]
    fn declare(self, index: usize) {
        let (Some(mut group), Some(child)) = (self.group(), self.children().find(index)) else { return };
        if index == 0 {
            // SAFETY: the actor's part of the annex has the bytes, and the worker alone looks at them.
            unsafe { Siblings::begin(group, const { &A::SUPERVISION }, A::CHILDREN) };
        }
        // SAFETY: as above; it was written with the first child.
        unsafe { group.as_mut() }.declare(index, child.address);
    }

    /// The actor is up: its timers run, and its parent is told, once.
    fn announce(self) {
        if timers::declared::<A>() > 0 {
            let now = self.place.system.now();
            for timer in 0..A::PROTOCOL.timers.len() {
                timers::arm::<A>(self.place.annex, timer, now);
            }
            if let Some(quiet) = self.quiet() {
                quiet.begin(now, A::IDLE);
            }
        }
        if self.address.header().come_up() {
            self.wake_parent();
        }
        if let Some(member) = self.member() {
            member.rose();
        }
        if suspensions::are_any() {
            // One that began before, and one whose look came too early.
            self.address.header().signal(attention::WAKE);
        }
    }

    fn wake_parent(self) {
        if let Some(parent) = self.place.parent {
            parent.header().signal(attention::WAKE);
        }
    }

    /// Has the youngest child end and waits for that, until none is left.
    fn stop_children(self) -> Flow {
        while let Some(started) = self.started_children()
            && let Some(youngest) = started.get().checked_sub(1)
        {
            match self.children().find(usize::from(youngest)) {
                Some(child) if child.address.is_alive() => {
                    match self.life(|life| life.end_of_children()) {
                        EndOfChildren::Stop => {
                            if let Some(mut group) = self.group() {
                                // SAFETY: a child was started; the worker alone looks at a group.
                                unsafe { group.as_mut() }.dissolve();
                            }
                            child.address.header().signal(attention::PARENT_STOPPED);
                        }
                        // Those that are being restarted have their next lives, if there is anything left to do for them.
                        EndOfChildren::Drain => child.address.header().close(),
                    }
                    return Flow::Wait;
                }
                Some(_) | None => started.set(youngest),
            }
        }
        Flow::Done
    }

    fn drop_state(self) {
        timers::stop::<A>(self.place.annex);
        suspensions::end_life(self.address);
        // Replies it kept are answered with what became of it.
        let is_stopping = self.life(|life| life.is_stopping());
        if !is_stopping {
            // What `#[restarting]` asked is not for the next life either; an end forgets of its own.
            then::forget(self.address);
        }
        crate::backend::dropped_because(if is_stopping { Unanswered::Stopped } else { Unanswered::Failed }, || {
            if let Some(agenda) = self.agenda() {
                agenda.end_all();
            }
            // SAFETY: the task comes once after each build; the turn is exclusive and no future is live.
            unsafe { self.state().drop_in_place() };
        });
        if let Some(ticks) = self.ticks() {
            ticks.set(0);
        }
    }

    /// The actor has ended: what waits is given up, and whoever waits for that is told.
    fn end(self) {
        let header = self.address.header();
        // First of all, so that nothing comes between the last look and the end.
        header.close();
        if const { A::Message::HAS_URGENT } {
            // SAFETY: the turn is that of a slot of an `A` with an urgent lane, which is alive.
            while let Some(message) = unsafe { urgent::take::<A>(self.address) } {
                self.unpack(message).refuse(Unanswered::Stopped);
            }
            // SAFETY: as above.
            unsafe { urgent::end(self.address) };
        }
        // SAFETY: the turn is that of a slot of an `A`.
        while let Some(message) = unsafe { mailbox::take_any::<A>(self.address) } {
            self.unpack(message).refuse(Unanswered::Stopped);
        }
        if let Some(stash) = self.stashed() {
            stash.release();
            while let Some(message) = stash.take() {
                self.unpack(message).refuse(Unanswered::Stopped);
            }
        }
        self.record(|record| *record = Record::NEW);
        let stage = if header.stage() == Stage::Starting { Stage::NeverUp } else { Stage::Ended };
        header.end(stage);
        suspensions::end_life(self.address);
        waiting::end(self.address);
        then::forget(self.address);
        self.wake_parent();
        if let Some(member) = self.member() {
            member.ended();
        }
    }
}

/// For all actors alike, so that it is linked once; there are several reasons.
#[cold]
#[inline(never)]
fn stop(life: &mut Lifecycle, reason: StopReason) {
    life.stop(reason);
}

/// Decides about a failure and takes the decision's course. For all actors alike, so that it is linked once.
///
/// # Safety
/// The caller owns the turn of the actor at `place`.
#[cold]
#[inline(never)]
unsafe fn fail(
    kind: FailureKind,
    directive: Directive,
    life: &mut Lifecycle,
    record: Option<&mut Record>,
    address: Address,
    place: &Place,
) -> Course {
    let directive = match upbringing::are_told_apart() {
        true => place.restart().heeds(directive.possible_after(kind)),
        false => directive,
    };
    // SAFETY: as the caller says.
    let decision = unsafe { decide(record, life, directive, kind, address, place) };
    let course = life.failed(decision, false);
    pass_on(course, place);
    course
}

/// Decides what follows a life that ended by itself. Returns whether it is another one.
///
/// # Safety
/// As for [`fail`].
unsafe fn leave(life: &mut Lifecycle, record: Option<&mut Record>, address: Address, place: &Place) -> bool {
    // The kind rules out nothing but resuming.
    let (directive, kind) = (place.restart().after_end(), FailureKind::Error);
    // SAFETY: as the caller says.
    let decision = unsafe { decide(record, life, directive, kind, address, place) };
    let course = match decision {
        Decision::Restart { after: _ } => {
            life.renew(StopReason::Requested);
            return true;
        }
        Decision::Resume | Decision::Stop => Course::Continue,
        Decision::StopSelf => Course::StopParent,
        Decision::Escalate => Course::Escalate,
    };
    pass_on(course, place);
    false
}

/// What is decided: by those with whom the actor is restarted, or else by its own record, in which the moment of its next
/// life is kept.
///
/// # Safety
/// As for [`fail`].
#[inline(always)]
unsafe fn decide(
    record: Option<&mut Record>,
    life: &Lifecycle,
    directive: Directive,
    kind: FailureKind,
    address: Address,
    place: &Place,
) -> Decision {
    // The first start of a child is its parent's own start; that of others is tried again.
    let is_first_start = place.parent.is_some() && address.header().stage() == Stage::Starting;
    if is_first_start || !life.is_going_on() {
        // On the way down there is nothing to decide.
        return Decision::Stop;
    }
    // SAFETY: as the caller says.
    if let Some(member) = unsafe { Member::at(place) } {
        return member.failed(directive, kind);
    }
    // Whoever has no record, fails at its first start at most.
    let Some(record) = record else { return Decision::Stop };
    let (now, random) = (place.system.now(), place.system.random());
    let supervision = place.upbringing.supervision;
    let decision = supervision::decide(supervision, &mut record.history, directive, kind, now, random);
    if let Decision::Restart { after } = decision {
        record.resume_at = now.saturating_add(after);
    }
    decision
}

/// Tells the parent what a decision means for it.
#[inline]
fn pass_on(course: Course, place: &Place) {
    match (course, place.parent) {
        (Course::Continue, _) | (_, None) => {}
        (Course::Escalate, Some(parent)) => parent.header().signal(attention::ESCALATED),
        (Course::StopParent, Some(parent)) => parent.header().signal(attention::STOP),
    }
}

/// Why replies are dropped at this moment, where the worker is the one who drops them.
#[cfg(not(feature = "tokio"))]
static DROPPED: Mutex<Cell<Unanswered>> = Mutex::new(Cell::new(Unanswered::NoReply));

/// What an asker is told whose reply is dropped at this moment, by the worker or an interrupt.
#[cfg(not(feature = "tokio"))]
pub(crate) fn why_dropped() -> Unanswered {
    critical_section::with(|cs| DROPPED.borrow(cs).get())
}

/// Runs `drops`, whose replies are dropped because of `why`.
#[cfg(not(feature = "tokio"))]
pub(crate) fn because(why: Unanswered, drops: impl FnOnce()) {
    critical_section::with(|cs| DROPPED.borrow(cs).set(why));
    drops();
    critical_section::with(|cs| DROPPED.borrow(cs).set(Unanswered::NoReply));
}
