//! A measured game of ping-pong: what a player does, and what it costs, which is printed.
//!
//! The count is exact and the same in every run; it is instructions, not cycles.

use core::sync::atomic::{AtomicU32, Ordering};

use actor::{Actor, Instant};
use semihosting::sys::arm_compat::sys_writec;

use crate::chip;
use crate::exit::{self, exit};

/// The number the last message carries; the first carries 1.
pub const LAST: u32 = 20_001;

static BEGAN: AtomicU32 = AtomicU32::new(0);

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

/// Starts the counter, with interrupts on, as they are in a game that is not measured.
pub fn begin() {
    chip::enable();
    BEGAN.store(chip::instructions(), Ordering::Relaxed);
}

/// Prints the instructions since [`begin`], the messages, and the bytes of state and queued messages that the
/// players need whoever runs them; then ends the run.
#[cold]
pub fn end(messages: u32, storage: usize) -> ! {
    print("instructions ", chip::instructions() - BEGAN.load(Ordering::Relaxed));
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
