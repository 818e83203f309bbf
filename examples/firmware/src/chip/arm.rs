//! Cortex-M: SysTick is the timer and the counter, PendSV the interrupt that software raises.

use core::num::NonZeroU32;

use cortex_m::peripheral::SCB;
use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::{ExceptionFrame, exception};

use super::{PENDED, TIMER};
use crate::exit::{FAULTED, exit};

pub use cortex_m_rt::entry;

/// SysTick of the board, as `build.rs` knows it.
const TICKS_PER_MILLISECOND: u32 = match u32::from_str_radix(env!("TIMER_KHZ"), 10) {
    Ok(kilohertz) => kilohertz,
    Err(_) => panic!("build.rs writes a number"),
};
/// The emulator runs one instruction per nanosecond.
const INSTRUCTIONS_PER_TICK: u32 = 1_000_000 / TICKS_PER_MILLISECOND;
/// SysTick has 24 bits: enough for 300 million instructions.
const LARGEST: u32 = 0x00ff_ffff;

/// Whether the timer goes on after it rang. SysTick always does; what was set once is set anew before it comes again.
pub(super) enum Repeat {
    Always,
    Never,
}

#[allow(unsafe_code)]
fn timer() -> SYST {
    // SAFETY: nobody but this module touches SysTick.
    unsafe { cortex_m::Peripherals::steal() }.SYST
}

pub(super) fn set_timer(millis: Option<NonZeroU32>, _: Repeat) {
    let mut timer = timer();
    timer.disable_counter();
    let Some(millis) = millis else { return };
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(millis.get() * TICKS_PER_MILLISECOND - 1);
    timer.clear_current();
    timer.enable_interrupt();
    timer.enable_counter();
}

pub(super) fn enable_pend() {}

/// Lets interrupts in, as they are after reset.
pub fn enable() {}

/// Raises the interrupt of [`on_pend`](super::on_pend), from anywhere.
#[inline]
pub fn pend() {
    SCB::set_pendsv();
}

/// Instructions since the first call, to the length of a tick of the timer, which is the counter from there on.
pub fn instructions() -> u32 {
    let mut timer = timer();
    if !timer.is_counter_enabled() {
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(LARGEST);
        timer.clear_current();
        timer.enable_counter();
        // The first tick loads it.
        while SYST::get_current() == 0 {}
    }
    (LARGEST - SYST::get_current()) * INSTRUCTIONS_PER_TICK
}

#[exception]
fn SysTick() {
    TIMER.run();
}

#[exception]
fn PendSV() {
    PENDED.run();
}

#[exception]
#[allow(unsafe_code)]
unsafe fn HardFault(_: &ExceptionFrame) -> ! {
    exit(FAULTED)
}
