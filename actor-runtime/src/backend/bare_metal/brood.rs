//! The slots of the children that an actor declares, inside its own.
//!
//! What a parent's step finds in `ready` is its own bit or one of its children's. So the ladder of bit tests that
//! `system!` writes for the actors it names goes on inside them, by static dispatch.

use core::any::TypeId;
use core::cell::Cell;
use core::ptr::NonNull;

use critical_section::Mutex;

use crate::actor::Actor;
use crate::time::Instant;

use super::beside;
use super::capacity::Capacity;
use super::census::Surveyed;
use super::crew::Crew;
use super::earliest::Earliest;
use super::header::Address;
use super::make::{Build, Make};
use super::place::Place;
use super::slot::{Placed, Slot};
use super::system::{Ready, System};

/// The bits of `actors` actors from bit `first` on.
#[must_use]
#[inline(always)]
pub const fn bits(first: u32, actors: u32) -> u32 {
    (u32::MAX >> (32 - actors)) << first
}

/// Keeps how a child is made; a named actor's factory is part of the code.
pub(super) type Kept<C> = Mutex<Cell<Option<Build<C>>>>;

/// The slot of a declared child.
pub struct ChildSlot<C: Actor + Placed> {
    build: Kept<C>,
    slot: Slot<C, C::Capacity>,
}

impl<C: Actor + Placed> core::fmt::Debug for ChildSlot<C> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.slot.fmt(f)
    }
}

