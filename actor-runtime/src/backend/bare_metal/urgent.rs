//! The urgent lane: a ring of its own, as long as that of the user lane and with the same policy, whose messages go
//! first. Its places lie behind the user lane's; what counts them is the [`Lane`], right behind the header. Actors
//! without urgent handlers have neither, and nothing of this file is linked for them.
//!
//! Those who wait for room stand in the table of `waiting`. No room is kept for them: while any of them stands in line,
//! nobody else is let in, and whoever takes a message out wakes the oldest.

use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;
use core::task::Waker;

use critical_section::CriticalSection;

use crate::actor::Actor;
use crate::error::Reason;
use crate::message::{self, Message};
use crate::metrics::DeadLetterReason;
use crate::policy::{Admission, Overflow};
use crate::time::Instant;
use crate::trace_dump::TraceKind;

use super::beside::{self, Packed};
use super::done::Watch;
use super::header::{Address, Byte, Header, attention};
use super::letters::lose;
use super::linked::Linked;
use super::waiting::{self, Ticket, Waiting, What};
use super::whereabouts::{self, Index, Leaves, Queue};
use super::{mailbox, trace_ring};

/// What an urgent lane counts. All zeros before the start.
#[repr(C)]
pub(super) struct Lane {
    /// The oldest message; those that came later lie above it, and then from the first place on.
    first: Byte,
    len: Byte,
    /// Senders that stand in line.
    line: Byte,
    /// Lives of the actor that have ended, as far as a byte counts them: whoever stood in line for one stands in no other.
    lives: Byte,
}

impl Lane {
    /// # Safety
    /// The slot at `address` is that of an actor with an urgent lane.
    #[inline]
    unsafe fn at(address: Address) -> &'static Self {
        // SAFETY: the lane lies right behind the header.
        let lane: NonNull<Self> = unsafe { address.as_ptr().byte_add(size_of::<Header>()) }.cast();
        // SAFETY: the slot is a static, and a lane is made of cells.
        unsafe { lane.as_ref() }
    }

    /// The place `behind` places behind the oldest message, of so many.
    fn index(&self, cs: CriticalSection<'_>, behind: u8, capacity: u8) -> u8 {
        let (index, capacity) = (u16::from(self.first.get(cs)) + u16::from(behind), u16::from(capacity));
        (if index < capacity { index } else { index - capacity }) as u8
    }

    fn leave_line(&self, cs: CriticalSection<'_>) {
        self.line.set(cs, self.line.get(cs).saturating_sub(1));
    }
}

/// Whether a message travels on the urgent lane; known when compiled where there is none.
#[inline]
pub(super) fn is_urgent<M: Message>(message: &M) -> bool {
    (const { M::HAS_URGENT }) && matches!(message.lane(), message::Lane::Urgent)
}

/// Messages that wait.
///
/// # Safety
/// The slot at `address` is that of an actor with an urgent lane.
#[inline]
pub(super) unsafe fn depth(cs: CriticalSection<'_>, address: Address) -> u8 {
    // SAFETY: as the caller says.
    unsafe { Lane::at(address) }.len.get(cs)
}

/// Puts a message behind the others, and tells `watch` where it waits.
///
/// # Safety
/// The slot at `address` is that of an `A` with an urgent lane, is alive, and has room in that.
#[inline]
unsafe fn write<A: Actor, W: Watch>(cs: CriticalSection<'_>, address: Address, message: Packed<A>, watch: &mut W) {
    // SAFETY: as the caller says.
    let lane = unsafe { Lane::at(address) };
    let (header, len) = (address.header(), lane.len.get(cs));
    // SAFETY: the place is one of those behind the ring.
    let place = unsafe { place::<A>(cs, address, len) };
    // SAFETY: there is room, so the place is free; the critical section is held.
    unsafe { place.write(message) };
    lane.len.set(cs, len + 1);
    watch.written(cs, address, Queue::Urgent, || lane.index(cs, len, header.capacity(cs)));
    header.attention.set(cs, header.attention.get(cs) | attention::AHEAD);
    // SAFETY: an actor that is alive has been started.
    unsafe { header.raise_started(cs) };
}

