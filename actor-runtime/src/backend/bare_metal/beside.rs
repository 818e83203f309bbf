//! The places beside a mailbox, at the end of a slot: each holds the `#[indirect]` arguments of one message. Actors whose
//! messages have none have no places, and nothing of this file is linked for them.
//!
//! A place is claimed and given back in a critical section of its own; the value is moved in and out between those, by the
//! one who has it. So interrupts are not off for longer than for any other message.

use core::cell::{Cell, UnsafeCell};
use core::marker::PhantomData;
use core::mem::{MaybeUninit, offset_of};
use core::ptr::NonNull;

use critical_section::Mutex;

use crate::actor::{Actor, AllHandlersInOneBlock};
use crate::beside::{Beside, Claim, Shelf, Values};
use crate::error::Reason;
use crate::message::Message;

use super::body::Body;
use super::header::{Address, Byte};
use super::{urgent, waiting};

/// A message as it lies in a mailbox.
pub(super) type Packed<A> = <<A as AllHandlersInOneBlock>::Message as Message>::Packed;

type ValuesOf<A> = <<A as AllHandlersInOneBlock>::Message as Message>::Values;

/// As large as any of the values.
pub(super) type Largest<A> = <ValuesOf<A> as Values>::Largest;

/// An `S` for actors with values beside their messages, nothing for others.
pub(super) type Stored<A, S> = <ValuesOf<A> as Values>::Stored<S>;

/// The most places: one for each bit.
pub(super) const PLACES: usize = u32::BITS as usize;

/// Whether messages of an `A` have anything beside them.
pub(super) const fn has_values<A: Actor>() -> bool {
    <ValuesOf<A> as Values>::ANY
}

/// Places, as many as there are in a `P`. All zeros before the start.
#[repr(C)]
pub(super) struct Rack<P> {
    /// How many there are.
    len: Byte,
    /// One bit for each that is taken.
    taken: Mutex<Cell<u32>>,
    places: P,
}

/// A rack, whatever the number of its places.
pub(super) type Front<A> = Rack<[UnsafeCell<MaybeUninit<Largest<A>>>; 0]>;

/// How far behind the header the rack lies, behind a ring of `capacity`, or two of them.
pub(super) const fn offset<A: Actor>(capacity: usize) -> usize {
    let rings = if A::Message::HAS_URGENT { 2 } else { 1 };
    (size_of::<Body<A>>() + rings * capacity * size_of::<Packed<A>>()).next_multiple_of(align_of::<Front<A>>())
}

/// # Safety
/// The slot at `address` is that of an `A` with values, and with a ring of `capacity`.
unsafe fn rack<A: Actor>(address: Address, capacity: u8) -> NonNull<Front<A>> {
    // SAFETY: the rack lies there, in the same slot.
    unsafe { address.as_ptr().byte_add(offset::<A>(usize::from(capacity))) }.cast()
}

/// Takes note of how many places there are, which is the same at each start.
///
/// # Safety
/// The slot at `address` is that of an `A`, with a ring of `capacity` and so many `places`.
pub(super) unsafe fn furnish<A: Actor>(address: Address, capacity: u8, places: u8) {
    if const { has_values::<A>() } {
        // SAFETY: as the caller says.
        let rack = unsafe { rack::<A>(address, capacity) };
        // SAFETY: the slot is a static, and a rack is made of cells.
        let rack = unsafe { rack.as_ref() };
        critical_section::with(|cs| rack.len.set(cs, places));
    }
}

/// A place of an `A` that is taken, and nobody else's.
pub(super) struct Place<A> {
    rack: NonNull<()>,
    number: u8,
    actor: PhantomData<fn() -> A>,
}

impl<A> Clone for Place<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for Place<A> {}

impl<A: Actor> Place<A> {
    fn rack(self) -> &'static Front<A> {
        // SAFETY: the slot is a static, and a rack is made of cells.
        unsafe { self.rack.cast().as_ref() }
    }

    fn value<T>(self) -> NonNull<T> {
        // Which has no place in a rack, is in none of its values.
        const { assert!(size_of::<T>() <= size_of::<Largest<A>>() && align_of::<T>() <= align_of::<Largest<A>>()) };
        // SAFETY: the places lie there.
        let first = unsafe { self.rack.byte_add(offset_of!(Front<A>, places)) }.cast::<Largest<A>>();
        // SAFETY: so many places lie there.
        unsafe { first.add(usize::from(self.number)) }.cast()
    }

    fn free(self) {
        critical_section::with(|cs| {
            let taken = self.rack().taken.borrow(cs);
            taken.set(taken.get() & !(1 << self.number));
        });
    }
}

