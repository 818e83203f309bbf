//! Failures that are kept over resets, while interrupts tell of theirs: the last ones are there, and whole.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use actor::{FailureSnapshot, FailureTelemetry, SurvivingFailureTelemetry, system};
use common::{now, pass, run};
use interrupts::{interrupted, sweep};

#[actor(mailbox = 2)]
struct Sensor;

#[handlers]
impl Sensor {
    fn read(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("sensor");
    }
}

/// Preempts it.
#[actor(mailbox = 2)]
struct Alarm;

#[handlers]
impl Alarm {
    fn rise(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("alarm");
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
        level SSI0 { pend = || (), ALARM: Alarm { mailbox = 2 } = || Alarm },
    }
    telemetry = &KEPT
}

fn kept<const N: usize>(ring: &SurvivingFailureTelemetry<N>) -> usize {
    let mut kept = 0;
    ring.dump_to(|failure| {
        let failure = failure.to_string();
        assert!(
            failure.starts_with("SENSOR: error in `read`: sensor; ")
                || failure.starts_with("ALARM: error in `rise`: alarm; "),
            "{failure}"
        );
        kept += 1;
    });
    kept
}

fn rise() {
    plant::ALARM.rise().tell().unwrap();
    plant::SSI0.run();
}

#[test]
fn the_last_failures_are_kept_though_interrupts_fail_meanwhile() {
    sweep(rise, || {
        plant::start(now);
        pass(3600);
        plant::tick();
        plant::SSI0.run();
        run(plant::step);
        KEPT.0.clear();
        KEPT.1.clear();
        interrupted(|| {
            plant::SENSOR.read().tell().unwrap();
            run(plant::step);
        });
        let told = KEPT.1.seen() as usize;
        assert!((1..=3).contains(&told));
        assert_eq!((kept(&KEPT.0), kept(&KEPT.1)), (1, told.min(2)));
    });
}
