//! A worker without ticks: its one-shot timer is set to what comes next, and the core sleeps until then. Ends well if all
//! timers fire, and no interrupt comes for nothing.
#![no_std]
#![no_main]

use core::num::NonZeroU32;
use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;

use actor::Instant;
use actor::prelude::*;
use firmware::exit::{WELL, exit};
use firmware::{chip, entry};

/// Something fired too often or not at all.
const DIFFERENT: i32 = 10;
/// There were more interrupts than moments at which something was due, or fewer.
const RANG: i32 = 20;
/// Time passes while the core sleeps, and nowhere else.
static MILLISECONDS: AtomicU32 = AtomicU32::new(0);
/// What the alarm is set to.
static ALARM: AtomicU32 = AtomicU32::new(0);
static RINGS: AtomicU32 = AtomicU32::new(0);

#[actor(mailbox = 2, timers = 3)]
struct Lamp {
    blinks: u32,
    warned: bool,
}

#[handlers]
impl Lamp {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.after(Duration::from_millis(25), |me| me.warn());
    }

    #[every(10ms)]
    fn blink(&mut self) {
        self.blinks += 1;
    }

    fn warn(&mut self) {
        self.warned = true;
    }

    /// The alarm rang at 10, 20, 25, 30 and 35.
    #[idle(35ms)]
    fn quiet(&mut self) {
        let well = if self.blinks == 3 && self.warned { WELL } else { DIFFERENT };
        exit(if RINGS.load(Ordering::Relaxed) == 5 { well } else { RANG })
    }
}

actor::system! {
    mod lamps { LAMP: Lamp = || Lamp { blinks: 0, warned: false } }
    ram <= 256
}

fn now() -> Instant {
    Instant::from_nanos(u64::from(MILLISECONDS.load(Ordering::Relaxed)) * 1_000_000)
}

fn ring() {
    // Nobody else writes them.
    MILLISECONDS.store(MILLISECONDS.load(Ordering::Relaxed) + ALARM.load(Ordering::Relaxed), Ordering::Relaxed);
    RINGS.store(RINGS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    lamps::tick();
}

#[entry]
fn main() -> ! {
    lamps::start(now);
    lamps::run_tickless(|next| {
        let millis = next.map_or(0, |next| next.saturating_since(now()).as_millis() as u32);
        ALARM.store(millis, Ordering::Relaxed);
        chip::alarm(NonZeroU32::new(millis), ring);
    })
}
