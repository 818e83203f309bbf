//! Code that is part of the programs which use it, and of no other: it is called through a place that only they fill. Where
//! nobody does the place is a constant, and the code stays out of the flash.

use core::cell::Cell;

use critical_section::{CriticalSection, Mutex};

/// The place for a function, in a static.
pub(super) struct Linked<F>(Mutex<Cell<Option<F>>>);

impl<F: Copy> Linked<F> {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(Cell::new(None)))
    }

    /// To be called by whoever gives the function something to do, before that.
    #[inline]
    pub(super) fn link(&self, function: F) {
        critical_section::with(|cs| self.0.borrow(cs).set(Some(function)));
    }

    /// The function, if there may be anything to do for it.
    #[inline]
    pub(super) fn get(&self, cs: CriticalSection<'_>) -> Option<F> {
        self.0.borrow(cs).get()
    }
}
