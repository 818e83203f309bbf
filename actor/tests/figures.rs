//! What the `metrics` option records, and the figures of an actor's own.
#![allow(missing_docs)]

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actor::prelude::*;
use actor::{Actor, Histogram, SystemEvent};
use common::{Gate, everywhere};

#[actor(counters(parsed, skipped), histograms(line_length))]
struct Parser;

#[handlers]
impl Parser {
    fn line(&mut self, line: String, ctx: &mut Context<Self>) {
        if line.is_empty() {
            ctx.metrics(|m| m.skipped().add(1));
            return;
        }
        let length = ctx.metrics(|m| {
            m.parsed().add(1);
            m.line_length().record(line.len() as u64);
            line.len()
        });
        assert_eq!(length, line.len(), "what the closure returns is returned");
    }
    async fn slowly(&mut self, lines: u64, ctx: &mut Context<Self>) {
        for _ in 0..lines {
            tokio::task::yield_now().await;
            ctx.metrics(|m| m.parsed().add(1));
        }
    }
}

#[test]
fn figures_of_its_own_are_summed_over_all_actors_of_the_type() {
    everywhere(|system| async move {
        assert_eq!(system.counters::<Parser>(), [("parsed", 0), ("skipped", 0)]);
        let parsers = [system.spawn(|| Parser).await.unwrap(), system.spawn(|| Parser).await.unwrap()];
        for parser in &parsers {
            for line in ["eight by", "", "four"] {
                parser.line(line.into()).done().await.unwrap();
            }
            parser.slowly(3).done().await.unwrap();
        }
        assert_eq!(system.counters::<Parser>(), [("parsed", 10), ("skipped", 2)]);
        let [(name, lengths)] = &system.histograms::<Parser>()[..] else { panic!("one histogram") };
        assert_eq!((*name, lengths.count(), lengths.sum()), ("line_length", 4, 24));
        assert_eq!((lengths.quantile(0.5), lengths.quantile(1.0)), (Some(4), Some(8)));
        assert_eq!(
            system.durations::<Parser>().iter().map(|(_, spent)| spent.count()).sum::<u64>(),
            0,
            "not asked for"
        );
    });
}

#[test]
fn figures_stay_when_their_actor_fails_or_is_gone() {
    #[actor(counters(seen))]
    struct Fragile;
    #[handlers]
    impl Fragile {
        fn see(&mut self, ctx: &mut Context<Self>) {
            ctx.metrics(|m| m.seen().add(2));
            panic!("after it was counted");
        }
    }
    everywhere(|system| async move {
        let fragile = system.spawn(|| Fragile).await.unwrap();
        fragile.see().await.unwrap();
        fragile.see().await.unwrap();
        fragile.control().drain().await;
        assert_eq!(system.counters::<Fragile>(), [("seen", 4)]);
    });
}

#[actor(metrics = timing, mailbox = 1000)]
struct Timed(Gate);

#[handlers]
impl Timed {
    fn quick(&mut self) {}
    async fn waits(&mut self) {
        self.0.passed().await;
    }
}

fn duration_of<A: Actor>(system: &ActorSystem, handler: &str) -> Histogram {
    system.durations::<A>().into_iter().find(|(name, _)| *name == handler).expect("a handler").1
}

#[test]
fn each_handler_is_timed_by_the_clock_of_its_system() {
    let (system, mut stepper) = ActorSystem::builder("timed").stepper();
    let gate = Gate::default();
    let theirs = gate.clone();
    let timed = stepper.block_on(async { system.spawn(move || Timed(theirs.clone())).await.unwrap() });
    for _ in 0..200 {
        timed.quick().tell().unwrap();
    }
    stepper.run();
    let quick = duration_of::<Timed>(&system, "quick");
    assert_eq!((quick.count(), quick.sum()), (200, 0), "time stands still while handlers run");

    timed.waits().tell().unwrap();
    stepper.advance(Duration::from_secs(3));
    gate.open();
    stepper.run();
    let waits = duration_of::<Timed>(&system, "waits");
    assert_eq!((waits.count(), waits.sum()), (1, 3_000_000_000), "from its first poll to its end");
}

#[test]
fn hooks_asks_urgent_messages_and_those_with_a_deadline_are_timed_and_counted_once() {
    everywhere(|system| async move {
        #[actor(metrics = timing)]
        struct Asked;
        #[handlers]
        impl Asked {
            #[started]
            fn started(&mut self) {}
            fn answer(&self) -> u64 {
                42
            }
            #[handler(lane = urgent)]
            fn urgent(&mut self) {}
        }
        let asked = system.spawn(|| Asked).await.unwrap();
        asked.answer().await.unwrap();
        asked.answer().timeout(Duration::from_secs(30)).await.unwrap();
        asked.urgent().done().await.unwrap();
        let [started, answer, urgent] =
            ["started", "answer", "urgent"].map(|handler| duration_of::<Asked>(&system, handler));
        assert_eq!((started.count(), answer.count(), urgent.count()), (1, 2, 1));
        let handled: u64 = system.handled::<Asked>().iter().map(|(_, times)| times).sum();
        assert_eq!(handled, 4, "what is timed is counted, once");
    });
}

#[actor(metrics = off)]
struct Silent;

#[handlers]
impl Silent {
    fn quick(&mut self) {}
    async fn slow(&mut self) {
        tokio::task::yield_now().await;
    }
    fn panics(&mut self) {
        panic!("as told");
    }
}

#[test]
fn under_off_nothing_is_recorded_and_what_happens_is_told_as_ever() {
    everywhere(|system| async move {
        let told = Arc::new(Mutex::new(Vec::new()));
        let listener = {
            let told = told.clone();
            system.listen(move |event| {
                told.lock().unwrap().push(match event {
                    SystemEvent::Failed { .. } => "failed",
                    SystemEvent::Restarted { .. } => "restarted",
                    SystemEvent::Stopped { .. } => "stopped",
                    _ => return,
                });
            })
        };
        let silent = system.spawn(|| Silent).await.unwrap();
        silent.quick().done().await.unwrap();
        silent.slow().done().await.unwrap();
        assert!(silent.panics().done().await.is_err());
        silent.quick().done().await.unwrap();
        silent.control().stop().await;
        assert_eq!(system.counts::<Silent>(), actor::Counts::default());
        assert!(system.handled::<Silent>().iter().all(|(_, times)| *times == 0));
        assert_eq!(*told.lock().unwrap(), ["failed", "restarted", "stopped"]);
        drop(listener);
    });
}
