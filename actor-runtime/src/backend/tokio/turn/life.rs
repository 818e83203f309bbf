//! The tasks of an actor's life: see [`Lifecycle`](crate::lifecycle::Lifecycle).

use core::future::Future;
use core::time::Duration;
use std::string::String;

use crate::actor::{Actor, Handled};
use crate::context::Nursery;
use crate::error::Unanswered;
use crate::failure::{Failure, StopReason};
use crate::lifecycle::{EndOfChildren, Task};
use crate::message::Message;
use crate::metrics::{DeadLetterReason, LifeEvent, SystemEvent};
use crate::supervision::Rest;
use crate::time::next_beat;

use super::super::ambient::{Ambient, WhyDropped};
use super::super::children::Children;
use super::super::guard::{contain, guard, wake};
use super::super::host::Host;
use super::super::mailbox::{Envelope, Remains, signal};
use super::super::runnable::Ran;
use super::super::spans::Traced;
use super::super::telemetry::Escalation;
use super::super::timers::{Due, tick_bit};
use super::{Flow, Turn};

impl<A: Actor> Turn<A> {
    /// It declares children. An actor that does not compiles nothing of their start, where it is asked first.
    pub(super) const HAS_CHILDREN: bool = A::CHILDREN > 0;

    pub(super) fn build(mut self) {
        // SAFETY: the turn is exclusive, and only the end of the actor takes the factory out.
        let factory = unsafe { &*self.cell().factory.get() };
        let Some(factory) = factory else { return };
        match guard(|| factory.build(self)) {
            // Its future is polled by the loop.
            Ok(None) => {}
            Ok(Some(Ok(state))) => {
                self.keep_state(state);
                self.body().life.done(A::CHILDREN);
            }
            Ok(Some(Err(failure))) => self.fail(failure, false),
            Err(panic) => self.fail(Failure::start(&panic), false),
        }
    }

    /// Whether the state is being made.
    #[inline]
    pub(super) fn is_building(mut self) -> bool {
        self.body().life.is_building()
    }

    /// Whether there will be no other state than this one.
    pub(super) fn is_once(self) -> bool {
        // SAFETY: the turn is exclusive, and only the end of the actor takes the factory out.
        unsafe { &*self.cell().factory.get() }.as_ref().is_none_or(|factory| factory.is_once())
    }

    /// Writes the future of an async factory into the slot of handlers' futures: no handler runs before there is a state.
    pub(in super::super) fn start_building(self, state: impl Future<Output = Result<A, Failure>> + Send) {
        /// The turn, for a future that is polled in it wherever that is.
        struct Own<A: Actor>(Turn<A>);
        // SAFETY: the future runs in the turn of its cell, one thread at a time.
        unsafe impl<A: Actor> Send for Own<A> {}
        impl<A: Actor> Own<A> {
            fn keep(&self, made: Result<A, Failure>) -> Handled {
                match made {
                    Ok(state) => {
                        self.0.keep_state(state);
                        Handled::Done
                    }
                    Err(failure) => {
                        self.0.record(failure, None);
                        Handled::Failed
                    }
                }
            }
        }
        let own = Own(self);
        let future = async move {
            let made = state.await;
            own.keep(made)
        };
        // SAFETY: only the owner of the turn touches the slot, and no future is in it.
        let slot = unsafe { &mut *self.cell().future.get() };
        // SAFETY: the factory, which the future may borrow, lies in a box of this cell until the actor ends, and the end
        // comes after the future: a stop cancels it.
        unsafe { slot.start(future) };
    }

    /// The future of an async factory has ended.
    #[cold]
    pub(super) fn built(mut self, outcome: Result<Handled, String>) {
        match outcome {
            Ok(Handled::Done) => self.body().life.done(A::CHILDREN),
            Ok(Handled::Failed) => {
                let (failure, _) = self.recorded();
                self.fail(failure, false);
            }
            Err(panic) => self.fail(Failure::start(&panic), false),
        }
    }

