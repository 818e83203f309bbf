//! What the user declared about supervision.

use proc_macro2::TokenStream;

use crate::duration::Period;

/// The options of `#[supervise(..)]`, each absent where the user said nothing.
#[derive(Default)]
pub(crate) struct Supervision {
    pub(crate) limit: Option<Limit>,
    pub(crate) backoff: Option<Backoff>,
    pub(crate) jitter: Option<Jitter>,
    pub(crate) reset: Option<Period>,
    pub(crate) exhausted: Option<Exhausted>,
}

/// `10 per 60s | unlimited`
pub(crate) struct Limit {
    /// The user's tokens.
    pub(crate) original: TokenStream,
    pub(crate) kind: LimitKind,
}

pub(crate) enum LimitKind {
    AtMost { restarts: u32, within: Period },
    Unlimited,
}

/// `50ms..30s * 2`
pub(crate) struct Backoff {
    pub(crate) min: Period,
    pub(crate) max: Period,
    pub(crate) factor: u32,
}

#[derive(Clone, Copy)]
pub(crate) enum Jitter {
    None,
    Equal,
    Full,
}

#[derive(Clone, Copy)]
pub(crate) enum Exhausted {
    Escalate,
    StopChild,
    StopSelf,
}
