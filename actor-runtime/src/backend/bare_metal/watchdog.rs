//! What a watchdog is fed by: each tick looks at what the worker did since the last one, and [`Vigil`] says whether every
//! actor gets on. `system!` calls this where a watchdog is named; elsewhere nothing of it is linked.

use core::cell::Cell;

use critical_section::Mutex;

use crate::policy::{Meal, Round, Vigil};

use super::system::{Ready, System};

/// What the worker of one system, or a level, has done for each of its `N` actors. All zeros before the first tick.
pub struct Watchdog<const N: usize> {
    /// One bit for the actor that is being run, and one for each that was begun since the last tick.
    done: Mutex<Cell<(u32, u32)>>,
    vigil: Mutex<Cell<Vigil<N>>>,
}

impl<const N: usize> Watchdog<N> {
    /// One that has seen nothing.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self { done: Mutex::new(Cell::new((0, 0))), vigil: Mutex::new(Cell::new(Vigil::new())) }
    }

    /// The first of those that are ready is run.
    #[inline]
    pub fn begin(&self, ready: &Ready<'_>) {
        let actor = ready.first();
        critical_section::with(|cs| {
            let done = self.done.borrow(cs);
            done.set((actor, done.get().1 | actor));
        });
    }

    /// It was run.
    #[inline]
    pub fn end(&self) {
        critical_section::with(|cs| {
            let done = self.done.borrow(cs);
            done.set((0, done.get().1));
        });
    }

    /// A tick. Returns whether every actor gets on.
    pub fn tick(&self, system: &System, patience: u8) -> bool {
        let (round, mut vigil) = critical_section::with(|cs| {
            let (in_hand, begun) = self.done.borrow(cs).get();
            self.done.borrow(cs).set((in_hand, 0));
            (Round { ready: system.ready(), in_hand, begun }, self.vigil.borrow(cs).get())
        });
        // With interrupts on: it takes as long as there are actors, and one tick does not come within another.
        let meal = vigil.tick(round, patience);
        critical_section::with(|cs| self.vigil.borrow(cs).set(vigil));
        matches!(meal, Meal::Fed)
    }
}

impl<const N: usize> core::fmt::Debug for Watchdog<N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Watchdog({N} actors)")
    }
}
