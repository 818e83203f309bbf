//! Messages that were lost, and their actor, which hears of them. Keeps the last part of `no_silent_loss`.
//!
//! They wait in the mailbox, because who loses them may be anybody, and over a restart. Each is an errand: it has its
//! turn with ticks and notices, by the share of the system.

use crate::actor::Actor;
use crate::letter::DeadLetter;

use super::super::guard::contain;
use super::Turn;

impl<A: Actor> Turn<A> {
    /// Something may have been lost.
    pub(super) fn heed_letters(self) {
        if A::TAKES_LETTERS {
            self.note_errands();
        }
    }

    /// How many the actor has not heard of.
    pub(super) fn letters(self) -> usize {
        if A::TAKES_LETTERS { self.cell().mailbox.letters() } else { 0 }
    }

    /// Takes the next letter, where it goes before what is on the agenda: they take turns.
    pub(super) fn next_letter(mut self, agenda: usize) -> Option<DeadLetter<A>> {
        let cold = self.body().cold();
        cold.was_letter = !cold.was_letter || agenda == 0;
        if !cold.was_letter {
            return None;
        }
        let (message, reason) = self.cell().mailbox.take_letter()?;
        Some(DeadLetter::new(message.message, reason))
    }

    /// Has the actor hear of it.
    pub(super) fn deliver(mut self, letter: DeadLetter<A>) {
        if let Some(message) = A::dead_letter() {
            let unread = self.body().cold().letter.replace(letter);
            contain(|| drop(unread));
            self.run_own(message);
        }
    }

    /// Gives up those that nobody will hear of.
    pub(super) fn give_up_letters(self) {
        if A::TAKES_LETTERS {
            while let Some((letter, _)) = self.cell().mailbox.take_letter() {
                contain(|| drop(letter));
            }
            let unread = self.take_letter();
            contain(|| drop(unread));
        }
    }
}
