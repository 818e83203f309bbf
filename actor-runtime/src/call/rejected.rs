//! What was not sent, and why: calls that come back whole.

use core::fmt;

use super::{Call, Kind, Limit, OwnedCall};
use crate::actor::Actor;
use crate::error::{Reason, TellError};
use crate::reference::Ref;
use crate::reply::Reply;

/// A call that `.tell()` or `.then(..)` handed back, and why.
///
/// It has a ref of its own, so that it may leave the function in a `Box<dyn Error>`.
pub struct Rejected<A: Actor, K: Kind> {
    /// The call, unsent: await it, try again or drop it.
    pub call: OwnedCall<A, K>,
    /// Why it was not sent.
    pub reason: Reason,
}

impl<A: Actor, K: Kind> Rejected<A, K> {
    #[cold]
    pub(super) fn new(
        target: Ref<A>,
        message: A::Message,
        attach: K::Attach<A::Message>,
        limit: Limit,
        reason: Reason,
    ) -> Self {
        Self { call: Call::with(target, message, attach, limit), reason }
    }
}

impl<A: Actor, K: Kind> fmt::Debug for Rejected<A, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejected").field("call", &self.call).field("reason", &self.reason).finish()
    }
}

impl<A: Actor, K: Kind> fmt::Display for Rejected<A, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl<A: Actor, K: Kind> core::error::Error for Rejected<A, K> {}

/// Gives the call up and keeps the reason, so that `?` works where the call is of no use any more.
impl<A: Actor, K: Kind> From<Rejected<A, K>> for TellError {
    fn from(rejected: Rejected<A, K>) -> Self {
        rejected.reason.into()
    }
}

/// A call that `.reply_to(reply)` handed back, with the reply, and why.
///
/// The duty to answer is the caller's again: send the reply, or drop it, which answers with `NoReply`.
pub struct Returned<A: Actor, K: Kind> {
    /// The call, unsent: try again or drop it.
    pub call: OwnedCall<A, K>,
    /// Why it was not sent.
    pub reason: Reason,
    /// The reply, unanswered.
    pub reply: Reply<K::Value>,
}

impl<A: Actor, K: Kind> fmt::Debug for Returned<A, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Returned")
            .field("call", &self.call)
            .field("reason", &self.reason)
            .field("reply", &self.reply)
            .finish()
    }
}

impl<A: Actor, K: Kind> fmt::Display for Returned<A, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl<A: Actor, K: Kind> core::error::Error for Returned<A, K> {}

/// Gives call and reply up and keeps the reason: the asker hears `NoReply`.
impl<A: Actor, K: Kind> From<Returned<A, K>> for TellError {
    fn from(returned: Returned<A, K>) -> Self {
        returned.reason.into()
    }
}
