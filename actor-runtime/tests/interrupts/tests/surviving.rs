//! Failures that are kept over resets, while interrupts tell of theirs: the last ones are there, and whole.
#![allow(missing_docs)]

mod common;

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use actor::prelude::*;
use actor::{FailureSnapshot, FailureTelemetry, SurvivingFailureTelemetry, system};
use common::{now, pass, run};
use interrupts::{interrupted, sweep};

/// Of the next failure.
static NUMBER: AtomicU32 = AtomicU32::new(0);

#[actor(mailbox = 2)]
struct Sensor;

#[handlers]
impl Sensor {
    fn read(&mut self, ctx: &mut Context<Self>) {
        ctx.fail(format!("sensor {}", NUMBER.fetch_add(1, Relaxed)));
    }
}

/// Preempts it.
#[actor(mailbox = 2)]
struct Alarm;

#[handlers]
impl Alarm {
    fn rise(&mut self, ctx: &mut Context<Self>) {
        ctx.fail(format!("alarm {}", NUMBER.fetch_add(1, Relaxed)));
    }
}

/// With room for one, and for as many as a round has interrupts.
struct Kept(SurvivingFailureTelemetry<1>, SurvivingFailureTelemetry<2>);

static KEPT: Kept = Kept(SurvivingFailureTelemetry::new(), SurvivingFailureTelemetry::new());

impl FailureTelemetry for Kept {
    fn on_failure(&self, snapshot: &FailureSnapshot) {
        self.0.on_failure(snapshot);
        self.1.on_failure(snapshot);
    }
}

system! {
    mod plant {
        SENSOR: Sensor { mailbox = 2 } = || Sensor,
        OTHER: Sensor { mailbox = 2 } = || Sensor,
        level SSI0 { pend = || (), ALARM: Alarm { mailbox = 2 } = || Alarm },
    }
    telemetry = &KEPT
}

/// The numbers of those that are kept.
fn kept<const N: usize>(ring: &SurvivingFailureTelemetry<N>) -> Vec<u32> {
    let mut kept = Vec::new();
    ring.dump_to(|failure| {
        let failure = failure.to_string();
        let said =
            ["SENSOR: error in `read`: sensor ", "OTHER: error in `read`: sensor ", "ALARM: error in `rise`: alarm "];
        let said = said.iter().find_map(|said| failure.strip_prefix(said)?.split(';').next());
        kept.push(said.and_then(|number| number.parse().ok()).expect(&failure));
    });
    kept
}

/// Until all are up, and nothing is kept.
fn rest() {
    plant::start(now);
    run(plant::step);
    pass(3600);
    plant::tick();
    plant::SSI0.run();
    run(plant::step);
    KEPT.0.clear();
    KEPT.1.clear();
}

fn rise() {
    plant::ALARM.rise().tell().unwrap();
    plant::SSI0.run();
}

#[test]
fn the_last_failures_are_kept_though_interrupts_fail_meanwhile() {
    sweep(rise, || {
        rest();
        interrupted(|| {
            plant::SENSOR.read().tell().unwrap();
            run(plant::step);
        });
        let told = KEPT.1.seen() as usize;
        assert!((1..=3).contains(&told));
        assert_eq!((kept(&KEPT.0).len(), kept(&KEPT.1).len()), (1, told.min(2)));
    });
}

static CLEARED: AtomicU32 = AtomicU32::new(u32::MAX);

/// The first interrupt of a round clears them, and the other one looks.
fn clear_or_look() {
    let cleared = CLEARED.load(Relaxed);
    if cleared == u32::MAX {
        KEPT.0.clear();
        KEPT.1.clear();
        CLEARED.store(NUMBER.load(Relaxed), Relaxed);
    } else {
        // The one that was told meanwhile may be there.
        let is_new = |number: &u32| number + 1 >= cleared;
        assert!(kept(&KEPT.0).iter().all(is_new) && kept(&KEPT.1).iter().all(is_new), "since {cleared}");
    }
}

#[test]
fn those_that_were_cleared_do_not_come_back() {
    sweep(clear_or_look, || {
        rest();
        plant::ALARM.rise().tell().unwrap();
        plant::SSI0.run();
        CLEARED.store(u32::MAX, Relaxed);
        interrupted(|| {
            plant::SENSOR.read().tell().unwrap();
            run(plant::step);
            plant::OTHER.read().tell().unwrap();
            run(plant::step);
        });
    });
}

/// The failure that was told after all were cleared.
static SINCE: AtomicU32 = AtomicU32::new(u32::MAX);

/// The first interrupt of a round clears them and fails.
fn clear_and_rise() {
    if SINCE.load(Relaxed) == u32::MAX {
        KEPT.0.clear();
        KEPT.1.clear();
        SINCE.store(NUMBER.load(Relaxed), Relaxed);
        rise();
    }
}

#[test]
fn one_that_is_told_after_they_were_cleared_is_kept_whoever_is_interrupted() {
    sweep(clear_and_rise, || {
        rest();
        SINCE.store(u32::MAX, Relaxed);
        interrupted(|| {
            plant::SENSOR.read().tell().unwrap();
            run(plant::step);
        });
        let since = SINCE.load(Relaxed);
        if since != u32::MAX {
            assert_eq!(kept(&KEPT.1).first(), Some(&since));
            assert_eq!(kept(&KEPT.0).len(), 1);
        }
    });
}

/// The first interrupt of a round fails and clears them.
fn rise_and_clear() {
    if SINCE.swap(0, Relaxed) == u32::MAX {
        rise();
        KEPT.1.clear();
    }
}

#[test]
fn those_that_were_seen_are_counted_though_all_are_cleared_meanwhile() {
    sweep(rise_and_clear, || {
        rest();
        SINCE.store(u32::MAX, Relaxed);
        plant::SENSOR.read().tell().unwrap();
        run(plant::step);
        let seen = interrupted(|| KEPT.1.seen());
        assert!(seen <= 2, "{seen}");
    });
}
