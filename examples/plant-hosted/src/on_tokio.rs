//! The station on the tokio backend, stepped by hand.

use std::cell::RefCell;
use std::time::Duration;

use actor::{ActorSystem, Stepper};
use plant::{Event, Pump, PumpRef, Valve, ValveRef};

use crate::Station;

thread_local! {
    static EVENTS: RefCell<Vec<Event>> = const { RefCell::new(Vec::new()) };
}

fn note(event: Event) {
    EVENTS.with_borrow_mut(|events| events.push(event));
}

/// See the module.
pub struct OnTokio {
    /// Actors live as long as their system.
    #[allow(dead_code)]
    system: ActorSystem,
    stepper: Stepper,
    valve: ValveRef,
    pump: PumpRef,
}

impl OnTokio {
    /// Starts the station.
    pub fn start() -> Self {
        EVENTS.with_borrow_mut(Vec::clear);
        let (system, mut stepper) = ActorSystem::builder("station").stepper();
        let (valve, pump) = stepper.block_on(async {
            let valve = system.spawn(|| Valve::reporting(note)).await.expect("the valve is set up");
            let behind = valve.clone();
            let pump = system.spawn(move || Pump::reporting(behind.clone(), note)).await.expect("the pump is set up");
            (valve, pump)
        });
        Self { system, stepper, valve, pump }
    }
}

impl Station for OnTokio {
    fn valve(&self) -> ValveRef {
        self.valve.clone()
    }

    fn pump(&self) -> PumpRef {
        self.pump.clone()
    }

    fn advance(&mut self, time: Duration) {
        self.stepper.advance(time);
    }

    fn events(&self) -> Vec<Event> {
        EVENTS.with_borrow(Vec::clone)
    }
}
