//! `#[every]`: the first tick after one period, missed ticks skipped, none after the end, none from an old life.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use actor::Errand;
use actor::prelude::*;
use common::{Gate, Journal, everywhere, yield_now};

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
    common::handled::<Ticking>(system, "tick")
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

/// Timers of a context.
#[actor]
struct Alarms {
    heard: Journal,
    timer: Option<Errand>,
    gate: Gate,
}

#[handlers]
impl Alarms {
    fn hear(&mut self, what: u32, ctx: &mut Context<Self>) {
        self.heard.note(format!("{what} at {}", ctx.now().as_nanos() / 1_000_000));
    }
    fn after(&mut self, millis: u64, what: u32, ctx: &mut Context<Self>) {
        self.timer = Some(ctx.after(Duration::from_millis(millis), move |me| me.hear(what)));
    }
    fn every(&mut self, millis: u64, what: u32, ctx: &mut Context<Self>) {
        self.timer = Some(ctx.every(Duration::from_millis(millis), move |me| me.hear(what)));
    }
    fn cancel(&mut self, ctx: &mut Context<Self>) {
        if let Some(timer) = self.timer.take() {
            timer.cancel(ctx);
        }
    }
    fn cancel_foreign(&mut self, timer: Errand, ctx: &mut Context<Self>) {
        timer.cancel(ctx);
    }
    fn timer(&self) -> Option<Errand> {
        self.timer
    }
    fn bad_call(&mut self, ctx: &mut Context<Self>) {
        ctx.after(Duration::from_millis(1), |me| {
            assert!(!me.control().is_alive(), "no message can be made");
            me.hear(0)
        });
    }
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn panics(&mut self) {
        panic!("restart");
    }
    fn ping(&self) -> bool {
        true
    }
}

fn alarms(stepper: &mut actor::Stepper, system: &ActorSystem) -> (AlarmsRef, Journal, Gate) {
    let (heard, gate) = (Journal::default(), Gate::default());
    let (kept, closed) = (heard.clone(), gate.clone());
    let factory = move || Alarms { heard: kept.clone(), timer: None, gate: closed.clone() };
    (stepper.block_on(async { system.spawn(factory).await.unwrap() }), heard, gate)
}

#[test]
fn timers_of_a_context_fire_at_their_time_in_order() {
    let (system, mut stepper) = ActorSystem::builder("alarms").stepper();
    let (actor, heard, _) = alarms(&mut stepper, &system);
    actor.after(20, 1).tell().unwrap();
    actor.after(10, 2).tell().unwrap();
    actor.every(8, 3).tell().unwrap();
    actor.after(u64::MAX, 4).tell().unwrap();
    stepper.advance(Duration::from_millis(25));
    assert_eq!(heard.entries(), ["3 at 8", "2 at 10", "3 at 16", "1 at 20", "3 at 24"]);
}

#[test]
fn a_cancelled_timer_fires_no_more_even_if_it_is_due() {
    let (system, mut stepper) = ActorSystem::builder("alarms").stepper();
    let (actor, heard, gate) = alarms(&mut stepper, &system);
    actor.every(10, 1).tell().unwrap();
    stepper.advance(Duration::from_millis(15));
    actor.hold().tell().unwrap();
    stepper.advance(Duration::from_millis(10));
    // Due while the actor is held. Whatever is handled first when it is let go, the tick or the message that cancels it:
    // behind the cancel nothing is heard.
    actor.cancel().tell().unwrap();
    gate.open();
    stepper.run();
    let before = heard.entries().len();
    assert!(before <= 2, "{:?}", heard.entries());
    stepper.advance(Duration::from_secs(1));
    assert_eq!(heard.entries().len(), before);

    actor.after(10, 2).tell().unwrap();
    stepper.run();
    actor.cancel().tell().unwrap();
    stepper.advance(Duration::from_secs(1));
    assert_eq!(heard.entries().len(), before);
}

#[test]
fn ticks_that_are_missed_while_nobody_runs_are_skipped() {
    let (system, mut stepper) = ActorSystem::builder("alarms").stepper();
    let (actor, heard, _) = alarms(&mut stepper, &system);
    let ticking =
        stepper.block_on(async { system.spawn(|| Ticking { ticks: 0, gate: Gate::default() }).await.unwrap() });
    actor.every(10, 1).tell().unwrap();
    stepper.run();
    // As when a handler keeps its thread for so long.
    stepper.pass(Duration::from_millis(95));
    stepper.run();
    stepper.advance(Duration::from_millis(5));
    assert_eq!(heard.entries(), ["1 at 95", "1 at 100"]);
    assert_eq!(stepper.block_on(async { ticking.ticks().await.unwrap() }), 2);
}

