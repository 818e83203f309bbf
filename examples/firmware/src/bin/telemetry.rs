//! The last failures, kept in a static: what a board has to say when somebody asks what went wrong. Ends well if the ring has
//! what happened.
#![no_std]
#![no_main]

use actor::prelude::*;
use actor::{Decision, EscalationStage, FailureKind, Instant, RingBufferFailureTelemetry, Severity};
use firmware::entry;
use firmware::exit::{WELL, exit};

/// A message was refused.
const REFUSED: i32 = 10;
/// Another number of failures than there were.
const MISCOUNTED: i32 = 11;
/// What the ring says of a failure is not so: this and its number.
const DIFFERENT: i32 = 20;

/// Reads what is on the bus.
#[actor(mailbox = 2, tags(component = "probe"))]
pub struct Sensor;

#[handlers]
impl Sensor {
    fn read(&mut self) -> Result<(), &'static str> {
        Err("no answer on the bus within a second")
    }
}

/// Has it read.
#[actor(mailbox = 2)]
#[supervise(limit = 1 per 60s)]
pub struct Board {
    #[child(|| Sensor)]
    sensor: Child<Sensor>,
}

#[handlers]
impl Board {
    fn read(&mut self) {
        let _ = self.sensor.read().tell();
    }
}

static FAILURES: RingBufferFailureTelemetry<2> = RingBufferFailureTelemetry::new();

actor::system! {
    mod station {
        BOARD: Board = || Board { sensor: Child::default() },
    }
    telemetry = &FAILURES,
    ram <= 512
}

fn now() -> Instant {
    Instant::ZERO
}

#[entry]
fn main() -> ! {
    station::start(now);
    while station::step() {}
    for _ in 0..2 {
        if station::BOARD.read().tell().is_err() {
            exit(REFUSED);
        }
        while station::step() {}
    }
    // The first restart has made room for the failure of its parent.
    if FAILURES.seen() != 3 {
        exit(MISCOUNTED);
    }
    let mut number = 0;
    FAILURES.dump_to(|failure| {
        let is_so = match number {
            0 => failure.stage() == EscalationStage::Initial && failure.decision() == Decision::Escalate,
            _ => failure.kind() == FailureKind::Escalated && failure.origin().actor == "sensor",
        };
        let path = if number == 0 { "BOARD/sensor" } else { "BOARD" };
        let said = (failure.path(), failure.message(), failure.description());
        if said != (path, Some("read"), "no answer on the bus within a…")
            || !is_so
            || failure.tag("component") != Some("probe")
            || failure.severity() != Severity::Error
        {
            exit(DIFFERENT + number);
        }
        number += 1;
    });
    exit(if number == 2 { WELL } else { MISCOUNTED })
}
