//! A panic ends the run, and the next one decides about it: twice the actor begins anew, the third time its limit is
//! reached and it ends. The record lies in memory that a reset leaves alone, and so do the failures that were told.
#![no_std]
#![no_main]

use core::panic::PanicInfo;

use actor::crash::{self, CrashRecord};
use actor::prelude::*;
use actor::{Decision, FailureKind, Instant, SurvivingFailureTelemetry};
use cortex_m::peripheral::SCB;
use firmware::entry;
use firmware::exit::{WELL, exit};

/// The record is not that of the panic.
const DIFFERENT: i32 = 10;
/// What was told is not what was decided.
const UNTOLD: i32 = 20;
/// A message was refused, or was not where it should be.
const REFUSED: i32 = 30;
/// More runs than the limit allows.
const ENDLESS: i32 = 40;

/// Reads what is on the bus, and cannot fail otherwise.
#[actor(mailbox = 2)]
pub struct Sensor;

#[handlers]
impl Sensor {
    fn read(&mut self, register: u8) {
        assert!(register < 8, "register {register} is none");
    }
}

/// Has it read.
#[actor(mailbox = 2)]
#[supervise(limit = 2 per 60s, on(panic => restart), exhausted = stop_child)]
pub struct Board {
    #[child(|| Sensor)]
    sensor: Child<Sensor>,
}

#[handlers]
impl Board {
    fn read(&mut self, register: u8) {
        if self.sensor.read(register).tell().is_err() {
            exit(REFUSED);
        }
    }
}

// Start-up code neither clears nor loads these sections.
#[allow(unsafe_code)]
#[unsafe(link_section = ".uninit.FAILURES")]
static FAILURES: SurvivingFailureTelemetry<2> = SurvivingFailureTelemetry::new();

#[allow(unsafe_code)]
#[unsafe(link_section = ".uninit.CRASH")]
static CRASH: CrashRecord = CrashRecord::new();

actor::system! {
    mod station {
        BOARD: Board = || Board { sensor: Child::default() },
    }
    telemetry = &FAILURES,
    crash = &CRASH,
    ram <= 512
}

fn now() -> Instant {
    Instant::from_nanos(1_000)
}

#[panic_handler]
fn panicked(info: &PanicInfo<'_>) -> ! {
    crash::record(info);
    SCB::sys_reset()
}

#[entry]
fn main() -> ! {
    let crashes = CRASH.count();
    let crash = CRASH.read();
    if crash
        .is_some_and(|crash| crash.description() != "register 9 is none" || !crash.location().0.ends_with("crash.rs"))
        || crash.is_some() != (crashes > 0)
    {
        exit(DIFFERENT);
    }
    station::start(now);
    while station::step() {}
    if CRASH.read().is_some() {
        exit(DIFFERENT + 1);
    }
    let mut told = 0;
    FAILURES.dump_to(|failure| {
        // The last but one is of the run before.
        let number = FAILURES.seen().min(2) - told;
        let crashes = crashes + 1 - number;
        let is_restarted = matches!(failure.decision(), Decision::Restart { .. });
        let said = (failure.path(), failure.message(), failure.description());
        if said != ("BOARD/sensor", Some("read"), "register 9 is none") || failure.kind() != FailureKind::Panic {
            exit(UNTOLD);
        }
        if is_restarted != (crashes <= 2) || failure.restarts() != crashes.min(2) {
            exit(UNTOLD + 1);
        }
        told += 1;
    });
    if told != crashes.min(2) || FAILURES.seen() != crashes {
        exit(UNTOLD + 2);
    }
    let register = if crashes > 2 { 1 } else { 9 };
    if station::BOARD.read(register).tell().is_err() {
        exit(REFUSED);
    }
    if crashes > 2 {
        // The sensor has ended; the rest lives on.
        exit(WELL);
    }
    while station::step() {}
    exit(ENDLESS)
}
