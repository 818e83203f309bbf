//! The members of a pool: slots in a row inside the slot of their parent, and refs to them.
//!
//! The refs lie in the slot as well, because a pool lends them out. Each is written once, by the turn of the parent, and
//! counted after that; from then on it stays as it is: when the parent begins anew, its members are where they were.

use core::any::{Any, TypeId};
use core::cell::{Cell, UnsafeCell};
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use critical_section::Mutex;

use crate::actor::Actor;
use crate::policy::Route;
use crate::time::Instant;

use super::brood::{Found, Kept, Seat, bits};
use super::capacity::Capacity;
use super::census::Surveyed;
use super::earliest::Earliest;
use super::make::Make;
use super::place::Place;
use super::slot::{Placed, Slot};
use super::system::Ready;

/// What is known of a pool. All zeros before the first member.
#[derive(Clone, Copy)]
struct Roll {
    /// Members that have a ref. Never fewer than before.
    enlisted: u8,
    /// The one whose turn it is.
    next: u8,
    route: Route,
}

/// The place of a ref.
#[repr(transparent)]
struct Bunk<R>(UnsafeCell<MaybeUninit<R>>);

/// The refs of a pool, in a row whose length stands in the type or in the pointer.
struct Members<B: ?Sized> {
    roll: Mutex<Cell<Roll>>,
    bunks: B,
}

// SAFETY: a bunk is written once, by the turn of the parent, before it is counted, and read after that alone; who counts
// it and who reads it hold the critical section.
unsafe impl<R: Send + Sync> Sync for Members<[Bunk<R>]> {}

/// The members of a pool, as all who have that know them.
pub struct Crew<R: 'static>(&'static Members<[Bunk<R>]>);

impl<R> Clone for Crew<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Crew<R> {}

impl<R> core::fmt::Debug for Crew<R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Crew({})", self.members().len())
    }
}

impl<R> Crew<R> {
    fn roll(self) -> Roll {
        critical_section::with(|cs| self.0.roll.borrow(cs).get())
    }

    pub(crate) fn members(&self) -> &'static [R] {
        let enlisted = usize::from(self.roll().enlisted);
        let bunks = self.0.bunks.get(..enlisted).unwrap_or_default();
        // SAFETY: each of these was written before it was counted, and is written no more. A bunk is as its ref.
        unsafe { core::slice::from_raw_parts(bunks.as_ptr().cast(), bunks.len()) }
    }

    /// How the next call finds its member, and the one whose turn it is.
    pub(crate) fn turn(self) -> (Route, usize) {
        critical_section::with(|cs| {
            let cell = self.0.roll.borrow(cs);
            let roll = cell.get();
            let after = roll.next.wrapping_add(1);
            cell.set(Roll { next: if after < roll.enlisted { after } else { 0 }, ..roll });
            (roll.route, usize::from(roll.next))
        })
    }

    /// Takes note of a member that was started; of one that was there in an earlier life of its parent as well, that the
    /// first is the next.
    ///
    /// # Safety
    /// The caller owns the turn of the parent.
    pub(super) unsafe fn enlist(self, route: Route, member: R)
    where
        R: PartialEq,
    {
        let mut enlisted = self.roll().enlisted;
        if !self.members().contains(&member)
            && let Some(bunk) = self.0.bunks.get(usize::from(enlisted))
        {
            // SAFETY: nobody looks at a bunk that is not counted, and the turn of the parent is exclusive.
            unsafe { bunk.0.get().write(MaybeUninit::new(member)) };
            enlisted += 1;
        }
        critical_section::with(|cs| self.0.roll.borrow(cs).set(Roll { enlisted, next: 0, route }));
    }
}

/// The slots of a pool of `N` members.
pub struct PoolSlots<C: Actor + Placed, const N: usize> {
    build: Kept<C>,
    members: Members<[Bunk<C::Ref>; N]>,
    slots: [Slot<C, C::Capacity>; N],
}

impl<C: Actor + Placed, const N: usize> core::fmt::Debug for PoolSlots<C, N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(&self.slots).finish()
    }
}

impl<C: Actor + Placed, const N: usize> PoolSlots<C, N> {
    /// The place of the member behind the one at `place`.
    #[inline]
    fn next(place: Place) -> Place {
        let bytes = place.bytes(Slot::<C, C::Capacity>::ANNEX, Slot::<C, C::Capacity>::METERS);
        // SAFETY: the parts of members lie behind each other.
        unsafe { place.after(1, Slot::<C, C::Capacity>::ACTORS, bytes) }
    }
}

impl<C: Actor + Placed, const N: usize> Seat for PoolSlots<C, N> {
    const NEW: Self = {
        let _ = Slot::<C, C::Capacity>::MESSAGES;
        Self {
            build: Mutex::new(Cell::new(None)),
            members: Members {
                roll: Mutex::new(Cell::new(Roll { enlisted: 0, next: 0, route: Route::RoundRobin })),
                bunks: [const { Bunk(UnsafeCell::new(MaybeUninit::zeroed())) }; N],
            },
            slots: [const { Slot::new() }; N],
        }
    };
    const CHILDREN: u32 = N as u32;
    const ACTORS: u32 = N as u32 * Slot::<C, C::Capacity>::ACTORS;
    const ANNEX: usize = N * Slot::<C, C::Capacity>::ANNEX;
    const METERS: usize = N * Slot::<C, C::Capacity>::METERS;
    const HAS_FIGURES: bool = Slot::<C, C::Capacity>::HAS_FIGURES;

    #[inline]
    fn seat_run(&'static self, ready: Ready<'_>, mut place: Place) {
        for slot in &self.slots {
            if ready.any(bits(u32::from(place.bit), Slot::<C, C::Capacity>::ACTORS)) {
                let make = || Make::kept(critical_section::with(|cs| self.build.borrow(cs).get()));
                return slot.run(ready, &place.behind_meters::<C>(), make);
            }
            place = Self::next(place);
        }
    }

    #[inline]
    fn seat_tick(&'static self, now: Instant, mut place: Place) {
        for slot in &self.slots {
            slot.tick(now, &place.behind_meters::<C>());
            place = Self::next(place);
        }
    }

    #[inline]
    fn seat_rest(&'static self, mut place: Place) {
        for slot in &self.slots {
            slot.rest(&place.behind_meters::<C>());
            place = Self::next(place);
        }
    }

    fn seat_next(&'static self, mut place: Place, earliest: &Earliest) {
        for slot in &self.slots {
            slot.next(&place.behind_meters::<C>(), earliest);
            place = Self::next(place);
        }
    }

    fn seat_survey(&'static self, mut place: Place, visit: &mut dyn FnMut(&Surveyed)) {
        for slot in &self.slots {
            slot.survey(&place.behind_meters::<C>(), visit);
            place = Self::next(place);
        }
    }

    fn seat(&'static self, child: usize) -> Option<Found> {
        let slot = self.slots.get(child)?;
        Some(Found {
            actor: TypeId::of::<C>(),
            build: NonNull::from_ref(&self.build).cast(),
            messages: <C::Capacity as Capacity>::MESSAGES as u8,
            indirect: <C::Capacity as Capacity>::INDIRECT as u8,
            address: slot.address(),
            bit: child as u32 * Slot::<C, C::Capacity>::ACTORS,
        })
    }

    fn crew<R: 'static>(&'static self) -> Option<Crew<R>> {
        let crew: Crew<C::Ref> = Crew(&self.members);
        (&crew as &dyn Any).downcast_ref().copied()
    }
}
