//! A critical section after which an interrupt comes, and the sweep that has it come after each one in turn.
//!
//! The backend shares nothing with interrupts but what its critical sections guard, so the moments right after them are
//! all there are: between two of them an interrupt sees and changes the same, whenever it comes. Here an interrupt is a
//! function, and runs on the thread that it interrupts.

use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A critical section of one thread, which is all that a sweep has.
struct Interrupted;
critical_section::set_impl!(Interrupted);

thread_local! {
    /// How many critical sections are held, one in the other.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// Points to pass before the next interrupt; zero where none is to come.
    static LEFT: Cell<u32> = const { Cell::new(0) };
    static SWEEP: Cell<Sweep> = const { Cell::new(Sweep { interrupt: || {}, first: 0, second: 0 }) };
}

/// Which interrupt comes when: at the point `first`, and at the point `second` after that, unless that is zero.
#[derive(Clone, Copy)]
struct Sweep {
    interrupt: fn(),
    first: u32,
    second: u32,
}

// SAFETY: it excludes nobody, and nobody is there: a program of this crate runs the backend within `sweep`, one thread at a
// time.
unsafe impl critical_section::Impl for Interrupted {
    unsafe fn acquire() {
        DEPTH.set(DEPTH.get() + 1);
    }

    unsafe fn release((): ()) {
        DEPTH.set(DEPTH.get() - 1);
        if DEPTH.get() > 0 || LEFT.get() == 0 {
            return;
        }
        LEFT.set(LEFT.get() - 1);
        if LEFT.get() == 0 {
            let Sweep { interrupt, second, .. } = SWEEP.get();
            SWEEP.set(Sweep { second: 0, ..SWEEP.get() });
            interrupt();
            LEFT.set(second);
        }
    }
}

/// Whether interrupts are off.
pub fn are_off() -> bool {
    DEPTH.get() > 0
}

/// While it is kept no other test runs that takes it, [`sweep`] among them: systems are of the whole program.
pub fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `round`, and in it what is [`interrupted`], with the interrupt at its first point, at its second, and so on, until
/// it is over before. Then each of these again with a second interrupt, at each distance behind the first. A round leaves
/// everything as it found it.
///
/// # Panics
/// If `round` does, which is then told by its points; or if there is no point in it.
pub fn sweep(interrupt: fn(), round: impl Fn()) {
    // The tables of the backend are for the whole program.
    let _alone = alone();
    let came = |first, second| {
        SWEEP.set(Sweep { interrupt, first, second });
        let _told = Told(first, second);
        round();
        SWEEP.get().first == 0
    };
    let mut first = 1;
    while came(first, 0) {
        // Miri is for the memory that an interrupt touches, and slow.
        let mut second = 1;
        while !cfg!(miri) && came(first, second) {
            second += 1;
        }
        first += 1;
    }
    assert!(first > 1, "nothing was interrupted");
}

/// Does `act`, interrupted where the [`sweep`] is.
pub fn interrupted<R>(act: impl FnOnce() -> R) -> R {
    LEFT.set(SWEEP.get().first);
    let done = act();
    if LEFT.replace(0) == 0 {
        SWEEP.set(Sweep { first: 0, ..SWEEP.get() });
    }
    done
}

/// Tells at which points a round failed.
struct Told(u32, u32);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("interrupted at point {}, and {} after that", self.0, self.1);
        }
    }
}
