//! Whether every actor of a worker gets on: the rule by which a watchdog is fed.
//!
//! An actor that has something to do is run within a set number of ticks, and a handler that was begun returns within as
//! many. So neither one that hangs nor one that starves others below its priority goes unnoticed. A handler that waits at
//! an `.await` has nothing to do, and holds nobody up.

/// What a worker did since the tick before, one bit for each actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// Those that have something to do.
    pub ready: u32,
    /// The one that is being run.
    pub in_hand: u32,
    /// Those that were begun to be run since the tick before.
    pub begun: u32,
}

/// What a watchdog is given at a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Meal {
    /// It is fed: every actor gets on.
    Fed,
    /// It is not: this actor, by the number of its bit, has waited too long.
    Withheld(u32),
}

/// For how many ticks in a row each of `N` actors has got nowhere. All zeros in the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vigil<const N: usize> {
    waited: [u8; N],
}

impl<const N: usize> Vigil<N> {
    /// Nobody has waited.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self { waited: [0; N] }
    }

    /// One tick has passed. An actor may wait for `patience` whole ticks; of several that are late the first is named.
    pub fn tick(&mut self, round: Round, patience: u8) -> Meal {
        let held_up = (round.ready | round.in_hand) & !round.begun;
        let mut meal = Meal::Fed;
        for (number, waited) in (0..u32::BITS).zip(&mut self.waited).rev() {
            *waited = if held_up >> number & 1 == 0 { 0 } else { waited.saturating_add(1) };
            if *waited > patience {
                meal = Meal::Withheld(number);
            }
        }
        meal
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const IDLE: Round = Round { ready: 0, in_hand: 0, begun: 0 };

    #[test]
    fn a_worker_without_work_is_fed_for() {
        let mut vigil = Vigil::<2>::new();
        assert!((0..1000).all(|_| vigil.tick(IDLE, 0) == Meal::Fed));
    }

    #[test]
    fn one_that_hangs_is_noticed_after_its_patience() {
        let mut vigil = Vigil::<3>::new();
        // The tick before which it was begun finds nothing wrong.
        assert_eq!(vigil.tick(Round { in_hand: 0b010, begun: 0b010, ready: 0 }, 2), Meal::Fed);
        let hangs = Round { in_hand: 0b010, begun: 0, ready: 0b100 };
        let told: [Meal; 4] = core::array::from_fn(|_| vigil.tick(hangs, 2));
        // Those behind it have waited as long; the first is named.
        assert_eq!(told, [Meal::Fed, Meal::Fed, Meal::Withheld(1), Meal::Withheld(1)]);
        assert_eq!(vigil.tick(Round { begun: 0b110, ..IDLE }, 2), Meal::Fed);
    }

    #[test]
    fn one_that_is_never_reached_is_noticed_while_others_are_run() {
        let mut vigil = Vigil::<2>::new();
        let busy = Round { ready: 0b11, in_hand: 0, begun: 0b01 };
        let told: [Meal; 3] = core::array::from_fn(|_| vigil.tick(busy, 1));
        assert_eq!(told, [Meal::Fed, Meal::Withheld(1), Meal::Withheld(1)]);
    }

    #[test]
    fn no_count_overflows() {
        let mut vigil = Vigil::<1>::new();
        let hangs = Round { in_hand: 1, begun: 0, ready: 0 };
        assert!((0..1000).all(|tick| (vigil.tick(hangs, u8::MAX - 1) == Meal::Fed) == (tick < 254)));
    }

    proptest! {
        /// It is withheld exactly where somebody has got nowhere for more ticks in a row than there is patience for.
        #[test]
        fn it_is_what_the_history_says(
            rounds in prop::collection::vec((0..16_u32, 0..16_u32, 0..16_u32), 1..60),
            patience in 0..4_u8,
        ) {
            let mut vigil = Vigil::<4>::new();
            for until in 0..rounds.len() {
                let (ready, in_hand, begun) = rounds[until];
                let got_nowhere = |actor: u32| {
                    rounds[..=until].iter().rev().take_while(|(ready, in_hand, begun)| {
                        (ready | in_hand) >> actor & 1 == 1 && begun >> actor & 1 == 0
                    }).count()
                };
                let late = (0..4).find(|actor| got_nowhere(*actor) > usize::from(patience));
                let meal = vigil.tick(Round { ready, in_hand, begun }, patience);
                prop_assert_eq!(meal, late.map_or(Meal::Fed, Meal::Withheld));
            }
        }
    }
}
