//! A virtual clock and a journal, one of each for every test.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::cell::{Cell, RefCell};

use actor::Instant;

thread_local! {
    static CLOCK: Cell<u64> = const { Cell::new(0) };
    static JOURNAL: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The moment of this thread's clock.
pub fn now() -> Instant {
    Instant::from_nanos(CLOCK.get())
}

/// Writes down what happened.
pub fn note(entry: impl Into<String>) {
    JOURNAL.with_borrow_mut(|journal| journal.push(entry.into()));
}

/// What happened since this was last asked.
pub fn noted() -> Vec<String> {
    JOURNAL.take()
}

/// Steps until nothing is ready.
pub fn run(step: fn() -> bool) {
    // A worker that never comes to rest is a bug, and no reason to wait for ever.
    let mut steps = 0;
    while step() {
        steps += 1;
        assert!(steps < 10_000, "the worker spins");
    }
}

/// Lets time pass as a timer interrupt of a kilohertz would.
pub fn advance(millis: u64, tick: fn(), step: fn() -> bool) {
    for _ in 0..millis {
        CLOCK.set(CLOCK.get() + 1_000_000);
        tick();
        run(step);
    }
}
