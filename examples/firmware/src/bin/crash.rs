//! A panic ends the run, and the next one decides about it: once those begin anew who are counted together, the second time
//! their limit is reached and one ends. The record lies in memory that a reset leaves alone, and so do the failures that were told.
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

macro_rules! parent {
    ($parent:ident($($policy:tt)*)) => {
        /// Has three sensors read, the last of which counts by itself.
        #[actor(mailbox = 2)]
        #[supervise(limit = 1 per 60s, on(panic => restart), exhausted = stop_child, $($policy)*)]
        pub struct $parent {
            #[child(|| Sensor)]
            first: Child<Sensor>,
            #[child(|| Sensor)]
            second: Child<Sensor>,
            #[child(|| Sensor, scope = child)]
            alone: Child<Sensor>,
        }

        impl $parent {
            fn new() -> Self {
                Self { first: Child::default(), second: Child::default(), alone: Child::default() }
            }
        }

        #[handlers]
        impl $parent {
            fn read(&mut self, sensor: u8, register: u8) {
                let sensor = match sensor {
                    0 => &self.first,
                    1 => &self.second,
                    _ => &self.alone,
                };
                if sensor.read(register).tell().is_err() {
                    exit(REFUSED);
                }
            }
        }
    };
}

// Restarted one by one, and all together.
parent!(Board(strategy = one_for_one));
parent!(Rack(strategy = one_for_all));

/// Who crashes in one run after the other. The second failure of those who are counted together is one too many, whichever of
/// them it is.
const CRASHES: [(&str, u8); 6] = [
    ("BOARD/sensor", 0),
    ("BOARD/sensor", 1),
    ("RACK/sensor", 1),
    ("RACK/sensor", 0),
    ("BOARD/sensor", 2),
    ("BOARD/sensor", 2),
];

// Start-up code neither clears nor loads these sections.
#[allow(unsafe_code)]
#[unsafe(link_section = ".uninit.FAILURES")]
static FAILURES: SurvivingFailureTelemetry<2> = SurvivingFailureTelemetry::new();

#[allow(unsafe_code)]
#[unsafe(link_section = ".uninit.CRASH")]
static CRASH: CrashRecord = CrashRecord::new();

actor::system! {
    mod station {
        BOARD: Board = Board::new,
        RACK: Rack = Rack::new,
    }
    telemetry = &FAILURES,
    crash = &CRASH,
    ram <= 1024
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
        let number = crashes - FAILURES.seen().min(2) + told;
        let (path, _) = CRASHES[number as usize];
        let is_restarted = matches!(failure.decision(), Decision::Restart { .. });
        let said = (failure.path(), failure.message(), failure.description());
        if said != (path, Some("read"), "register 9 is none") || failure.kind() != FailureKind::Panic {
            exit(UNTOLD);
        }
        if is_restarted != number.is_multiple_of(2) || failure.restarts() != 1 {
            exit(UNTOLD + 1);
        }
        told += 1;
    });
    if told != crashes.min(2) || FAILURES.seen() != crashes {
        exit(UNTOLD + 2);
    }
    let Some((path, sensor)) = CRASHES.get(crashes as usize) else {
        // Those that were one too many have ended; the others live on.
        exit(if station::RACK.read(0, 1).tell().is_ok() { WELL } else { REFUSED });
    };
    let sent = if path.starts_with("BOARD") {
        station::BOARD.read(*sensor, 9).tell().is_ok()
    } else {
        station::RACK.read(*sensor, 9).tell().is_ok()
    };
    if !sent {
        exit(REFUSED + 1);
    }
    while station::step() {}
    exit(ENDLESS)
}
