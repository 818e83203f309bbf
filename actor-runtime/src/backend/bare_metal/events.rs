//! What happens in a system, told where it happens: to its event handler, then to whoever listens. Keeps the end of
//! `failure_order`. All in statics: a handler is a function, and so are those who listen, in as many places as `system!` says.

use core::cell::Cell;
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};

use critical_section::Mutex;

use crate::error::ListenersFull;
use crate::metrics::SystemEvent;

use super::in_hand;

/// Somebody who is told of everything that happens, where it happens.
pub type Told = fn(&SystemEvent<'_>);

/// Set where a system tells anybody. Else it is a constant, and nothing of this is linked.
static ANY: AtomicBool = AtomicBool::new(false);

/// Whether any system tells anybody.
#[inline]
pub(super) fn are_any() -> bool {
    ANY.load(Ordering::Relaxed)
}

/// A system tells somebody.
pub fn tell_of_events() {
    in_hand::watch();
    ANY.store(true, Ordering::Relaxed);
}

/// The place of one who listens, with a number: who came later has a higher one.
pub type Seat = Mutex<Cell<Option<(u32, Told)>>>;

/// Places for those who listen to the events of one system. All zeros while nobody does.
pub struct Listeners<S: ?Sized> {
    /// The number of whoever comes next.
    next: Mutex<Cell<u32>>,
    seats: S,
}

impl<const N: usize> Listeners<[Seat; N]> {
    /// `N` places.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self { next: Mutex::new(Cell::new(0)), seats: [const { Mutex::new(Cell::new(None)) }; N] }
    }
}

impl Listeners<[Seat]> {
    /// From here on `told` is told, for as long as what is returned is kept.
    ///
    /// # Errors
    /// If as many listen as `system!` says.
    pub fn listen(&'static self, told: Told) -> Result<Listening, ListenersFull> {
        critical_section::with(|cs| {
            let free = self.seats.iter().map(|seat| seat.borrow(cs)).find(|seat| seat.get().is_none());
            let (seat, next) = (free.ok_or(ListenersFull)?, self.next.borrow(cs));
            let number = next.get();
            next.set(number.wrapping_add(1));
            seat.set(Some((number, told)));
            Ok(Listening { listeners: self, number })
        })
    }

    fn cease(&self, number: u32) {
        critical_section::with(|cs| {
            let seats = self.seats.iter().map(|seat| seat.borrow(cs));
            for seat in seats.filter(|seat| seat.get().is_some_and(|(known, _)| known == number)) {
                seat.set(None);
            }
        });
    }

    /// The first of those who came from number `from` on and before number `end`.
    fn first(&self, from: u32, end: u32) -> Option<(u32, Told)> {
        critical_section::with(|cs| {
            let seated = self.seats.iter().filter_map(|seat| seat.borrow(cs).get());
            seated.filter(|(number, _)| (from..end).contains(number)).min_by_key(|(number, _)| *number)
        })
    }

    /// Tells those who listen now, in the order in which they came, with no lock held. Who has ceased meanwhile is left out.
    fn tell(&self, event: &SystemEvent<'_>) {
        let end = critical_section::with(|cs| self.next.borrow(cs).get());
        let mut from = 0;
        while let Some((number, told)) = self.first(from, end) {
            from = number + 1;
            told(event);
        }
    }
}

impl<S: ?Sized> fmt::Debug for Listeners<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listeners").finish_non_exhaustive()
    }
}

/// Somebody who is told of all events of a system for as long as this is kept; from the `listen` of a `system!` with
/// `listeners = 2`.
#[must_use = "it listens no longer than this is kept, and `let _ =` drops at once: write `let listener = ..`"]
#[derive(Debug)]
pub struct Listening {
    listeners: &'static Listeners<[Seat]>,
    number: u32,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.listeners.cease(self.number);
    }
}

/// Who is told of the events of one system.
#[derive(Clone, Copy)]
pub(super) struct Ears {
    pub(super) handler: Option<Told>,
    pub(super) listeners: Option<&'static Listeners<[Seat]>>,
}

impl Ears {
    /// Tells the handler and all listeners.
    pub(super) fn tell(self, event: &SystemEvent<'_>) {
        let Some(_inside) = Inside::enter() else { return };
        if let Some(handler) = self.handler {
            handler(event);
        }
        if let Some(listeners) = self.listeners {
            listeners.tell(event);
        }
    }
}

/// How deep events are told inside each other, by the worker and by interrupts.
static DEPTH: Mutex<Cell<u8>> = Mutex::new(Cell::new(0));

/// Whoever is told may cause an event on the spot, by each that it is told: a line for a log whose mailbox drops it is lost,
/// which is an event.
const MAX_DEPTH: u8 = 4;

/// An event is told, until dropped.
struct Inside;

impl Inside {
    fn enter() -> Option<Self> {
        critical_section::with(|cs| {
            let depth = DEPTH.borrow(cs);
            (depth.get() < MAX_DEPTH).then(|| {
                depth.set(depth.get() + 1);
                Self
            })
        })
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        critical_section::with(|cs| DEPTH.borrow(cs).set(DEPTH.borrow(cs).get() - 1));
    }
}
