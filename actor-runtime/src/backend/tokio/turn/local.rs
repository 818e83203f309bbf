//! The thread of a local actor: where its state was made, it is lent to handlers and dropped. Keeps `local`.

use core::ptr::NonNull;

use crate::actor::Actor;
use crate::error::Unanswered;
use crate::failure::{Failure, StopReason};
use crate::supervision::Decision;

use super::super::ambient::{Ambient, WhyDropped};
use super::super::confined::Thread;
use super::super::guard::contain;
use super::super::header::Header;
use super::super::runnable::Ran;
use super::Turn;

impl<A: Actor> Turn<A> {
    /// An actor that is not compiles nothing of this, where it is asked first.
    pub(super) const IS_LOCAL: bool = A::LOCAL;

    /// Takes the state that was made here.
    pub(super) fn keep_state(mut self, state: A) {
        if Self::IS_LOCAL {
            let here = Thread::settle();
            self.body().cold().thread = Some(here);
        }
        // SAFETY: the turn is exclusive, no future is live, and there was no state before.
        unsafe { *self.cell().state.get() = Some(state) };
    }

    /// Drops the state, which must not be touched elsewhere. The next one belongs to the thread that makes it.
    pub(super) fn end_state(mut self) {
        // SAFETY: the turn is exclusive and no future is live.
        let state = unsafe { (*self.cell().state.get()).take() };
        contain(|| drop(state));
        if Self::IS_LOCAL
            && let Some(cold) = &mut self.body().cold
        {
            cold.thread = None;
        }
    }

    /// The thread that the state and the future belong to, where it is another one than this.
    #[inline]
    pub(super) fn elsewhere(mut self) -> Option<Thread> {
        if !Self::IS_LOCAL {
            return None;
        }
        let thread = self.body().cold.as_ref().and_then(|cold| cold.thread);
        thread.filter(|thread| !thread.is_here())
    }

    /// Ends a local actor that is run by another thread than its own.
    #[cold]
    pub(super) fn stray(self) -> Ran {
        let header = &self.cell().header;
        let failure = Failure::error(
            &"a local actor was run by another thread than the one that made its state; give it a dispatcher, or a \
              runtime, that stays on one thread",
        );
        self.tell_of(&failure, None, Decision::Stop);
        if header.start.is_on() {
            self.cell().mailbox.keep_start_failure(self.escalation(failure, None));
        }
        self.give_up_life(StopReason::Failed);
        Ran::Idle
    }

    /// Ends the actor and leaves state and future to `thread`, to which they belong.
    pub(super) fn end_away_from(self, thread: Thread, reason: StopReason) {
        let cell = self.owner();
        self.end(reason);
        // SAFETY: the actor has ended, so that nobody has the turn, or will have it; and the function is that of its kind.
        unsafe { thread.leave(cell, Self::finish) };
    }

    /// Drops what an actor has left that ended on another thread.
    ///
    /// # Safety
    /// `header` is that of a living cell of an `A` that has ended, with the provenance of its allocation; nobody else
    /// touches state and future, and both belong to this thread.
    unsafe fn finish(header: NonNull<Header>) {
        // SAFETY: nobody else runs the actor or will, so the caller has its turn.
        let turn = unsafe { Self::of(header.cast()) };
        let ambient = Ambient::enter(header);
        let dropped = WhyDropped::because(Unanswered::Stopped);
        // SAFETY: only the owner of the turn touches the slot, and user code has no way to it.
        let slot = unsafe { &mut *turn.cell().future.get() };
        contain(|| slot.cancel());
        // What is dropped with the future may have had the context, and begun something.
        turn.end_errands();
        turn.end_state();
        drop(dropped);
        drop(ambient);
    }
}
