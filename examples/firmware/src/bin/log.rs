//! Failures in a log of the crate `defmt`, whose bytes are looked at instead of sent. Ends well if they have the texts of what
//! happened.
#![no_std]
#![no_main]

use core::cell::RefCell;

use actor::DefmtFailureTelemetry;
use actor::prelude::*;
use cortex_m::interrupt::{self, Mutex};
use cortex_m_rt::entry;
use firmware::exit::{WELL, exit};

/// A message was refused.
const REFUSED: i32 = 10;
/// Nothing was logged.
const SILENT: i32 = 11;
/// A text is missing: this and its number.
const MISSING: i32 = 20;

/// Reads what is on the bus.
#[actor(mailbox = 2, tags(component = "probe"))]
pub struct Sensor;

#[handlers]
impl Sensor {
    fn read(&mut self) -> Result<(), &'static str> {
        Err("no answer")
    }
}

/// Has it read, once.
#[actor(mailbox = 2)]
#[supervise(on(other => stop))]
pub struct Board {
    #[child(|| Sensor)]
    sensor: Child<Sensor>,
}

#[handlers]
impl Board {
    fn read(&mut self) {
        if self.sensor.read().tell().is_err() {
            exit(REFUSED);
        }
    }
}

static LOG: DefmtFailureTelemetry = DefmtFailureTelemetry;

actor::system! {
    mod station {
        BOARD: Board = || Board { sensor: Child::default() },
    }
    telemetry = &LOG
}

/// What was logged, and how much of it.
static LOGGED: Mutex<RefCell<([u8; 256], usize)>> = Mutex::new(RefCell::new(([0; 256], 0)));

#[defmt::global_logger]
struct Keeper;

// SAFETY: one core and one thread log, and no interrupt does.
#[allow(unsafe_code)]
unsafe impl defmt::Logger for Keeper {
    fn acquire() {}
    unsafe fn flush() {}
    unsafe fn release() {}
    unsafe fn write(bytes: &[u8]) {
        interrupt::free(|cs| {
            let (kept, len) = &mut *LOGGED.borrow(cs).borrow_mut();
            if let Some(place) = kept.get_mut(*len..*len + bytes.len()) {
                place.copy_from_slice(bytes);
                *len += bytes.len();
            }
        });
    }
}

#[entry]
fn main() -> ! {
    station::start(|| actor::Instant::ZERO);
    while station::step() {}
    // One that ends is an error, which is logged where nothing is said of levels.
    if station::BOARD.read().tell().is_err() {
        exit(REFUSED);
    }
    while station::step() {}
    let (logged, len) = interrupt::free(|cs| *LOGGED.borrow(cs).borrow());
    if len == 0 {
        exit(SILENT);
    }
    for (number, text) in ["BOARD/sensor", "read", "no answer", "component", "probe"].iter().enumerate() {
        if !logged.windows(text.len()).any(|window| window == text.as_bytes()) {
            exit(MISSING + number as i32);
        }
    }
    exit(WELL)
}
