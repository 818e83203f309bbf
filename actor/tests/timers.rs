//! `#[every]`: the first tick after one period, missed ticks skipped, none after the end, none from an old life.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use actor::prelude::*;
use common::{Gate, everywhere, yield_now};

#[actor]
struct Ticking {
    ticks: u32,
    gate: Gate,
}

#[handlers]
impl Ticking {
    #[every(10ms)]
    fn tick(&mut self) {
        self.ticks += 1;
    }
    fn ticks(&self) -> u32 {
        self.ticks
    }
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn panics(&mut self) {
        panic!("restart");
    }
}

/// How often the timer's handler ran.
fn ticks(system: &ActorSystem) -> u64 {
    system.handled::<Ticking>().iter().find(|(name, _)| *name == "tick").map_or(0, |(_, times)| *times)
}

#[test]
fn a_timer_ticks_once_per_period() {
    let (system, mut stepper) = ActorSystem::builder("ticks").stepper();
    let actor = stepper.block_on(async { system.spawn(|| Ticking { ticks: 0, gate: Gate::default() }).await.unwrap() });
    stepper.advance(Duration::from_millis(9));
    assert_eq!(ticks(&system), 0, "the first tick comes after one period");
    stepper.advance(Duration::from_millis(1));
    assert_eq!(ticks(&system), 1);
    stepper.advance(Duration::from_millis(1000));
    assert_eq!(ticks(&system), 101);
    actor.control().stop();
    stepper.advance(Duration::from_secs(1));
    assert_eq!(ticks(&system), 101, "no tick after the end");
}

#[test]
fn missed_ticks_are_skipped() {
    let (system, mut stepper) = ActorSystem::builder("ticks").stepper();
    let gate = Gate::default();
    let actor = {
        let gate = gate.clone();
        stepper.block_on(async { system.spawn(move || Ticking { ticks: 0, gate: gate.clone() }).await.unwrap() })
    };
    actor.hold().tell().unwrap();
    stepper.advance(Duration::from_millis(95));
    gate.open();
    stepper.run();
    stepper.advance(Duration::from_millis(5));
    let seen = stepper.block_on(async { actor.ticks().await.unwrap() });
    assert_eq!(seen, 2, "one for the time it was held, one on the beat after it");
}

#[test]
fn a_restart_begins_the_beat_anew_and_no_tick_of_the_old_life_comes() {
    let (system, mut stepper) = ActorSystem::builder("ticks").stepper();
    let actor = stepper.block_on(async { system.spawn(|| Ticking { ticks: 0, gate: Gate::default() }).await.unwrap() });
    stepper.advance(Duration::from_millis(15));
    actor.panics().tell().unwrap();
    stepper.run();
    // The old beat would tick at 20 ms, the new one at 25 ms.
    stepper.advance(Duration::from_millis(9));
    assert_eq!(stepper.block_on(async { actor.ticks().await.unwrap() }), 0);
    stepper.advance(Duration::from_millis(1));
    assert_eq!(stepper.block_on(async { actor.ticks().await.unwrap() }), 1);
}

#[test]
fn a_timer_keeps_no_actor_alive() {
    everywhere(|system| async move {
        let actor = system.spawn(|| Ticking { ticks: 0, gate: Gate::default() }).await.unwrap();
        let stopped = actor.control().stopped();
        drop(actor);
        stopped.await;
    });
}

#[test]
fn real_time_ticks_no_faster_than_the_period() {
    common::on_runtimes(
        |builder| builder,
        |system| async move {
            let begun = system.now();
            let actor = system.spawn(|| Ticking { ticks: 0, gate: Gate::default() }).await.unwrap();
            while actor.ticks().await.unwrap() < 3 {
                yield_now().await;
            }
            assert!(system.now().saturating_since(begun) >= Duration::from_millis(30));
        },
    );
}

#[test]
fn timers_that_are_due_at_once_all_tick() {
    #[actor]
    struct Two {
        journal: common::Journal,
    }

    #[handlers]
    impl Two {
        #[every(10ms)]
        fn fast(&mut self) {
            self.journal.note("fast");
        }
        #[every(20ms)]
        fn slow(&mut self) {
            self.journal.note("slow");
        }
    }

    let journal = common::Journal::default();
    let (system, mut stepper) = ActorSystem::builder("two").stepper();
    let noted = journal.clone();
    let _two = stepper.block_on(async { system.spawn(move || Two { journal: noted.clone() }).await.unwrap() });
    stepper.advance(Duration::from_secs(1));
    let entries = journal.entries();
    let of = |timer: &str| entries.iter().filter(|entry| *entry == timer).count();
    assert_eq!((of("fast"), of("slow")), (100, 50));
}

#[test]
#[should_panic(expected = "a hundred thousand timers have not woken it")]
fn a_stepper_says_so_when_time_passes_and_nothing_comes() {
    let (system, mut stepper) = ActorSystem::builder("idle").stepper();
    let _ticking =
        stepper.block_on(async { system.spawn(|| Ticking { ticks: 0, gate: Gate::default() }).await.unwrap() });
    stepper.block_on(std::future::pending::<()>());
}