/// The place `behind` places behind the oldest message.
///
/// # Safety
/// The slot at `address` is that of an `A` with an urgent lane, and is alive; `behind` is at most the capacity.
#[inline]
unsafe fn place<A: Actor>(cs: CriticalSection<'_>, address: Address, behind: u8) -> NonNull<Packed<A>> {
    let capacity = u32::from(address.header().capacity(cs));
    // SAFETY: as the caller says.
    let index = u32::from(unsafe { Lane::at(address) }.first.get(cs)) + u32::from(behind);
    let index = if index < capacity { index } else { index - capacity };
    // SAFETY: behind the ring there are as many places again.
    unsafe { mailbox::place::<A>(address.as_ptr(), capacity + index) }
}

/// The place of the oldest message, if there is one.
///
/// # Safety
/// The slot at `address` is that of an actor with an urgent lane.
#[inline]
unsafe fn oldest_place(cs: CriticalSection<'_>, address: Address) -> Option<Index> {
    // SAFETY: as the caller says.
    let lane = unsafe { Lane::at(address) };
    if lane.len.get(cs) == 0 { None } else { Index::of(lane.first.get(cs)) }
}

/// Takes the oldest message out of its place.
///
/// # Safety
/// The slot at `address` is that of an `A` with an urgent lane, is alive, and has a message in that.
#[inline]
unsafe fn remove<A: Actor>(cs: CriticalSection<'_>, address: Address) -> Packed<A> {
    // SAFETY: as the caller says.
    let lane = unsafe { Lane::at(address) };
    // SAFETY: the oldest message is there.
    let place = unsafe { place::<A>(cs, address, 0) };
    // SAFETY: it is read once: the lane forgets it.
    let message = unsafe { place.read() };
    lane.len.set(cs, lane.len.get(cs) - 1);
    let next = lane.first.get(cs) + 1;
    lane.first.set(cs, if next == address.header().capacity(cs) { 0 } else { next });
    message
}

/// Puts the message of this index into the lane as the overflow policy says, or gives it back.
///
/// # Safety
/// The slot at `address` is that of an `A` with an urgent lane.
#[inline(never)]
pub(super) unsafe fn push<A: Actor, W: Watch>(
    address: Address,
    message: Packed<A>,
    index: usize,
    watch: &mut W,
) -> Result<(), (A::Message, Reason)> {
    let admission = |cs: CriticalSection<'_>| {
        let header = address.header();
        if !header.takes_more(cs) {
            return None;
        }
        // SAFETY: as the caller says.
        let lane = unsafe { Lane::at(address) };
        let (len, capacity) = (usize::from(lane.len.get(cs)), usize::from(header.capacity(cs)));
        Some(A::OPTIONS.overflow.admit(len, lane.line.get(cs) > 0, capacity))
    };
    let next = |cs: CriticalSection<'_>| match admission(cs)? {
        // SAFETY: as the caller says.
        Admission::DropOldest => unsafe { oldest_place(cs, address) },
        Admission::Accept | Admission::Wait | Admission::Reject | Admission::DropNewest => None,
    };
    let enter = |cs: CriticalSection<'_>, oldest: Option<Index>| {
        let oldest = match oldest {
            // SAFETY: the actor is alive, and that is its oldest message.
            Some(_) => Some(unsafe { remove::<A>(cs, address) }),
            None => match admission(cs) {
                None => return Err((message, Reason::Stopped)),
                Some(Admission::Wait | Admission::Reject) => return Err((message, Reason::Full)),
                Some(Admission::DropNewest) => return Ok(Some(message)),
                Some(Admission::Accept | Admission::DropOldest) => None,
            },
        };
        // SAFETY: the actor is alive, and there is room.
        unsafe { write::<A, W>(cs, address, message, watch) };
        Ok(oldest)
    };
    let sent = if matches!(A::OPTIONS.overflow, Overflow::DropOldest) {
        whereabouts::taking(address, Queue::Urgent, Leaves::ForGood, next, enter).0
    } else {
        critical_section::with(|cs| enter(cs, None))
    };
    // SAFETY: it was to be in the mailbox of the actor, or was.
    let unpack = |message| unsafe { beside::unpack::<A>(address, message) };
    match sent {
        Ok(lost) => {
            if lost.is_none() || matches!(A::OPTIONS.overflow, Overflow::DropOldest) {
                trace_ring::note_at(address, TraceKind::Sent, Some(index), 0);
            }
            lost.into_iter().for_each(|lost| lose::<A>(address, unpack(lost), DeadLetterReason::Dropped));
            Ok(())
        }
        Err((message, reason)) => Err((unpack(message), reason)),
    }
}

