//! Delays around each lock, as a busy machine makes them: `--cfg actor_delays` builds tests that are run to find out whether any
//! of them hangs on who is faster.

use core::cell::Cell;
use core::hash::{BuildHasher, Hasher};
use core::time::Duration;
use std::hash::RandomState;
use std::thread::{sleep, yield_now};

std::thread_local! {
    static RANDOM: Cell<u64> = const { Cell::new(0) };
}

/// Holds this thread up, at random: mostly not at all, once in 32 times for up to 0.3 ms, once in 512 for up to 8 ms.
pub(super) fn delay() {
    // A thread that ends takes locks too.
    let Ok(random) = RANDOM.try_with(next) else { return };
    let below = |limit: u64| random / 512 % limit;
    match random % 512 {
        0 => sleep(Duration::from_millis(below(8))),
        place if place % 32 == 0 => sleep(Duration::from_micros(below(300))),
        place if place % 8 == 0 => yield_now(),
        _ => {}
    }
}

/// Xorshift (Marsaglia, 2003), without its lowest bits.
fn next(state: &Cell<u64>) -> u64 {
    let mut random = match state.get() {
        0 => RandomState::new().build_hasher().finish() | 1,
        random => random,
    };
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    state.set(random);
    random >> 20
}
