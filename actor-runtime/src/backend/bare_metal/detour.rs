//! Whether anything may happen in this program but that actors are built and handle plain messages.
//!
//! Stops, drains, failures, answers by message and waiting for room each [open](open) the detour where they begin, and
//! the worker asks whether it [is open](is_open) where their code would be. In a program that links none of them
//! nobody opens it: the flag is a constant, and all that code stays out of the flash.

use core::cell::Cell;

use critical_section::{CriticalSection, Mutex};

static OPEN: Mutex<Cell<bool>> = Mutex::new(Cell::new(false));

/// Says that from here on the worker has to look at everything. To be called before it is signalled.
pub(super) fn open() {
    critical_section::with(|cs| OPEN.borrow(cs).set(true));
}

/// Whether anybody has [opened](open) it.
#[inline]
pub(super) fn is_open(cs: CriticalSection<'_>) -> bool {
    OPEN.borrow(cs).get()
}
