//! Messages whose end somebody waits for.

use crate::actor::Actor;
use crate::error::Unanswered;
use crate::metrics::DeadLetterReason;
use crate::reply::Duty;

use super::super::mailbox::{Deadline, Envelope, signal};
use super::super::spans::Traced;
use super::Turn;

impl<A: Actor> Turn<A> {
    /// Takes note of who is to be told of the end of the message with this `deadline`, if anybody.
    pub(super) fn attend_to(mut self, deadline: Deadline) {
        if deadline.is_set() && deadline.is_watch() {
            let watch = self.cell().mailbox.unwatch(deadline);
            self.body().cold().duty = watch.and_then(|(duty, _)| duty);
        }
    }

    /// Gives up a message that is out of the mailbox.
    pub(super) fn lose(self, envelope: Envelope<Traced<A::Message>>, reason: DeadLetterReason) {
        let cell = self.cell();
        let watch = if envelope.deadline.is_set() { cell.mailbox.unwatch(envelope.deadline) } else { None };
        if cell.dead_letter(envelope.message.message, reason) {
            self.call_attention(signal::AGENDA);
        }
        if let Some((Some(duty), _)) = watch {
            duty.refuse(reason.into());
        }
    }

    /// Who is to be told of the end of the handler in hand.
    pub(in super::super) fn take_duty(mut self) -> Option<Duty> {
        self.body().cold.as_mut().and_then(|cold| cold.duty.take())
    }

    /// The handler in hand has run, and whoever waits for that is told.
    pub(super) fn fulfil(self) {
        if let Some(duty) = self.take_duty() {
            duty.fulfil();
        }
    }

    /// The handler in hand has come to no good end, and whoever waits for that is told.
    pub(super) fn refuse(self, why: Unanswered) {
        if let Some(duty) = self.take_duty() {
            duty.refuse(why);
        }
    }
}
