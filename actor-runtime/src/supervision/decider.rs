//! What a supervisor is shown of a failure, and the directive it gives for it.

use core::any::Any;

use super::directive::{Directive, default_directive};
use crate::failure::FailureKind;

/// A failure while it happens, with its error whole: what a supervisor decides by.
///
/// ```
/// # use actor::{Directive, FailureKind, LiveFailure};
/// #[derive(Debug)]
/// struct Timeout;
///
/// fn decide(failure: &LiveFailure<'_>) -> Directive {
///     match failure.error::<Timeout>() {
///         Some(Timeout) => Directive::Resume,
///         None => Directive::Restart,
///     }
/// }
///
/// assert_eq!(decide(&LiveFailure::new(FailureKind::Error).with(&Timeout)), Directive::Resume);
/// assert_eq!(decide(&LiveFailure::new(FailureKind::Panic)), Directive::Restart);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LiveFailure<'a> {
    kind: FailureKind,
    error: Option<&'a dyn Any>,
}

impl<'a> LiveFailure<'a> {
    /// A failure of this kind, without an error: a panic, a start, or one that was passed on.
    #[must_use]
    pub const fn new(kind: FailureKind) -> Self {
        Self { kind, error: None }
    }

    /// The same, with this error.
    #[must_use]
    pub const fn with<E: 'static>(self, error: &'a E) -> Self {
        Self { error: Some(error), ..self }
    }

    /// How the actor failed.
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        self.kind
    }

    /// The error, if it is an `E`.
    #[must_use]
    pub fn error<E: 'static>(&self) -> Option<&'a E> {
        self.error?.downcast_ref()
    }
}

/// The directive of a supervisor for a failure: a pure function, called where the failure happened.
pub type Decider = fn(&LiveFailure<'_>) -> Directive;

/// The directive of `decider`, or that of failures about which nothing is said.
#[must_use]
pub fn directive(decider: Option<Decider>, failure: &LiveFailure<'_>) -> Directive {
    match decider {
        Some(decide) => decide(failure),
        None => default_directive(failure.kind),
    }
}