#[test]
fn missed_ticks_of_a_context_are_skipped() {
    let (system, mut stepper) = ActorSystem::builder("alarms").stepper();
    let (actor, heard, gate) = alarms(&mut stepper, &system);
    actor.every(10, 1).tell().unwrap();
    stepper.run();
    actor.hold().tell().unwrap();
    stepper.advance(Duration::from_millis(95));
    gate.open();
    stepper.run();
    stepper.advance(Duration::from_millis(5));
    assert_eq!(heard.entries(), ["1 at 95", "1 at 100"]);
}

#[test]
fn a_timer_of_an_earlier_life_neither_fires_nor_cancels_one_of_this() {
    let (system, mut stepper) = ActorSystem::builder("alarms").stepper();
    let (actor, heard, _) = alarms(&mut stepper, &system);
    let (other, other_heard, _) = alarms(&mut stepper, &system);
    actor.after(10, 1).tell().unwrap();
    let old = stepper.block_on(async { actor.timer().await.unwrap().unwrap() });
    actor.panics().tell().unwrap();
    actor.after(20, 2).tell().unwrap();
    actor.cancel_foreign(old).tell().unwrap();
    other.after(30, 3).tell().unwrap();
    other.cancel_foreign(old).tell().unwrap();
    stepper.advance(Duration::from_millis(100));
    assert_eq!((heard.entries(), other_heard.entries()), (vec!["2 at 20".into()], vec!["3 at 30".into()]));
}

#[test]
fn a_timer_whose_message_cannot_be_made_fails_its_actor() {
    let (system, mut stepper) = ActorSystem::builder("alarms").stepper();
    let (actor, heard, _) = alarms(&mut stepper, &system);
    actor.bad_call().tell().unwrap();
    stepper.advance(Duration::from_millis(5));
    assert_eq!(stepper.block_on(async { actor.ping().await }), Ok(true));
    assert_eq!((system.counts::<Alarms>().restarts, heard.entries().len()), (1, 0));
}

#[test]
fn timers_of_a_context_keep_no_actor_and_no_capture_alive() {
    everywhere(|system| async move {
        let actor = system.spawn(|| Alarms { heard: Journal::default(), timer: None, gate: Gate::default() }).await;
        let actor = actor.unwrap();
        actor.every(3_600_000, 1).await.unwrap();
        actor.after(3_600_000, 1).await.unwrap();
        assert_eq!(actor.ping().await, Ok(true));
        let stopped = actor.control().stopped();
        drop(actor);
        stopped.await;
    });
}

/// Goes on with its own work, and lets others have their turn.
#[actor]
struct Worker {
    done: u32,
}

#[handlers]
impl Worker {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.after(Duration::ZERO, |me| me.work());
    }
    fn work(&mut self, ctx: &mut Context<Self>) {
        self.done += 1;
        ctx.after(Duration::ZERO, |me| me.work());
    }
    fn done(&self) -> u32 {
        self.done
    }
    fn panics(&mut self) {
        panic!("restart");
    }
}

#[test]
fn work_an_actor_goes_on_with_lets_messages_through_and_does_not_multiply_over_restarts() {
    everywhere(|system| async move {
        let worker = system.spawn(|| Worker { done: 0 }).await.unwrap();
        for _ in 0..3 {
            assert!(worker.done().await.is_ok());
            worker.panics().await.unwrap();
        }
        assert!(worker.done().await.is_ok());
        worker.control().stop().await;
    });
    let (system, mut stepper) = ActorSystem::builder("worker").stepper();
    let worker = stepper.block_on(async { system.spawn(|| Worker { done: 0 }).await.unwrap() });
    let mut per_step = Vec::new();
    for restarts in 0..2 {
        let before = stepper.block_on(async { worker.done().await.unwrap() });
        for _ in 0..100 {
            stepper.step();
        }
        per_step.push(stepper.block_on(async { worker.done().await.unwrap() }) - before);
        assert_eq!(system.counts::<Worker>().restarts, restarts);
        if restarts == 0 {
            // The first restart comes at once.
            worker.panics().tell().unwrap();
            while system.counts::<Worker>().restarts == 0 {
                stepper.step();
            }
        }
    }
    assert!(per_step[0].abs_diff(per_step[1]) <= 2, "as much work in a hundred steps before and after: {per_step:?}");
}
