//! A pool whose members take turns, messages larger than their mailbox has room for, and a topic that an interrupt could
//! publish to. Ends well if all of it arrives, in the right order.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use actor::prelude::*;
use actor::{Instant, Subscribers, Topic};
use firmware::entry;
use firmware::exit::{WELL, exit};

/// A message was refused, or was not where it was to be.
const REFUSED: i32 = 10;
/// What was handled is not what was to be: this and the number of the first.
const DIFFERENT: i32 = 20;

/// What is handled, in order: sums of lines by the member that had its turn, and what all were told. The third line finds
/// no place at first.
const EXPECTED: [u32; 7] = [116, 232, 348, 7, 7, 7, 464];

static HANDLED: AtomicU32 = AtomicU32::new(0);
static ALARMS: Subscribers<u32, 3> = Subscribers::new();

fn handled(number: u32) {
    let at = HANDLED.load(Ordering::Relaxed);
    if EXPECTED.get(at as usize) != Some(&number) {
        exit(DIFFERENT + at as i32);
    }
    HANDLED.store(at + 1, Ordering::Relaxed);
}

/// A line of a log.
type Line = [u8; 116];

/// Adds up lines.
#[actor(mailbox = 2)]
pub struct Worker {
    alarms: Topic<u32>,
}

#[handlers]
impl Worker {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        self.alarms.subscribe(ctx.this().recipient(WorkerRef::alarm));
    }
    fn sum(&mut self, sum: u32) {
        handled(sum);
    }
    fn alarm(&mut self, level: u32) {
        handled(level);
    }
}

/// Gives each line to the worker whose turn it is.
#[actor(mailbox = 4)]
pub struct Reader {
    #[child(|| Worker { alarms: ALARMS.topic() }, pool = 3)]
    workers: Pool<Worker>,
}

#[handlers]
impl Reader {
    fn line(&mut self, #[indirect] line: Line) {
        let sum = line.iter().map(|byte| u32::from(*byte)).sum();
        if self.workers.sum(sum).tell().is_err() {
            exit(REFUSED);
        }
    }
}

actor::system! {
    mod office {
        READER: Reader { mailbox = 4, indirect = 2 } = || Reader { workers: Pool::default() },
    }
    ram <= 768
}

fn now() -> Instant {
    Instant::ZERO
}

fn run() {
    while office::step() {}
}

fn must(holds: bool) {
    if !holds {
        exit(REFUSED);
    }
}

#[entry]
fn main() -> ! {
    office::start(now);
    run();
    let line = |byte| office::READER.line([byte; 116]);
    must(line(1).tell().is_ok() && line(2).tell().is_ok());
    let Err(rejected) = line(3).tell() else { exit(REFUSED) };
    run();
    must(rejected.call.tell().is_ok());
    run();
    must(ALARMS.topic().publish(7).delivered == 3);
    run();
    must(line(4).tell().is_ok());
    run();
    must(HANDLED.load(Ordering::Relaxed) as usize == EXPECTED.len());
    exit(WELL)
}