impl<A: Actor> Claim for Place<A> {
    fn put_beside<T: Send>(self, value: T) -> Beside<T> {
        // SAFETY: a value fits its place, which is free, and this one's alone.
        unsafe { self.value().write(value) };
        Beside::new(self.number)
    }
}

/// The rack of the `A` at an address, for a message on its way in.
struct In<A>(Address, PhantomData<fn() -> A>);

impl<A: Actor> Shelf for In<A> {
    type Claim = Place<A>;

    fn claim_place(self) -> Option<Place<A>> {
        let header = self.0.header();
        critical_section::with(|cs| {
            if !header.takes_more(cs) {
                return None;
            }
            // SAFETY: the address is that of an `A`, which is alive.
            let rack = unsafe { rack::<A>(self.0, header.capacity(cs)) };
            let place = Place { rack: rack.cast(), number: 0, actor: PhantomData };
            let taken = place.rack().taken.borrow(cs);
            let number = taken.get().trailing_ones() as u8;
            if number >= place.rack().len.get(cs) {
                return None;
            }
            taken.set(taken.get() | 1 << number);
            Some(Place { number, ..place })
        })
    }

    fn take_beside<T: Send>(self, _: Beside<T>) -> T {
        unreachable!("a message on its way in is not taken out")
    }
}

/// The place that a message had, for one that goes back.
struct Back<A>(Option<Place<A>>);

impl<A: Actor> Shelf for Back<A> {
    type Claim = Place<A>;

    fn claim_place(self) -> Option<Place<A>> {
        self.0
    }

    fn take_beside<T: Send>(self, _: Beside<T>) -> T {
        unreachable!("a message on its way back is not taken out")
    }
}

/// The rack of the `A` at an address, for a message on its way out. Notes which place that had.
struct Out<'p, A>(Address, &'p Cell<Option<Place<A>>>);

impl<A: Actor> Shelf for Out<'_, A> {
    type Claim = Place<A>;

    fn claim_place(self) -> Option<Place<A>> {
        None
    }

    fn take_beside<T: Send>(self, beside: Beside<T>) -> T {
        let header = self.0.header();
        let capacity = critical_section::with(|cs| header.capacity(cs));
        // SAFETY: the address is that of an `A`, which has been started.
        let rack = unsafe { rack::<A>(self.0, capacity) };
        let place = Place { rack: rack.cast(), number: beside.place(), actor: PhantomData };
        self.1.set(Some(place));
        // SAFETY: the value was put there, and is read once: whoever had `beside` has it no more.
        unsafe { place.value::<T>().read() }
    }
}

/// A message as it lies in the mailbox of the `A` at `address`. Given back where what belongs beside it finds no place.
///
/// # Safety
/// The slot at `address` is that of an `A`.
#[inline(always)]
pub(super) unsafe fn pack<A: Actor>(address: Address, message: A::Message) -> Result<Packed<A>, (A::Message, Reason)> {
    message.pack(In::<A>(address, PhantomData)).map_err(|message| (message, why(address)))
}

/// Why there is no place.
#[cold]
fn why(address: Address) -> Reason {
    critical_section::with(|cs| address.header().why_full(cs))
}

/// As [`pack`], for a message that has nothing beside it.
#[inline(always)]
pub(super) fn pack_small<A: Actor>(message: A::Message) -> Option<Packed<A>> {
    message.pack(Back::<A>(None)).ok()
}

/// The message. The `place` it had is noted, and stays taken.
///
/// # Safety
/// It lay in the mailbox of the `A` at `address`.
#[inline(always)]
pub(super) unsafe fn open<A: Actor>(address: Address, packed: Packed<A>, place: &Cell<Option<Place<A>>>) -> A::Message {
    A::Message::unpack(packed, Out::<A>(address, place))
}

/// Packs a message that was [opened](open), into the place it had.
#[inline(always)]
pub(super) fn close<A: Actor>(message: A::Message, place: Option<Place<A>>) -> Result<Packed<A>, A::Message> {
    message.pack(Back(place))
}

/// Gives the place back that a message of the actor at `address` had which was [opened](open).
#[inline(always)]
pub(super) fn free<A: Actor>(address: Address, place: Option<Place<A>>) {
    if const { has_values::<A>() }
        && let Some(place) = place
    {
        place.free();
        waiting::place_beside(address);
        if const { A::Message::HAS_URGENT } {
            urgent::place_beside(address);
        }
    }
}

/// The message, without a place.
///
/// # Safety
/// As for [`open`].
#[inline(always)]
pub(super) unsafe fn unpack<A: Actor>(address: Address, packed: Packed<A>) -> A::Message {
    let place = Cell::new(None);
    // SAFETY: as the caller says.
    let message = unsafe { open::<A>(address, packed, &place) };
    free(address, place.get());
    message
}
