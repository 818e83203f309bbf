//! The tasks of an actor's life: see [`Lifecycle`].

use crate::actor::Actor;
use crate::error::Unanswered;
use crate::failure::{FailureKind, StopReason};
use crate::lifecycle::{Lifecycle, Task};
use crate::message::Message;
use crate::metrics::DeadLetterReason;
use crate::supervision::{LiveFailure, Rest, directive};

use super::super::annex::Record;
use super::super::beside::Packed;
use super::super::header::{Stage, attention};
use super::super::letters::lose;
use super::super::make::Make;
use super::super::slot::Placed;
use super::super::whereabouts::{self, Leaves};
use super::super::{annex, crash, in_hand, mailbox, suspensions, telemetry, then, timers, urgent, waiting};
use super::{Flow, Turn};

impl<A: Actor + Placed> Turn<'_, A> {
    /// Performs the task that is next in the actor's life. On a `detour` it may be any.
    #[inline]
    pub(super) fn perform(self, make: Make<A>, detour: bool) -> Flow {
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
            Task::StopChildren => {
                self.begin_end();
                self.stop_children()
            }
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
            Task::End(reason) => {
                self.end(reason);
                Flow::Over
            }
            // One that has nothing left to do would end as soon as it goes on.
            Task::Suspended => self.empty(true),
            Task::Build | Task::StartChild(_) | Task::CallStarted | Task::Receive => Flow::Again,
        }
    }

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

    /// Has the first life count what happened before the reset, and decides about the crash that led to it, if that was of
    /// this actor.
    #[cold]
    #[inline(never)]
    pub(super) fn recall(self) {
        let (address, policy) = (self.address, self.place.upbringing.supervision);
        if address.header().stage() != Stage::Starting || self.task() != Task::Build {
            return;
        }
        self.record(|record| crash::recall_once(address, |at| record.history.recall(policy, at)));
        let Some((crash, handler)) = crash::claim(address, const { crash::fingerprint::<A>() }) else { return };
        // It was, in the run before: what follows is no start that fails.
        self.note_up();
        if address.header().come_up() {
            self.wake_parent();
        }
        let before = in_hand::take::<A>(address, || handler);
        telemetry::say(&crash.description());
        let kind = FailureKind::Panic;
        self.fail_on_detour(kind, directive(self.place.upbringing.decider, &LiveFailure::new(kind)));
        in_hand::put_back(before);
    }

    /// The actor is up: its timers run, and its parent is told, once.
    pub(super) fn announce(self) {
        if timers::declared::<A>() > 0 {
            let now = self.place.system.now();
            for timer in 0..A::PROTOCOL.timers.len() {
                timers::arm::<A>(self.place.annex, timer, now);
            }
            if let Some(quiet) = self.quiet() {
                quiet.begin(now, A::IDLE);
            }
        }
        self.note_up();
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

    pub(super) fn stop(self, reason: StopReason) {
        self.life(|life| stop(life, reason));
    }

    /// The life is over from here on: an answer to what it asked must not reach the next one.
    #[cold]
    pub(super) fn close_life(self) {
        self.address.header().end_life();
        then::forget(self.address);
    }

    fn drop_state(self) {
        timers::stop::<A>(self.place.annex);
        suspensions::end_life(self.address);
        if A::CHILDREN > 0 || (const { annex::is_async::<A>() }) {
            telemetry::end_life(self.address);
        }
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

    /// Gives up a message of an actor that ends.
    fn lose(self, message: Packed<A>) {
        lose::<A>(self.address, self.unpack(message), DeadLetterReason::Stopped);
    }

    /// Takes no more messages, and gives up those that wait.
    fn give_up(self) {
        // First of all, so that nothing comes between the last look and the end.
        self.address.header().close();
        self.note_depth();
        if const { A::Message::HAS_URGENT } {
            // SAFETY: the turn is that of a slot of an `A` with an urgent lane, which is alive.
            while let Some((message, _)) = unsafe { urgent::take::<A>(self.address, Leaves::ForGood) } {
                self.lose(message);
            }
        }
        // SAFETY: the turn is that of a slot of an `A`.
        while let Some((message, _)) = unsafe { mailbox::take_any::<A>(self.address, Leaves::ForGood) } {
            self.lose(message);
        }
        if let Some(stash) = self.stashed() {
            stash.release();
            while let Some((message, index)) = stash.take() {
                whereabouts::unstashed(self.address, index, Leaves::ForGood);
                self.lose(message);
            }
        }
        self.note_stash();
    }

    /// Begins the way to the end: gives up what waits, where anybody who waits for an answer of this actor may be waited for,
    /// a child or whoever its last hook asks.
    fn begin_end(self) {
        let is_waited_for =
            A::CHILDREN > 0 || (const { annex::is_async::<A>() } && A::stopping(StopReason::Requested).is_some());
        if is_waited_for && self.life(|life| life.is_stopping()) {
            self.give_up();
            waiting::room(self.address);
        }
    }

    /// The actor has ended, and whoever waits for that is told.
    fn end(self, reason: StopReason) {
        let header = self.address.header();
        self.give_up();
        if const { A::Message::HAS_URGENT } {
            // SAFETY: the turn is that of a slot of an `A` with an urgent lane.
            unsafe { urgent::end(self.address) };
        }
        self.record(|record| *record = Record::NEW);
        let stage = if header.stage() == Stage::Starting { Stage::NeverUp } else { Stage::Ended };
        self.note_ended(reason, stage == Stage::Ended);
        header.end(stage);
        suspensions::end_life(self.address);
        waiting::end(self.address);
        // What its last hook asked.
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
