//! Actors that preempt the others of their system: run from an interrupt, which a message to one of them pends.
//!
//! Each level is a system of its own, with its own ready word and its own right to run. An interrupt never comes within
//! itself, so no actor is run within another of its level; what levels send one another goes through the critical section, as
//! what interrupts send.

use core::cell::Cell;

use critical_section::Mutex;

/// Whether a level has run since somebody [looked](look) what the clock has next, which may be something else by now.
static RAN: Mutex<Cell<bool>> = Mutex::new(Cell::new(false));

pub(super) fn ran() {
    critical_section::with(|cs| RAN.borrow(cs).set(true));
}

pub(super) fn look() {
    critical_section::with(|cs| RAN.borrow(cs).set(false));
}

#[inline]
pub(super) fn has_run() -> bool {
    critical_section::with(|cs| RAN.borrow(cs).get())
}

/// A level of a `system!`, such as `plant::SSI0`.
pub struct Level {
    step: fn() -> bool,
}

impl Level {
    /// The level whose actors `step` runs.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(step: fn() -> bool) -> Self {
        Self { step }
    }

    /// Runs the actors of the level until none has anything to do. To be called from the interrupt that it pends, and from
    /// nowhere else; where something runs them already, it does nothing.
    ///
    /// # Panics
    /// If an actor of the level panicked before, where a panic is survived.
    #[inline]
    pub fn run(&self) {
        while self.step() {}
    }

    /// Lets the first actor of the level that has something to do handle one message. Returns whether there was one.
    ///
    /// # Panics
    /// As [`run`](Self::run).
    #[inline]
    pub fn step(&self) -> bool {
        (self.step)()
    }
}

impl core::fmt::Debug for Level {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Level").finish_non_exhaustive()
    }
}
