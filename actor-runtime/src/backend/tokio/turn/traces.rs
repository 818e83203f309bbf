//! The spans of a life, and of the message in hand.

use crate::actor::Actor;

use super::super::spans::{Cause, Trace, Traced};
use super::Turn;

impl<A: Actor> Turn<A> {
    /// Runs a message on its asker's stack, in its span. Apart from those that have none, which pay nothing for it.
    #[cold]
    #[inline(never)]
    pub(in super::super) fn handle_asked(self, message: A::Message) -> bool {
        self.handle_alone::<true>(Traced::new::<A>(message, Cause::Asked, &self.cell().header))
    }

    /// A life begins, for which what runs here is the reason.
    pub(in super::super) fn traces_life(mut self) {
        let before = self.body().life_trace.take();
        let trace = Trace::of_life(&self.cell().header, &before);
        self.body().life_trace = trace;
    }

    /// The last life has ended.
    pub(super) fn ends_traces(mut self) {
        self.body().life_trace.take().close();
    }

    /// The message of this span has its turn.
    #[cold]
    pub(super) fn begins_in_life(mut self, trace: &Trace) {
        // The next life, if there is one, is known already. Taken out, as whoever subscribes may come back for the body.
        let life = if self.is_in_last_word() { Trace::NONE } else { self.body().life_trace.take() };
        trace.begins_in(&life, self.incarnation().get());
        if life.is_some() {
            self.body().life_trace = life;
        }
    }

    /// Keeps the span of a message beyond the stack: until its future has ended, or its failure is settled.
    #[inline(always)]
    pub(super) fn keep_trace(mut self, trace: Trace) {
        if trace.is_some() {
            self.body().cold().trace = trace;
        }
    }

    #[inline(always)]
    pub(super) fn take_trace(mut self) -> Trace {
        if !Trace::IS_POSSIBLE {
            return Trace::NONE;
        }
        self.body().cold.as_mut().map_or(Trace::NONE, |cold| cold.trace.take())
    }
}
