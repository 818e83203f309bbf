//! A virtual clock and a journal, one of each for every test.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::cell::{Cell, RefCell};
use std::time::Duration;

use actor::prelude::*;
use actor::{Instant, Stepper};

thread_local! {
    static CLOCK: Cell<u64> = const { Cell::new(0) };
    static JOURNAL: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The moment of this thread's clock.
pub fn now() -> Instant {
    Instant::from_nanos(CLOCK.get())
}

/// Writes down what happened.
pub fn note(entry: impl Into<String>) {
    JOURNAL.with_borrow_mut(|journal| journal.push(entry.into()));
}

/// What happened since this was last asked.
pub fn noted() -> Vec<String> {
    JOURNAL.take()
}

/// Steps until nothing is ready.
pub fn run(step: fn() -> bool) {
    // A worker that never comes to rest is a bug, and no reason to wait for ever.
    let mut steps = 0;
    while step() {
        steps += 1;
        assert!(steps < 10_000, "the worker spins");
    }
}

/// Moves the clock, and nothing else.
pub fn later(millis: u64) {
    CLOCK.set(CLOCK.get() + millis * 1_000_000);
}

/// Moves the clock at once, with one interrupt.
pub fn leap(millis: u64, tick: fn(), step: fn() -> bool) {
    later(millis);
    tick();
    run(step);
}

/// Lets time pass as a timer interrupt of a kilohertz would.
pub fn advance(millis: u64, tick: fn(), step: fn() -> bool) {
    for _ in 0..millis {
        CLOCK.set(CLOCK.get() + 1_000_000);
        tick();
        run(step);
    }
}

/// What runs the actors of a scene on one of the backends.
pub enum Bed {
    Tokio(Stepper),
    Worker { step: fn() -> bool, tick: fn() },
}

impl Bed {
    /// Until nothing is ready.
    pub fn run(&mut self) {
        match self {
            Self::Tokio(stepper) => drop(stepper.run()),
            Self::Worker { step, tick: _ } => run(*step),
        }
    }

    pub fn advance(&mut self, millis: u64) {
        match self {
            Self::Tokio(stepper) => stepper.advance(Duration::from_millis(millis)),
            Self::Worker { step, tick } => {
                run(*step);
                advance(millis, *tick, *step);
            }
        }
    }
}

/// Owes answers: keeps the reply of whoever asks until it is told to answer, or its life ends.
#[actor(mailbox = 2)]
pub struct Owing {
    first: Option<Reply<u32>>,
    second: Option<Reply<u32>>,
}

impl Owing {
    pub const fn new() -> Self {
        Self { first: None, second: None }
    }
}

#[handlers]
impl Owing {
    pub fn first(&mut self, reply: Reply<u32>) {
        self.first = Some(reply);
    }
    pub fn second(&mut self, reply: Reply<u32>) {
        self.second = Some(reply);
    }
    pub fn answer_first(&mut self) {
        if let Some(reply) = self.first.take() {
            reply.send(1);
        }
    }
    pub fn answer_second(&mut self) {
        if let Some(reply) = self.second.take() {
            reply.send(2);
        }
    }
}
