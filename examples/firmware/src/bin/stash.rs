//! Messages that wait in the stash until their actor is ready for them, over a failure too. Ends well if all of them are
//! handled in the right order.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use actor::Instant;
use actor::prelude::*;
use firmware::entry;
use firmware::exit::{WELL, exit};

/// A message was refused.
const REFUSED: i32 = 10;
/// What was handled is not what was to be: this and the number of the first.
const DIFFERENT: i32 = 20;

/// What is handled, in order: 4 found no room.
const EXPECTED: [u32; 8] = [100, 101, 102, 1, 2, 3, 103, 5];

static HANDLED: AtomicU32 = AtomicU32::new(0);

fn handled(number: u32) {
    let at = HANDLED.load(Ordering::Relaxed);
    if EXPECTED.get(at as usize) != Some(&number) {
        exit(DIFFERENT + at as i32);
    }
    HANDLED.store(at + 1, Ordering::Relaxed);
}

/// Takes items while it is open.
#[actor(mailbox = 8, stash = 3)]
pub struct Store {
    is_open: bool,
}

#[handlers]
impl Store {
    #[handler(stash_unless = self.is_open)]
    fn put(&mut self, number: u32) {
        handled(number);
    }
    fn note(&mut self, number: u32) {
        handled(number);
    }
    /// Looks again though nothing has changed.
    fn look(&mut self, ctx: &mut Context<Self>) {
        ctx.unstash_all();
    }
    fn open(&mut self, ctx: &mut Context<Self>) {
        self.is_open = true;
        ctx.unstash_all();
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
}

actor::system! {
    mod shop {
        STORE: Store = || Store { is_open: false },
    }
    ram <= 512
}

fn now() -> Instant {
    Instant::ZERO
}

fn run() {
    while shop::step() {}
}

fn must(sent: bool) {
    if !sent {
        exit(REFUSED);
    }
}

#[entry]
fn main() -> ! {
    shop::start(now);
    run();
    for number in 1..5 {
        must(shop::STORE.put(number).tell().is_ok());
    }
    must(shop::STORE.note(100).tell().is_ok());
    run();
    must(shop::STORE.look().tell().is_ok());
    must(shop::STORE.note(101).tell().is_ok());
    run();
    must(shop::STORE.fails().tell().is_ok());
    must(shop::STORE.note(102).tell().is_ok());
    run();
    must(shop::STORE.open().tell().is_ok());
    must(shop::STORE.note(103).tell().is_ok());
    must(shop::STORE.put(5).tell().is_ok());
    run();
    must(HANDLED.load(Ordering::Relaxed) as usize == EXPECTED.len());
    exit(WELL)
}