/// One slot among its siblings.
pub trait Seat: 'static {
    /// One whose actor is not started.
    const NEW: Self;
    /// Children in it: one, or the members of a pool.
    const CHILDREN: u32 = 1;
    /// Actors in it: those, and their children.
    const ACTORS: u32;
    /// Bytes of annex they need.
    const ANNEX: usize;
    /// And those that they need where it is counted what they do.
    const METERS: usize;
    /// Whether any of them has figures of its own.
    const HAS_FIGURES: bool;

    /// Lets one of them do one thing.
    fn seat_run(&'static self, ready: Ready<'_>, place: Place);
    /// Notes their timers that are due.
    fn seat_tick(&'static self, now: Instant, place: Place);
    /// The worker has nothing to do for them.
    fn seat_rest(&'static self, place: Place);
    /// Shows when the clock has something for them.
    fn seat_next(&'static self, place: Place, earliest: &Earliest);
    /// Shows them.
    fn seat_survey(&'static self, place: Place, visit: &mut dyn FnMut(&Surveyed));
    /// The type of child `child` of it, and where it is.
    #[doc(hidden)]
    fn seat(&'static self, child: usize) -> Option<Found>;
    /// The crew of the pool it is, whose refs are `R`.
    #[doc(hidden)]
    fn crew<R: 'static>(&'static self) -> Option<Crew<R>> {
        None
    }
}

/// The seat of a child.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    pub(super) actor: TypeId,
    /// The [`Kept`] of a child of that type.
    pub(super) build: NonNull<()>,
    pub(super) messages: u8,
    pub(super) indirect: u8,
    pub(super) address: Address,
    /// Its bit, counted from that of the first child.
    pub(super) bit: u32,
}

impl Found {
    /// Has the worker build the child, or does nothing where it is no `C`.
    ///
    /// # Safety
    /// The caller owns the turn of the parent.
    pub(super) unsafe fn start<C: Actor>(self, system: &'static System, bit: u32, make: Make<C>) -> Option<()> {
        if self.actor != TypeId::of::<C>() {
            return None;
        }
        // SAFETY: it is that of a `C`, in a static.
        let build = unsafe { self.build.cast::<Kept<C>>().as_ref() };
        critical_section::with(|cs| build.borrow(cs).set(Some(make.build)));
        if !self.address.is_alive() {
            // SAFETY: the slot is that of a `C`, with so many places.
            unsafe { beside::furnish::<C>(self.address, self.messages, self.indirect) };
            // SAFETY: the parent's turn is the worker's.
            unsafe { self.address.header().start_as::<C>(system, 1 << (bit & 31), self.messages) };
        }
        Some(())
    }
}

impl<C: Actor + Placed> Seat for ChildSlot<C> {
    const NEW: Self = {
        let _ = Slot::<C, C::Capacity>::MESSAGES;
        Self { build: Mutex::new(Cell::new(None)), slot: Slot::new() }
    };
    const ACTORS: u32 = Slot::<C, C::Capacity>::ACTORS;
    const ANNEX: usize = Slot::<C, C::Capacity>::ANNEX;
    const METERS: usize = Slot::<C, C::Capacity>::METERS;
    const HAS_FIGURES: bool = Slot::<C, C::Capacity>::HAS_FIGURES;

    #[inline(always)]
    fn seat_run(&'static self, ready: Ready<'_>, place: Place) {
        self.slot.run(ready, &place.behind_meters::<C>(), || {
            Make::kept(critical_section::with(|cs| self.build.borrow(cs).get()))
        });
    }

    #[inline]
    fn seat_tick(&'static self, now: Instant, place: Place) {
        self.slot.tick(now, &place.behind_meters::<C>());
    }

    #[inline(always)]
    fn seat_rest(&'static self, place: Place) {
        self.slot.rest(&place.behind_meters::<C>());
    }

    fn seat_next(&'static self, place: Place, earliest: &Earliest) {
        self.slot.next(&place.behind_meters::<C>(), earliest);
    }

    fn seat_survey(&'static self, place: Place, visit: &mut dyn FnMut(&Surveyed)) {
        self.slot.survey(&place.behind_meters::<C>(), visit);
    }

    fn seat(&'static self, _: usize) -> Option<Found> {
        // Not `MESSAGES`: this is compiled for families of other backends too, which fit no slot.
        let messages = <C::Capacity as Capacity>::MESSAGES as u8;
        let indirect = <C::Capacity as Capacity>::INDIRECT as u8;
        let build = NonNull::from_ref(&self.build).cast();
        Some(Found { actor: TypeId::of::<C>(), build, messages, indirect, address: self.slot.address(), bit: 0 })
    }
}

/// The slots of an actor's declared children, in order: a tuple.
pub trait Brood: 'static {
    /// Children that are not started.
    const NEW: Self;
    /// How many there are.
    const CHILDREN: u32;
    /// Actors among them, with their own children.
    const ACTORS: u32;
    /// Bytes of annex they need.
    const ANNEX: usize;
    /// And those that they need where it is counted what they do.
    const METERS: usize;
    /// Whether any of them has figures of its own.
    const HAS_FIGURES: bool;

    /// Lets one of them do one thing. `place` is that of the first.
    fn run(&'static self, ready: Ready<'_>, place: Place);
    /// Notes their timers that are due. `place` is that of the first.
    fn tick(&'static self, now: Instant, place: Place);
    /// The worker has nothing to do for them. `place` is that of the first.
    fn rest(&'static self, place: Place);
    /// Shows when the clock has something for them. `place` is that of the first.
    fn next(&'static self, place: Place, earliest: &Earliest);
    /// Shows them. `place` is that of the first.
    fn survey(&'static self, place: Place, visit: &mut dyn FnMut(&Surveyed));
    /// The seat of child `index`.
    #[doc(hidden)]
    fn find(&'static self, index: usize) -> Option<Found>;
    /// The crew of which child `index` is a member, whose refs are `R`.
    #[doc(hidden)]
    fn crew<R: 'static>(&'static self, index: usize) -> Option<Crew<R>>;
}

/// Stands for a child whose type is a parameter: such a family fits no slot.
#[derive(Debug)]
pub struct NoSlot;

macro_rules! brood {
    ($($child:ident $index:tt)*) => {
        impl<$($child: Seat),*> Brood for ($($child,)*) {
            const NEW: Self = ($($child::NEW,)*);
            const CHILDREN: u32 = 0 $(+ $child::CHILDREN)*;
            const ACTORS: u32 = 0 $(+ $child::ACTORS)*;
            const ANNEX: usize = 0 $(+ $child::ANNEX)*;
            const METERS: usize = 0 $(+ $child::METERS)*;
            const HAS_FIGURES: bool = false $(|| $child::HAS_FIGURES)*;

            #[inline(always)]
            #[allow(unused_variables, unused_assignments, unused_mut)]
            fn run(&'static self, ready: Ready<'_>, mut place: Place) {
                $(
                    if ready.any(bits(u32::from(place.bit), $child::ACTORS)) {
                        return self.$index.seat_run(ready, place);
                    }
                    // SAFETY: the child's slot has its place here.
                    place = unsafe { place.after($child::CHILDREN, $child::ACTORS, place.bytes($child::ANNEX, $child::METERS)) };
                )*
            }

            #[inline]
            #[allow(unused_variables, unused_assignments, unused_mut)]
            fn tick(&'static self, now: Instant, mut place: Place) {
                $(
                    self.$index.seat_tick(now, place);
                    // SAFETY: the child's slot has its place here.
                    place = unsafe { place.after($child::CHILDREN, $child::ACTORS, place.bytes($child::ANNEX, $child::METERS)) };
                )*
            }

            #[inline(always)]
            #[allow(unused_variables, unused_assignments, unused_mut)]
            fn rest(&'static self, mut place: Place) {
                $(
                    self.$index.seat_rest(place);
                    // SAFETY: the child's slot has its place here.
                    place = unsafe { place.after($child::CHILDREN, $child::ACTORS, place.bytes($child::ANNEX, $child::METERS)) };
                )*
            }

            #[allow(unused_variables, unused_assignments, unused_mut)]
            fn next(&'static self, mut place: Place, earliest: &Earliest) {
                $(
                    self.$index.seat_next(place, earliest);
                    // SAFETY: the child's slot has its place here.
                    place = unsafe { place.after($child::CHILDREN, $child::ACTORS, place.bytes($child::ANNEX, $child::METERS)) };
                )*
            }

            #[allow(unused_variables, unused_assignments, unused_mut)]
            fn survey(&'static self, mut place: Place, visit: &mut dyn FnMut(&Surveyed)) {
                $(
                    self.$index.seat_survey(place, visit);
                    // SAFETY: the child's slot has its place here.
                    place = unsafe { place.after($child::CHILDREN, $child::ACTORS, place.bytes($child::ANNEX, $child::METERS)) };
                )*
            }

            #[allow(unused_variables, unused_assignments, unused_mut)]
            fn find(&'static self, mut index: usize) -> Option<Found> {
                let mut bit = 0;
                $(
                    if index < $child::CHILDREN as usize {
                        let found = self.$index.seat(index)?;
                        return Some(Found { bit: bit + found.bit, ..found });
                    }
                    index -= $child::CHILDREN as usize;
                    bit += $child::ACTORS;
                )*
                None
            }

            #[allow(unused_variables, unused_assignments, unused_mut)]
            fn crew<R: 'static>(&'static self, mut index: usize) -> Option<Crew<R>> {
                $(
                    if index < $child::CHILDREN as usize {
                        return self.$index.crew();
                    }
                    index -= $child::CHILDREN as usize;
                )*
                None
            }
        }
    };
}

brood!();
brood!(A 0);
brood!(A 0 B 1);
brood!(A 0 B 1 C 2);
brood!(A 0 B 1 C 2 D 3);
brood!(A 0 B 1 C 2 D 3 E 4);
brood!(A 0 B 1 C 2 D 3 E 4 F 5);
brood!(A 0 B 1 C 2 D 3 E 4 F 5 G 6);
brood!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);

impl Brood for NoSlot {
    const NEW: Self = Self;
    const CHILDREN: u32 = u32::MAX;
    const ACTORS: u32 = 0;
    const ANNEX: usize = 0;
    const METERS: usize = 0;
    const HAS_FIGURES: bool = false;

    fn run(&'static self, _: Ready<'_>, _: Place) {}
    fn tick(&'static self, _: Instant, _: Place) {}
    fn rest(&'static self, _: Place) {}
    fn next(&'static self, _: Place, _: &Earliest) {}
    fn survey(&'static self, _: Place, _: &mut dyn FnMut(&Surveyed)) {}
    fn find(&'static self, _: usize) -> Option<Found> {
        None
    }
    fn crew<R: 'static>(&'static self, _: usize) -> Option<Crew<R>> {
        None
    }
}
