//! What the user declared about supervision.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Expr, Pat, Path, TypePath};

use crate::duration::Period;
use crate::options::Time;

/// The options of `#[supervise(..)]`, each absent where the user said nothing.
#[derive(Default)]
pub(crate) struct Supervision {
    pub(crate) strategy: Option<(Strategy, TokenStream)>,
    /// `path` in `strategy = custom(path)`
    pub(crate) custom: Option<Path>,
    pub(crate) limit: Option<Limit>,
    pub(crate) backoff: Option<Backoff>,
    pub(crate) jitter: Option<Jitter>,
    pub(crate) reset: Option<Period>,
    pub(crate) exhausted: Option<Exhausted>,
    pub(crate) shutdown: Option<Time>,
    pub(crate) rules: Option<Rules>,
    /// `decide = path`
    pub(crate) decide: Option<Path>,
}

impl Supervision {
    /// Which children a restart concerns.
    pub(crate) fn strategy(&self) -> Strategy {
        self.strategy.as_ref().map_or(Strategy::OneForOne, |(strategy, _)| *strategy)
    }
}

/// `on(..)`: what is wished for which failure.
#[derive(Default)]
pub(crate) struct Rules {
    /// Kinds of failures, and `other`.
    pub(crate) words: Vec<(Word, Ident, Wish)>,
    pub(crate) errors: Vec<ErrorRule>,
}

/// What a rule names that is no error type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Panic,
    Start,
    Unasked,
    Escalated,
    Other,
}

/// `DbError { Timeout => restart, .. }`, or `DbError => restart`
pub(crate) struct ErrorRule {
    pub(crate) ty: TypePath,
    pub(crate) arms: Vec<Arm>,
    /// Where the arms stand.
    pub(crate) span: Span,
}

/// `Corrupt(page) if *page > 9 => escalate`
pub(crate) struct Arm {
    pub(crate) pattern: Pat,
    pub(crate) guard: Option<Expr>,
    pub(crate) wish: Wish,
}

/// A directive, where it stands.
#[derive(Clone)]
pub(crate) struct Wish {
    pub(crate) directive: Directive,
    pub(crate) word: Ident,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Directive {
    Resume,
    Restart,
    Stop,
    Escalate,
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

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strategy {
    OneForOne,
    OneForAll,
    RestForOne,
    /// As a function says, which is called when this is compiled.
    Custom,
    /// `one_for_one` that restarts after every failure, without a limit.
    Restarting,
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
