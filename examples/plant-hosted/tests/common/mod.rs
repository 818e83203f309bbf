//! A virtual clock and a journal, one of each for every test.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::cell::{Cell, RefCell};
use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::task::{self, Poll, Waker};
use std::time::Duration;

use actor::prelude::*;
use actor::{Instant, Stepper};

/// Plays a scene on both backends: what was noted must be the same. On the worker twice: with a tick each millisecond, and
/// with none but those that are due.
#[allow(unused_macros)]
macro_rules! parity {
    ($test:ident, $actor:ident, $make:expr, |$bed:ident, $me:ident| $body:block) => {
        mod $test {
            use super::*;
            use crate::common::{Bed, from_the_beginning, now, run};

            actor::system! { mod system { ME: $actor = || $make } }
            actor::system! { mod tickless { ME: $actor = || $make } }

            #[allow(unused_variables)]
            fn scenario($bed: &mut Bed, $me: &<$actor as actor::__private::Configured>::Ref) {
                $body
            }

            #[test]
            #[cfg_attr(miri, ignore = "takes long, and does nothing that other tests do not")]
            fn $test() {
                let (tokio, mut stepper) = ActorSystem::builder("parity").stepper();
                let me = stepper.block_on(tokio.spawn(|| $make).into_future()).unwrap();
                scenario(&mut Bed::Tokio(stepper), &me);
                let on_tokio = crate::common::noted();
                drop((me, tokio));
                crate::common::noted();

                system::start(now);
                run(system::step);
                scenario(&mut Bed::Worker { step: system::step, tick: system::tick }, &system::ME);
                assert_eq!(on_tokio, crate::common::noted(), "tokio on the left, the worker on the right");

                from_the_beginning();
                tickless::start(now);
                run(tickless::step);
                let (step, tick, next) = (tickless::step, tickless::tick, tickless::next_deadline);
                scenario(&mut Bed::Tickless { step, tick, next }, &tickless::ME);
                assert_eq!(
                    on_tokio,
                    crate::common::noted(),
                    "tokio on the left, the worker without ticks on the right"
                );
            }
        }
    };
}

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

/// How many entries of the journal begin so.
pub fn count(beginning: &str) -> usize {
    JOURNAL.with_borrow(|journal| journal.iter().filter(|entry| entry.starts_with(beginning)).count())
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

/// Begins time anew, for another system.
pub fn from_the_beginning() {
    CLOCK.set(0);
}

/// Lets time pass as an alarm would that is set to what comes next. Returns how often it rang.
pub fn pass(millis: u64, tick: fn(), step: fn() -> bool, next: fn() -> Option<Instant>) -> u32 {
    let (end, mut rang) = (CLOCK.get() + millis * 1_000_000, 0);
    run(step);
    while let Some(moment) = next().map(Instant::as_nanos).filter(|moment| *moment <= end) {
        assert!(rang < 10_000, "the alarm rings for nothing");
        rang += 1;
        CLOCK.set(moment.max(CLOCK.get()));
        tick();
        run(step);
    }
    CLOCK.set(end);
    rang
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
    Tickless { step: fn() -> bool, tick: fn(), next: fn() -> Option<Instant> },
}

impl Bed {
    /// Until nothing is ready.
    pub fn run(&mut self) {
        match self {
            Self::Tokio(stepper) => drop(stepper.run()),
            Self::Worker { step, .. } | Self::Tickless { step, .. } => run(*step),
        }
    }

    /// The answer to `call`, which may be had at once.
    pub fn ask<'r, A: actor::Actor, T: Send + 'static>(&mut self, call: actor::Call<'r, A, actor::Ask<T>>) -> T {
        let mut asking = pin!(call.into_future());
        let polled = match self {
            Self::Tokio(stepper) => return stepper.block_on(asking).expect("an answer"),
            Self::Worker { step, .. } | Self::Tickless { step, .. } => {
                let mut cx = task::Context::from_waker(Waker::noop());
                assert!(asking.as_mut().poll(&mut cx).is_pending());
                run(*step);
                asking.poll(&mut cx)
            }
        };
        let Poll::Ready(Ok(answer)) = polled else { panic!("an answer") };
        answer
    }

    pub fn advance(&mut self, millis: u64) {
        match self {
            Self::Tokio(stepper) => stepper.advance(Duration::from_millis(millis)),
            Self::Worker { step, tick } => {
                run(*step);
                advance(millis, *tick, *step);
            }
            Self::Tickless { step, tick, next } => {
                pass(millis, *tick, *step, *next);
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
