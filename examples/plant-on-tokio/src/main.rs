//! The pumping station on tokio. `examples/firmware` runs the same actors on a microcontroller, and does the same with them.
//!
//! Prints what the station did, and ends with an error where that is not what it should.

use std::error::Error;
use std::sync::Mutex;

use actor::ActorSystem;
use plant::{Event, Pump, Valve};

static EVENTS: Mutex<Vec<Event>> = Mutex::new(Vec::new());

/// Looks are taken whenever their time comes; everything else comes in order.
fn happened(event: Event) {
    println!("{event:?}");
    if !matches!(event, Event::Sampled { .. }) {
        EVENTS.lock().expect("nobody panics with the events in hand").push(event);
    }
}

/// What happens, in order; on the microcontroller the same, between looks at moments that are known.
const EXPECTED: [Event; 10] = [
    Event::ValveStarted,
    Event::PumpStarted,
    Event::ValveTurned(30),
    Event::Balanced { level: 10 },
    Event::ValveTurned(10),
    Event::ValveStarted, // it jammed
    Event::ValveTurned(50),
    Event::Balanced { level: 10 }, // the gauge has failed, and is new
    Event::ValveTurned(10),
    Event::PumpStopping { gauge: false },
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let system = ActorSystem::new("station");
    let valve = system.spawn(|| Valve::reporting(happened)).await?;
    let behind = valve.clone();
    let pump = system.spawn(move || Pump::reporting(behind.clone(), happened)).await?;

    valve.turn(30).done().await?;
    pump.balance().done().await?;
    valve.turn(101).tell()?; // jams it
    valve.turn(50).done().await?; // it is set up anew, and has kept what came behind
    pump.drift().done().await?;
    pump.balance().done().await?;
    if valve.opening().await? != 10 {
        return Err("the valve does not stand where the gauge says".into());
    }
    pump.control().stop().await;

    let seen = EVENTS.lock().expect("nobody panics with the events in hand").clone();
    if seen != EXPECTED {
        return Err(format!("the station did something else: {seen:?}").into());
    }
    if pump.balance().tell().is_ok() {
        return Err("the pump takes messages after its end".into());
    }
    system.shutdown().await?;
    Ok(())
}
