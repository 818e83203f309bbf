//! Messages that wait until their actor is ready for them: places in the annex, for actors with a stash, and three bytes of
//! its marks. Which message goes where, the core decides. All of it is touched in the turn of the actor alone.

use core::marker::PhantomData;
use core::ptr::NonNull;

use crate::actor::Actor;
use crate::policy;

use super::annex::{self, Marks};
use super::beside::Packed;

/// Whether an `A` has a stash.
pub(super) const fn has_stash<A: Actor>() -> bool {
    A::OPTIONS.stash > 0
}

/// The stash of an `A`: a ring, whose messages lie from the first on.
pub(super) struct Stash<A: Actor> {
    places: NonNull<Packed<A>>,
    marks: &'static Marks,
    actor: PhantomData<fn() -> A>,
}

impl<A: Actor> Stash<A> {
    /// The one in the part of an `A`, if it has one.
    ///
    /// # Safety
    /// The caller owns the turn of that actor.
    pub(super) unsafe fn of(part: NonNull<u8>) -> Option<Self> {
        if const { !has_stash::<A>() } {
            return None;
        }
        // SAFETY: the turn is the caller's.
        let marks = unsafe { annex::marks::<A>(part) }?;
        Some(Self { places: annex::stash::<A>(part), marks, actor: PhantomData })
    }

    fn counts(&self) -> policy::Stash {
        policy::Stash::new(usize::from(self.marks.stashed.get()), usize::from(self.marks.released.get()))
    }

    /// Keeps the counts, none of which is above 255: see `check`.
    fn set_counts(&self, counts: policy::Stash) {
        self.marks.stashed.set(counts.waiting() as u8);
        self.marks.released.set(counts.released() as u8);
    }

    /// How many messages there are.
    pub(super) fn len(&self) -> usize {
        self.counts().len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.counts().is_empty()
    }

    /// Whether a message has its turn.
    pub(super) fn is_released(&self) -> bool {
        self.marks.released.get() > 0
    }

    /// The place `behind` places behind the first message.
    fn at(&self, behind: usize) -> NonNull<Packed<A>> {
        let (capacity, index) = (A::OPTIONS.stash as usize, usize::from(self.marks.first.get()) + behind);
        let index = if index < capacity { index } else { index - capacity };
        // SAFETY: the part has so many places; `behind` is below the capacity.
        unsafe { self.places.add(index) }
    }

    /// Moves the message in place `from` to place `to`, which is free from then on.
    fn shift(&self, from: usize, to: usize) {
        // SAFETY: a message is in the one place, and none in the other.
        unsafe { self.at(from).copy_to(self.at(to), 1) };
    }

    /// Puts a message in, and tells how many are in front of it; or gives it back where there is no room.
    pub(super) fn put(&self, message: Packed<A>) -> Result<u8, Packed<A>> {
        let mut counts = self.counts();
        let before = counts.len();
        let Some(place) = counts.put(A::OPTIONS.stash as usize) else { return Err(message) };
        self.set_counts(counts);
        if place < before {
            // Those before it move one place down, off the ring's first.
            let first = self.marks.first.get();
            let last = A::OPTIONS.stash as u8 - 1;
            self.marks.first.set(first.checked_sub(1).unwrap_or(last));
            (0..place).for_each(|before| self.shift(before + 1, before));
        }
        // SAFETY: the place is free.
        unsafe { self.at(place).write(message) };
        Ok(place as u8)
    }

    /// Takes the message that has its turn, if there is one. With it comes how many were in front of it.
    pub(super) fn take(&self) -> Option<(Packed<A>, u8)> {
        let mut counts = self.counts();
        let place = counts.take()?;
        // SAFETY: a message is there, and is read once: its place is free from here on.
        let message = unsafe { self.at(place).read() };
        self.set_counts(counts);
        // Those before it move one place up.
        (0..place).rev().for_each(|before| self.shift(before, before + 1));
        let first = self.marks.first.get() + 1;
        self.marks.first.set(if u32::from(first) == A::OPTIONS.stash { 0 } else { first });
        Some((message, place as u8))
    }

    /// Gives all messages their turn. Returns whether there are any.
    pub(super) fn release(&self) -> bool {
        let mut counts = self.counts();
        let any = counts.release();
        self.set_counts(counts);
        any
    }
}
