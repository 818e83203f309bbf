//! Interrupts on threads of their own, for miri.
//!
//! Whoever is interrupted waits for the end of the interrupt, and learns of it in a way that orders nothing. What it goes on
//! with up to its next critical section is unordered with all that the interrupt did: if both touch the same memory there, and
//! it is no atomic, that is a data race. As the interrupt comes at every point, each access is the first after one of them.

use std::cell::RefCell;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};

thread_local! {
    /// Those that are over. To join them would order them.
    static OVER: RefCell<Vec<JoinHandle<()>>> = const { RefCell::new(Vec::new()) };
}

/// Whether the one that runs is over.
static IS_OVER: AtomicBool = AtomicBool::new(false);

/// Also where it panics.
struct Over;

impl Drop for Over {
    fn drop(&mut self) {
        IS_OVER.store(true, Relaxed);
    }
}

/// Runs `act` on another thread, which is over before this one goes on.
pub(super) fn run(act: fn()) {
    IS_OVER.store(false, Relaxed);
    let thread = thread::spawn(move || {
        let _over = Over;
        act();
    });
    while !IS_OVER.load(Relaxed) {
        thread::yield_now();
    }
    OVER.with_borrow_mut(|over| over.push(thread));
}

/// The round is over, and whoever comes next is ordered after all that it was interrupted by.
pub(super) fn end() {
    for thread in OVER.take() {
        thread.join().unwrap_or_else(|panic| resume_unwind(panic));
    }
}