/// Moves an answer that is an urgent message into the lane, if there is room, and tells in which place it is; gives the place
/// back that the user lane has kept for it.
///
/// # Safety
/// The slot at `address` is that of an `A` with an urgent lane. What was moved is not used again.
pub(super) unsafe fn push_answer<A: Actor>(
    cs: CriticalSection<'_>,
    address: Address,
    message: &mut ManuallyDrop<Packed<A>>,
) -> Option<u8> {
    let header = address.header();
    let capacity = header.capacity(cs);
    // SAFETY: as the caller says.
    let lane = unsafe { Lane::at(address) };
    let len = lane.len.get(cs);
    if len == capacity || !header.takes_more(cs) {
        return None;
    }
    mailbox::release(cs, address);
    // SAFETY: as the caller says.
    let message = unsafe { ManuallyDrop::take(message) };
    // SAFETY: the actor is alive, and there is room.
    unsafe { write::<A, ()>(cs, address, message, &mut ()) };
    Some(lane.index(cs, len, capacity))
}

/// Takes the oldest message, if there is one, and tells whether it is an answer to what an earlier life asked.
///
/// # Safety
/// The caller owns the turn of the actor at `address`, which is an `A` with an urgent lane, and is alive.
#[inline(never)]
pub(super) unsafe fn take<A: Actor>(address: Address, leaves: Leaves) -> Option<(Packed<A>, bool)> {
    // SAFETY: as the caller says.
    let next = |cs: CriticalSection<'_>| unsafe { oldest_place(cs, address) };
    let ((message, wake), is_stale) = whereabouts::taking(address, Queue::Urgent, leaves, next, |cs, index| {
        // SAFETY: as the caller says; that is the oldest message.
        let message = index.map(|_| unsafe { remove::<A>(cs, address) });
        // SAFETY: as the caller says.
        let waits = unsafe { Lane::at(address) }.line.get(cs) > 0;
        (message, if waits { WAKE.get(cs) } else { None })
    });
    if let Some(wake) = wake {
        wake(address);
    }
    Some((message?, is_stale))
}

/// The actor has ended, and its mailbox is empty: nobody stands in line any more.
///
/// # Safety
/// The slot at `address` is that of an actor with an urgent lane.
pub(super) unsafe fn end(address: Address) {
    // SAFETY: as the caller says.
    let lane = unsafe { Lane::at(address) };
    critical_section::with(|cs| {
        lane.line.set(cs, 0);
        lane.lives.set(cs, lane.lives.get(cs).wrapping_add(1));
    });
}

// ---- those who wait for room --------------------------------------------------------------------------

/// Wakes the oldest of those who stand in line, once anybody has.
static WAKE: Linked<fn(Address)> = Linked::new();

/// The ticket of the oldest of those who stand in line.
fn oldest(address: Address) -> Option<u32> {
    waiting::oldest_of(|waiting| waiting.is_for(address, What::Urgent) && waiting.stands_in_line())
}

fn wake_oldest(address: Address) {
    let waker = oldest(address).and_then(waiting::take_waker);
    crate::backend::wake(waker);
}

/// A ticket for either lane of an `A`, left when dropped.
pub(super) struct Line<A: Actor> {
    pub(super) ticket: Ticket,
    actor: PhantomData<fn() -> A>,
}

impl<A: Actor> Line<A> {
    /// None so far.
    pub(super) const NONE: Self = Self { ticket: Ticket::NONE, actor: PhantomData };
}

impl<A: Actor> Drop for Line<A> {
    #[inline]
    fn drop(&mut self) {
        if const { A::Message::HAS_URGENT } && self.ticket.is_some() {
            leave(&mut self.ticket);
        }
    }
}

