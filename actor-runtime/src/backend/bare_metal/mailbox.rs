//! The ring at the end of a slot, as long as its capacity says. One critical section for each message on its way in, one
//! on its way out, both of constant length.
//!
//! The ring is filled downwards, which spares the core a compare. The places right above the tail hold the messages that
//! wait; nothing else does. Whoever holds the critical section may change their number, and writes the place that comes
//! to them or reads the one that leaves. There is no head: with no place kept for an answer, the oldest message lies as
//! far below the tail as there is room.

use core::mem::ManuallyDrop;
use core::ptr::NonNull;

use critical_section::CriticalSection;

use crate::actor::Actor;
use crate::error::Reason;

use super::beside::Packed;
use super::body::Body;
use super::done::Watch;
use super::header::{Address, Header, attention};
use super::system::System;
use super::trace_ring;
use super::whereabouts::{self, Index, Leaves, Queue};

/// The place of message `index`; those of the urgent lane lie behind those of the ring.
///
/// # Safety
/// `header` is that of a slot of an `A` that has this place, with its provenance.
#[inline]
pub(super) const unsafe fn place<A: Actor>(header: NonNull<Header>, index: u32) -> NonNull<Packed<A>> {
    // SAFETY: the ring lies right behind the body of the slot; that no message needs more alignment is asserted there.
    let ring = unsafe { header.byte_add(size_of::<Body<A>>()) }.cast::<Packed<A>>();
    // SAFETY: so many places lie there.
    unsafe { ring.add(index as usize) }
}

/// Writes a message to the tail, and tells `watch` where it waits.
///
/// # Safety
/// The slot at `address` is that of an `A`, and its ring has a free place.
#[inline]
unsafe fn write<A: Actor, W: Watch>(cs: CriticalSection<'_>, address: Address, message: Packed<A>, watch: &mut W) {
    let header = address.header();
    let tail = header.tail::<A>(cs);
    // SAFETY: the tail is below the capacity.
    let place = unsafe { place::<A>(address.as_ptr(), u32::from(tail)) };
    // SAFETY: the place at the tail is free, and the critical section is held.
    unsafe { place.write(message) };
    header.set_tail::<A>(cs, tail.checked_sub(1).unwrap_or_else(|| header.last.get(cs)));
    watch.written(cs, address, Queue::User, || tail);
    // SAFETY: there is a free place, so the actor has been started.
    unsafe { header.raise_started(cs) };
}

/// Reads a message.
///
/// # Safety
/// The slot at `address` is that of an `A`, and in place `index` one that is being forgotten.
#[inline]
unsafe fn read<A: Actor>(address: Address, index: u32) -> Packed<A> {
    // SAFETY: a message lies there, so the ring has the place.
    let place = unsafe { place::<A>(address.as_ptr(), index) };
    // SAFETY: it is read once: the caller forgets it.
    unsafe { place.read() }
}

/// The place `below` places below `tail`, in a ring whose last place is `last`.
#[inline(always)]
const fn below(tail: u8, below: u8, last: u8) -> u32 {
    let (tail, below, last) = (tail as u32, below as u32, last as u32);
    if below <= tail { tail - below } else { tail + last + 1 - below }
}

/// Puts a message into the mailbox, or gives it back where there is no room. Returns whether it is to be traced, which is
/// asked in here: outside it would cost those who trace nothing some flash.
///
/// # Safety
/// The slot at `address` is that of an `A`.
#[inline]
pub(super) unsafe fn push<A: Actor, W: Watch>(
    address: Address,
    message: Packed<A>,
    watch: &mut W,
) -> Result<bool, (Packed<A>, Reason)> {
    critical_section::with(|cs| {
        let header = address.header();
        let Some(room) = header.room.get(cs).checked_sub(1) else {
            return Err((message, header.why_full(cs)));
        };
        header.room.set(cs, room);
        // SAFETY: there was room.
        unsafe { write::<A, W>(cs, address, message, watch) };
        Ok(trace_ring::is_on())
    })
}

/// Takes the first message of an actor that has been raised, or nothing where something else needs attention. Lowers
/// the actor's `bit` with the last message. With it comes how many waited, itself included.
///
/// # Safety
/// The caller owns the turn of the actor at `address`, which is an `A` with a ring of `capacity`, and whose bit is raised.
#[inline(always)]
pub(super) unsafe fn take<A: Actor>(
    address: Address,
    capacity: u8,
    system: &System,
    bit: u32,
) -> Option<(Packed<A>, u32)> {
    critical_section::with(|cs| {
        let header = address.header();
        if header.attention.get(cs) != 0 {
            return None;
        }
        let room = header.room.get(cs);
        debug_assert!(room < capacity && header.reserved.get(cs) == 0, "a raised actor has a message");
        let tail = header.tail::<A>(cs);
        let oldest = if capacity.is_power_of_two() {
            u32::from(tail).wrapping_sub(u32::from(room)) & (u32::from(capacity) - 1)
        } else {
            below(tail, room, capacity - 1)
        };
        // SAFETY: an actor that is raised and needs no attention has a message, and keeps no place: see `Turn::rest`.
        let message = unsafe { read::<A>(address, oldest) };
        header.room.set(cs, room + 1);
        if u32::from(room) + 1 == u32::from(capacity) {
            system.lower(cs, bit);
        }
        Some((message, u32::from(capacity) - u32::from(room)))
    })
}

