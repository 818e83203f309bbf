//! Whose turn it is when both system traffic and user messages wait.
//!
//! Keeps its half of the promise `fairness`: neither a storm of notices nor a flood of users starves
//! the other. Lifecycle messages are not part of it: they come before either.

/// Which message is taken next.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Turn {
    /// One of the bulk system traffic: watch, termination and child notices, timers.
    System,
    /// One of the user's.
    User,
}

/// The shares of system traffic and user messages while both wait, 1 : N.
///
/// A system message waits for at most N user messages, a user message for at most one of the system.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Share {
    users: u32,
}

impl Share {
    /// One system message for every eight of users.
    pub const DEFAULT: Self = Self::new(8);

    /// One system message for every `users` of users, at least one.
    #[must_use]
    pub const fn new(users: u32) -> Self {
        Self { users: if users == 0 { 1 } else { users } }
    }

    /// The most user messages for one of the system, at least one.
    #[must_use]
    pub const fn users(self) -> u32 {
        self.users
    }

    /// Decides whose turn it is; `None` when nothing waits.
    ///
    /// `users_in_a_row` is the number of user messages taken since the last system message, kept by the
    /// cell across activations; `system_pending` and `user_pending` are the messages waiting.
    #[must_use]
    pub const fn next(self, users_in_a_row: u32, system_pending: usize, user_pending: usize) -> Option<Turn> {
        if system_pending == 0 {
            return if user_pending == 0 { None } else { Some(Turn::User) };
        }
        if user_pending == 0 || users_in_a_row >= self.adapted(system_pending, user_pending) {
            Some(Turn::System)
        } else {
            Some(Turn::User)
        }
    }

    /// N, halved for each time the system backlog doubles that of the users; from 1 to N.
    ///
    /// It only shrinks, so that the configured N stays the bound; halved, as small cores do not divide.
    const fn adapted(self, system_pending: usize, user_pending: usize) -> u32 {
        let (mut users, mut reach) = (self.users, user_pending);
        while users > 1 && system_pending > reach {
            users >>= 1;
            reach = reach.saturating_mul(2);
        }
        users
    }
}

impl Default for Share {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_side_that_waits_alone_has_every_turn() {
        fn check(in_a_row: u32, system: usize, user: usize, expected: Option<Turn>) {
            assert_eq!(Share::DEFAULT.next(in_a_row, system, user), expected);
        }
        check(0, 0, 0, None);
        check(9, 0, 0, None);
        check(0, 3, 0, Some(Turn::System));
        check(9, 3, 0, Some(Turn::System));
        check(0, 0, 3, Some(Turn::User));
        check(9, 0, 3, Some(Turn::User));
    }

    #[test]
    fn the_share_of_users_shrinks_as_notices_pile_up() {
        fn check(system: usize, user: usize, expected: u32) {
            assert_eq!(Share::new(8).adapted(system, user), expected);
        }
        check(1, 100, 8);
        check(100, 100, 8);
        check(101, 100, 4);
        check(200, 100, 4);
        check(201, 100, 2);
        check(401, 100, 1);
        check(usize::MAX, 1, 1);
        check(usize::MAX, usize::MAX, 8);
    }

    proptest! {
        #[test]
        fn both_sides_wait_for_a_bounded_time(
            n in 0..20_u32,
            pending in prop::collection::vec((1..100_usize, 1..100_usize), 1..200),
        ) {
            let share = Share::new(n);
            let (mut users, mut systems) = (0, 0);
            for (system, user) in pending {
                match share.next(users, system, user) {
                    Some(Turn::System) => (users, systems) = (0, systems + 1),
                    Some(Turn::User) => (users, systems) = (users + 1, 0),
                    None => prop_assert!(false, "both sides wait"),
                }
                prop_assert!(users <= share.users());
                prop_assert!(systems <= 1);
            }
        }

        #[test]
        fn a_larger_system_backlog_never_delays_its_turn(
            n in 0..20_u32, in_a_row in 0..20_u32,
            system in 1..100_usize, more in 0..100_usize, user in 1..100_usize,
        ) {
            let share = Share::new(n);
            if share.next(in_a_row, system, user) == Some(Turn::System) {
                prop_assert_eq!(share.next(in_a_row, system + more, user), Some(Turn::System));
            }
        }

        #[test]
        fn a_larger_user_backlog_never_delays_its_turn(
            n in 0..20_u32, in_a_row in 0..20_u32,
            system in 1..100_usize, more in 0..100_usize, user in 1..100_usize,
        ) {
            let share = Share::new(n);
            if share.next(in_a_row, system, user) == Some(Turn::User) {
                prop_assert_eq!(share.next(in_a_row, system, user + more), Some(Turn::User));
            }
        }
    }
}
