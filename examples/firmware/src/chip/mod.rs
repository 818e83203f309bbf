//! What differs between architectures: how a program is entered, the timer, an interrupt that software raises, and a
//! counter of instructions. Everything else here is the same on all of them.

#[cfg(target_arch = "arm")]
#[path = "arm.rs"]
mod this;
#[cfg(target_arch = "riscv32")]
#[path = "riscv.rs"]
mod this;

use core::num::NonZeroU32;

use crate::handler::Handler;

/// The attribute of `main`.
pub use self::this::entry;
pub use self::this::{enable, instructions, pend};

static TIMER: Handler = Handler::new();
static PENDED: Handler = Handler::new();

/// From here on the timer interrupt calls `tick` every millisecond.
pub fn every_millisecond(tick: fn()) {
    TIMER.set(tick);
    this::set_timer(Some(NonZeroU32::MIN), this::Repeat::Always);
}

/// The timer interrupt calls `ring` once, so many milliseconds from now; or not at all.
pub fn alarm(millis: Option<NonZeroU32>, ring: fn()) {
    TIMER.set(ring);
    this::set_timer(millis, this::Repeat::Never);
}

/// From here on the interrupt that [`pend`] raises calls `handler`. It has a higher priority than `main`.
pub fn on_pend(handler: fn()) {
    PENDED.set(handler);
    this::enable_pend();
}
