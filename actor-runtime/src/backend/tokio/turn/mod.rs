//! The step that whoever owns the turn of a cell performs. No reference into the cell is held while user code runs,
//! because user code comes back through its context.
//!
//! [`run`](Turn::run) looks, in this order, at signals, at the future of the handler in hand, at the task that is next
//! in the actor's life, and at messages.

mod activation;
mod errands;
mod failures;
mod letters;
mod life;
mod local;
mod measure;
mod messages;
mod patience;
mod report;
mod signals;
mod stash;
mod traces;
mod watched;

use core::ptr::NonNull;
use core::task::Poll;
use std::vec::Vec;

use crate::actor::Actor;
use crate::error::Unanswered;
use crate::failure::{Failure, StopReason};
use crate::id::ActorId;
use crate::letter::DeadLetter;
use crate::lifecycle::Task;
use crate::message::Message;
use crate::supervision::{Directive, Terms};

use super::ambient::Ambient;
use super::cell::{Body, Cell};
use super::children::Children;
use super::console::Activity;
use super::flame::Frame;
use super::groups::is_group;
use super::mailbox::signal;
use super::owner::Owner;
use super::runnable::{Allowance, Ran};
use activation::Activation;
pub(super) use patience::Told;
pub(super) use report::Said;

/// What the loop of a turn does next.
enum Flow {
    /// Looks around.
    Next,
    /// Handles messages, even if senders wait for room that is not there.
    Receive,
    Return(Ran),
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
    /// Whether its declared children are restarted together.
    pub(super) const HAS_GROUP: bool = A::CHILDREN > 0 && is_group(&A::SUPERVISION);
    /// Whether restarts of its declared children are counted together.
    pub(super) const SHARES_COUNT: bool = Terms::are_shared(A::TERMS, A::CHILDREN);

    /// The turn of the cell behind `this`.
    ///
    /// # Safety
    /// The caller owns it, or is user code of this actor that runs in it; and `this` has the provenance of the cell's
    /// allocation.
    pub(super) unsafe fn of(this: NonNull<Cell<A>>) -> Self {
        Self(this)
    }

    #[inline]
    pub(super) fn cell<'a>(self) -> &'a Cell<A> {
        // SAFETY: the turn keeps the cell alive; nobody uses this after `end` has let go of it.
        unsafe { self.0.as_ref() }
    }

    fn owner(self) -> Owner {
        // SAFETY: the turn keeps the cell alive.
        unsafe { Owner::retain(self.0.cast()) }
    }

    /// Notes why the handler in hand fails, and what the supervisor wishes for that.
    pub(super) fn record(mut self, failure: Failure, directive: Option<Directive>) {
        self.body().cold().failure = Some((failure, directive));
        self.forget_failure_tags();
    }

    /// Why the life in hand ends. Reads alone, so that a shared context may.
    pub(super) fn last_failure(self) -> Option<Failure> {
        // SAFETY: user code of the turn asks, and nobody holds the body meanwhile.
        let body = unsafe { &*self.cell().body.get() };
        body.cold.as_ref().and_then(|cold| cold.last_failure.clone())
    }

    /// The message that was lost, for its `#[dead_letter]`.
    pub(super) fn take_letter(mut self) -> Option<DeadLetter<A>> {
        self.body().cold().letter.take()
    }

    /// Whether the life in hand has ended and the next one is counted already. Reads alone, so that a shared context may.
    pub(super) fn is_in_last_word(self) -> bool {
        // SAFETY: user code of the turn asks, and nobody holds the body meanwhile.
        unsafe { &*self.cell().body.get() }.life.is_restarting()
    }

    /// Whether somebody does not wait for handlers any more.
    fn is_killed(mut self) -> bool {
        self.body().cold.as_ref().is_some_and(|cold| cold.killed)
    }

    /// Whether the life in hand is over.
    pub(super) fn is_going_down(mut self) -> bool {
        !self.body().life.is_going_on()
    }

    /// Looks at the children. Nothing in `look` runs user code.
    pub(super) fn with_children<R>(mut self, look: impl FnOnce(&mut Children) -> R) -> R {
        look(&mut self.body().cold().children)
    }

    /// The children that have not ended. Reads alone, so that a shared context may.
    pub(super) fn living_children(self) -> Vec<ActorId> {
        // SAFETY: user code of the turn asks, and nobody holds the body meanwhile.
        let body = unsafe { &*self.cell().body.get() };
        body.cold.as_ref().map(|cold| cold.children.alive().collect()).unwrap_or_default()
    }

