//! A watchdog on the worker: fed at each tick while every actor gets on.
#![allow(missing_docs)]

mod common;

use std::cell::Cell;

use actor::prelude::*;
use actor::system;
use common::{now, run};

thread_local! {
    static FED: Cell<u32> = const { Cell::new(0) };
}

fn feed() {
    FED.set(FED.get() + 1);
}

/// How often it was fed since this was last asked.
fn fed() -> u32 {
    FED.replace(0)
}

/// Keeps the worker busy, if it is told to go on, and hangs for so many ticks.
#[actor(mailbox = 4)]
struct Busy;

#[handlers]
impl Busy {
    fn hang(&mut self, ticks: u32, tick: fn()) {
        for _ in 0..ticks {
            tick();
        }
    }
    fn go_on(&mut self, ctx: &mut Context<Self>) {
        let _ = ctx.this().go_on().tell();
    }
}

/// Comes after it.
#[actor(mailbox = 2)]
struct Patient {
    #[child(|| Nurse)]
    nurse: Child<Nurse>,
}

#[handlers]
impl Patient {
    fn visit(&mut self) {
        let _ = self.nurse.visit().tell();
    }
    async fn wait(&mut self, busy: BusyRef) {
        let _ = busy.hang(0, || ()).await;
        std::future::pending::<()>().await;
    }
}

#[actor(mailbox = 2)]
struct Nurse;

#[handlers]
impl Nurse {
    fn visit(&mut self) {}
}

system! {
    mod ward {
        BUSY: Busy = || Busy,
        PATIENT: Patient = || Patient { nurse: Child::default() },
    }
    watchdog = feed within 2 ticks,
    ram <= 1024
}

#[test]
fn it_is_fed_while_every_actor_gets_on() {
    ward::start(now);
    // Three that are not run are three that wait.
    (0..4).for_each(|_| ward::tick());
    assert_eq!(fed(), 2, "for as long as they have patience");
    run(ward::step);
    (0..4).for_each(|_| ward::tick());
    assert_eq!(fed(), 4, "nobody has anything to do");

    // A handler that hangs, at first unnoticed; afterwards all is well again.
    ward::BUSY.hang(6, ward::tick).tell().unwrap();
    run(ward::step);
    assert_eq!(fed(), 3);
    ward::tick();
    assert_eq!(fed(), 1);

    // One that keeps the worker busy starves those below it.
    ward::BUSY.go_on().tell().unwrap();
    ward::PATIENT.visit().tell().unwrap();
    for _ in 0..6 {
        assert!(ward::step());
        ward::tick();
    }
    assert_eq!(fed(), 2);
}

system! {
    mod clinic {
        BUSY: Busy = || Busy,
        PATIENT: Patient = || Patient { nurse: Child::default() },
    }
    watchdog = feed
}

#[test]
fn one_that_waits_at_an_await_holds_nobody_up() {
    clinic::start(now);
    run(clinic::step);
    clinic::PATIENT.wait(clinic::BUSY.clone()).tell().unwrap();
    run(clinic::step);
    clinic::PATIENT.visit().tell().unwrap();
    (0..20).for_each(|_| {
        clinic::tick();
        run(clinic::step);
    });
    assert_eq!(fed(), 20);
    clinic::BUSY.hang(20, clinic::tick).tell().unwrap();
    clinic::step();
    assert_eq!(fed(), 9, "eight ticks of patience, and the one before which it was begun");
}
