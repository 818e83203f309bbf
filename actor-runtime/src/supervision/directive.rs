//! What may be done about a failure, and what is done when restarts run out.
//!
//! Keeps the promises `directives` and `panics`: a state that a panic may have left half changed, or
//! that was never built, is not resumed, whatever the supervisor wished.

use core::time::Duration;

use crate::failure::FailureKind;

/// What a supervisor wishes to be done about a failure.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Directive {
    /// Keep the state and go on with the next message.
    Resume,
    /// Build the state anew; mailbox, identity and watchers stay.
    Restart,
    /// End the actor.
    Stop,
    /// Make it the supervisor's own failure.
    Escalate,
}

impl Directive {
    /// Every directive, in the order of declaration.
    pub const ALL: [Self; 4] = [Self::Resume, Self::Restart, Self::Stop, Self::Escalate];

    /// The directive in one lower-case word, as metrics label it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resume => "resume",
            Self::Restart => "restart",
            Self::Stop => "stop",
            Self::Escalate => "escalate",
        }
    }

    /// The directive that can be carried out after a failure of this kind.
    ///
    /// After a panic or a failed start there is no state to go on with: resume becomes restart.
    #[must_use]
    pub const fn possible_after(self, kind: FailureKind) -> Self {
        match self {
            Self::Resume => match kind {
                FailureKind::Panic | FailureKind::Start => Self::Restart,
                FailureKind::Error | FailureKind::Unasked | FailureKind::Escalated => Self::Resume,
            },
            Self::Restart | Self::Stop | Self::Escalate => self,
        }
    }
}

/// The directive for a failure that no rule of the supervisor names.
#[must_use]
pub const fn default_directive(kind: FailureKind) -> Directive {
    match kind {
        // Nobody waited for the answer, and the handler finished: the state is whole.
        FailureKind::Unasked => Directive::Resume,
        FailureKind::Error | FailureKind::Panic | FailureKind::Start | FailureKind::Escalated => Directive::Restart,
    }
}

/// What happens when more restarts are needed than the limit allows.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default)]
pub enum Exhausted {
    /// The failure becomes the supervisor's own.
    #[default]
    Escalate,
    /// The failed child ends, the others live on.
    StopChild,
    /// The supervisor ends, and its children with it.
    StopSelf,
}

/// What happens where a top-level actor, which has no supervisor, needs more restarts than its limit allows.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default)]
pub enum RootExhausted {
    /// It ends, and the others live on.
    #[default]
    Stop,
    /// The system shuts down, the youngest top-level actor first.
    Shutdown,
}

/// What is to be done about a failure; the engine carries it out.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Decision {
    /// Go on with the state as it is.
    Resume,
    /// Build the state anew.
    Restart {
        /// How long to wait first; zero for at once.
        after: Duration,
    },
    /// End the failed actor.
    Stop,
    /// End the supervisor, and its children with it.
    StopSelf,
    /// Make it the supervisor's own failure.
    Escalate,
}

impl Decision {
    /// What it means for the actor that failed.
    #[must_use]
    pub const fn directive(self) -> Directive {
        match self {
            Self::Resume => Directive::Resume,
            Self::Restart { .. } => Directive::Restart,
            Self::Stop | Self::StopSelf => Directive::Stop,
            Self::Escalate => Directive::Escalate,
        }
    }
}

impl From<Exhausted> for Decision {
    fn from(exhausted: Exhausted) -> Self {
        match exhausted {
            Exhausted::Escalate => Self::Escalate,
            Exhausted::StopChild => Self::Stop,
            Exhausted::StopSelf => Self::StopSelf,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_state_is_resumed() {
        fn check(kind: FailureKind, expected: Directive) {
            assert_eq!(Directive::Resume.possible_after(kind), expected);
            for other in [Directive::Restart, Directive::Stop, Directive::Escalate] {
                assert_eq!(other.possible_after(kind), other);
            }
        }
        check(FailureKind::Error, Directive::Resume);
        check(FailureKind::Unasked, Directive::Resume);
        check(FailureKind::Escalated, Directive::Resume);
        check(FailureKind::Panic, Directive::Restart);
        check(FailureKind::Start, Directive::Restart);
    }

    #[test]
    fn every_failure_but_an_unasked_error_restarts_by_default() {
        fn check(kind: FailureKind, expected: Directive) {
            assert_eq!(default_directive(kind), expected);
        }
        check(FailureKind::Error, Directive::Restart);
        check(FailureKind::Panic, Directive::Restart);
        check(FailureKind::Start, Directive::Restart);
        check(FailureKind::Unasked, Directive::Resume);
        check(FailureKind::Escalated, Directive::Restart);
    }

    #[test]
    fn an_exhausted_limit_leads_where_the_supervisor_said() {
        fn check(exhausted: Exhausted, expected: Decision) {
            assert_eq!(Decision::from(exhausted), expected);
        }
        check(Exhausted::default(), Decision::Escalate);
        check(Exhausted::StopChild, Decision::Stop);
        check(Exhausted::StopSelf, Decision::StopSelf);
    }
}