/// The place of the first message, if there is one.
fn oldest<A: Actor>(cs: CriticalSection<'_>, header: &Header) -> Option<Index> {
    let (len, last) = (header.depth(cs), header.last.get(cs));
    if len == 0 { None } else { Index::of(below(header.tail::<A>(cs), last + 1 - len, last) as u8) }
}

/// Takes the first message out of its place.
///
/// # Safety
/// The slot at `address` is that of an `A`, whose [`oldest`] message is in place `index`.
unsafe fn remove<A: Actor>(cs: CriticalSection<'_>, address: Address, index: Index) -> Packed<A> {
    let header = address.header();
    // SAFETY: the message is there; it is forgotten.
    let message = unsafe { read::<A>(address, u32::from(index.get())) };
    if header.attention.get(cs) & attention::CLOSED == 0 {
        header.room.set(cs, header.room.get(cs) + 1);
    } else {
        header.reserved.set(cs, header.reserved.get(cs) - 1);
    }
    message
}

/// Takes the first message, if there is one, and tells whether it is an answer to what an earlier life asked. The bit stays.
///
/// # Safety
/// The slot at `address` is that of an `A`, and the caller owns the turn.
pub(super) unsafe fn take_any<A: Actor>(address: Address, leaves: Leaves) -> Option<(Packed<A>, bool)> {
    let next = |cs: CriticalSection<'_>| oldest::<A>(cs, address.header());
    let (message, is_stale) = whereabouts::taking(address, Queue::User, leaves, next, |cs, index| {
        // SAFETY: that is the oldest.
        index.map(|index| unsafe { remove::<A>(cs, address, index) })
    });
    Some((message?, is_stale))
}

/// Puts `message` into a mailbox that was full, in one step with taking the oldest out, which is returned. Gives the
/// message back where the mailbox takes no more, or all its room is kept for answers.
///
/// # Safety
/// The slot at `address` is that of an `A`.
#[cold]
pub(super) unsafe fn replace_oldest<A: Actor, W: Watch>(
    address: Address,
    message: Packed<A>,
    watch: &mut W,
) -> Result<Option<Packed<A>>, (Packed<A>, Reason)> {
    let next = |cs: CriticalSection<'_>| {
        let header = address.header();
        // Looked at anew: an interrupt may have closed the mailbox, or the worker have made room.
        let is_full = header.room.get(cs) == 0 && header.takes_more(cs);
        if is_full { oldest::<A>(cs, header) } else { None }
    };
    let (replaced, _) = whereabouts::taking(address, Queue::User, Leaves::ForGood, next, |cs, index| {
        // SAFETY: that is the oldest, and whoever holds the critical section may take it.
        let oldest = index.map(|index| unsafe { remove::<A>(cs, address, index) });
        // SAFETY: as the caller says.
        unsafe { push::<A, W>(address, message, watch) }.map(|_| oldest)
    });
    replaced
}

/// Keeps a place for a message that is to come. Returns whether there was room. An actor that drains hears no answers, so
/// it needs no room for them. Whoever comes here has opened the detour.
pub(super) fn reserve(cs: CriticalSection<'_>, address: Address) -> bool {
    let header = address.header();
    if header.attention.get(cs) & attention::CLOSED != 0 {
        return true;
    }
    let room = header.room.get(cs);
    if room == 0 {
        return false;
    }
    header.room.set(cs, room - 1);
    header.reserved.set(cs, header.reserved.get(cs) + 1);
    header.attention.set(cs, header.attention.get(cs) | attention::BUSY);
    true
}

/// Takes a place back that was [kept](reserve), unless all have been. Returns whether it was.
fn take_back(cs: CriticalSection<'_>, header: &Header) -> bool {
    let keeps = header.stage_in(cs).is_alive() && header.attention.get(cs) & attention::CLOSED == 0;
    let reserved = header.reserved.get(cs);
    let is_kept = keeps && reserved > 0;
    if is_kept {
        header.reserved.set(cs, reserved - 1);
    }
    is_kept
}

/// Gives a place back that was [kept](reserve) and will not be used.
pub(super) fn release(cs: CriticalSection<'_>, address: Address) {
    let header = address.header();
    if take_back(cs, header) {
        header.room.set(cs, header.room.get(cs) + 1);
    }
}

/// Moves a message into the place that was kept for it, and tells which it is; or leaves it where it is if the mailbox takes
/// no more.
///
/// # Safety
/// The slot at `address` is that of an `A`. What was moved is not used again.
pub(super) unsafe fn push_reserved<A: Actor, W: Watch>(
    cs: CriticalSection<'_>,
    address: Address,
    message: &mut ManuallyDrop<Packed<A>>,
    watch: &mut W,
) -> Option<u8> {
    if !take_back(cs, address.header()) {
        return None;
    }
    let index = address.header().tail::<A>(cs);
    // SAFETY: as the caller says.
    let message = unsafe { ManuallyDrop::take(message) };
    // SAFETY: the place was kept.
    unsafe { write::<A, W>(cs, address, message, watch) };
    Some(index)
}
