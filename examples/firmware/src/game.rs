//! A measured game of ping-pong: what a player does, and what it costs, which is printed.
//!
//! The emulator runs one instruction per nanosecond, so SysTick counts instructions. The count is exact and the
//! same in every run; it is instructions, not cycles.

use actor::{Actor, Instant};
use cortex_m::Peripherals;
use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use semihosting::sys::arm_compat::sys_writec;

use crate::exit::{self, exit};

/// The number the last message carries; the first carries 1.
pub const LAST: u32 = 20_001;

/// The counter is taken.
const NO_COUNTER: i32 = 4;

/// Instructions per tick: SysTick of the LM3S6965 runs at 12.5 MHz after reset.
const INSTRUCTIONS_PER_TICK: u32 = 80;
/// SysTick has 24 bits: enough for 1.3 billion instructions.
const RELOAD: u32 = 0x00ff_ffff;

/// What each player does with the balls, whoever sends them on.
#[derive(Default)]
pub struct Score {
    played: u32,
    missed: u32,
}

impl Score {
    /// That of a player who has not played.
    #[inline]
    pub const fn new() -> Self {
        Self { played: 0, missed: 0 }
    }

    /// Counts ball `number`; the last one [ends](end) the run.
    #[inline]
    pub fn hit(&mut self, number: u32, storage: usize) {
        self.played += 1;
        if number == LAST {
            end(number, storage);
        }
    }

    /// Counts a ball that nobody took.
    #[inline]
    pub fn miss(&mut self) {
        self.missed += 1;
    }

    /// Counts balls played alone.
    #[inline]
    pub fn practise(&mut self, balls: u32) {
        self.played += balls;
    }

    /// Forgets the balls that nobody took.
    #[inline]
    pub fn forget(&mut self) {
        self.missed = 0;
    }
}

/// Bytes of state and queued messages that actor `A` needs whoever runs it.
pub const fn storage<A: Actor>(mailbox: usize) -> usize {
    size_of::<A>() + mailbox * size_of::<A::Message>()
}

/// No player looks at the clock.
pub fn now() -> Instant {
    Instant::ZERO
}

/// Starts the counter.
pub fn begin() {
    let Some(mut core) = Peripherals::take() else { exit(NO_COUNTER) };
    core.SYST.set_clock_source(SystClkSource::Core);
    core.SYST.set_reload(RELOAD);
    core.SYST.clear_current();
    core.SYST.enable_counter();
    // The first tick loads it.
    while SYST::get_current() == 0 {}
}

/// Prints the instructions since [`begin`], the messages, and the bytes of state and queued messages that the
/// players need whoever runs them; then ends the run.
#[cold]
pub fn end(messages: u32, storage: usize) -> ! {
    let ticks = RELOAD - SYST::get_current();
    print("instructions ", ticks * INSTRUCTIONS_PER_TICK);
    print("messages     ", messages);
    print("storage      ", storage as u32);
    exit(exit::WELL)
}

/// Prints without a panic in reach: no index, no division, no formatting.
fn print(name: &str, mut value: u32) {
    let mut digits = *b"0000000\n";
    for (digit, place) in digits.iter_mut().zip([1_000_000, 100_000, 10_000, 1_000, 100, 10, 1]) {
        while value >= place {
            value -= place;
            *digit += 1;
        }
    }
    name.bytes().chain(digits).for_each(sys_writec);
}
