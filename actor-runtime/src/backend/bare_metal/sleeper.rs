//! Who awaits a system: the task that runs its actors, while none of them has anything to do.

use core::cell::Cell;
use core::task::Waker;

use critical_section::{CriticalSection, Mutex};

/// The waker of that task.
pub struct Sleeper(Mutex<Cell<Option<Waker>>>);

impl Sleeper {
    /// Nobody sleeps.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self(Mutex::new(Cell::new(None)))
    }

    /// Has `waker` woken by the next [`wake`](Self::wake). Returns the one before.
    pub(super) fn sleep(&self, cs: CriticalSection<'_>, waker: Waker) -> Option<Waker> {
        self.0.borrow(cs).replace(Some(waker))
    }

    /// Wakes the task, once for each time that it went to sleep.
    pub fn wake(&self) {
        crate::backend::wake(critical_section::with(|cs| self.0.borrow(cs).take()));
    }

    /// The bed of a task: it leaves no waker behind.
    #[must_use]
    pub const fn bed(&self) -> Bed<'_> {
        Bed(self)
    }
}

/// See [`Sleeper::bed`].
#[derive(Debug)]
pub struct Bed<'s>(&'s Sleeper);

impl Drop for Bed<'_> {
    fn drop(&mut self) {
        // It may be that of another task by now, which looks again.
        self.0.wake();
    }
}

impl core::fmt::Debug for Sleeper {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Sleeper").finish_non_exhaustive()
    }
}
