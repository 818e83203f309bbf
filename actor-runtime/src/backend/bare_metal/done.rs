//! Messages whose end somebody waits for, with `.done()`: who is told, in a table for the whole program, empty of code and
//! bytes where nobody does. Where the messages are, `whereabouts` says.

use core::cell::Cell;
use core::sync::atomic::{AtomicBool, Ordering};

use critical_section::{CriticalSection, Mutex};

use crate::error::Unanswered;
use crate::reply::Duty;

use super::detour;
use super::header::{Address, attention};
use super::whereabouts::{self, At, PLACES, Place, Queue};

/// By the number of the place.
static DUTIES: Mutex<[Cell<Option<Duty>>; PLACES]> = Mutex::new([const { Cell::new(None) }; PLACES]);
/// Whether anybody has sent one so, ever: where nobody does it is a constant, and what follows from it is not there.
static IS_USED: AtomicBool = AtomicBool::new(false);

/// Who is told of the end of a message that is on its way into a mailbox: nobody, or whoever has a [`Claim`].
pub(super) trait Watch {
    /// It waits in this place of a queue of the actor at `address`.
    fn written(&mut self, cs: CriticalSection<'_>, address: Address, queue: Queue, index: impl FnOnce() -> u8);
}

impl Watch for () {
    #[inline(always)]
    fn written(&mut self, _: CriticalSection<'_>, _: Address, _: Queue, _: impl FnOnce() -> u8) {}
}

/// A place for who is to be told, kept before the message is sent.
pub(super) struct Claim(Option<Place>);

impl Claim {
    /// Keeps a place for a message of the actor at `address`, or gives `duty` back where there is none.
    pub(super) fn of(duty: Duty, address: Address) -> Result<Self, Duty> {
        let Some(place) = whereabouts::claim(Place::of_watched, address) else { return Err(duty) };
        detour::open();
        IS_USED.store(true, Ordering::Relaxed);
        critical_section::with(|cs| {
            if let Some(kept) = DUTIES.borrow(cs).get(place.number()) {
                kept.set(Some(duty));
            }
        });
        Ok(Self(Some(place)))
    }

    /// Who was to be told, where the message was not written.
    pub(super) fn into_duty(self) -> Option<Duty> {
        let place = self.0?;
        critical_section::with(|cs| take(cs, place))
    }
}

impl Watch for Claim {
    fn written(&mut self, cs: CriticalSection<'_>, address: Address, queue: Queue, index: impl FnOnce() -> u8) {
        if let Some(place) = self.0.take() {
            whereabouts::put(cs, place, queue, index());
            let header = address.header();
            header.attention.set(cs, header.attention.get(cs) | attention::BUSY);
        }
    }
}

/// Takes out who is to be told, and frees the place.
fn take(cs: CriticalSection<'_>, place: Place) -> Option<Duty> {
    whereabouts::free(cs, place);
    DUTIES.borrow(cs).get(place.number())?.take()
}

#[inline]
fn is_used() -> bool {
    IS_USED.load(Ordering::Relaxed)
}

/// Takes out who is to be told of a message of the actor at `address` that is there.
#[cold]
#[inline(never)]
fn take_at(address: Address, at: At) -> Option<Duty> {
    let place = whereabouts::pick(address, at)?;
    critical_section::with(|cs| take(cs, place))
}

/// Who is to be told of the end of the handler in hand of the actor at `address`, if anybody.
#[inline]
pub(super) fn in_hand(address: Address) -> Option<Duty> {
    if is_used() { take_at(address, At::Hand) } else { None }
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
    if is_used() {
        while let Some(duty) = take_at(address, At::Lost) {
            duty.refuse(why);
        }
    }
}
