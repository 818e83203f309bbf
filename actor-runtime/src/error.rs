//! What can come of a call, one small enum per operation. None carries the message: `?` works
//! everywhere, and `.tell()` hands the call itself back.

use core::convert::Infallible;
use core::fmt;

use crate::metrics::DeadLetterReason;

/// Why a call could not be put into the mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TellError {
    /// The actor has ended, or was never started.
    Stopped,
    /// The mailbox has no room and its overflow policy is `reject`.
    Full,
    /// The call's deadline passed before there was room.
    Timeout,
    /// The actor would have waited for room in its own full mailbox, or in that of one that waits for it already.
    WouldDeadlock,
}

impl fmt::Display for TellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stopped => "actor stopped; spawn it again or drop the ref",
            Self::Full => "mailbox full; retry later, or let `overflow = wait` make callers wait for room",
            Self::Timeout => "no room in the mailbox before the deadline; give the call more time",
            Self::WouldDeadlock => {
                "an actor cannot wait for room at itself, or at one that waits for it; use `.tell()` and handle the rejection"
            }
        })
    }
}

impl core::error::Error for TellError {}

/// Why an actor fails that has no place for one more timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimersFull;

impl fmt::Display for TimersFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "all timers of the actor run; write a larger number in `#[actor(timers = 4)]`, or cancel one before",
        )
    }
}

impl core::error::Error for TimersFull {}

/// Why nobody else may listen to the events of a system whose places are in a static.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenersFull;

impl fmt::Display for ListenersFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("as many listen as there are places; write a larger number in `listeners = 2` of `system!`")
    }
}

impl core::error::Error for ListenersFull {}

/// Why `.tell()` handed a call back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The mailbox has no room at the moment.
    Full,
    /// The actor has ended, or was never started.
    Stopped,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "mailbox full; await the call to wait for room",
            Self::Stopped => "actor stopped; spawn it again or drop the ref",
        })
    }
}

impl From<Reason> for TellError {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Full => Self::Full,
            Reason::Stopped => Self::Stopped,
        }
    }
}

/// Why an ask ended without the handler's reply.
///
/// `E` is the error of the handler itself, for handlers that return `Result<T, E>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AskError<E = Infallible> {
    /// The handler answered with its own error.
    Handler(E),
    /// The actor ended before it answered, or was never started.
    Stopped,
    /// The handler failed while it worked on this message.
    Failed,
    /// The handler dropped its `Reply` without sending, and did not fail.
    NoReply {
        /// Name of the handler.
        handler: &'static str,
    },
    /// No answer before the deadline.
    Timeout,
    /// The mailbox has no room and its overflow policy is `reject`.
    Full,
    /// The message was let in, and dropped again by the overflow policy of its mailbox, or by a full stash.
    Dropped,
    /// The actor asked itself, or one that waits for it already, and would have waited for ever. The message was not sent;
    /// unless both asked in the same moment, when it may still be handled.
    Cycle,
}

impl<E: fmt::Display> fmt::Display for AskError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handler(error) => error.fmt(f),
            Self::Stopped => f.write_str("actor stopped before it answered; spawn it again or drop the ref"),
            Self::Failed => f.write_str("handler failed before it answered; its supervisor decides what follows"),
            Self::NoReply { handler } => {
                write!(f, "`{handler}` dropped its reply; send a value on every path")
            }
            Self::Timeout => f.write_str("no answer before the deadline; give the call more time with `.timeout(..)`"),
            Self::Full => f.write_str("mailbox full; retry later, or let `overflow = wait` make callers wait for room"),
            Self::Dropped => f.write_str("dropped to make room; give the mailbox or the stash more, or ask less often"),
            Self::Cycle => f.write_str("an actor cannot wait for itself, or for one that waits for it; call the method on `self`, or ask with `.then(..)`"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for AskError<E> {}

/// Why an ask did not reach the mailbox. Who tells and asks passes both errors on by `?`.
impl<E> From<TellError> for AskError<E> {
    fn from(error: TellError) -> Self {
        match error {
            TellError::Stopped => Self::Stopped,
            TellError::Full => Self::Full,
            TellError::Timeout => Self::Timeout,
            TellError::WouldDeadlock => Self::Cycle,
        }
    }
}

/// Why nobody answered, as the side that should have answered knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// The duty to answer was dropped.
    NoReply,
    /// The actor ended first.
    Stopped,
    /// The handler failed.
    Failed,
    /// The message's deadline had passed before its turn came.
    Expired,
    /// The message was dropped to make room.
    Dropped,
    /// The call was handed back to its caller, who knows: nobody is to be told.
    Unsent,
}

impl Unanswered {
    /// The same fact in the words of the asker.
    pub const fn into_ask_error<E>(self, handler: &'static str) -> AskError<E> {
        match self {
            Self::NoReply => AskError::NoReply { handler },
            Self::Stopped => AskError::Stopped,
            Self::Failed => AskError::Failed,
            Self::Expired => AskError::Timeout,
            Self::Dropped => AskError::Dropped,
            Self::Unsent => AskError::Full,
        }
    }
}

impl From<DeadLetterReason> for Unanswered {
    fn from(reason: DeadLetterReason) -> Self {
        match reason {
            DeadLetterReason::Stopped => Self::Stopped,
            DeadLetterReason::Expired => Self::Expired,
            DeadLetterReason::Dropped => Self::Dropped,
        }
    }
}
