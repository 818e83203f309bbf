//! Calls: those that are told and go on, and the futures of those that are awaited.

#[allow(unsafe_code)]
mod asking;
#[allow(unsafe_code)]
mod push;
mod sending;
#[allow(unsafe_code)]
mod stack_place;
mod stopped;
#[allow(unsafe_code)]
mod waiting;

use crate::actor::Actor;
use crate::call::{Batch, Limit};
use crate::error::Reason;
use crate::reply::Duty;

use super::address::Address;
use super::mailbox::{Deadline, Pushed};
use super::spans::{Cause, Trace, Traced};
use super::system::Core;

pub(crate) use asking::Asking;
pub(crate) use sending::Sending;
pub(crate) use stopped::Stopped;

impl Limit {
    #[inline]
    pub(super) fn deadline(self, core: &Core) -> Deadline {
        match self {
            Self::Default => Deadline::NONE,
            Self::Within(limit) => Deadline::at(core.now().saturating_add(limit)),
            Self::Until(moment) => Deadline::at(moment),
        }
    }
}

impl Address {
    #[inline(always)]
    pub(crate) fn tell<A: Actor>(&self, message: A::Message, limit: Limit) -> Result<(), (A::Message, Reason)> {
        let deadline = limit.deadline(&self.header().core);
        let mut message = Some(Traced::new::<A>(message, Cause::Told, self.header()));
        let reason = match self.borrow().push::<A>(&mut message, deadline) {
            Pushed::Queued | Pushed::QueuedFirst | Pushed::DroppedNewest | Pushed::DroppedOldest => return Ok(()),
            Pushed::Full | Pushed::MustWait => Reason::Full,
            Pushed::Closed => Reason::Stopped,
        };
        message.map_or(Ok(()), |message| Err((message.message, reason)))
    }

    /// Takes messages out of `batch` under one lock, as long as there is room for them.
    pub(crate) fn accept<A: Actor>(&self, batch: &mut Batch<A::Message>) {
        if Trace::is_wanted() {
            // Each has its span, which is no work for under a lock: they are told one by one.
            return;
        }
        self.borrow().push_batch::<A>(batch);
    }

    /// As [`tell`](Self::tell), and `duty` is told of the end of the handler.
    pub(crate) fn tell_watched<A: Actor>(
        &self,
        message: A::Message,
        limit: Limit,
        duty: Duty,
    ) -> Result<(), (A::Message, Duty, Reason)> {
        let (mailbox, deadline) = (&self.borrow().cell::<A>().mailbox, limit.deadline(&self.header().core));
        let mark = mailbox.watch(duty, deadline);
        let mut message = Some(Traced::new::<A>(message, Cause::Told, self.header()));
        let reason = match self.borrow().push::<A>(&mut message, mark) {
            Pushed::Queued | Pushed::QueuedFirst | Pushed::DroppedNewest | Pushed::DroppedOldest => return Ok(()),
            Pushed::Full | Pushed::MustWait => Reason::Full,
            Pushed::Closed => Reason::Stopped,
        };
        match (message, mailbox.unwatch(mark)) {
            (Some(message), Some((Some(duty), _))) => Err((message.message, duty, reason)),
            // The actor has ended meanwhile, and has said so.
            (_, _) => Ok(()),
        }
    }

    pub(crate) fn stopped(&self) -> Stopped {
        Stopped::of(self.owner())
    }
}
