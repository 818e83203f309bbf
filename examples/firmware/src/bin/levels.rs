//! A level above the others: an interrupt of the program's own runs its actors, within a handler that is long. Ends well if
//! the alarm is over before that handler is, and what both tell each other arrives.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use actor::prelude::*;
use firmware::exit::{WELL, exit};
use firmware::{chip, clock, entry};

/// A message was refused.
const REFUSED: i32 = 10;
/// What was handled is not what was to be: this and the number of the first.
const DIFFERENT: i32 = 20;
/// Not all of it came: this and how many did.
const MISSING: i32 = 50;

/// What happens, in order.
const EXPECTED: [Event; 10] = [
    Event::Begun(1),
    Event::Alarm(1), // told by the handler itself
    Event::Alarm(9), // told by the timer interrupt, while the handler goes on
    Event::Done(1),
    Event::Heard(1), // told by the alarm
    Event::Heard(9),
    Event::Begun(2),
    Event::Alarm(2),
    Event::Done(2),
    Event::Heard(2),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Event {
    Begun(u32),
    Alarm(u32),
    Done(u32),
    Heard(u32),
}

static EVENTS: AtomicU32 = AtomicU32::new(0);

/// Called within one another, but never at once.
fn happened(event: Event) {
    let number = EVENTS.load(Ordering::Relaxed);
    if EXPECTED.get(number as usize) != Some(&event) {
        exit(DIFFERENT + number as i32);
    }
    EVENTS.store(number + 1, Ordering::Relaxed);
}

fn must(sent: bool) {
    if !sent {
        exit(REFUSED);
    }
}

/// Is long at work.
#[actor(mailbox = 4)]
struct Mill;

#[handlers]
impl Mill {
    fn grind(&mut self, number: u32) {
        happened(Event::Begun(number));
        must(station::ALARM.rise(number).tell().is_ok());
        // Until the timer has interrupted twice.
        let until = clock::millis() + 2;
        while clock::millis() < until {}
        happened(Event::Done(number));
    }

    fn heard(&mut self, number: u32) {
        happened(Event::Heard(number));
    }
}

/// Does not wait for it.
#[actor(mailbox = 4)]
struct Alarm;

#[handlers]
impl Alarm {
    fn rise(&mut self, number: u32) {
        happened(Event::Alarm(number));
        must(station::MILL.heard(number).tell().is_ok());
    }
}

actor::system! {
    mod station {
        MILL: Mill = || Mill,
        level ABOVE { pend = chip::pend, ALARM: Alarm = || Alarm },
    }
    ram <= 512
}

/// The timer interrupt.
fn tick() {
    station::tick();
    match clock::millis() {
        2 => must(station::MILL.grind(1).tell().is_ok()),
        3 => must(station::ALARM.rise(9).tell().is_ok()),
        10 => must(station::MILL.grind(2).tell().is_ok()),
        20 => {
            let events = EVENTS.load(Ordering::Relaxed);
            exit(if events as usize == EXPECTED.len() { WELL } else { MISSING + events as i32 });
        }
        _ => {}
    }
}

#[entry]
fn main() -> ! {
    chip::on_pend(|| station::ABOVE.run());
    station::start(clock::now);
    clock::start(tick);
    station::run()
}
