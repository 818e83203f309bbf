//! What became of an ask, in a word.

/// What became of an ask that was awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum AskOutcome {
    /// The handler answered, be it with an error of its own.
    Answered,
    Failed,
    Stopped,
    NoReply,
    Timeout,
    Full,
    Dropped,
    Cycle,
    /// The asker was dropped before.
    Cancelled,
}

impl AskOutcome {
    /// Every outcome, in the order of declaration.
    pub(crate) const ALL: [Self; 9] = [
        Self::Answered,
        Self::Failed,
        Self::Stopped,
        Self::NoReply,
        Self::Timeout,
        Self::Full,
        Self::Dropped,
        Self::Cycle,
        Self::Cancelled,
    ];

    /// The outcome as metrics label it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::NoReply => "no_reply",
            Self::Timeout => "timeout",
            Self::Full => "full",
            Self::Dropped => "dropped",
            Self::Cycle => "cycle",
            Self::Cancelled => "cancelled",
        }
    }
}
