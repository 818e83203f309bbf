//! The rules of a mailbox, as pure functions: who gets in, whose turn it is, when to make way. And that of a pool: who of
//! it gets a call, and whether all who wait are run.
//!
//! Keeps the promises `overflow` and `fairness` for both backends. A backend counts and stores; what
//! the counts mean is decided here.

mod budget;
mod overflow;
mod route;
mod share;
mod stash;
mod vigil;

pub use budget::{Budget, Next, OverloadHint, Trend, YieldReason};
pub use overflow::{Admission, Overflow};
pub use route::{Route, by};
pub use share::{Share, Turn};
pub use stash::Stash;
pub use vigil::{Meal, Round, Vigil};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One cell under load: it takes turns until its budget ends, as the engine does.
    #[derive(Default)]
    struct Activation {
        system: usize,
        user: usize,
        handled: u32,
        users_in_a_row: u32,
    }

    impl Activation {
        /// Handles one message, or says why not.
        fn step(&mut self, budget: Budget, share: Share, hint: OverloadHint) -> Option<Turn> {
            match budget.next(self.handled, self.system, self.user, Trend::Steady, hint) {
                Next::Continue => {}
                Next::Yield(_) => {
                    self.handled = 0;
                    return None;
                }
            }
            let turn = share.next(self.users_in_a_row, self.system, self.user)?;
            match turn {
                Turn::System => (self.system, self.users_in_a_row) = (self.system - 1, 0),
                Turn::User => {
                    self.user -= 1;
                    self.users_in_a_row = self.users_in_a_row.saturating_add(1);
                }
            }
            self.handled += 1;
            Some(turn)
        }
    }

    proptest! {
        /// Yields end an activation but do not forget whose turn it is.
        #[test]
        fn neither_side_waits_longer_than_its_bound_across_activations(
            messages in 1..20_u32,
            n in 1..10_u32,
            arrivals in prop::collection::vec((0..4_usize, 0..4_usize), 1..200),
        ) {
            let (budget, share) = (Budget::new(messages), Share::new(n));
            let mut cell = Activation { system: 1, user: 1, ..Activation::default() };
            let (mut system_waits, mut user_waits) = (0, 0);
            for (system, user) in arrivals {
                // One is always left on either side, so that a wait begins when the last one ends.
                cell.system = cell.system.max(1) + system;
                cell.user = cell.user.max(1) + user;
                match cell.step(budget, share, OverloadHint::Calm) {
                    Some(Turn::System) => (system_waits, user_waits) = (0, user_waits + 1),
                    Some(Turn::User) => (system_waits, user_waits) = (system_waits + 1, 0),
                    None => {}
                }
                prop_assert!(system_waits <= n, "system waited for {} users", system_waits);
                prop_assert!(user_waits <= 1, "a user waited for {} notices", user_waits);
            }
        }

        #[test]
        fn everything_queued_is_handled_in_the_least_activations(
            messages in 1..20_u32, n in 1..10_u32, system in 0..50_usize, user in 0..50_usize,
        ) {
            let (budget, share) = (Budget::new(messages), Share::new(n));
            let mut cell = Activation { system, user, ..Activation::default() };
            let mut yields = 0;
            while cell.system + cell.user > 0 {
                if cell.step(budget, share, OverloadHint::Calm).is_none() {
                    yields += 1;
                }
            }
            prop_assert_eq!(cell.step(budget, share, OverloadHint::Calm), None);
            let total = (system + user) as u32;
            prop_assert_eq!(yields, total.div_ceil(messages).saturating_sub(1));
        }
    }
}
