//! A failure is told as that of whoever it began at, whatever became of others that were on their way.
#![allow(missing_docs)]

mod common;

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock};

use actor::prelude::*;
use actor::{SystemEvent, system};
use common::{now, pass, run};
use interrupts::alone;

/// An interrupt stops its parent while it fails to start.
static IS_STOPPED: AtomicBool = AtomicBool::new(false);

static TANK: OnceLock<TankRef> = OnceLock::new();

#[actor(mailbox = 2)]
struct Float;

#[handlers]
impl Float {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        if IS_STOPPED.swap(false, Relaxed) {
            drop(TANK.get().unwrap().control().stop());
            ctx.fail("is stuck");
        }
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("has sunk");
    }
}

/// Failures of its float are its own.
#[actor(mailbox = 2)]
#[supervise(on(other => escalate))]
struct Tank {
    #[child(|| Float)]
    float: Child<Float>,
}

#[handlers]
impl Tank {
    fn fails(&mut self) {
        self.float.fails().tell().unwrap();
    }
}

#[actor(mailbox = 2)]
struct Plant {
    #[child(|| Tank { float: Child::default() })]
    tank: Child<Tank>,
}

#[handlers]
impl Plant {
    #[started]
    fn started(&mut self) {
        TANK.get_or_init(|| (*self.tank).clone());
    }
    fn again(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("again");
    }
}

static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn hear(event: &SystemEvent<'_>) {
    if let SystemEvent::Failed { actor, failure, snapshot, .. } = event {
        HEARD.lock().unwrap().push(format!("{actor}, by {}: {}", snapshot.origin().actor, failure.description));
    }
}

system! {
    mod works { PLANT: Plant = || Plant { tank: Child::default() } }
    event_handler = hear
}

/// The tank ends, and begins anew.
fn begin_anew() {
    works::PLANT.again().tell().unwrap();
    run(works::step);
    pass(3600);
    works::tick();
    run(works::step);
}

fn heard() -> Vec<String> {
    HEARD.lock().unwrap().split_off(0)
}

#[test]
fn a_failure_that_its_parent_had_no_time_for_is_not_told_as_a_later_one() {
    let _alone = alone();
    works::start(now);
    run(works::step);
    IS_STOPPED.store(true, Relaxed);
    begin_anew();
    // The tank was stopped, which is no failure of its float.
    assert_eq!(heard(), ["plant, by plant: again", "float, by float: is stuck", "plant, by plant: "]);
    begin_anew();
    assert!(TANK.get().unwrap().control().is_alive());
    heard();
    TANK.get().unwrap().fails().tell().unwrap();
    run(works::step);
    assert_eq!(heard()[..2], ["float, by float: has sunk", "tank, by float: has sunk"]);
}
