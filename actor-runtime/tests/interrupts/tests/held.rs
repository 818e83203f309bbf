//! A program that holds the critical section itself, as drivers do, may do everything in it that it may do outside: one lies
//! within the other, and nobody finds a table that is being looked at.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use actor::prelude::*;
use actor::{FailureSnapshot, FailureTelemetry, Subscribers, SystemEvent, system};
use common::{Task, note, noted, now, pass, run};
use interrupts::{alone, are_off};

#[actor(mailbox(capacity = 2, overflow = drop_oldest))]
struct Valve;

#[handlers]
impl Valve {
    fn open(&mut self, by: u32) {
        note(by);
    }

    #[handler(lane = urgent)]
    fn shut(&mut self) {
        note(90);
    }

    fn level(&self) -> u32 {
        7
    }

    fn breaks(&mut self) -> Result<(), &'static str> {
        Err("it bursts")
    }
}

#[actor(mailbox = 2)]
struct Pump;

#[handlers]
impl Pump {
    fn run(&mut self, load: u32) {
        note(load);
    }

    fn asks(&mut self, ctx: &mut Context<Self>) {
        let _ = plant::VALVE.level().timeout(Duration::from_secs(3)).then(ctx, PumpRef::hears);
    }

    fn hears(&mut self, answer: Result<u32, AskError>) {
        note(answer.unwrap_or(99));
    }
}

struct Told;

impl FailureTelemetry for Told {
    fn on_failure(&self, _: &FailureSnapshot) {
        note(80);
        let _ = plant::PUMP.run(81).tell();
    }
}

/// Sends within what a send tells of.
fn hear(event: &SystemEvent<'_>) {
    if let SystemEvent::DeadLetter { .. } = event {
        note(70);
        let _ = plant::PUMP.run(71).tell();
    }
}

static TOLD: Told = Told;
static LEVELS: Subscribers<u32, 2> = Subscribers::new();

system! {
    mod plant {
        VALVE: Valve { mailbox = 2 } = || Valve,
        PUMP: Pump { mailbox = 2 } = || Pump,
    }
    telemetry = &TOLD,
    event_handler = crate::hear,
    metrics = on
}

/// Runs `act`; `held` says whether interrupts are off meanwhile.
fn within<R>(held: bool, act: impl FnOnce() -> R) -> R {
    if held {
        critical_section::with(|_| {
            assert!(are_off());
            act()
        })
    } else {
        act()
    }
}

/// All that a program may do, and what came of it.
fn everything(held: bool) -> Vec<u32> {
    // Failures of before are forgotten.
    pass(3_600);
    plant::start(now);
    let mut journal = Vec::new();
    let mut look = |mark| {
        journal.push(mark);
        within(held, || run(plant::step));
        journal.extend(noted());
    };
    look(1000);
    // More than there is room for: the oldest goes, and is told of.
    within(held, || (1..=3).for_each(|by| plant::VALVE.open(by).tell().unwrap()));
    within(held, || plant::VALVE.shut().tell().unwrap());
    look(1001);
    // Waiting for room, for an answer and for an end.
    let mut sent = Task::new(async { plant::PUMP.run(6).await });
    let mut asked = Task::new(async { plant::VALVE.level().await });
    let mut done = Task::new(async { plant::PUMP.run(8).done().await });
    within(held, || (4..=5).for_each(|load| plant::PUMP.run(load).tell().unwrap()));
    assert!(!within(held, || sent.go_on()));
    assert!(!within(held, || asked.go_on()));
    look(1002);
    assert!(within(held, || sent.go_on()));
    assert!(within(held, || asked.go_on()));
    assert!(!within(held, || done.go_on()));
    look(1003);
    assert!(within(held, || done.go_on()));
    within(held, || drop((sent, asked, done)));
    // An answer that comes back as a message, and one that is late.
    within(held, || plant::PUMP.asks().tell().unwrap());
    look(1004);
    let resting = within(held, || plant::VALVE.control().suspend("a look"));
    within(held, || plant::PUMP.asks().tell().unwrap());
    look(1005);
    pass(4);
    within(held, plant::tick);
    look(1006);
    within(held, || drop(resting));
    look(1007);
    // A failure, told within.
    within(held, || plant::VALVE.breaks().tell().unwrap());
    look(1008);
    // What all who listen hear.
    assert!(within(held, || LEVELS.topic().subscribe(plant::PUMP.recipient(PumpRef::run))));
    within(held, || LEVELS.topic().publish(60));
    look(1009);
    assert!(within(held, || LEVELS.topic().unsubscribe(&plant::PUMP.recipient(PumpRef::run))));
    let mut seen = 0;
    within(held, || plant::metrics(|actor| seen += actor.mailbox_high_water() as u32));
    assert!(within(held, plant::next_deadline).is_none());
    journal.push(seen);
    journal
}

#[test]
fn whatever_is_done_with_interrupts_off_comes_out_as_with_them_on() {
    let _alone = alone();
    let with_interrupts_on = everything(false);
    assert!(with_interrupts_on.contains(&70) && with_interrupts_on.contains(&81), "{with_interrupts_on:?}");
    assert_eq!(everything(true), with_interrupts_on);
    let mut end = Task::new(async { plant::PUMP.control().stopped().await });
    assert!(!within(true, || end.go_on()));
    within(true, || plant::PUMP.control().stop());
    within(true, || run(plant::step));
    assert!(within(true, || end.go_on()));
}
