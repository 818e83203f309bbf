//! Who looks on at the actors of one system, as `system!` says: one static for each system where somebody does, found by
//! whoever has something to tell. A program without any has none, and nothing of this is linked.

use core::cell::Cell;

use critical_section::Mutex;

use crate::failure::StopReason;
use crate::metrics::{DeadLetterReason, SystemEvent};

use super::census::Surveyed;
use super::events::{self, Ears, Listeners, Told};
use super::header::Address;
use super::meters::{self, Meters};
use super::system::System;

/// Shows each actor of a system.
pub type Survey = fn(&mut dyn FnMut(&Surveyed));

/// See the module.
pub struct Observer {
    system: &'static System,
    survey: Survey,
    ears: Ears,
    /// The one that was there before.
    next: Mutex<Cell<Option<&'static Self>>>,
}

/// The one that came last.
static LAST: Mutex<Cell<Option<&'static Observer>>> = Mutex::new(Cell::new(None));

impl Observer {
    /// That of `system`, where nobody looks on yet.
    #[must_use]
    pub const fn new(system: &'static System, survey: Survey) -> Self {
        Self { system, survey, ears: Ears { handler: None, listeners: None }, next: Mutex::new(Cell::new(None)) }
    }

    /// Whose events this function is told, before all others.
    #[must_use]
    pub const fn handling(self, handler: Told) -> Self {
        let listeners = self.ears.listeners;
        Self { ears: Ears { handler: Some(handler), listeners }, ..self }
    }

    /// To whose events others may listen.
    #[must_use]
    pub const fn heard_by(self, listeners: &'static Listeners<[events::Seat]>) -> Self {
        let handler = self.ears.handler;
        Self { ears: Ears { handler, listeners: Some(listeners) }, ..self }
    }

    /// From here on it is found. Called once, before the actors are started.
    pub fn begin(&'static self) {
        critical_section::with(|cs| self.next.borrow(cs).set(LAST.borrow(cs).replace(Some(self))));
    }

    /// What is known of the actor at `address`.
    fn find<R>(&self, address: Address, mut look: impl FnMut(&Surveyed) -> Option<R>) -> Option<R> {
        let mut found = None;
        (self.survey)(&mut |actor| {
            if actor.address == address {
                found = look(actor);
            }
        });
        found
    }

    /// That of the system in which the actor at `address` was started, if there is one.
    fn of_actor(address: Address) -> Option<&'static Self> {
        Self::of(critical_section::with(|cs| address.header().system(cs))?)
    }

    /// That of a system, if there is one.
    fn of(system: &System) -> Option<&'static Self> {
        let mut next = critical_section::with(|cs| LAST.borrow(cs).get());
        while let Some(observer) = next {
            if core::ptr::eq(observer.system, system) {
                break;
            }
            next = critical_section::with(|cs| observer.next.borrow(cs).get());
        }
        next
    }
}

/// Who is told of the events of a system, if anybody may be.
#[inline]
pub(super) fn ears_of(system: &System) -> Option<Ears> {
    if events::are_any() { Observer::of(system).map(|observer| observer.ears) } else { None }
}

/// Whether anybody may be told of the actor at `address`.
pub(super) fn hears_of(address: Address) -> bool {
    events::are_any() && Observer::of_actor(address).is_some()
}

/// The meters of the actor at `address`, for those who know no more of it.
pub(super) fn meters_of(address: Address) -> Option<Meters> {
    if !meters::are_any() {
        return None;
    }
    Observer::of_actor(address)?.find(address, |actor| actor.metrics().map(|metrics| metrics.meters()))
}

/// Tells of the next life of the actor at `address`. What is told is found by the address, so that actors of all types share
/// the way here.
#[cold]
#[inline(never)]
pub(super) fn tell_restarted(address: Address) {
    tell(address, |&Surveyed { actor, .. }| SystemEvent::Restarted { actor, name: None, id: address.id() });
}

/// As above, of its end.
#[cold]
#[inline(never)]
pub(super) fn tell_stopped(address: Address, reason: StopReason) {
    tell(address, |&Surveyed { actor, .. }| SystemEvent::Stopped { actor, name: None, id: address.id(), reason });
}

/// As above, of a message that it had accepted.
#[cold]
#[inline(never)]
pub(super) fn tell_lost(address: Address, message: usize, reason: DeadLetterReason) {
    tell(address, |&Surveyed { actor, messages, .. }| {
        let message = messages.get(message).copied().unwrap_or_default();
        SystemEvent::DeadLetter { actor, name: None, id: address.id(), message, reason }
    });
}

fn tell(address: Address, event: impl Fn(&Surveyed) -> SystemEvent<'static>) {
    let Some(observer) = Observer::of_actor(address) else { return };
    if let Some(event) = observer.find(address, |actor| Some(event(actor))) {
        observer.ears.tell(&event);
    }
}

impl core::fmt::Debug for Observer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Observer").finish_non_exhaustive()
    }
}
