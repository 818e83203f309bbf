//! Urgent messages overtake the others, in their own order; who finds no room among them waits for it. `.ci/firmware`
//! measures for how long that keeps interrupts off. Ends well if all of it happens in the right order.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use actor::Instant;
use actor::prelude::*;
use firmware::entry;
use firmware::exit::{WELL, exit};

/// A message was refused, or let in, that should not have been.
const MISTAKEN: i32 = 10;
/// What was handled is not what was to be: this and the number of the first.
const DIFFERENT: i32 = 20;

/// What is handled, in order.
const EXPECTED: [u32; 11] = [100, 101, 102, 103, 1, 2, 104, 105, 3, 4, 5];

static HANDLED: AtomicU32 = AtomicU32::new(0);

fn handled(number: u32) {
    let at = HANDLED.load(Ordering::Relaxed);
    if EXPECTED.get(at as usize) != Some(&number) {
        exit(DIFFERENT + at as i32);
    }
    HANDLED.store(at + 1, Ordering::Relaxed);
}

/// Takes items, and alarms before them.
#[actor(mailbox = 3)]
pub struct Belt;

#[handlers]
impl Belt {
    fn item(&mut self, number: u32) {
        handled(number);
    }
    #[handler(lane = urgent)]
    fn alarm(&mut self, number: u32) {
        handled(number);
    }
}

/// Waits for room.
#[actor(mailbox = 4)]
pub struct Guard;

#[handlers]
impl Guard {
    async fn alarm(&mut self, number: u32) {
        if lanes::BELT.alarm(number).await.is_err() {
            exit(MISTAKEN);
        }
    }
}

actor::system! {
    mod lanes {
        GUARD: Guard = || Guard,
        BELT: Belt = || Belt,
    }
}

fn now() -> Instant {
    Instant::ZERO
}

fn run() {
    while lanes::step() {}
}

fn must(sent: bool) {
    if !sent {
        exit(MISTAKEN);
    }
}

#[entry]
fn main() -> ! {
    lanes::start(now);
    run();
    must(lanes::BELT.item(1).tell().is_ok());
    must(lanes::BELT.item(2).tell().is_ok());
    for number in 100..103 {
        must(lanes::BELT.alarm(number).tell().is_ok());
    }
    must(lanes::BELT.alarm(0).tell().is_err());
    must(lanes::GUARD.alarm(103).tell().is_ok());
    run();
    must(lanes::BELT.item(3).tell().is_ok());
    must(lanes::BELT.alarm(104).tell().is_ok());
    must(lanes::BELT.item(4).tell().is_ok());
    must(lanes::BELT.alarm(105).tell().is_ok());
    must(lanes::BELT.item(5).tell().is_ok());
    run();
    must(HANDLED.load(Ordering::Relaxed) as usize == EXPECTED.len());
    exit(WELL)
}
