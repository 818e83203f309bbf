//! Whom a restart concerns, and after which ends a child is restarted at all.
//!
//! Keeps the promises `one_for_one`, `one_for_all` and `rest_for_one`.

use crate::failure::FailureKind;

use super::directive::Directive;

/// Which siblings a failed child takes with it.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Strategy {
    /// The failed child alone.
    #[default]
    OneForOne,
    /// Every child of the group.
    OneForAll,
    /// The failed child and those started after it.
    RestForOne,
    /// The failed child and those that a function of the user names.
    Custom,
}

impl Strategy {
    /// Every strategy, in the order of declaration.
    pub const ALL: [Self; 4] = [Self::OneForOne, Self::OneForAll, Self::RestForOne, Self::Custom];

    /// The strategy in lower case with underscores, as metrics label it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OneForOne => "one_for_one",
            Self::OneForAll => "one_for_all",
            Self::RestForOne => "rest_for_one",
            Self::Custom => "custom",
        }
    }
}

/// How the life of an actor ended, as far as a restart is concerned.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum End {
    /// It failed.
    Failure,
    /// Somebody else asked for it: a stop, a kill, its parent, a shutdown.
    Asked,
    /// It stopped itself, or ended for want of refs.
    Normal,
}

/// After which ends a child is restarted.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default)]
pub enum RestartType {
    /// After any end nobody asked for.
    Permanent,
    /// After a failure.
    #[default]
    Transient,
    /// Never.
    Temporary,
}

impl RestartType {
    /// Whether a child of this type is restarted after such an end.
    #[must_use]
    pub const fn restarts_after(self, end: End) -> bool {
        match (self, end) {
            (Self::Permanent, End::Failure | End::Normal) => true,
            (Self::Transient, End::Failure) => true,
            (Self::Permanent, End::Asked) => false,
            (Self::Transient, End::Asked | End::Normal) => false,
            (Self::Temporary, End::Failure | End::Asked | End::Normal) => false,
        }
    }

    /// What is done to a child of this type after such a failure, where its supervisor wishes `directive`: one that is not
    /// restarted after a failure is stopped instead.
    #[must_use]
    pub const fn after_failure(self, directive: Directive, kind: FailureKind) -> Directive {
        match directive.possible_after(kind) {
            Directive::Restart if !self.restarts_after(End::Failure) => Directive::Stop,
            possible @ (Directive::Resume | Directive::Restart | Directive::Stop | Directive::Escalate) => possible,
        }
    }

    /// What is done to a child of this type whose life ended by itself.
    #[must_use]
    pub const fn after_end(self) -> Directive {
        if self.restarts_after(End::Normal) { Directive::Restart } else { Directive::Stop }
    }

    /// Whether a child of this type is restarted along with a sibling, rather than stopped.
    #[must_use]
    pub const fn restarts_along(self) -> bool {
        match self {
            Self::Permanent | Self::Transient => true,
            Self::Temporary => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_restart_type_restarts_after_its_ends() {
        fn check(restart: RestartType, failure: bool, asked: bool, normal: bool) {
            assert_eq!(restart.restarts_after(End::Failure), failure, "{restart:?}");
            assert_eq!(restart.restarts_after(End::Asked), asked, "{restart:?}");
            assert_eq!(restart.restarts_after(End::Normal), normal, "{restart:?}");
        }
        check(RestartType::Permanent, true, false, true);
        check(RestartType::Transient, true, false, false);
        check(RestartType::Temporary, false, false, false);
        check(RestartType::default(), true, false, false);
    }

    #[test]
    fn a_temporary_child_alone_is_not_restarted_along() {
        fn check(restart: RestartType, along: bool) {
            assert_eq!(restart.restarts_along(), along, "{restart:?}");
        }
        check(RestartType::Permanent, true);
        check(RestartType::Transient, true);
        check(RestartType::Temporary, false);
    }
}
