//! Messages that were lost, until their actor has heard of them.

use crate::metrics::DeadLetterReason;

use super::deadline::Deadline;
use super::{Envelope, Mailbox, Waiting};

impl<M> Mailbox<M> {
    /// Keeps a message that was lost until the actor has heard of it.
    ///
    /// # Errors
    /// The message, where as many wait already as the mailbox has room for, and where the actor has ended.
    pub(in super::super) fn post(&self, message: M, reason: DeadLetterReason, most: u32) -> Result<(), M> {
        let mut inner = self.inner.lock();
        if inner.finished {
            return Err(message);
        }
        let letters = &mut inner.waiting.get_or_insert_with(Waiting::new).letters;
        if letters.len() >= most as usize {
            return Err(message);
        }
        letters.push_back(Envelope { message, deadline: Deadline::NONE }, reason);
        Ok(())
    }

    /// How many messages were lost that the actor has not heard of.
    pub(in super::super) fn letters(&self) -> usize {
        self.inner.lock().waiting.as_ref().map_or(0, |waiting| waiting.letters.len())
    }

    pub(in super::super) fn take_letter(&self) -> Option<(M, DeadLetterReason)> {
        let (envelope, reason) = self.inner.lock().waiting.as_mut()?.letters.pop_front()?;
        Some((envelope.message, reason))
    }
}
