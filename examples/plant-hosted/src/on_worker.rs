//! The station on the bare-metal worker, stepped by hand: the same statics as on a microcontroller.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actor::{Instant, system};
use plant::{Event, Pump, PumpRef, Valve, ValveRef};

use crate::Station;

system! {
    pub mod station {
        VALVE: Valve { mailbox = 8 } = || Valve::reporting(note),
        PUMP: Pump { mailbox = 4 } = || Pump::reporting(station::VALVE.clone(), note),
    }
    ram <= 768
}

static EVENTS: Mutex<Vec<Event>> = Mutex::new(Vec::new());
static CLOCK: AtomicU64 = AtomicU64::new(0);

fn note(event: Event) {
    EVENTS.lock().expect("nobody panics with the events in hand").push(event);
}

fn now() -> Instant {
    Instant::from_nanos(CLOCK.load(Ordering::SeqCst))
}

/// See the module. There is one in a process: statics start once.
pub struct OnWorker(());

impl OnWorker {
    /// Starts the station.
    pub fn start() -> Self {
        station::start(now);
        while station::step() {}
        Self(())
    }
}

impl Station for OnWorker {
    fn valve(&self) -> ValveRef {
        station::VALVE.clone()
    }

    fn pump(&self) -> PumpRef {
        station::PUMP.clone()
    }

    /// As a timer interrupt of a kilohertz would.
    fn advance(&mut self, time: Duration) {
        while station::step() {}
        for _ in 0..time.as_millis() {
            CLOCK.fetch_add(1_000_000, Ordering::SeqCst);
            station::tick();
            while station::step() {}
        }
    }

    fn events(&self) -> Vec<Event> {
        EVENTS.lock().expect("nobody panics with the events in hand").clone()
    }
}
