//! Who an actor is, and which of its incarnations is meant.
//!
//! Keeps the promise that a late tick or a late reply is recognised: an [`ActorId`] is never the name
//! of two actors, and an [`Incarnation`] tells what was before a restart from what came after it.

use core::fmt;

/// The identity of an actor in its system, kept over restarts.
///
/// It is a slot and the number of times that slot was given out, so that an id which outlived its
/// actor does not name the next one in the same slot.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ActorId {
    index: u32,
    generation: u32,
}

impl ActorId {
    /// The id of the actor that is number `generation` in slot `index`.
    #[must_use]
    pub const fn new(index: u32, generation: u32) -> Self {
        Self { index, generation }
    }

    /// The slot of the actor.
    #[must_use]
    pub const fn index(self) -> u32 {
        self.index
    }

    /// How many actors had the slot before.
    #[must_use]
    pub const fn generation(self) -> u32 {
        self.generation
    }

    /// The id in one word: the generation in the upper 32 bits, the index in the lower.
    ///
    /// The encoding is stable, for records that outlive the program.
    #[must_use]
    pub const fn to_bits(self) -> u64 {
        (self.generation as u64) << 32 | self.index as u64
    }

    /// The id that [`to_bits`](Self::to_bits) encoded.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self::new(bits as u32, (bits >> 32) as u32)
    }
}

/// Shows `index.generation`.
impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.index, self.generation)
    }
}

/// The time of an actor between two restarts.
///
/// Incarnations are compared for equality only: the count wraps, and whoever holds one asks whether
/// it is still the present one.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Incarnation(u32);

impl Incarnation {
    /// The incarnation an actor starts with. It is zero, so that an unstarted static cell stays in `.bss`.
    pub const FIRST: Self = Self(0);

    /// The incarnation after `restarts` restarts.
    #[must_use]
    pub const fn new(restarts: u32) -> Self {
        Self(restarts)
    }

    /// The incarnation after this one; after 2^32 restarts the count begins anew.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }

    /// The number of restarts before this incarnation, modulo 2^32.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// Shows the number of restarts before this incarnation.
impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn an_id_survives_its_encoding_and_shows_both_words() {
        fn check(index: u32, generation: u32, bits: u64, shown: &str) {
            let id = ActorId::new(index, generation);
            assert_eq!((id.index(), id.generation()), (index, generation));
            assert_eq!(id.to_bits(), bits);
            assert_eq!(ActorId::from_bits(bits), id);
            assert_eq!(id.to_string(), shown);
        }
        check(0, 0, 0, "0.0");
        check(7, 0, 7, "7.0");
        check(0, 1, 1 << 32, "0.1");
        check(u32::MAX, 2, 0x2_FFFF_FFFF, "4294967295.2");
        check(u32::MAX, u32::MAX, u64::MAX, "4294967295.4294967295");
    }

    #[test]
    fn the_next_actor_in_a_slot_has_another_id() {
        assert_ne!(ActorId::new(3, 0), ActorId::new(3, 1));
    }

    #[test]
    fn incarnations_count_restarts_and_wrap() {
        fn check(incarnation: Incarnation, next: u32) {
            assert_eq!(incarnation.next().get(), next);
        }
        check(Incarnation::FIRST, 1);
        check(Incarnation::FIRST.next(), 2);
        check(Incarnation(u32::MAX), Incarnation::FIRST.get());
    }
}
