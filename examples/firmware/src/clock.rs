//! Milliseconds, counted by the timer interrupt.

use core::sync::atomic::{AtomicU32, Ordering};

use crate::chip;
use crate::handler::Handler;
use actor::Instant;

static MILLISECONDS: AtomicU32 = AtomicU32::new(0);
static TICK: Handler = Handler::new();

/// The time since [`start`].
pub fn now() -> Instant {
    Instant::from_nanos(u64::from(millis()) * 1_000_000)
}

/// As [`now`], in milliseconds.
pub fn millis() -> u32 {
    MILLISECONDS.load(Ordering::Relaxed)
}

/// Starts the clock; each millisecond the timer interrupt calls `tick`, which is to call that of a system.
pub fn start(tick: fn()) {
    TICK.set(tick);
    chip::every_millisecond(pass);
}

fn pass() {
    // Nobody else writes it.
    MILLISECONDS.store(millis() + 1, Ordering::Relaxed);
    TICK.run();
}
