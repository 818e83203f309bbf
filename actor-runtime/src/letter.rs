//! A message that was accepted and is lost, as its own actor is told of it.

use core::fmt;

use crate::actor::Actor;
use crate::message::Message;
use crate::metrics::DeadLetterReason;

/// A message that actor `A` had accepted and will not handle: what `#[dead_letter]` is given.
///
/// Who asked with it has been told already. What the message holds is whole otherwise; to look at that, have
/// `#[handlers(pub enum StoreMessage)]` name the enum.
#[must_use = "the message in it is lost for good when it is dropped"]
pub struct DeadLetter<A: Actor> {
    message: A::Message,
    reason: DeadLetterReason,
}

impl<A: Actor> DeadLetter<A> {
    #[cfg(feature = "tokio")]
    pub(crate) const fn new(message: A::Message, reason: DeadLetterReason) -> Self {
        Self { message, reason }
    }

    /// Why it was not handled.
    pub const fn reason(&self) -> DeadLetterReason {
        self.reason
    }

    /// The name of the handler it was for.
    pub fn handler(&self) -> &'static str {
        A::PROTOCOL.messages[self.message.index()]
    }

    /// The message.
    pub const fn message(&self) -> &A::Message {
        &self.message
    }

    /// The message, to take it apart.
    pub fn into_message(self) -> A::Message {
        self.message
    }
}

impl<A: Actor> fmt::Debug for DeadLetter<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetter").field("handler", &self.handler()).field("reason", &self.reason).finish()
    }
}
