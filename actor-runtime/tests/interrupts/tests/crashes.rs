//! Limits that count over resets: what they count within one run is as where nobody keeps a record.
#![allow(missing_docs)]

mod common;

use actor::crash::CrashRecord;
use actor::prelude::*;
use actor::system;
use common::{note, noted, now, pass, run};
use interrupts::alone;

#[actor(mailbox = 2)]
pub struct Sensor;

#[handlers]
impl Sensor {
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
    fn which(&mut self, ctx: &mut Context<Self>) {
        note(ctx.incarnation().get());
    }
}

#[actor(mailbox = 2)]
#[supervise(limit = 1 per 60s)]
pub struct Board {
    #[child(|| Sensor)]
    sensor: Child<Sensor>,
}

#[handlers]
impl Board {
    fn fails(&mut self) {
        self.sensor.fails().tell().unwrap();
    }
    fn which(&mut self, ctx: &mut Context<Self>) {
        note(100 + ctx.incarnation().get());
        self.sensor.which().tell().unwrap();
    }
}

static CRASH: CrashRecord = CrashRecord::new();

system! {
    mod station { BOARD: Board = || Board { sensor: Child::default() } }
    crash = &CRASH
}

/// Passes the pause before a restart, and no window.
fn later() {
    for _ in 0..2 {
        pass(1);
        station::tick();
        run(station::step);
    }
}

#[test]
fn a_new_life_of_the_parent_counts_anew_though_restarts_are_kept() {
    let _alone = alone();
    station::start(now);
    run(station::step);
    for expected in [[100, 1], [101, 0], [101, 1]] {
        station::BOARD.fails().tell().unwrap();
        run(station::step);
        later();
        station::BOARD.which().tell().unwrap();
        run(station::step);
        assert_eq!(noted(), expected);
    }
}
