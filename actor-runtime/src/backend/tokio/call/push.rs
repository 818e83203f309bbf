//! A message on its way into the mailbox, and what the overflow policy drops for it.

use crate::actor::Actor;
use crate::call::Batch;
use crate::error::Unanswered;
use crate::message::{Lane, Message};
use crate::metrics::DeadLetterReason;

use super::super::address::Borrowed;
use super::super::cell::Cell;
use super::super::mailbox::{Deadline, Pushed, signal};
use super::super::spans::Traced;

impl Borrowed<'_> {
    /// Moves the message into the mailbox, if it is let in; schedules the cell where that is due. What the overflow
    /// policy drops becomes a dead letter.
    #[inline(always)]
    pub(super) fn push<A: Actor>(self, message: &mut Option<Traced<A::Message>>, deadline: Deadline) -> Pushed {
        let cell = self.cell::<A>();
        let (capacity, overflow) = (A::OPTIONS.capacity, A::OPTIONS.overflow);
        let pushed = match message {
            Some(urgent) if A::Message::HAS_URGENT && urgent.lane() == Lane::Urgent => {
                cell.mailbox.push_urgent(message, deadline, capacity, overflow, cell)
            }
            _ => cell.mailbox.push(message, deadline, capacity, overflow, cell),
        };
        match pushed {
            Pushed::QueuedFirst => {
                // SAFETY: the push handed over the turn, and an address has the provenance of the allocation.
                unsafe { Cell::<A>::schedule(self.as_ptr().cast()) };
            }
            Pushed::DroppedNewest | Pushed::DroppedOldest => {
                cell.found_full(message.as_ref().map_or(Lane::User, |message| message.lane()));
                if let Some(victim) = message.take()
                    && cell.dead_letter(victim.message, DeadLetterReason::Dropped)
                    && cell.mailbox.signal(signal::AGENDA)
                {
                    // SAFETY: the signal handed over the turn; as above.
                    unsafe { Cell::<A>::schedule(self.as_ptr().cast()) };
                }
                cell.mailbox.take_lost(deadline, pushed).refuse(Unanswered::Dropped);
                return Pushed::Queued;
            }
            Pushed::Full | Pushed::MustWait => {
                cell.found_full(message.as_ref().map_or(Lane::User, |message| message.lane()));
            }
            Pushed::Queued | Pushed::Closed => {}
        }
        pushed
    }

    /// Moves messages of `batch` into the mailbox under one lock, as long as there is room for them.
    pub(super) fn push_batch<A: Actor>(self, batch: &mut Batch<A::Message>) {
        let cell = self.cell::<A>();
        if cell.mailbox.accept(batch, A::OPTIONS.capacity, A::OPTIONS.overflow, cell) {
            // SAFETY: the push handed over the turn, and an address has the provenance of the allocation.
            unsafe { Cell::<A>::schedule(self.as_ptr().cast()) };
        }
    }
}
