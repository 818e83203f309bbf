//! Spans of the crate `tracing`: of each life, of each message from the moment it is sent, and of what an actor has going
//! beside its messages. Without the feature `spans` nothing of this is left when compiled.
//!
//! A message has its span from its sender, because only there the cause is at hand, and alive: a [`Traced`] message carries
//! it to its handler, through mailbox and stash. It is entered whenever that handler runs, and closed when it has ended or
//! the message is given up.
//!
//! | a span | begins | is a child of | follows from |
//! |---|---|---|---|
//! | `actor::message` of an ask, or of a tell with `.done()` | when it is sent | its asker's | the life that handles it |
//! | … of any other message | when it is sent, or its turn comes | nobody's | its sender's or errand's, and that life |
//! | `actor::life` | with the actor, or the failure | nobody's | whoever spawned it, or that failure and the life before |
//! | `actor::errand` | with the timer, pipe, stream or `.then` | nobody's | the handler that began it |
//!
//! A life is nobody's parent: it may last as long as the program, and a trace is complete when its parents have ended.
//!
//! Who subscribes is foreign code: it is called while no lock is held, and its panics cost it the span and nobody anything.

#[cfg(not(feature = "spans"))]
mod off;
#[cfg(feature = "spans")]
mod on;

use core::ops::Deref;

#[cfg(not(feature = "spans"))]
pub(super) use off::Trace;
#[cfg(feature = "spans")]
pub(super) use on::Trace;

use crate::actor::Actor;
use crate::message::Message;

use super::header::Header;

/// Where a message comes from.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "spans"), allow(dead_code, reason = "nobody asks"))]
pub(super) enum Cause<'a> {
    /// Whoever runs here waits for its end.
    Asked,
    /// Whoever runs here has sent it.
    Told,
    /// A timer, a pipe or a stream.
    Errand(&'a Trace),
    /// Whoever runs here has answered what was asked with `.then`, or nobody has in time.
    Answered(&'a Trace),
    /// The life of the actor itself: a hook, or a tick.
    Own,
}

impl Trace {
    /// Its code runs, until what is returned is dropped.
    #[inline(always)]
    pub(super) fn enter(&self) -> Entered<'_> {
        if self.is_some() {
            self.resume();
        }
        Entered(self)
    }
}

/// See [`Trace::enter`].
pub(super) struct Entered<'a>(&'a Trace);

impl Drop for Entered<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        if self.0.is_some() {
            self.0.suspend();
        }
    }
}

/// A message with its span.
pub(super) struct Traced<M> {
    pub(super) message: M,
    pub(super) trace: Trace,
}

impl<M: Message> Traced<M> {
    /// A message to the actor behind `to` has a span from here on, if anybody wants to know.
    #[inline(always)]
    pub(super) fn new<A: Actor<Message = M>>(message: M, cause: Cause<'_>, to: &Header) -> Self {
        let mut traced = Self::from(message);
        traced.begin::<A>(cause, to);
        traced
    }

    /// As [`new`](Self::new), where it lies.
    #[inline(always)]
    pub(super) fn begin<A: Actor<Message = M>>(&mut self, cause: Cause<'_>, to: &Header) {
        if Trace::is_wanted() {
            self.trace = Trace::of_message(cause, to, A::PROTOCOL.messages[self.message.index()]);
        }
    }
}

impl<M> Traced<M> {
    /// The message, which is known to have no span.
    #[inline(always)]
    pub(super) fn untraced(self) -> M {
        let Self { message, trace } = self;
        trace.forget();
        message
    }
}

impl<M> From<M> for Traced<M> {
    #[inline(always)]
    fn from(message: M) -> Self {
        Self { message, trace: Trace::NONE }
    }
}

impl<M> Deref for Traced<M> {
    type Target = M;

    #[inline(always)]
    fn deref(&self) -> &M {
        &self.message
    }
}
