//! An ask that waits for its answer, as it is counted: that it was begun, and what became of it. One that runs on the stack
//! of its asker waits for nobody; it is counted with its handler.

use core::marker::PhantomData;
use core::mem::ManuallyDrop;

use crate::actor::Actor;
use crate::error::{TellError, Unanswered};
use crate::metrics::{AskOutcome, LifeEvent};
use crate::time::{Instant, nanos};

use super::address::Borrowed;

/// An ask from its beginning to its end. Dropped before, it was cancelled.
///
/// It is part of the future of each ask, which is moved now and then: a larger one costs those that do not wait as well.
pub(super) struct Ask<'a, A: Actor> {
    address: Borrowed<'a>,
    /// When, where asks are timed.
    began: Instant,
    actor: PhantomData<fn() -> A>,
}

impl<'a, A: Actor> Ask<'a, A> {
    /// Begins one, if it is counted.
    pub(super) fn begin(address: Borrowed<'a>) -> Option<Self> {
        if const { !A::OPTIONS.metrics.is_on() } {
            return None;
        }
        address.cell::<A>().count(LifeEvent::AskBegun);
        let began = if const { A::OPTIONS.metrics.is_timed() } { address.header().core.now() } else { Instant::ZERO };
        Some(Self { address, began, actor: PhantomData })
    }

    /// Counts one that did not wait and was not answered.
    #[cold]
    #[inline(never)]
    pub(super) fn count(address: Borrowed<'a>, outcome: Unanswered) {
        if let Some(ask) = Self::begin(address) {
            ask.end(outcome.into());
        }
    }

    /// It has come to this.
    pub(super) fn end(self, outcome: AskOutcome) {
        ManuallyDrop::new(self).came_to(outcome);
    }

    fn came_to(&self, outcome: AskOutcome) {
        let cell = self.address.cell::<A>();
        let tally = cell.counts().tally();
        tally.asked(outcome);
        if const { A::OPTIONS.metrics.is_timed() } && outcome == AskOutcome::Answered {
            tally.answered_in(nanos(cell.header.core.now().saturating_since(self.began)));
        }
    }
}

impl<A: Actor> Drop for Ask<'_, A> {
    fn drop(&mut self) {
        self.came_to(AskOutcome::Cancelled);
    }
}

impl From<Unanswered> for AskOutcome {
    fn from(why: Unanswered) -> Self {
        match why {
            Unanswered::NoReply => Self::NoReply,
            Unanswered::Stopped => Self::Stopped,
            Unanswered::Failed => Self::Failed,
            Unanswered::Expired => Self::Timeout,
            Unanswered::Dropped => Self::Dropped,
            Unanswered::Unsent => Self::Full,
        }
    }
}

impl From<TellError> for AskOutcome {
    fn from(error: TellError) -> Self {
        match error {
            TellError::Stopped => Self::Stopped,
            TellError::Full => Self::Full,
            TellError::Timeout => Self::Timeout,
            TellError::WouldDeadlock => Self::Cycle,
        }
    }
}

impl<T> From<&Result<T, Unanswered>> for AskOutcome {
    fn from(answer: &Result<T, Unanswered>) -> Self {
        answer.as_ref().map_or_else(|why| (*why).into(), |_| Self::Answered)
    }
}
