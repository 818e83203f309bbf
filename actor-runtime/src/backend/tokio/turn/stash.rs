//! Messages that wait until their actor is ready for them. Keeps the order in which they came, and their deadlines.

use core::mem::take;
use std::string::String;

use crate::actor::Actor;
use crate::metrics::{DeadLetterReason, LifeEvent};
use crate::policy::Stash;

use super::super::guard::guard;
use super::super::mailbox::{Envelope, signal};
use super::super::spans::Traced;
use super::Turn;

impl<A: Actor> Turn<A> {
    /// An actor without one compiles nothing of this, where it is asked first.
    pub(super) const HAS_STASH: bool = A::OPTIONS.stash > 0;

    /// Whether the guard of a message's handler says so, or what it panicked with.
    pub(super) fn must_stash(self, message: &A::Message) -> Result<bool, String> {
        if !Self::HAS_STASH {
            return Ok(false);
        }
        let state = self.cell().state.get();
        guard(|| {
            // SAFETY: the turn is exclusive and no future is live, so nobody else has the state.
            let state = unsafe { &*state };
            state.as_ref().is_some_and(|state| state.stashes(message))
        })
    }

    /// Puts a message into the stash; where that is full it is a dead letter.
    pub(super) fn stash(mut self, envelope: Envelope<Traced<A::Message>>) {
        let capacity = A::OPTIONS.stash as usize;
        if self.body().cold().stashed.len() >= capacity {
            self.lose_expired();
        }
        let cold = self.body().cold();
        match cold.stashed.put(capacity) {
            Some(place) => {
                cold.stash.insert(place, envelope, ());
                self.cell().count(LifeEvent::Stashed);
            }
            None => self.lose(envelope, DeadLetterReason::Dropped),
        }
    }

    /// Gives up what nobody waits for any more: it must not take the place of a message that somebody does.
    fn lose_expired(mut self) {
        let now = self.cell().header.core.now();
        let mailbox = &self.cell().mailbox;
        let is_late = |envelope: &Envelope<Traced<A::Message>>| {
            let until = mailbox.until(envelope.deadline);
            until.is_set() && until.has_passed(now)
        };
        let mut place = 0;
        while let Some(late) = self.body().cold().stash.get(place).map(is_late) {
            if !late {
                place += 1;
                continue;
            }
            let cold = self.body().cold();
            cold.stashed.forget(place);
            if let Some((envelope, ())) = cold.stash.remove(place) {
                self.cell().count(LifeEvent::Unstashed);
                self.lose(envelope, DeadLetterReason::Expired);
            }
        }
    }

    /// Takes all messages out of the stash, to be handled next.
    pub(in super::super) fn unstash_all(mut self) {
        if !Self::HAS_STASH {
            return;
        }
        let wait = self.body().cold.as_mut().is_some_and(|cold| cold.stashed.release());
        self.cell().mailbox.set(signal::UNSTASHED, wait);
        self.release_held();
    }

    /// The next message out of the stash.
    pub(super) fn take_unstashed(mut self) -> Option<Envelope<Traced<A::Message>>> {
        let cold = self.body().cold();
        let first = cold.stashed.take().and_then(|place| cold.stash.remove(place));
        if cold.stashed.released() == 0 {
            self.cell().mailbox.set(signal::UNSTASHED, false);
        }
        let (first, ()) = first?;
        self.cell().count(LifeEvent::Unstashed);
        Some(first)
    }

    /// Gives up what is stashed: the actor has ended.
    pub(super) fn give_up_stash(mut self) {
        let Some(cold) = self.body().cold.as_mut() else { return };
        cold.stashed = Stash::default();
        let mut stash = take(&mut cold.stash);
        while let Some((envelope, ())) = stash.pop_front() {
            self.cell().count(LifeEvent::Unstashed);
            self.lose_at_end(envelope.message.message);
        }
    }

    /// Drops the oldest messages in the hand, whose room newer ones have taken.
    pub(super) fn skip(mut self) {
        let skips = self.cell().mailbox.take_skips(self.body().hand.len());
        for _ in 0..skips {
            if let Some(envelope) = self.body().hand.pop() {
                self.lose(envelope, DeadLetterReason::Dropped);
            }
        }
    }
}
