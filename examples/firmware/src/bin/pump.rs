//! A basin that must not run over: a sensor that interrupts, a control loop, a valve that jams and is set up anew, and an alarm
//! that preempts them all.
//!
//! The basin is simulated in the timer interrupt, as the sensor: it fills, and runs out as far as the valve is open. It begins
//! too full. Ends well if the alarm came once, the valve jammed and came back, and the basin is where it is to be.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use actor::prelude::*;
use firmware::exit::{WELL, exit};
use firmware::{chip, clock, entry};

/// A reading found no room.
const REFUSED: i32 = 10;
/// The basin ran over.
const RAN_OVER: i32 = 11;
/// The basin is not where it is to be.
const UNSTEADY: i32 = 12;
/// The valve did not jam once, or was not set up anew.
const NEVER_JAMMED: i32 = 13;
/// The alarm did not rise once.
const NO_ALARM: i32 = 14;

/// Millilitres.
const FULL: u32 = 10_000;
const TOO_HIGH: u32 = 8_000;
const WANTED: u32 = 5_000;
/// What comes in each millisecond.
const INFLOW: u32 = 20;
/// What a valve that is open lets out, for each percent.
const OUTFLOW: u32 = 1;
/// When all must be well, in milliseconds.
const END: u32 = 2_000;

/// What is in the basin.
static BASIN: AtomicU32 = AtomicU32::new(7_990);
/// How far the valve is open, in percent: what the hardware does.
static OPEN: AtomicU32 = AtomicU32::new(0);
static SET_UP: AtomicU32 = AtomicU32::new(0);
static ALARMS: AtomicU32 = AtomicU32::new(0);

/// Where nobody else writes, or only who is interrupted by nobody that does.
fn count(counter: &AtomicU32) -> u32 {
    let counted = counter.load(Ordering::Relaxed) + 1;
    counter.store(counted, Ordering::Relaxed);
    counted
}

/// Opens and closes the drain.
#[actor(mailbox = 4)]
#[supervise(limit = 3 per 10s, backoff = 5ms..20ms * 2, jitter = none)]
struct Valve {
    turns: u32,
}

/// Something was between seat and disc.
#[derive(Debug)]
struct Jammed;

impl core::fmt::Display for Jammed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the valve jammed")
    }
}

impl Valve {
    /// A valve that has been closed and opened, so that it runs freely.
    fn set_up() -> Self {
        OPEN.store(0, Ordering::Relaxed);
        count(&SET_UP);
        Self { turns: 0 }
    }
}

#[handlers]
impl Valve {
    fn turn(&mut self, percent: u32) -> Result<(), Jammed> {
        self.turns += 1;
        // The first valve does not turn for ever.
        if self.turns == 50 && SET_UP.load(Ordering::Relaxed) == 1 {
            return Err(Jammed);
        }
        OPEN.store(percent, Ordering::Relaxed);
        Ok(())
    }
}

/// Keeps the basin where it is to be.
#[actor(mailbox = 4)]
struct Pump {
    level: u32,
}

#[handlers]
impl Pump {
    /// What the sensor has read.
    fn sample(&mut self, level: u32) {
        self.level = level;
    }

    /// Opens the valve the further, the higher the water.
    #[every(10ms)]
    fn steer(&mut self) {
        let percent = INFLOW + self.level.saturating_sub(WANTED) / 40;
        let enough = if self.level < WANTED { 0 } else { percent.min(100) };
        // A valve that is being set up takes the next one.
        let _ = plant::VALVE.turn(enough).tell();
    }
}

/// Opens the drain by itself, whoever is at work.
#[actor(mailbox = 2)]
struct Alarm {
    is_on: bool,
}

#[handlers]
impl Alarm {
    fn level(&mut self, level: u32) {
        if level > TOO_HIGH && !self.is_on {
            count(&ALARMS);
            OPEN.store(100, Ordering::Relaxed);
        }
        self.is_on = level > WANTED && (self.is_on || level > TOO_HIGH);
    }
}

actor::system! {
    mod plant {
        VALVE: Valve = Valve::set_up,
        PUMP: Pump = || Pump { level: WANTED },
        level ABOVE { pend = chip::pend, ALARM: Alarm = || Alarm { is_on: false } },
    }
    ram <= 768
}

/// The timer interrupt: a millisecond of the basin, then its sensor.
fn tick() {
    plant::tick();
    let level = BASIN.load(Ordering::Relaxed) + INFLOW;
    let level = level.saturating_sub(OPEN.load(Ordering::Relaxed) * OUTFLOW);
    BASIN.store(level, Ordering::Relaxed);
    if level > FULL {
        exit(RAN_OVER);
    }
    // Nobody works for a millisecond, so there is room for the next reading.
    if plant::PUMP.sample(level).tell().is_err() || plant::ALARM.level(level).tell().is_err() {
        exit(REFUSED);
    }
    if clock::millis() == END {
        over(level);
    }
}

fn over(level: u32) -> ! {
    exit(match (ALARMS.load(Ordering::Relaxed), SET_UP.load(Ordering::Relaxed)) {
        (1, 2) if level.abs_diff(WANTED) < WANTED / 10 => WELL,
        (1, 2) => UNSTEADY,
        (1, _) => NEVER_JAMMED,
        _ => NO_ALARM,
    })
}

#[entry]
fn main() -> ! {
    chip::on_pend(|| plant::ABOVE.run());
    plant::start(clock::now);
    clock::start(tick);
    plant::run()
}
