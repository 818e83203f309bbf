//! A critical section after which an interrupt comes, and those who have it come at every point there is.
//!
//! What the backend shares with interrupts it looks at in critical sections, or by an atomic. So the moments right after
//! them are all there are: between two of them an interrupt sees and changes the same, whenever it comes. A build of the
//! backend with `--cfg actor_interrupts` has a point after each atomic as well.
//!
//! - [`sweep`] has one interrupt come, or two after each other, at each point in turn. It is a function, and runs on the
//!   thread that it interrupts.
//! - [`model`] has several come, which may interrupt each other. Each is a thread of loom, which is over before whom it
//!   interrupts goes on.
//! - Under miri the interrupts of a sweep run on [other threads](elsewhere), which only critical sections order. So whatever
//!   else both sides touch, atomics apart, is a data race, and that those moments are all there are is not assumed but checked.

mod elsewhere;
mod model;
mod sweep;

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use model::{Interrupt, model};
pub use sweep::sweep;

/// A critical section of one processor, on which one thread at a time goes on.
struct Interrupted;
critical_section::set_impl!(Interrupted);

thread_local! {
    /// How many critical sections are held, one in the other.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Orders whoever holds the critical section after those who held it before.
static IS_HELD: AtomicBool = AtomicBool::new(false);

// SAFETY: nobody else gets it while it is held: that would be seen.
unsafe impl critical_section::Impl for Interrupted {
    unsafe fn acquire() {
        if DEPTH.replace(DEPTH.get() + 1) == 0 {
            assert!(!IS_HELD.swap(true, Ordering::Acquire), "somebody came while interrupts were off");
        }
    }

    unsafe fn release((): ()) {
        DEPTH.set(DEPTH.get() - 1);
        if DEPTH.get() == 0 {
            IS_HELD.store(false, Ordering::Release);
            point();
        }
    }
}

/// A moment at which an interrupt may come.
fn point() {
    sweep::point();
    if !cfg!(miri) {
        model::point();
    }
}

/// Whether interrupts are off.
pub fn are_off() -> bool {
    DEPTH.get() > 0
}

/// While it is kept no other test runs that takes it, [`sweep`] and [`model`] among them: systems are of the whole program.
pub fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does `act`, interrupted where the [`sweep`] or the [`model`] is.
pub fn interrupted<R>(act: impl FnOnce() -> R) -> R {
    model::interrupted(|| sweep::interrupted(act))
}
