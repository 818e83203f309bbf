//! A watchdog, here a counter: fed while every actor gets on, and left to bite when a handler hangs. Ends well if it is fed
//! until then, and no more.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use actor::prelude::*;
use firmware::exit::{WELL, exit};
use firmware::{clock, entry};

/// The interrupt found no room.
const REFUSED: i32 = 10;
/// It was not fed although all went well.
const STARVED: i32 = 11;
/// It was fed for a handler that hangs.
const FED_FOR_NOTHING: i32 = 12;

/// The tick at which the handler is told to hang.
const HANGS: u32 = 10;
/// As `system!` says.
const PATIENCE: u32 = 3;

/// How often the watchdog was fed. One of a chip would reset it where that ends.
static FED: AtomicU32 = AtomicU32::new(0);

fn feed() {
    FED.store(FED.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

/// Reads a sensor that may never answer.
#[actor(mailbox = 2)]
struct Probe {
    reads: u32,
}

#[handlers]
impl Probe {
    fn read(&mut self, answers: bool) {
        self.reads += 1;
        if !answers {
            loop {
                core::hint::spin_loop();
            }
        }
    }
}

actor::system! {
    mod rig { PROBE: Probe = || Probe { reads: 0 } }
    watchdog = feed within 3 ticks,
    ram <= 128
}

/// The timer interrupt.
fn tick() {
    let ticks = clock::millis();
    rig::tick();
    let fed = FED.load(Ordering::Relaxed);
    if ticks <= HANGS {
        if fed != ticks {
            exit(STARVED);
        }
        if rig::PROBE.read(ticks < HANGS).tell().is_err() {
            exit(REFUSED);
        }
    }
    // The tick after it was begun finds nothing wrong yet.
    if ticks == HANGS + 1 + PATIENCE + 8 {
        exit(match fed.cmp(&(HANGS + 1 + PATIENCE)) {
            core::cmp::Ordering::Less => STARVED,
            core::cmp::Ordering::Equal => WELL,
            core::cmp::Ordering::Greater => FED_FOR_NOTHING,
        });
    }
}

#[entry]
fn main() -> ! {
    rig::start(clock::now);
    clock::start(tick);
    rig::run()
}
