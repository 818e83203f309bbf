//! What dispatchers count: activations, ready actors, the delay before one is run, parks, refusals.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use actor::prelude::*;
use actor::{DispatcherFigures, DispatcherKind};
use common::{everywhere, until};

const MS: Duration = Duration::from_millis(1);

#[actor(dwell = all, throughput = 2)]
struct Ready;

#[handlers]
impl Ready {
    fn row(&mut self) {}
}

fn of(system: &ActorSystem, dispatcher: &str) -> DispatcherFigures {
    system.dispatchers().into_iter().find(|figures| figures.dispatcher == dispatcher).expect("a dispatcher")
}

#[test]
fn the_delay_is_that_of_the_message_that_made_an_actor_ready() {
    let (system, mut stepper) = ActorSystem::builder("ready").stepper();
    let (one, other) =
        stepper.block_on(async { (system.spawn(|| Ready).await.unwrap(), system.spawn(|| Ready).await.unwrap()) });
    stepper.run();
    let before = of(&system, "stepped");
    assert_eq!((before.ready, before.run_delay.count()), (0, 0));
    one.row().tell().unwrap();
    stepper.pass(MS);
    one.row().tell().unwrap();
    other.row().tell().unwrap();
    assert_eq!(of(&system, "stepped").ready, 2);
    stepper.pass(MS);
    stepper.run();
    let after = of(&system, "stepped");
    assert_eq!((after.run_delay.count(), after.run_delay.sum()), (2, 3_000_000), "the second row found it ready");
    assert_eq!(after.ready, 0);
    assert!(after.activations >= before.activations + 3, "a step is an activation");
}

#[test]
fn each_dispatcher_counts_its_own() {
    everywhere(|system| async move {
        let ready = system.spawn(|| Ready).await.unwrap();
        let before = system.dispatchers();
        for _ in 0..10 {
            ready.row().done().await.unwrap();
        }
        let after = system.dispatchers();
        let sum =
            |all: &[DispatcherFigures], read: fn(&DispatcherFigures) -> u64| -> u64 { all.iter().map(read).sum() };
        assert!(sum(&after, |figures| figures.activations) > sum(&before, |figures| figures.activations));
        // One that finds the actor still busy makes nobody ready.
        assert!(sum(&after, |figures| figures.run_delay.count()) <= 10);
        until(|| system.dispatchers().iter().all(|figures| figures.ready == 0)).await;
    });
}

#[test]
fn yields_are_those_of_the_dispatcher_and_of_the_type() {
    everywhere(|system| async move {
        let ready = system.spawn(|| Ready).await.unwrap();
        ready.tell_many([(); 20], |ready: &ReadyRef, ()| ready.row()).unwrap();
        ready.row().done().await.unwrap();
        let yields: u64 = system.dispatchers().iter().map(|figures| figures.yields.budget).sum();
        assert_eq!(yields, system.counts::<Ready>().yields.budget);
        assert!(yields > 0);
    });
}

#[test]
fn those_beside_the_systems_own_are_listed_while_they_have_actors() {
    let runtime = common::runtime(Some(2));
    runtime.block_on(async {
        let system = ActorSystem::new("many");
        assert_eq!(system.dispatchers().len(), 1);
        let pinned = system.spawn(|| Ready).on(DispatcherKind::Pinned).await.unwrap();
        let single = system.spawn(|| Ready).on(DispatcherKind::SingleWorker).await.unwrap();
        pinned.row().done().await.unwrap();
        single.row().done().await.unwrap();
        for dispatcher in ["shared", "pinned", "single_worker"] {
            let parked = || of(&system, dispatcher).parks > 0;
            until(parked).await;
        }
        assert!(of(&system, "pinned").activations > 0 && of(&system, "shared").activations == 0);
        pinned.control().stop().await;
        until(|| system.dispatchers().len() == 2).await;
    });
}

#[test]
fn what_a_dispatcher_has_counted_stays_in_what_is_exported() {
    let runtime = common::runtime(Some(2));
    runtime.block_on(async {
        let system = ActorSystem::new("kept");
        let activations = |dispatcher: &str| {
            let series = format!(r#"dispatcher_activations_total{{system="kept",dispatcher="{dispatcher}"}} "#);
            let text = system.metrics().to_open_metrics();
            text.lines().find_map(|line| line.strip_prefix(&series)?.parse::<u64>().ok()).expect("it has run")
        };
        let on = |kind| system.spawn(|| Ready).on(kind);
        let kinds = [DispatcherKind::Shared, DispatcherKind::Pinned, DispatcherKind::SingleWorker];
        let [shared, pinned, single] = kinds.map(on);
        let actors = [shared.await.unwrap(), pinned.await.unwrap(), single.await.unwrap()];
        let names = ["shared", "pinned", "single_worker"];
        for actor in &actors {
            actor.row().done().await.unwrap();
        }
        let before = names.map(activations);
        let is_all_there = || names.map(activations).iter().zip(before).all(|(now, before)| *now >= before);
        // Their refs are kept, and with them where they lived.
        for actor in &actors {
            actor.control().stop().await;
        }
        until(|| system.dispatchers().len() == 1).await;
        assert!(is_all_there());
        system.shutdown().await.unwrap();
        assert!(is_all_there());
    });
}

#[test]
fn who_is_refused_is_counted_where_that_was() {
    /// Takes nothing.
    struct Shut;
    impl actor::Dispatcher for Shut {
        fn schedule(&self, cell: actor::ReadyCell) {
            drop(cell);
        }
        fn label(&self) -> &'static str {
            "shut"
        }
    }
    common::runtime(None).block_on(async {
        let system = ActorSystem::builder("shut").dispatcher(std::sync::Arc::new(Shut)).start();
        assert!(system.spawn(|| Ready).await.is_err());
        assert_eq!(system.refused(), 1);
    });
}
