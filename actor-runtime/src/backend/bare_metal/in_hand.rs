//! Whom the worker has in hand, and in which handler: for those who are told of failures, and for the record of a crash.
//! Where nobody wants to know, the flag is a constant, and nothing of this is linked, as behind the [`detour`](super::detour).

use core::cell::Cell;
use core::sync::atomic::{AtomicBool, Ordering};

use critical_section::Mutex;

use crate::actor::Actor;

use super::crash;
use super::header::Address;

/// An actor, and the number of the handler or hook that runs: see [`number`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Hand {
    pub(super) address: Option<Address>,
    /// Of its type: see [`crash::fingerprint`].
    pub(super) fingerprint: u32,
    pub(super) handler: u8,
}

/// No handler, but maybe a factory, or the drop of a state.
pub(super) const NO_HANDLER: u8 = 0;

/// One that nobody has asked for, or that is too far behind in its list.
pub(super) const UNKNOWN: u8 = u8::MAX;

static HAND: Mutex<Cell<Hand>> = Mutex::new(Cell::new(Hand { address: None, fingerprint: 0, handler: NO_HANDLER }));

static IS_WATCHED: AtomicBool = AtomicBool::new(false);

/// From here on it is kept.
pub(super) fn watch() {
    IS_WATCHED.store(true, Ordering::Relaxed);
}

/// The number of the handler of the message with this index.
pub(super) fn number(index: usize) -> u8 {
    u8::try_from(index + 1).unwrap_or(UNKNOWN)
}

/// Takes the `A` at `address` in hand, with the handler that `handler` numbers. Returns who was in hand before: somebody is where an
/// interrupt runs a system of its own.
#[inline(always)]
pub(super) fn take<A: Actor>(address: Address, handler: impl FnOnce() -> u8) -> Option<Hand> {
    if !IS_WATCHED.load(Ordering::Relaxed) {
        return None;
    }
    let hand = Hand { address: Some(address), fingerprint: const { crash::fingerprint::<A>() }, handler: handler() };
    Some(critical_section::with(|cs| HAND.borrow(cs).replace(hand)))
}

/// Puts back what [`take`] returned.
#[inline(always)]
pub(super) fn put_back(before: Option<Hand>) {
    if let Some(before) = before {
        critical_section::with(|cs| HAND.borrow(cs).set(before));
    }
}

/// Who is in hand.
pub(super) fn look() -> Hand {
    critical_section::with(|cs| HAND.borrow(cs).get())
}

/// The number of the handler in hand, if anybody wants to know. Never that of none: it may have been taken in hand before
/// anybody did, and begun to watch itself.
#[inline(always)]
pub(super) fn handler() -> u8 {
    if !IS_WATCHED.load(Ordering::Relaxed) {
        return UNKNOWN;
    }
    match look().handler {
        NO_HANDLER => UNKNOWN,
        known => known,
    }
}

/// The index of the message whose handler has this number.
pub(super) fn index(handler: u8) -> Option<usize> {
    usize::from(handler).checked_sub(1).filter(|_| handler != UNKNOWN)
}

/// The name of a handler of an `A`.
pub(super) fn name<A: Actor>(handler: u8) -> Option<&'static str> {
    A::PROTOCOL.messages.get(index(handler)?).copied()
}