    /// The body, let go of before anybody else is called who may ask for it: user code, or another method of this.
    #[inline]
    fn body(&mut self) -> &mut Body<A> {
        // SAFETY: the turn is exclusive, and nobody holds the body over a call.
        unsafe { &mut *self.cell().body.get() }
    }

    /// The handler of message `index` runs here, until what is returned ends.
    #[inline(always)]
    fn frame(self, index: usize) -> Frame {
        Frame::begin(A::OPTIONS.name, A::PROTOCOL.messages, index)
    }

    /// Runs the actor until it has nothing to do, has used its budget, or has ended.
    pub(super) fn run(self, allowance: Allowance) -> Ran {
        if Self::IS_LOCAL && self.elsewhere().is_some() {
            return self.stray();
        }
        let ambient = Ambient::enter(self.0.cast());
        let activity = Activity::begin(&self.cell().header);
        let mut activation = Activation::new::<A>(allowance);
        let ran = loop {
            let flow = if self.only_receives() { Flow::Receive } else { self.attend(&mut activation) };
            let flow = match flow {
                Flow::Receive => self.receive(&mut activation),
                other @ (Flow::Next | Flow::Return(_)) => other,
            };
            match flow {
                Flow::Next | Flow::Receive => {}
                Flow::Return(ran) => break ran,
            }
        };
        activity.end();
        drop(ambient);
        ran
    }

    /// Whether there is nothing to do but to handle messages.
    #[inline]
    fn only_receives(mut self) -> bool {
        !self.cell().mailbox.has_urgent_signals() && !self.future_is_live() && self.body().life.receives()
    }

    /// Does whatever goes before messages: signals, the handler's future, the tasks of a life, due timers.
    ///
    /// Out of line, so that an activation that only handles messages does not set up the stack for all that.
    #[inline(never)]
    fn attend(self, activation: &mut Activation) -> Flow {
        if self.cell().mailbox.has_signals() && self.heed_signals() & signal::AGENDA != 0 {
            // From the second time on spent like a message, so that one that is always ready ends an activation too.
            if activation.has_polled && activation.left() == 0 {
                self.call_attention(signal::AGENDA);
                return self.use_up(activation);
            }
            activation.handled += u32::from(activation.has_polled);
            activation.has_polled = true;
            self.poll_sources();
        }
        if self.future_is_live() {
            return match self.poll_future() {
                // A last hook that began after the kill: nobody waits for it past its first await.
                Poll::Pending if self.is_killed() => {
                    self.cut_short(Unanswered::Stopped);
                    Flow::Next
                }
                Poll::Pending if self.cell().mailbox.park() => Flow::Return(Ran::Idle),
                // It has woken itself: a yield, so others have their turn first.
                Poll::Pending => Flow::Return(Ran::Again),
                Poll::Ready(()) => Flow::Next,
            };
        }
        self.perform(activation)
    }

    /// Performs the task that is next in the actor's life.
    fn perform(mut self, activation: &mut Activation) -> Flow {
        let task = self.body().life.task(A::CHILDREN);
        if !task.runs_handlers() {
            self.cell().mailbox.has_nothing_in_hand();
        }
        match task {
            Task::Receive => {
                if A::Message::HAS_URGENT && self.cell().mailbox.has(signal::URGENT) {
                    return self.take_urgent(activation);
                }
                return self.take_turns(activation);
            }
            Task::Build => self.build(),
            Task::StartChild(index) if Self::HAS_CHILDREN => return self.start_child(index),
            Task::StartChild(_) => {}
            Task::CallStarted => self.call_started(),
            // It would end as soon as it goes on.
            Task::Suspended if self.has_nothing_to_do() => self.stop(StopReason::Drained),
            // What waits is kept, and so is its order; only what it is told wakes it.
            Task::Suspended if self.cell().mailbox.park() => return Flow::Return(Ran::Idle),
            Task::Suspended => {}
            Task::StopChildren => return self.stop_children(),
            Task::CallStopping(reason) => self.call_last(A::stopping(reason)),
            Task::CallRestarting => self.call_last(A::restarting()),
            Task::DropState => self.drop_state(),
            Task::Pause => return self.pause(),
            Task::End(reason) => {
                self.end(reason);
                return Flow::Return(Ran::Idle);
            }
        }
        Flow::Next
    }
}
