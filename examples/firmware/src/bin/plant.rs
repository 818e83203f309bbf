//! The pumping station of `examples/plant` on a microcontroller: sends from an interrupt, a timer, a failure and the
//! restart in place, a declared child, and a handler that waits. Ends well if all of it happens in the right order.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use firmware::exit::{WELL, exit};
use firmware::{clock, entry};
use plant::{Event, Pump, Valve};

actor::system! {
    mod station {
        VALVE: Valve { mailbox = 8 } = || Valve::reporting(crate::happened),
        PUMP: Pump { mailbox = 4 } = || Pump::reporting(station::VALVE.clone(), crate::happened),
    }
    ram <= 1024
}

/// What happens, in order; the comments say when, in milliseconds.
const EXPECTED: [Event; 14] = [
    Event::ValveStarted,
    Event::PumpStarted,
    Event::ValveTurned(30),               // 1: told by the interrupt
    Event::Balanced { level: 10 },        // 3: told by the interrupt, waits for the gauge
    Event::ValveTurned(10),               // 3: told by the pump
    Event::ValveStarted,                  // 5: it jammed
    Event::Sampled { opening: 0 },        // 10: its state is new
    Event::ValveTurned(50),               // 13
    Event::Sampled { opening: 50 },       // 20
    Event::Sampled { opening: 50 },       // 30
    Event::Balanced { level: 10 },        // 33: the gauge has failed at 23, and is new
    Event::ValveTurned(10),               // 33
    Event::Sampled { opening: 10 },       // 40
    Event::PumpStopping { gauge: false }, // 43
];
/// When all must be over.
const END: u32 = 50;

/// The interrupt found no room.
const REFUSED: i32 = 10;
/// An actor took a message after its end.
const UNDEAD: i32 = 11;
/// Event n of those expected came differently: this and n.
const DIFFERENT: i32 = 20;
/// Event n of those expected did not come: this and n.
const MISSING: i32 = 50;

static EVENTS: AtomicU32 = AtomicU32::new(0);

/// Compares what happened with what was expected. Called by actors alone, so one at a time.
fn happened(event: Event) {
    let number = EVENTS.load(Ordering::Relaxed);
    if EXPECTED.get(number as usize) != Some(&event) {
        exit(DIFFERENT + number as i32);
    }
    EVENTS.store(number + 1, Ordering::Relaxed);
}

/// The timer interrupt.
fn tick() {
    station::tick();
    let accepted = match clock::millis() {
        1 => station::VALVE.turn(30).tell().is_ok(),
        3 | 33 => station::PUMP.balance().tell().is_ok(),
        5 => station::VALVE.turn(101).tell().is_ok(),
        13 => station::VALVE.turn(50).tell().is_ok(),
        23 => station::PUMP.drift().tell().is_ok(),
        43 => {
            let _only_waits = station::PUMP.control().stop();
            true
        }
        END => over(),
        _ => true,
    };
    if !accepted {
        exit(REFUSED);
    }
}

fn over() -> ! {
    let events = EVENTS.load(Ordering::Relaxed);
    if (events as usize) < EXPECTED.len() {
        exit(MISSING + events as i32);
    }
    exit(if station::PUMP.balance().tell().is_err() { WELL } else { UNDEAD })
}

#[entry]
fn main() -> ! {
    station::start(clock::now);
    clock::start(tick);
    station::run()
}
