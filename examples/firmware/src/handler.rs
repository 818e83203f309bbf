//! What an interrupt does, once that was said.

use core::cell::Cell;

use critical_section::Mutex;

/// A function that an interrupt calls.
type Does = fn();

/// See the module.
pub(crate) struct Handler(Mutex<Cell<Option<Does>>>);

impl Handler {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Cell::new(None)))
    }

    pub(crate) fn set(&self, handler: fn()) {
        critical_section::with(|cs| self.0.borrow(cs).set(Some(handler)));
    }

    /// Calls it, with interrupts as they are.
    pub(crate) fn run(&self) {
        if let Some(handler) = critical_section::with(|cs| self.0.borrow(cs).get()) {
            handler();
        }
    }
}
