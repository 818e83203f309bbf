//! With whom the restarts of a child are counted, and on what terms it is kept at all. Keeps `scope`.

use super::strategy::RestartType;

/// With whom the restarts of a declared child are counted, and so with whom its pauses grow.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Scope {
    /// By themselves, as those of children started by hand and of actors without a parent are.
    Child,
    /// With those of its siblings.
    #[default]
    Group,
}

impl Scope {
    /// The scope in one lower-case word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Child => "child",
        }
    }
}

/// On what terms a child is kept: its restart type and its scope, in one byte, as every actor has it.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct Terms(u8);

impl Terms {
    /// Those of a declared child that says nothing.
    pub const DEFAULT: Self = Self::new(RestartType::Transient, Scope::Group);

    const SCOPE: u8 = 4;

    /// These terms.
    #[must_use]
    pub const fn new(restart: RestartType, scope: Scope) -> Self {
        let restart = match restart {
            RestartType::Transient => 0,
            RestartType::Permanent => 1,
            RestartType::Temporary => 2,
        };
        match scope {
            Scope::Group => Self(restart),
            Scope::Child => Self(restart | Self::SCOPE),
        }
    }

    /// Those of declared child `index`, where `terms` are those of all of them or nothing.
    #[must_use]
    pub fn of(terms: &[Self], index: usize) -> Self {
        terms.get(index).copied().unwrap_or(Self::DEFAULT)
    }

    /// Whether any of `children` declared children is counted together with another.
    #[must_use]
    pub const fn are_shared(terms: &[Self], children: usize) -> bool {
        if terms.is_empty() {
            return children > 1;
        }
        let (mut index, mut together) = (0, 0);
        while index < terms.len() {
            together += matches!(terms[index].scope(), Scope::Group) as usize;
            index += 1;
        }
        together > 1
    }

    /// After which ends it is restarted.
    #[must_use]
    #[inline]
    pub const fn restart(self) -> RestartType {
        match self.0 & !Self::SCOPE {
            0 => RestartType::Transient,
            1 => RestartType::Permanent,
            _ => RestartType::Temporary,
        }
    }

    /// With whom its restarts are counted.
    #[must_use]
    #[inline]
    pub const fn scope(self) -> Scope {
        if self.0 & Self::SCOPE == 0 { Scope::Group } else { Scope::Child }
    }
}

impl Default for Terms {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl core::fmt::Debug for Terms {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Terms").field("restart", &self.restart()).field("scope", &self.scope()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESTARTS: [RestartType; 3] = [RestartType::Permanent, RestartType::Transient, RestartType::Temporary];

    #[test]
    fn terms_are_what_they_were_made_of_in_a_byte() {
        for restart in RESTARTS {
            for scope in [Scope::Group, Scope::Child] {
                let terms = Terms::new(restart, scope);
                assert_eq!((terms.restart(), terms.scope()), (restart, scope));
            }
        }
        assert_eq!(size_of::<Terms>(), 1);
        assert_eq!(Terms::default(), Terms::new(RestartType::default(), Scope::default()));
    }

    #[test]
    fn who_is_not_named_has_the_default() {
        let permanent = Terms::new(RestartType::Permanent, Scope::Child);
        assert_eq!((Terms::of(&[permanent], 0), Terms::of(&[permanent], 1)), (permanent, Terms::DEFAULT));
    }

    #[test]
    fn one_alone_shares_with_nobody() {
        let (group, child) = (Terms::DEFAULT, Terms::new(RestartType::Transient, Scope::Child));
        assert!(!Terms::are_shared(&[], 0) && !Terms::are_shared(&[], 1) && Terms::are_shared(&[], 2));
        assert!(!Terms::are_shared(&[child, group], 2) && Terms::are_shared(&[group, child, group], 3));
    }
}
