//! Who keeps which actor suspended: a table for the whole program, which is looked at place by place, to have interrupts off
//! for a short time only. Where nobody suspends anybody, neither it nor its code is linked.
//!
//! What stands here is the truth; an actor that is told to look takes it over into its life.

use core::cell::Cell;
use core::sync::atomic::{AtomicBool, Ordering};

use critical_section::Mutex;

use super::detour;
use super::header::{Address, attention};

/// Suspensions of the program that may be kept at a time; a power of two.
const PLACES: u32 = 8;

/// One place of the table.
#[derive(Clone, Copy)]
struct Kept {
    address: Address,
    owner: &'static str,
    /// Tells this one from those that had the place before; the older, the lower.
    number: u32,
}

type Table = [Cell<Option<Kept>>; PLACES as usize];

static TABLE: Mutex<Table> = Mutex::new([const { Cell::new(None) }; PLACES as usize]);
static NUMBER: Mutex<Cell<u32>> = Mutex::new(Cell::new(0));

/// Where nobody sets it, it is a constant.
static ANY: AtomicBool = AtomicBool::new(false);

/// Whether anybody was ever suspended.
#[inline]
pub(super) fn are_any() -> bool {
    ANY.load(Ordering::Relaxed)
}

/// See [`crate::backend::Suspension`].
pub(crate) struct Suspension(Kept);

impl Suspension {
    /// Whom it suspends.
    pub(crate) const fn address(&self) -> Address {
        self.0.address
    }
}

impl Drop for Suspension {
    fn drop(&mut self) {
        let Kept { address, number, .. } = self.0;
        let is_it = |kept: &Kept| kept.number == number;
        if take(number % PLACES, is_it) {
            address.header().signal(attention::WAKE);
        }
    }
}

/// Frees a place if what is kept there is the one. Returns whether it was.
fn take(place: u32, is_it: impl FnOnce(&Kept) -> bool) -> bool {
    critical_section::with(|cs| {
        let Some(place) = TABLE.borrow(cs).get(place as usize) else { return false };
        let was_it = place.get().as_ref().is_some_and(is_it);
        if was_it {
            place.set(None);
        }
        was_it
    })
}

/// Those that are kept of the actor at `address`.
fn of(address: Address) -> impl Iterator<Item = Kept> {
    let at = |place| critical_section::with(|cs| TABLE.borrow(cs).get(place as usize).and_then(Cell::get));
    (0..PLACES).filter_map(at).filter(move |kept| kept.address == address)
}

impl Address {
    /// Suspends the actor for `owner`, unless it has ended.
    ///
    /// # Panics
    /// If the table is full.
    pub(crate) fn suspend(self, owner: &'static str) -> Option<Suspension> {
        detour::open();
        ANY.store(true, Ordering::Relaxed);
        for place in 0..PLACES {
            let kept = critical_section::with(|cs| {
                let cell = TABLE.borrow(cs).get(place as usize)?;
                let is_free = cell.get().is_none() && self.header().stage_in(cs).is_alive();
                is_free.then(|| {
                    let turn = NUMBER.borrow(cs).get().wrapping_add(PLACES);
                    NUMBER.borrow(cs).set(turn);
                    let kept = Kept { address: self, owner, number: turn | place };
                    cell.set(Some(kept));
                    kept
                })
            });
            if let Some(kept) = kept {
                self.header().signal(attention::WAKE);
                return Some(Suspension(kept));
            }
        }
        assert!(!self.is_alive(), "on bare metal at most 8 suspensions are kept at a time");
        None
    }

    /// Who keeps the actor suspended, the first of them.
    pub(crate) fn suspended_by(self) -> Option<&'static str> {
        of(self).min_by_key(|kept| kept.number).map(|kept| kept.owner)
    }
}

/// Whether anybody keeps the actor at `address` suspended.
pub(super) fn is_suspended(address: Address) -> bool {
    of(address).next().is_some()
}

/// The life in hand of the actor at `address` is over, and its suspension with it.
#[inline]
pub(super) fn end_life(address: Address) {
    if are_any() {
        for place in 0..PLACES {
            take(place, |kept| kept.address == address);
        }
    }
}
