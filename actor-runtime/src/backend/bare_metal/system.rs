//! What the actors of one `system!` share: the ready word, the clock, and the right to run them.

use core::cell::Cell;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use critical_section::{CriticalSection, Mutex};

use crate::time::Instant;

use super::idle;
use super::then;

/// Tells the time.
type Now = fn() -> Instant;

/// The ready word and the clock of one system. All zeros before [`start`](System::start).
pub struct System {
    /// One bit for each actor that has something to do, the first in priority lowest. Written under the lock only.
    ready: AtomicU32,
    now: Mutex<Cell<Option<Now>>>,
    seed: Mutex<Cell<u32>>,
    /// Whether somebody runs the actors. Set under the lock.
    busy: AtomicBool,
}

impl System {
    /// A system that is not started.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self {
            ready: AtomicU32::new(0),
            now: Mutex::new(Cell::new(None)),
            seed: Mutex::new(Cell::new(0)),
            busy: AtomicBool::new(false),
        }
    }

    /// Sets the clock. Returns whether this is the first start.
    pub fn start(&self, now: fn() -> Instant) -> bool {
        critical_section::with(|cs| self.now.borrow(cs).replace(Some(now)).is_none())
    }

    /// The moment, by the clock of the system.
    pub fn now(&self) -> Instant {
        let now = critical_section::with(|cs| self.now.borrow(cs).get());
        now.map_or(Instant::ZERO, |now| now())
    }

    /// As [`now`](Self::now), for whoever moves the clock: what waits for an answer and is late is told.
    pub fn tick(&self) -> Instant {
        let now = self.now();
        then::tick(self, now);
        now
    }

    /// The next number of a xorshift generator: the same in every run.
    pub(super) fn random(&self) -> u64 {
        u64::from(self.random_word()) << 32 | u64::from(self.random_word())
    }

    fn random_word(&self) -> u32 {
        critical_section::with(|cs| {
            let seed = self.seed.borrow(cs);
            // Zero would stay zero.
            let mut next = if seed.get() == 0 { 0x9e37_79b9 } else { seed.get() };
            next ^= next << 13;
            next ^= next >> 17;
            next ^= next << 5;
            seed.set(next);
            next
        })
    }

    /// Which actors have something to do.
    #[inline]
    pub(super) fn ready(&self) -> u32 {
        self.ready.load(Ordering::Relaxed)
    }

    /// Notes that the actors of `bits` have something to do.
    #[inline]
    pub(super) fn raise(&self, _: CriticalSection<'_>, bits: u32) {
        self.ready.store(self.ready.load(Ordering::Relaxed) | bits, Ordering::Relaxed);
    }

    /// Notes that the actors of `bits` have nothing to do.
    #[inline]
    pub(super) fn lower(&self, _: CriticalSection<'_>, bits: u32) {
        self.ready.store(self.ready.load(Ordering::Relaxed) & !bits, Ordering::Relaxed);
    }

    /// Lets one actor do one thing. Returns whether any had something to do; false as well while another caller runs
    /// the actors, such as the one whose handler calls this.
    #[inline]
    pub fn step(&self, dispatch: impl FnOnce(u32)) -> bool {
        let mut ready = 0;
        if !self.enter(|| ready = self.ready()) {
            return false;
        }
        if ready != 0 {
            dispatch(ready);
        }
        // Not reached when a handler panics: its actors are in no state to go on.
        self.busy.store(false, Ordering::Release);
        ready != 0
    }

    /// Takes the right to run the actors, and looks at them. Returns whether it was to be had.
    #[inline]
    fn enter(&self, look: impl FnOnce()) -> bool {
        critical_section::with(|_| {
            let is_free = !self.busy.load(Ordering::Acquire);
            if is_free {
                self.busy.store(true, Ordering::Relaxed);
                look();
            }
            is_free
        })
    }

    /// Runs the actors for ever, and sleeps while none has anything to do.
    #[inline]
    pub fn run(&self, dispatch: impl Fn(u32)) -> ! {
        while !self.enter(|| ()) {
            core::hint::spin_loop();
        }
        loop {
            match self.ready() {
                0 => idle::until(|| self.ready() != 0),
                ready => dispatch(ready),
            }
        }
    }
}

impl core::fmt::Debug for System {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("System").field("ready", &self.ready()).finish_non_exhaustive()
    }
}
