//! The step that whoever owns the turn of a cell performs. No reference into the cell is held while user code runs,
//! because user code comes back through its context.
//!
//! [`run`](Turn::run) looks, in this order, at signals, at the future of the handler in hand, at the task that is next
//! in the actor's life, and at messages.

mod failures;
mod life;
mod messages;
mod signals;
mod stash;
mod watched;

use core::ptr::NonNull;
use core::task::Poll;

use crate::actor::Actor;
use crate::failure::Failure;
use crate::lifecycle::Task;

use super::ambient::Ambient;
use super::cell::{Body, Cell};
use super::header::{Owner, Ran};
use super::mailbox::signal;

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
    pub(super) fn run(self, budget: u32) -> Ran {
        let ambient = Ambient::enter(self.0.cast());
        let mut handled = 0;
        let ran = loop {
            let flow = match if self.only_receives() { Flow::Receive } else { self.attend(&mut handled, budget) } {
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
    fn attend(self, handled: &mut u32, budget: u32) -> Flow {
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
        self.perform(handled, budget)
    }

    /// Performs the task that is next in the actor's life.
    fn perform(self, handled: &mut u32, budget: u32) -> Flow {
        match self.body(|body| body.life.task(A::CHILDREN)) {
            Task::Receive => {
                if self.cell().mailbox.has(signal::URGENT) {
                    return self.handle_first(handled, budget, |turn| turn.cell().mailbox.take_urgent());
                }
                if self.body(|body| body.ticks != 0) {
                    self.tick();
                    // Spent like a message, so that a timer that is always due ends an activation too.
                    *handled += 1;
                    if self.future_is_live() || self.body(|body| !body.life.receives()) {
                        return Flow::Next;
                    }
                }
                if self.cell().mailbox.has(signal::UNSTASHED) {
                    return self.handle_first(handled, budget, Self::take_unstashed);
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
}
