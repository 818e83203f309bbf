//! Messages whose end somebody waits for, with `.done()`: a table for the whole program, empty of code and bytes where nobody
//! does.
//!
//! A message has no place to say so, so the table says where it waits, as that of `then.rs` does. While any waits, the worker
//! takes messages on its cold side.

use core::cell::{Cell, RefCell};
use core::sync::atomic::{AtomicBool, Ordering};

use critical_section::{CriticalSection, Mutex};

use crate::error::Unanswered;
use crate::reply::{Duty, Watch};

use super::detour;
use super::header::{Address, attention};
use super::then::{At, Leaves, Queue};

/// Messages of the program that may be under way so at a time.
const PLACES: usize = 8;

struct Watched {
    address: Address,
    at: At,
    duty: Duty,
}

type Table = [Option<Watched>; PLACES];

static TABLE: Mutex<RefCell<Table>> = Mutex::new(RefCell::new([const { None }; PLACES]));
/// Whether anybody has sent one so, ever: where nobody does it is a constant, and what follows from it is not there.
static IS_USED: AtomicBool = AtomicBool::new(false);
/// How many there are.
static WAITING: Mutex<Cell<u8>> = Mutex::new(Cell::new(0));
/// Who is to be told of the end of the message that is written next.
static NEXT: Mutex<RefCell<Option<Duty>>> = Mutex::new(RefCell::new(None));
static IS_NEXT: Mutex<Cell<bool>> = Mutex::new(Cell::new(false));

/// Sends a message by `send`, of whose end `watch` tells. What is left in there was not promised to anybody.
#[inline]
pub(super) fn sending<W: Watch, R>(watch: &mut W, send: impl FnOnce() -> R) -> R {
    if const { !W::IS_ANY } {
        return send();
    }
    detour::open();
    critical_section::with(|cs| {
        IS_USED.store(true, Ordering::Relaxed);
        let next = NEXT.borrow(cs);
        next.replace(watch.take());
        IS_NEXT.borrow(cs).set(true);
        let sent = send();
        IS_NEXT.borrow(cs).set(false);
        watch.keep(next.take());
        sent
    })
}

/// Asked before interrupts are switched off, which would stay where nothing else is left.
#[inline]
pub(super) fn is_used() -> bool {
    IS_USED.load(Ordering::Relaxed)
}

/// Whether there is a place for one more.
pub(super) fn has_room() -> bool {
    critical_section::with(|cs| usize::from(WAITING.borrow(cs).get()) < PLACES)
}

/// A message was written to this place of a queue.
#[inline]
pub(super) fn written(cs: CriticalSection<'_>, address: Address, queue: Queue, index: impl FnOnce() -> u8) {
    if is_used() && IS_NEXT.borrow(cs).get() {
        attend_to(cs, address, At::In(queue, index()));
    }
}

#[cold]
#[inline(never)]
fn attend_to(cs: CriticalSection<'_>, address: Address, at: At) {
    let mut table = TABLE.borrow_ref_mut(cs);
    if let Some(place) = table.iter_mut().find(|place| place.is_none())
        && let Some(duty) = NEXT.take(cs)
    {
        *place = Some(Watched { address, at, duty });
        WAITING.borrow(cs).set(WAITING.borrow(cs).get() + 1);
        let header = address.header();
        header.attention.set(cs, header.attention.get(cs) | attention::BUSY);
    }
}

/// Whether any such message of the program is under way.
#[inline]
pub(super) fn any_waits(cs: CriticalSection<'_>) -> bool {
    is_used() && WAITING.borrow(cs).get() > 0
}

/// Says where the messages of the actor at `address` are now.
#[cold]
#[inline(never)]
fn each(cs: CriticalSection<'_>, address: Address, mut now: impl FnMut(At) -> At) {
    for watched in TABLE.borrow_ref_mut(cs).iter_mut().flatten().filter(|watched| watched.address == address) {
        watched.at = now(watched.at);
    }
}

/// As [`then::take`](super::then::take).
#[inline]
pub(super) fn take(cs: CriticalSection<'_>, address: Address, from: Queue, index: u8, leaves: Leaves) {
    if any_waits(cs) {
        each(cs, address, |at| match at.leaving(from, index) {
            At::Hand if at != At::Hand && leaves == Leaves::ForGood => At::Lost,
            now => now,
        });
    }
}

/// As [`then::stashed`](super::then::stashed).
#[inline]
pub(super) fn stashed(cs: CriticalSection<'_>, address: Address, index: u8) {
    if any_waits(cs) {
        each(cs, address, |at| at.stashing(index));
    }
}

/// Takes out who is to be told of the message there.
#[cold]
#[inline(never)]
fn take_at(address: Address, at: At) -> Option<Duty> {
    critical_section::with(|cs| {
        let mut table = TABLE.borrow_ref_mut(cs);
        let is_it = |place: &&mut Option<Watched>| {
            place.as_ref().is_some_and(|watched| watched.address == address && watched.at == at)
        };
        let watched = table.iter_mut().find(is_it)?.take()?;
        WAITING.borrow(cs).set(WAITING.borrow(cs).get() - 1);
        Some(watched.duty)
    })
}

/// Who is to be told of the end of the handler in hand of the actor at `address`, if anybody.
#[inline]
pub(super) fn in_hand(address: Address) -> Option<Duty> {
    if is_used() && critical_section::with(any_waits) { take_at(address, At::Hand) } else { None }
}

/// Tells whoever waits for the handler in hand how it has ended.
#[inline]
pub(super) fn settle(address: Address, outcome: Result<(), Unanswered>) {
    if let Some(duty) = in_hand(address) {
        match outcome {
            Ok(()) => duty.fulfil(),
            Err(why) => duty.refuse(why),
        }
    }
}

/// Tells whoever waits for messages of the actor at `address` that left their queues for good.
#[inline]
pub(super) fn lost(address: Address, why: Unanswered) {
    if is_used() && critical_section::with(any_waits) {
        while let Some(duty) = take_at(address, At::Lost) {
            duty.refuse(why);
        }
    }
}
