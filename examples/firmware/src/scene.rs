//! A scene at a pumping station that is traced: played on a board and on the worker of a host, whose traces are the same. Its
//! clock and its interrupt are its own, so that it is the same in every run.

use core::fmt::{self, Write};
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use actor::prelude::*;
use actor::{Instant, TraceRing};

static TRACE: TraceRing<64> = TraceRing::new();

/// May jam.
#[actor(mailbox = 2)]
struct Valve {
    position: u8,
}

#[handlers]
impl Valve {
    fn turn(&mut self, percent: u8) -> Result<(), &'static str> {
        if percent > 100 {
            return Err("jammed");
        }
        self.position = percent;
        Ok(())
    }

    fn position(&self) -> u8 {
        self.position
    }
}

/// Belongs to the pump.
#[actor(mailbox = 1)]
pub(crate) struct Gauge;

#[handlers]
impl Gauge {
    fn read(&mut self) {}
}

/// Looks after the valve.
#[actor(mailbox = 2)]
struct Pump {
    #[child(|| Gauge)]
    gauge: Child<Gauge>,
}

#[handlers]
impl Pump {
    #[started]
    fn begin(&mut self) {}

    async fn balance(&mut self) {
        if station::VALVE.position().await != Ok(100) {
            let _ = station::ALARM.rise().tell();
        }
    }

    #[every(10ms)]
    fn look(&mut self) {
        let _ = self.gauge.read().tell();
    }
}

/// Does not wait for the others.
#[actor(mailbox = 1)]
struct Alarm;

#[handlers]
impl Alarm {
    fn rise(&mut self) {}
}

actor::system! {
    mod station {
        VALVE: Valve = || Valve { position: 0 },
        PUMP: Pump = || Pump { gauge: Child::default() },
        level ABOVE { pend = pend, ALARM: Alarm = || Alarm },
    }
    trace = &TRACE,
    ram <= 1024
}

static MILLIS: AtomicU32 = AtomicU32::new(0);
static PENDED: AtomicBool = AtomicBool::new(false);

fn now() -> Instant {
    Instant::from_nanos(u64::from(MILLIS.load(Ordering::Relaxed)) * 1_000_000)
}

fn pend() {
    PENDED.store(true, Ordering::Relaxed);
}

/// Runs the actors until none has anything to do; those of the level where they are pended.
fn run() {
    loop {
        if PENDED.load(Ordering::Relaxed) {
            PENDED.store(false, Ordering::Relaxed);
            station::ABOVE.run();
        } else if !station::step() {
            return;
        }
    }
}

fn pass(millis: u32) {
    MILLIS.store(MILLIS.load(Ordering::Relaxed) + millis, Ordering::Relaxed);
    station::tick();
    run();
}

/// Plays it, once in a program. Every call but one is taken, and the trace shows which.
pub(crate) fn play() {
    station::start(now);
    run();
    pass(1);
    for percent in [30, 40, 50] {
        let _ = station::VALVE.turn(percent).tell();
    }
    run();
    let _ = station::PUMP.balance().tell();
    pass(1);
    pass(9);
    let _ = station::VALVE.turn(101).tell();
    let _ = station::VALVE.turn(60).tell();
    pass(1);
    let _ = station::VALVE.turn(70).tell();
    let _ = station::VALVE.control().stop();
    pass(1);
    let _ = station::VALVE.turn(80).tell();
}

/// Writes what a host needs to show it: a line for each actor, and one for each unit of the trace.
///
/// # Errors
/// Those of `out`.
pub(crate) fn write(out: &mut dyn Write) -> fmt::Result {
    station::trace_names(&mut Named { out, is_new: true })?;
    let mut reader = TRACE.reader();
    while let Some(unit) = reader.read() {
        out.write_str("unit ")?;
        unit.iter().try_for_each(|byte| write!(out, "{byte:02x}"))?;
        out.write_str("\n")?;
    }
    Ok(())
}

/// Puts `name` in front of each line.
struct Named<'w> {
    out: &'w mut dyn Write,
    is_new: bool,
}

impl Write for Named<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for part in text.split_inclusive('\n') {
            if self.is_new {
                self.out.write_str("name ")?;
            }
            self.is_new = part.ends_with('\n');
            self.out.write_str(part)?;
        }
        Ok(())
    }
}