/// Stands in line for the lane of the actor at `address`. Returns whether there was a place for that.
///
/// # Safety
/// The slot at `address` is that of an actor with an urgent lane.
pub(super) unsafe fn join(ticket: &mut Ticket, address: Address, waker: &Waker, due: Option<Instant>) -> bool {
    if !ticket.wait(address, What::Urgent, waker, due) {
        return false;
    }
    WAKE.link(wake_oldest);
    ticket.look(|cs, waiting| {
        let waiting = waiting.as_mut()?;
        // One that has ended meanwhile counts nobody.
        if address.header().takes_more(cs) && waiting.stand_in_line() {
            // SAFETY: as the caller says.
            let lane = unsafe { Lane::at(address) };
            lane.line.set(cs, lane.line.get(cs) + 1);
        }
        Some(())
    });
    true
}

/// There is a place beside the mailbox of the actor at `address`.
pub(super) fn place_beside(address: Address) {
    if let Some(wake) = critical_section::with(|cs| WAKE.get(cs)) {
        wake(address);
    }
}

/// Whether it is this one's turn, and there is room. If not, whether to wait on.
///
/// # Safety
/// As for [`enter`].
#[cold]
pub(super) unsafe fn turn(ticket: &Ticket, address: Address) -> Result<(), bool> {
    if !ticket.is(oldest(address)) {
        return Err(ticket.look(|_, waiting| waiting.as_ref().is_some_and(Waiting::stands_in_line)) == Some(true));
    }
    critical_section::with(|cs| {
        let header = address.header();
        if !header.takes_more(cs) {
            return Err(false);
        }
        // SAFETY: as the caller says.
        if unsafe { depth(cs, address) } < header.capacity(cs) { Ok(()) } else { Err(true) }
    })
}

/// Puts `message` into the lane if it is this one's turn and there is room. Gives it back with whether to wait on: if not,
/// the mailbox takes no more.
///
/// # Safety
/// The slot at `address` is that of an `A` with an urgent lane, and the ticket is for that.
#[cold]
pub(super) unsafe fn enter<A: Actor, W: Watch>(
    ticket: &mut Ticket,
    address: Address,
    message: Packed<A>,
    watch: &mut W,
) -> Result<(), (Packed<A>, bool)> {
    // SAFETY: as the caller says.
    let lives = critical_section::with(|cs| unsafe { Lane::at(address) }.lives.get(cs));
    if !ticket.is(oldest(address)) {
        let stands = ticket.look(|_, waiting| waiting.as_ref().is_some_and(Waiting::stands_in_line));
        return Err((message, stands == Some(true)));
    }
    // Whoever is the oldest stays it for as long as the actor lives: so each look is a step of its own, to have interrupts off
    // for a short time only.
    let (mut message, mut is_in) = (ManuallyDrop::new(message), false);
    let takes_more = critical_section::with(|cs| {
        let header = address.header();
        // SAFETY: as the caller says.
        let lane = unsafe { Lane::at(address) };
        if !header.takes_more(cs) || lane.lives.get(cs) != lives {
            return false;
        }
        is_in = lane.len.get(cs) < header.capacity(cs);
        if is_in {
            lane.leave_line(cs);
            // SAFETY: what was moved is not used again.
            let message = unsafe { ManuallyDrop::take(&mut message) };
            // SAFETY: the actor is alive, and there is room.
            unsafe { write::<A, W>(cs, address, message, watch) };
        }
        true
    });
    if !is_in {
        return Err((ManuallyDrop::into_inner(message), takes_more));
    }
    ticket.take();
    // There may be room for the next one too.
    wake_oldest(address);
    Ok(())
}

/// Leaves the line, if the ticket is for one.
#[cold]
fn leave(ticket: &mut Ticket) {
    let left = ticket.look(|cs, waiting| {
        let waiting = waiting.as_mut()?;
        let address = waiting.address();
        if waiting.leave_line() {
            // SAFETY: nobody stands in line for an actor without a lane.
            unsafe { Lane::at(address) }.leave_line(cs);
        }
        waiting.is_urgent().then_some(address)
    });
    if let Some(address) = left.flatten() {
        ticket.take();
        wake_oldest(address);
    }
}
