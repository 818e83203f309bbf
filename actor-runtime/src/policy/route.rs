//! Who of a pool gets a call. Pure, so that a pool chooses alike whatever runs its members.

use core::hash::{Hash, Hasher};

/// Who of a pool gets the next call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Route {
    /// One after the other.
    #[default]
    RoundRobin,
    /// Whoever has the least to do.
    LeastLoaded,
}

impl Route {
    /// Which of so many `members` gets the next call: none that has ended, if there is another. They are looked at from
    /// `first` on, another one each time, so that equals take turns.
    #[must_use]
    pub fn next(
        self,
        members: usize,
        first: usize,
        is_alive: impl Fn(usize) -> bool,
        load: impl Fn(usize) -> usize,
    ) -> usize {
        let in_turn = (first..members).chain(0..first);
        let mut alive = in_turn.filter(|member| is_alive(*member));
        let chosen = match self {
            Self::RoundRobin => alive.next(),
            Self::LeastLoaded => alive.min_by_key(|member| load(*member)),
        };
        chosen.unwrap_or(first)
    }
}

/// Which of so many `members` gets all calls for `key`.
#[must_use]
pub fn by(key: &impl Hash, members: usize) -> usize {
    let mut hash = Fnv(0x811c_9dc5);
    key.hash(&mut hash);
    // Each member has an equal part of all hashes, found without a division.
    ((u64::from(hash.mixed()) * members as u64) >> 32) as usize
}

/// FNV-1a of 32 bits: a few instructions on every core, and no table.
struct Fnv(u32);

impl Fnv {
    /// The hash, of which the last bytes have reached the high bits too.
    fn mixed(&self) -> u32 {
        let hash = (self.0 ^ self.0 >> 16).wrapping_mul(0x85eb_ca6b);
        let hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
        hash ^ hash >> 16
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    }

    fn finish(&self) -> u64 {
        self.mixed().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    /// What each of a pool has to do; `None` has ended.
    type Members = Vec<Option<usize>>;

    fn next(route: Route, members: &Members, first: usize) -> usize {
        route.next(members.len(), first, |it| members[it].is_some(), |it| members[it].unwrap())
    }

    proptest! {
        #[test]
        fn who_has_ended_is_passed_over(
            members in prop::collection::vec(prop::option::of(0..4usize), 1..8),
            first in 0..8usize,
        ) {
            let first = first % members.len();
            let any = members.iter().any(Option::is_some);
            for route in [Route::RoundRobin, Route::LeastLoaded] {
                let chosen = next(route, &members, first);
                prop_assert_eq!(members[chosen].is_some(), any);
                prop_assert!(any || chosen == first);
            }
            let least = next(Route::LeastLoaded, &members, first);
            prop_assert!(!any || members.iter().flatten().all(|load| members[least].unwrap() <= *load));
        }

        #[test]
        fn equals_take_turns(members in 1..8usize, load in 0..4usize) {
            let equals: Members = [Some(load)].repeat(members);
            for first in 0..members {
                prop_assert_eq!(next(Route::RoundRobin, &equals, first), first);
                prop_assert_eq!(next(Route::LeastLoaded, &equals, first), first);
            }
        }

        #[test]
        fn a_key_has_one_member(key in any::<u64>(), members in 1..32usize) {
            prop_assert!(by(&key, members) < members);
            prop_assert_eq!(by(&key, members), by(&key, members));
        }
    }

    #[test]
    fn keys_are_spread_over_all_members() {
        // Numbers in a row, every other and every fourth: what keys are.
        for (members, step) in
            [2, 3, 4, 7, 8].into_iter().flat_map(|members| [(members, 1), (members, 2), (members, 4)])
        {
            let mut calls = [0; 8];
            (0..800u32).for_each(|key| calls[by(&(key * step), members)] += 1);
            let fair = 800 / members;
            assert!(calls[..members].iter().all(|it| (fair / 2..fair * 3 / 2).contains(it)), "{step}: {calls:?}");
        }
        assert!((0..100).any(|number| by(&std::format!("user {number}"), 2) == 1));
    }
}
