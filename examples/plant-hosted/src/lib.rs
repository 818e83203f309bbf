//! The pumping station on both backends, and what each of them saw.
//!
//! The scenario is one function, [`Station`] is what it needs of a backend: time to pass, and the refs. Both backends
//! are stepped under a virtual clock, so each run is the same as the last.

pub mod on_tokio;
pub mod on_worker;

use std::time::Duration;

use plant::{Event, PumpRef, ValveRef};

/// A running station.
pub trait Station {
    /// The valve.
    fn valve(&self) -> ValveRef;
    /// The pump.
    fn pump(&self) -> PumpRef;
    /// Lets the actors run while so much time passes.
    fn advance(&mut self, time: Duration);
    /// What has happened so far.
    fn events(&self) -> Vec<Event>;
}

/// A chapter of the scenario, and what happened in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Chapter {
    /// What was done.
    pub title: &'static str,
    /// What came of it.
    pub events: Vec<Event>,
}

/// A day at the station: everything the example shows, chapter by chapter.
pub fn day(station: &mut impl Station) -> Vec<Chapter> {
    let ms = Duration::from_millis;
    let (valve, pump) = (station.valve(), station.pump());
    let mut chapters = Vec::new();
    let mut seen = 0;
    let mut chapter = |station: &mut dyn Station, title| {
        let events = station.events().split_off(seen);
        seen += events.len();
        chapters.push(Chapter { title, events });
    };

    station.advance(ms(1));
    chapter(station, "both are set up, the gauge before the pump");

    send(valve.turn(30).tell());
    send(valve.turn(40).tell());
    station.advance(ms(1));
    chapter(station, "the valve turns, in order");

    station.advance(ms(20));
    chapter(station, "the pump looks at the valve by its timer");

    send(pump.balance().tell());
    station.advance(ms(1));
    chapter(station, "a handler waits for the gauge, then for room in the valve's mailbox");

    send(valve.turn(101).tell());
    send(valve.turn(50).tell());
    station.advance(ms(1));
    chapter(station, "the valve jams, begins anew at once, and still has the message behind");

    send(valve.turn(102).tell());
    send(valve.turn(60).tell());
    station.advance(ms(1));
    chapter(station, "it jams again: this time it pauses first");
    station.advance(ms(60));
    chapter(station, "the pause is over");

    send(pump.drift().tell());
    station.advance(ms(1));
    send(pump.balance().tell());
    station.advance(ms(1));
    chapter(station, "the gauge fails and begins anew at once; the pump does not notice");

    for _ in 0..2 {
        send(pump.drift().tell());
        station.advance(ms(30));
    }
    station.advance(ms(100));
    chapter(station, "the gauge fails too often: that is the pump's own failure, and both begin anew");

    send(pump.balance().tell());
    station.advance(ms(1));
    drop(pump.control().stop());
    station.advance(ms(100));
    chapter(station, "the pump is stopped, its gauge before it; no timer ticks any more");
    assert!(!pump.control().is_alive(), "the pump has ended");
    assert!(pump.balance().tell().is_err(), "and takes no more messages");
    chapters
}

/// A call that finds room: the scenario never sends more than a mailbox holds.
fn send<E: std::fmt::Debug>(sent: Result<(), E>) {
    sent.expect("the mailbox has room");
}