    pub(super) fn start_child(mut self, index: usize) -> Flow {
        let started = self.body().cold.as_ref().map_or(0, |cold| cold.children.started());
        if started <= index {
            if Self::HAS_GROUP && !self.cell().header.core.groups().is_calm(self.cell().header.id) {
                // Those before it are being restarted, and it may need them; their end is told.
                return if self.cell().mailbox.park() { Flow::Return(Ran::Idle) } else { Flow::Next };
            }
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
        let Some(child) = self.with_children(|children| children.declared(index).cloned()) else {
            self.fail(Failure::start(&"a declared child was not started"), false);
            return Flow::Next;
        };
        let header = child.header();
        if header.has_ended() && header.start.is_on() {
            let label = (header.table.label)();
            match child.take_start_failure() {
                Some(escalation) => {
                    let Escalation { failure, ascent, trace } = *escalation;
                    self.fail_for(Escalation { failure: failure.of_child(label), ascent, trace });
                }
                None => {
                    let failure = Failure::start(&"a declared child stopped before it was up");
                    self.fail(failure.of_child(label), false);
                }
            }
            return Flow::Next;
        }
        if header.start.is_on() {
            return if self.cell().mailbox.park() { Flow::Return(Ran::Idle) } else { Flow::Next };
        }
        self.body().life.done(A::CHILDREN);
        Flow::Next
    }

    pub(super) fn call_started(mut self) {
        if A::started().is_none_or(|message| self.run_own(message)) {
            self.body().life.done(A::CHILDREN);
            self.announce_if_up();
        }
    }

    /// The actor is up: its timers run, and whoever waits for its start is told, once.
    pub(super) fn announce_if_up(mut self) {
        if !self.body().life.receives() {
            return;
        }
        if Self::HAS_TICKS {
            for timer in 0..A::PROTOCOL.timers.len() {
                self.arm_tick(timer);
            }
        }
        self.begin_to_idle();
        self.heed_letters();
        self.heed_suspension();
        let header = &self.cell().header;
        if header.start.end() {
            self.cell().count(LifeEvent::Spawned);
            if let Some(parent) = &header.parent {
                parent.signal(signal::CHILD);
            }
            for (_, waker) in self.cell().mailbox.take_enders() {
                wake(waker);
            }
        } else {
            self.cell().count(LifeEvent::Restarted);
            let name = header.core.name_in_event(header.id);
            let (actor, name) = (A::OPTIONS.name, name.as_deref());
            header.core.event(&SystemEvent::Restarted { actor, name, id: header.id });
        }
        header.core.groups().rose(header);
    }

    pub(super) fn arm_tick(mut self, timer: usize) {
        let core = &self.cell().header.core;
        let period = A::PROTOCOL.timers[timer];
        let now = core.now();
        let timers = &mut self.body().cold().timers;
        timers.resize(A::PROTOCOL.timers.len(), None);
        let before = timers[timer].take();
        let due = next_beat(before.map_or(now, |(due, _)| due), period, now);
        let key = core.timers().add(due, Due::Signal(self.owner(), tick_bit(timer)));
        self.body().cold().timers[timer] = Some(key);
    }

    fn stop_timers(mut self) {
        let body = self.body();
        body.ticks = 0;
        let timers = body.cold.as_mut().map(|cold| core::mem::take(&mut cold.timers)).unwrap_or_default();
        self.cell().mailbox.set(signal::DUE, false);
        for key in timers.into_iter().flatten() {
            self.cell().header.core.timers().cancel(key);
        }
        self.end_errands();
    }

    /// Has the youngest child end and waits for that, until none is left.
    pub(super) fn stop_children(mut self) -> Flow {
        if self.body().life.is_stopping() {
            // A child, or whoever the last hook asks, may wait for an answer, which does not come.
            self.close();
        }
        // Those that drain have their next lives, if there is anything left to do for them.
        if Self::HAS_GROUP && (self.is_killed() || self.body().life.end_of_children() == EndOfChildren::Stop) {
            self.cell().header.core.groups().dissolve(self.cell().header.id);
        }
        loop {
            let youngest = self.body().cold.as_ref().and_then(|cold| cold.children.youngest().cloned());
            let Some(child) = youngest else {
                self.forget_siblings();
                self.body().life.done(A::CHILDREN);
                return Flow::Next;
            };
            if child.header().has_ended() {
                drop(self.with_children(Children::remove_youngest));
                continue;
            }
            child.signal(self.word_for(&child));
            if child.header().has_ended() {
                continue;
            }
            return if self.cell().mailbox.park() { Flow::Return(Ran::Idle) } else { Flow::Next };
        }
    }

    /// Calls `#[stopping]` or `#[restarting]`, if there is one.
    pub(super) fn call_last(mut self, hook: Option<A::Message>) {
        if let Some(message) = hook {
            self.run_own(message);
        }
        // A failure in the hook has moved on already; a future does so when it has ended.
        if !self.future_is_live() && self.is_in_last_hook() {
            self.body().life.done(A::CHILDREN);
        }
    }

    /// Whether the hook in hand is the last of this life.
    pub(super) fn is_in_last_hook(mut self) -> bool {
        matches!(self.body().life.task(A::CHILDREN), Task::CallStopping(_) | Task::CallRestarting)
    }

    pub(super) fn drop_state(mut self) {
        // Replies it kept are answered with what became of it.
        let stopping = self.body().life.is_stopping();
        let _dropped = WhyDropped::because(if stopping { Unanswered::Stopped } else { Unanswered::Failed });
        self.disarm_pause();
        self.stop_timers();
        self.cell().header.core.suspensions().end_life(&self.cell().header);
        self.end_state();
        self.body().life.done(A::CHILDREN);
    }

    pub(super) fn pause(mut self) -> Flow {
        let has_stash = self.body().cold.as_ref().is_some_and(|cold| !cold.stash.is_empty());
        if !has_stash && self.has_nothing_to_do() {
            // Drained, or its refs are gone: a next life would be for nobody, and may be long in the making.
            self.stop(StopReason::Drained);
            return Flow::Next;
        }
        let header = &self.cell().header;
        let cold = self.body().cold();
        let (pause, armed) = (cold.pause, cold.resume.map(|(due, _)| due));
        let rest = header.core.groups().rests(header).unwrap_or_else(|| match armed {
            _ if pause.is_zero() => Rest::Begin,
            None => Rest::Until(header.core.now().saturating_add(pause)),
            Some(due) => Rest::Until(due),
        });
        match rest {
            Rest::Begin => {
                self.disarm_pause();
                self.begin_next_life();
                return Flow::Next;
            }
            Rest::Until(due) => {
                // A later failure may have moved the end of the pause.
                self.disarm_pause();
                let key = header.core.timers().add(due, Due::Signal(self.owner(), signal::RESUME));
                self.body().cold().resume = Some(key);
            }
            Rest::End => {
                self.stop(StopReason::ParentStopped);
                return Flow::Next;
            }
            Rest::Wait(_) => {}
        }
        if self.cell().mailbox.park() { Flow::Return(Ran::Idle) } else { Flow::Next }
    }

    /// Takes the timer of the way down back, if there is one.
    pub(super) fn disarm_pause(mut self) {
        if let Some(key) = self.body().cold.as_mut().and_then(|cold| cold.resume.take()) {
            self.cell().header.core.timers().cancel(key);
        }
    }

    fn begin_next_life(mut self) {
        let cold = self.body().cold();
        cold.pause = Duration::ZERO;
        cold.last_failure = None;
        cold.killed = false;
        self.forget_tags();
        self.body().life.done(A::CHILDREN);
        // What the old state was not ready for comes to the new one, before the mailbox.
        self.unstash_all();
    }

    /// The actor has ended: what waits is given up, and whoever waits for that is told.
    pub(super) fn end(self, reason: StopReason) {
        let cell = self.cell();
        self.close();
        self.give_up_letters();
        self.stop_timers();
        self.disarm_pause();
        self.wait_no_longer();
        // SAFETY: the turn is exclusive, and nothing is built any more.
        let factory = unsafe { (*cell.factory.get()).take() };
        contain(|| drop(factory));
        self.ends_traces();
        if !cell.header.start.is_on() {
            cell.count(LifeEvent::Stopped(reason));
        }
        let header = &cell.header;
        // The registry's pointer is the last to be let go: it kept this cell.
        let name = header.core.name_in_event(header.id);
        let kept = header.core.registry().remove(header.id);
        let (actor, name) = (A::OPTIONS.name, name.as_deref());
        header.core.event(&SystemEvent::Stopped { actor, name, id: header.id, reason });
        header.set_ended(reason);
        header.core.suspensions().forget(header);
        header.core.terminations().ended(header, reason);
        cell.mailbox.take_watches().refuse(Unanswered::Stopped);
        for (_, waker) in cell.mailbox.finish() {
            wake(waker);
        }
        // One that was lost while this ended.
        self.give_up_letters();
        drop(header.core.terminations().take_children(header.id));
        if let Some(parent) = &header.parent {
            header.core.terminations().child_ended(parent, header.id);
            parent.signal(signal::CHILD);
        }
        header.core.groups().ended(header);
        self.forget_siblings();
        header.core.on_end();
        drop(kept);
    }

    /// No child is left: what there was of them all goes.
    fn forget_siblings(self) {
        let header = &self.cell().header;
        if Self::HAS_GROUP {
            header.core.groups().forget(header.id);
        } else if Self::SHARES_COUNT {
            header.core.histories().forget(header);
        }
    }

    /// Lets nothing more in, and gives up what waits.
    fn close(mut self) {
        while let Some(envelope) = self.body().hand.pop() {
            self.lose_at_end(envelope.message.message);
        }
        self.cell().mailbox.set_in_hand(0);
        if Self::HAS_STASH {
            self.give_up_stash();
        }
        self.give_up(self.cell().mailbox.close());
    }

    /// Gives up a message that waited: the actor has ended.
    pub(super) fn lose_at_end(self, message: A::Message) {
        let is_told = self.cell().dead_letter(message, DeadLetterReason::Stopped);
        debug_assert!(!is_told, "who has ended hears of nothing");
    }

    /// Gives up what a close left: accepted messages become dead letters, the others go with their senders' calls.
    pub(super) fn give_up(self, mut remains: Remains<Traced<A::Message>>) {
        while let Some(envelope) = remains.next_accepted() {
            self.lose_at_end(envelope.message.message);
        }
        while let Some((Envelope { message, deadline }, sender)) = remains.next_waiting() {
            let watch = if deadline.is_set() { self.cell().mailbox.unwatch(deadline) } else { None };
            contain(|| message.message.refuse(Unanswered::Stopped));
            if let Some((Some(duty), _)) = watch {
                duty.refuse(Unanswered::Stopped);
            }
            wake(sender);
        }
    }

    /// Ends an actor that nobody will run any more, without calling its hooks.
    pub(in super::super) fn abandon(self) {
        self.give_up_life(StopReason::Killed);
    }

    /// Ends the actor for `reason`, without calling its hooks, wherever this thread may be.
    pub(super) fn give_up_life(mut self, reason: StopReason) {
        let ambient = Ambient::enter(self.0.cast());
        let elsewhere = self.elsewhere();
        if elsewhere.is_none() {
            self.cancel_future(Unanswered::Stopped);
        } else if self.future_is_live() {
            // Its handler ends here, whenever its own thread comes to drop it.
            self.count_handled();
            self.waits_no_more();
            self.refuse(Unanswered::Stopped);
        }
        let children = self.body().cold.as_mut().map(|cold| core::mem::take(&mut cold.children)).unwrap_or_default();
        for child in children.youngest_first() {
            child.signal(signal::KILL);
        }
        self.stop(reason);
        match elsewhere {
            Some(thread) if Self::IS_LOCAL => self.end_away_from(thread, reason),
            Some(_) | None => {
                let dropped = WhyDropped::because(Unanswered::Stopped);
                self.end_state();
                drop(dropped);
                self.end(reason);
            }
        }
        drop(ambient);
    }
}
